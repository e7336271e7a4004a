"""Which events a plan makes end elsewhere: those of every case, and one made up for each criterion and catch-all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lpcac.core.resources import Desired, LiveObject, ResourceKey
from lpcac.pipeline.comparison import is_elsewhere, is_shortened, moved_events
from lpcac.pipeline.event_end import KINDS
from lpcac.pipeline.events import Entry, Event, EventEnd
from lpcac.pipeline.generated import words_for
from lpcac.planning.pipeline_risks import end_words, pipelines
from lpcac.planning.plan import Change


@dataclass(frozen=True)
class Sampled:
    """The events of a case, and where they enter."""

    name: str
    entry: Entry
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Elsewhere:
    """Events that end elsewhere once a plan is carried out, in words.

    Arguments:
        events: which ones: a case by its name, or the smallest event that meets a criterion.
        entry: the processing or routing policy by which they enter.
    """

    events: str
    entry: str
    before: str
    after: str
    is_shortened: bool


def events_elsewhere(
    changes: Sequence[Change], desired: Desired, sampled: Iterable[Sampled] = ()
) -> tuple[Elsewhere, ...]:
    """Return what ends elsewhere, the cases first; nothing where nothing moves.

    Arguments:
        changes: of one target's plan.
        desired: what is declared there; with the changes it tells what is live now.
    """
    if not any(change.key.kind in KINDS for change in changes):
        return ()
    was, now = pipelines(changes, _live(changes, desired))
    rows: dict[Elsewhere, None] = {}
    for each in sampled:
        for event in each.events:
            before, after = was.end_of(each.entry, event), now.end_of(each.entry, event)
            if (each.entry in was.specs or each.entry in now.specs) and is_elsewhere(before, after):
                rows.setdefault(_row(f"case {each.name}", each.entry, before, after))
    for moved in moved_events(was, now):
        rows.setdefault(_row(words_for(moved.event), moved.entry, moved.before, moved.after))
    return tuple(rows)


def _live(changes: Sequence[Change], desired: Desired) -> dict[ResourceKey, LiveObject]:
    """Return what the target held when it was planned, as far as it is declared or changes."""
    specs = {key: resource.spec for key, resource in desired.resources.items()}
    for change in changes:
        if change.before is None:
            specs.pop(change.key, None)
        else:
            specs[change.key] = change.before
    return {key: LiveObject(key, spec, "") for key, spec in specs.items()}


def _row(events: str, entry: Entry, before: EventEnd, after: EventEnd) -> Elsewhere:
    return Elsewhere(events, entry.name, _words(before), _words(after), is_shortened(before, after))


def _words(event_end: EventEnd) -> str:
    raw = "" if event_end.keeps_raw or not event_end.repo else ", without the raw message"
    return f"{end_words(event_end)}{raw}"
