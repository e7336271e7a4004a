"""Clients that start to count with a change that is not about them: what the map says of them came without a review."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from lpcac.action.guarded_keys.reviewed import unreviewed
from lpcac.directory_map.affected_clients import Affected, Cause, Reason
from lpcac.directory_map.directory_map import Client
from lpcac.directory_map.guarded_map import DIRECTORS, GuardedMap

# More of them would make an unrelated change a long one.
_MOST_PLANNED = 50


@dataclass(frozen=True)
class Starting:
    """The clients of a map that start to count.

    Arguments:
        planned: those that can be planned already, because their Director counted before.
        waiting: names of the others.
        begun: those that an earlier attempt of the same push began to apply, and did not finish.
    """

    planned: tuple[Client, ...] = ()
    waiting: tuple[str, ...] = ()
    begun: tuple[Client, ...] = ()

    @property
    def affected(self) -> tuple[Affected, ...]:
        """Return those that can be planned, and those that were begun, as affected clients."""
        reason = Reason(Cause.REVIEWED, "its entry in the map was not reviewed yet")
        return tuple(Affected(client, (reason,), client) for client in (*self.planned, *self.begun))

    @property
    def names(self) -> frozenset[str]:
        """Return the names of those that can be planned; what was begun has to be finished like any other client."""
        return frozenset(client.name for client in self.planned)


def starting_clients(
    before: GuardedMap, after: GuardedMap, found: GuardedMap, clients: Iterable[Client], concerned: Container[str]
) -> Starting:
    """Return the clients that start to count, and that nothing else concerns.

    Arguments:
        before: the values that count now.
        after: those that will.
        found: what the map says.
        clients: of the map.
        concerned: names of clients that are planned anyway.
    """
    if not before.differing(after):
        return Starting()
    some = [
        each
        for each in clients
        if each.name not in concerned
        and unreviewed(before, found, each) is not None
        and unreviewed(after, found, each) is None
    ]
    ready = [each for each in some if before.agrees(found, f"{DIRECTORS}{each.director}")]
    planned = ready if len(ready) <= _MOST_PLANNED else []
    names = {each.name for each in planned}
    return Starting(tuple(planned), tuple(each.name for each in some if each.name not in names))
