"""Messages about the accept list itself, once the drift of a run is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lpcac.core.findings import Position
from lpcac.core.resources import ResourceKey
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Acceptance
from lpcac.planning.drift import Drift, covers
from lpcac.planning.plan import Change


@dataclass(frozen=True)
class Remark:
    """One sentence about an entry of the accept list; a warning when someone has to act, otherwise a note."""

    message: str
    is_warning: bool
    position: Position | None = None

    def __str__(self) -> str:
        """Return the line a person reads."""
        where = f"{self.position}: " if self.position else ""
        return f"{where}{'warning' if self.is_warning else 'note'}: {self.message}"


def accept_list_remarks(
    accept: Iterable[Acceptance], drifts: Sequence[Drift], today: date, *, is_whole: bool
) -> tuple[Remark, ...]:
    """Return a warning for every entry that expired, and a note for every other one that nothing needs any more.

    Whether anything needs an entry is said only after a run that checked every target of every client.

    Arguments:
        drifts: of all targets of the run.
        is_whole: whether the run was about all clients of the map.
    """
    is_fully_checked = is_whole and all(drift.not_checked is None and not drift.errors for drift in drifts)
    return tuple(_remarks(accept, drifts, today, is_fully_checked=is_fully_checked))


def expired_entries(accept: Iterable[Acceptance], drifts: Sequence[Drift], today: date) -> tuple[Acceptance, ...]:
    """Return the entries whose day is past and which are about something that drifts and is not accepted now."""
    return tuple(
        entry
        for entry in accept
        if entry.until < today
        and any(
            _is_about(entry, drift.target.client, change)
            for drift in drifts
            for change in (*drift.changed, *drift.missing)
        )
    )


def _remarks(
    accept: Iterable[Acceptance], drifts: Sequence[Drift], today: date, *, is_fully_checked: bool
) -> Iterator[Remark]:
    for entry in accept:
        subject = f"accepted drift of {_shown(entry)}"
        needed = any(_is_about(entry, drift.target.client, change) for drift in drifts for change in _changes(drift))
        if entry.until < today:
            now = "it is reported again" if needed or not is_fully_checked else "nothing drifts there: remove the entry"
            yield Remark(f"{subject} expired on {entry.until}: {now}", is_warning=True, position=entry.position)
        elif is_fully_checked and not needed:
            yield Remark(
                f"{subject}: nothing drifts there, remove the entry", is_warning=False, position=entry.position
            )


def _shown(entry: Acceptance) -> str:
    field = f", field {entry.field}" if entry.field else ""
    client = f" of client {quoted(entry.client)}" if entry.client else ""
    return f"{ResourceKey(entry.kind, entry.name)}{client}{field}"


def _changes(drift: Drift) -> Iterator[Change]:
    yield from (*drift.changed, *drift.missing, *(change for change, _ in drift.accepted))


def _is_about(entry: Acceptance, client: str, change: Change) -> bool:
    if not entry.concerns(client, change.key):
        return False
    return entry.field is None or any(covers(entry.field, field.path) for field in change.fields)
