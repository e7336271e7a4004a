"""What a plan does to events: every change that makes some of them be kept for a shorter time gets a risk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from lpcac.core.json_values import Json
from lpcac.core.resources import LiveObject, ResourceKey
from lpcac.kinds.kind import Risk
from lpcac.pipeline.comparison import Moved, moved_events
from lpcac.pipeline.event_end import KINDS, PROCESSING, REPO, ROUTING, Pipeline
from lpcac.pipeline.events import End, Entry, EventEnd
from lpcac.pipeline.generated import words_for
from lpcac.pipeline.lost_fields import ENRICHMENT, FIELD_KINDS, NORMALIZATION, MayMiss, may_miss
from lpcac.planning.plan import Change

_NAMED: Final = 3
_KINDS: Final = (*KINDS, *FIELD_KINDS)
_LABELS: Final = {
    PROCESSING: "processing policy",
    ROUTING: "routing policy",
    NORMALIZATION: "normalization policy",
    ENRICHMENT: "enrichment policy",
}


def with_pipeline_risks(changes: tuple[Change, ...], live: Mapping[ResourceKey, LiveObject]) -> tuple[Change, ...]:
    """Return the changes with a risk for each way on which they make events be kept for a shorter time, or dropped.

    The risk is reported with the change closest to where the events enter. A shorter retention of the repo that they
    end in as before is reported with that repo's own change.
    """
    by_key = {change.key: change for change in changes if change.key.kind in _KINDS}
    if not by_key:
        return changes
    was, now = pipelines(changes, live)
    risks: dict[ResourceKey, list[Moved]] = {}
    for moved in moved_events(was, now):
        if moved.is_shortened and not _is_reported_by_repo(moved, by_key):
            risks.setdefault(_cause(moved, was, now, by_key), []).append(moved)
    missed: dict[ResourceKey, list[MayMiss]] = {}
    for each in may_miss(was, now):
        # Either the processing policy refers to another one, or that one itself is changed.
        cause = next((ResourceKey(*key) for key in (each.entry, each.source) if key in by_key), None)
        if cause is not None:
            missed.setdefault(cause, []).append(each)
    return tuple(
        replace(
            change,
            risks=(*change.risks, *_risks(risks.get(change.key, ())), *map(_missing, missed.get(change.key, ()))),
        )
        for change in changes
    )


def pipelines(changes: Iterable[Change], live: Mapping[ResourceKey, LiveObject]) -> tuple[Pipeline, Pipeline]:
    """Return the pipeline as it is on a logpoint, and as it is once the changes are carried out."""
    was: dict[tuple[str, str], Json] = {key: found.spec for key, found in live.items() if key.kind in _KINDS}
    now = dict(was)
    for change in changes:
        if change.key.kind not in _KINDS:
            continue
        if change.after is None:
            now.pop(change.key, None)
        else:
            now[change.key] = change.after
    return Pipeline(was), Pipeline(now)


def _is_reported_by_repo(moved: Moved, changes: Mapping[ResourceKey, Change]) -> bool:
    before, after = moved.before, moved.after
    is_same_way = before.end is after.end is End.STORED and before.repo == after.repo
    change = changes.get(ResourceKey(REPO, after.repo or ""))
    return is_same_way and before.keeps_raw == after.keeps_raw and change is not None and bool(change.risks)


def _cause(moved: Moved, was: Pipeline, now: Pipeline, changes: Mapping[ResourceKey, Change]) -> ResourceKey:
    """Return the change that comes first on the way; every difference on a way is a change of something on it."""
    way = (
        moved.entry,
        (ROUTING, now.routing_of(moved.entry)),
        (ROUTING, was.routing_of(moved.entry)),
        (REPO, moved.after.repo),
        (REPO, moved.before.repo),
    )
    return next(ResourceKey(kind, name) for kind, name in way if name and (kind, name) in changes)


def _risks(found: Sequence[Moved]) -> Iterable[Risk]:
    """Return one risk for all events that enter at one place and have the same ends before and after."""
    alike: dict[tuple[Entry, str, str], list[Moved]] = {}
    for moved in found:
        words = _becomes(moved.before, moved.after)
        alike.setdefault((moved.entry, *words), []).append(moved)
    for (entry, code, becomes), group in alike.items():
        yield Risk(code, f"events of {_LABELS[entry.kind]} {entry.name} {_which(group)}: {becomes}")


def _missing(found: MayMiss) -> Risk:
    kind, name = found.source
    after, ways = found.after, {End.DROPPED: "be dropped", End.UNKNOWN: "end where that is not known"}
    message = (
        f"{_LABELS[kind]} {name} no longer gives events of processing policy {found.entry.name} all fields: those that "
        f"criterion {found.criterion + 1} misses may {ways.get(after.end, f'be kept {end_words(after)}')}, "
        f"were {end_words(found.before)}"
    )
    return Risk("fields-lost", message)


def _which(group: Sequence[Moved]) -> str:
    named = [words_for(moved.event) for moved in group[:_NAMED]]
    more = [f"{len(group) - _NAMED} more"] if len(group) > _NAMED else []
    return " or ".join([*named, *more])


def _becomes(before: EventEnd, after: EventEnd) -> tuple[str, str]:
    """Return code and words for what happens to events instead of what happened to them."""
    was = f"were {end_words(before)}" if before.end is not End.UNKNOWN else "where they ended before is not known"
    if after.end is End.DROPPED:
        return "events-dropped", f"dropped, {was}"
    if after.end is End.UNKNOWN:
        return "end-unknown", f"where they end is not known ({after.reason}), {was}"
    if before.end is End.STORED and before.keeps_raw and not after.keeps_raw:
        return "raw-message-dropped", f"stored without the raw message: {end_words(after)}, {was}"
    return "kept-shorter", f"kept {end_words(after)}, {was}"


def end_words(event_end: EventEnd) -> str:
    """Return where an event is stored and for how long: `365 days in system`; `dropped` or `not known` otherwise."""
    if event_end.end is End.DROPPED:
        return "dropped"
    if event_end.end is End.UNKNOWN:
        return "not known"
    if event_end.days is None:
        return f"for an unknown time in {event_end.repo}"
    return f"{event_end.days} day{'' if event_end.days == 1 else 's'} in {event_end.repo}"
