"""What an apply needs from the outside apart from the Director: a journal and a listener."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lpcac.apply.report import Outcome
from lpcac.core.json_values import Json
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.planning.plan import Change


@dataclass(frozen=True)
class Leftover:
    """A write of an earlier run of which it is not known how it ended.

    Arguments:
        after: the canonical spec that was ordered, `None` for a delete.
        order: the order's path; `None` when the run ended before the answer came.
        age: seconds since it was sent.
        entry: names it in the journal.
    """

    key: ResourceKey
    action: Action
    after: Json | None
    order: str | None
    age: float = 0.0
    entry: str = ""

    @property
    def identifier(self) -> str:
        """Return what a person names it by: the order's own id, or the journal's where the answer never came."""
        return self.order.rstrip("/").rpartition("/")[2] if self.order else self.entry


class Journal(Protocol):
    """Remembers what was submitted until it is known how it ended, even if the process is killed in between."""

    def leftovers(self) -> list[Leftover]:
        """Return what earlier runs submitted without learning how it ended, oldest first."""

    def forget(self, identifiers: frozenset[str]) -> frozenset[str]:
        """Forget leftovers that a person does not want to wait for; return which of the identifiers there were."""

    def clear(self) -> None:
        """Forget everything: whatever was left over is settled."""

    def begin(self, change: Change) -> str:
        """Remember, before it is sent, that a write is going to be; return the entry's name."""

    def accepted(self, entry: str, order: str | None) -> None:
        """Remember the order that the write became."""

    def settled(self, entry: str) -> None:
        """Remember that it is known how the write ended."""


class NoJournal:
    """A journal that remembers nothing."""

    def leftovers(self) -> list[Leftover]:
        """Return that nothing is known."""
        return []

    def forget(self, identifiers: frozenset[str]) -> frozenset[str]:
        """Return that nothing is known."""
        del identifiers
        return frozenset()

    def clear(self) -> None:
        """Do nothing."""

    def begin(self, change: Change) -> str:
        """Forget it."""
        del change
        return ""

    def accepted(self, entry: str, order: str | None) -> None:
        """Forget it."""

    def settled(self, entry: str) -> None:
        """Forget it."""


class Progress(Protocol):
    """Receives what apply does, while it does it."""

    def started(self, target: Target, change: Change) -> None:
        """Say that a change was begun."""

    def finished(self, target: Target, outcome: Outcome) -> None:
        """Say how a change ended."""
