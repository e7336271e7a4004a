"""What is known of each target from everything that runs recorded, whatever the order in which it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from lpcac.action.run_history.deployments.contents import Entry

_KEPT_SUCCESSES: Final = 3


@dataclass(frozen=True)
class TargetHistory:
    """What runs did to one target, newest first, back to the last success.

    Arguments:
        entries: what began later comes first.
        last_success: the newest that is done and whose commit can be read.
        forgotten: the newest that is done, where a forced push took its commit out of the history.
    """

    entries: tuple[Entry, ...] = ()
    last_success: Entry | None = None
    forgotten: Entry | None = None

    @property
    def last_applied(self) -> str | None:
        """Return the commit that was applied last, of those that can be read."""
        return self.last_success.commit if self.last_success else None

    @property
    def newest_success(self) -> Entry | None:
        """Return the newest that is done, whether its commit can be read or not."""
        return self.forgotten or self.last_success

    @property
    def scope(self) -> str | None:
        """Return the scope that applied last; `None` if none did."""
        return self.entries[0].stamp.scope if self.entries else None

    def attempts_at(self, commit: str) -> list[Entry]:
        """Return the attempts to apply a commit to the target, newest first."""
        return [entry for entry in self.entries if entry.commit == commit]

    def is_settled_at(self, commit: str) -> bool:
        """Tell whether the newest that was done is this very commit, completely."""
        return bool(self.entries) and self.entries[0].is_done and self.entries[0].commit == commit

    def may_run_until(self, longest: timedelta) -> datetime | None:
        """Return until when an attempt without a result may still have orders under way; `None` without one.

        Arguments:
            longest: how long after its last sign of life.
        """
        signs = [entry.last_sign for entry in self.entries if entry.ending is None]
        return max(signs) + longest if signs else None


@dataclass
class KnownTargets:
    """Entries by target; each run's attempt and result become one entry."""

    _entries: dict[str, dict[str, Entry]] = field(default_factory=dict)
    _signs: dict[str, datetime] = field(default_factory=dict)

    def add(self, entries: Iterable[Entry]) -> None:
        """Add what a document says."""
        for entry in entries:
            of_target = self._entries.setdefault(entry.target, {})
            known = of_target.get(entry.document)
            of_target[entry.document] = entry if known is None else known.joined(entry)
            self.heard_of(entry.document, entry.last_sign)

    def heard_of(self, document: str, moment: datetime) -> None:
        """Record that a run was alive at that time: about its other targets it says nothing before they end.

        Arguments:
            document: the run's attempt.
        """
        self._signs[document] = max(moment, self._signs.get(document, moment))

    def of(self, target: str, remembers: Callable[[str], bool]) -> TargetHistory:
        """Return what is known of a target.

        Arguments:
            remembers: tells whether a commit can be read.
        """
        found: list[Entry] = []
        forgotten = None
        for entry in self._newest_first(target):
            found.append(entry)
            if entry.is_done:
                if remembers(entry.commit):
                    return TargetHistory(tuple(found), entry, forgotten)
                forgotten = forgotten or entry
        return TargetHistory(tuple(found), None, forgotten)

    def of_client(self, name: str) -> list[Entry]:
        """Return what is known of any target of a client, as it was called then, newest first."""
        found = (each for target in self._entries for each in self._newest_first(target) if each.names[0] == name)
        return sorted(found, key=lambda entry: entry.order, reverse=True)

    def unfinished_at(self, commit: str) -> frozenset[str]:
        """Return the clients that a run set out to apply a commit to, and did not finish, by their names then."""
        every = (entry for of_target in self._entries.values() for entry in of_target.values())
        return frozenset(entry.names[0] for entry in every if entry.commit == commit and not entry.is_done)

    def worth_keeping(self) -> Iterator[Entry]:
        """Yield what a checkpoint must hold: all since the last success, that one, and two earlier commits."""
        for target in sorted(self._entries):
            yield from _worth_keeping(self._newest_first(target))

    def _newest_first(self, target: str) -> list[Entry]:
        entries = self._entries.get(target, {}).values()
        signed = (replace(each, last_sign=self._signs[each.document]) for each in entries)
        return sorted(signed, key=lambda entry: entry.order, reverse=True)


def _worth_keeping(entries: Iterable[Entry]) -> Iterator[Entry]:
    successes = 0
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        signatures = {part.signature for record in entry.records for part in record.targets.values()}
        says_more = number == 0 or entry.is_done or entry.ending is None or not signatures <= seen
        seen |= signatures
        if not says_more or (successes and not entry.is_done):
            continue
        # The records that allowed an earlier success allow nothing any more.
        yield replace(entry, records=(), waived=()) if successes else entry
        successes += entry.is_done
        if successes == _KEPT_SUCCESSES:
            return
