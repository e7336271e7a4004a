"""Which events a change of the pipeline makes end elsewhere, and which of them it keeps for a shorter time.

Two policies can be compared without trying every event. An event about which one criterion decides before and another
one after can be stripped to the fields of those two: the fewer fields, the fewer criteria match, so that the same two
still decide. So one made-up event for each pair, the catch-alls included, meets everything that can happen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from lpcac.core.json_values import Json
from lpcac.pipeline.criteria import Criteria
from lpcac.pipeline.event_end import PROCESSING, REPO, ROUTING, Pipeline
from lpcac.pipeline.events import End, Entry, Event, EventEnd
from lpcac.pipeline.generated import ANY_VALUE, event_for

_Ends = tuple[object, ...]
_MOST_PAIRS: Final = 400_000
_MOST_EVENTS: Final = 50
"""Events shown for one pair of ends; more would not help the reader."""


@dataclass(frozen=True)
class Moved:
    """Events that end otherwise than before, or may do so.

    Arguments:
        entry: where they enter.
        event: the smallest of them; `None` where there are too many criteria to tell which, or whether there are any.
    """

    entry: Entry
    event: Event | None
    before: EventEnd
    after: EventEnd

    @property
    def is_shortened(self) -> bool:
        """Tell whether they are kept for a shorter time, or whether that cannot be ruled out."""
        return is_shortened(self.before, self.after)


def moved_events(before: Pipeline, after: Pipeline) -> Iterator[Moved]:
    """Yield, for everywhere that events enter before and after, the smallest events that end otherwise.

    Where policies have too many criteria to look at all pairs, each pair of ends that was not ruled out is returned
    without an event.
    """
    known: dict[tuple[str | None, str | None], list[_Meeting]] = {}
    for entry in compared_entries(before, after):
        if _is_same(before, after, entry):
            continue
        policies = before.routing_of(entry), after.routing_of(entry)
        if policies not in known:
            known[policies] = list(_meetings(before, after, entry))
        for meeting in known[policies]:
            was, now = before.end_by(entry, meeting.was), after.end_by(entry, meeting.now)
            yield Moved(entry, meeting.event, was, now)


def is_shortened(before: EventEnd, after: EventEnd) -> bool:
    """Tell whether an event is kept for a shorter time, or less of it; what is not known counts as shorter."""
    if before.end is End.DROPPED or _end_of(before) == _end_of(after):
        return False
    if before.end is End.UNKNOWN:
        return after.end is not End.UNKNOWN
    if after.end is not End.STORED or (before.keeps_raw and not after.keeps_raw):
        return True
    if before.days is None:
        return before.repo != after.repo
    return after.days is None or after.days < before.days


def is_elsewhere(before: EventEnd, after: EventEnd) -> bool:
    """Tell whether an event ends in another repo, for another time, or dropped where it was not, or the reverse."""
    return _end_of(before) != _end_of(after)


def _end_of(event_end: EventEnd) -> _Ends:
    return event_end.end, event_end.repo, event_end.days, event_end.keeps_raw, event_end.reason


def compared_entries(before: Pipeline, after: Pipeline) -> Iterator[Entry]:
    """Yield, sorted, where events enter before or after and that is there both times, and what they enter by no more.

    Events of a processing policy that goes still arrive: where they end then is not known.
    """
    was, now = set(before.entries()), set(after.entries())
    # A routing policy that a processing policy comes to use, or ceases to use, is looked at by itself as well.
    lasting = {entry for entry in was | now if entry in before.specs and entry in after.specs}
    going = {entry for entry in was if entry.kind == PROCESSING and entry not in after.specs}
    yield from sorted(lasting | going)


def _is_same(before: Pipeline, after: Pipeline, entry: Entry) -> bool:
    """Tell whether nothing on any way from here differs."""
    routing = before.routing_of(entry)
    if routing != after.routing_of(entry) or routing is None:
        return routing is None and after.routing_of(entry) is None
    was, now = before.spec(ROUTING, routing), after.spec(ROUTING, routing)
    if was != now:
        return False
    repos = {(was or {}).get("catch_all"), *(each.get("repo") for each in (was or {}).get("routing_criteria", ()))}
    return all(before.spec(REPO, repo) == after.spec(REPO, repo) for repo in repos)


class _Meeting(NamedTuple):
    """The criteria, `None` for the catch-all, that decide about an event before and after; `None` for some event."""

    was: int | None
    now: int | None
    event: Event | None


def _meetings(before: Pipeline, after: Pipeline, entry: Entry) -> Iterator[_Meeting]:
    was, now = _ends(before, entry), _ends(after, entry)
    criteria_was, criteria_now = _criteria(before, entry), _criteria(after, entry)
    is_small = len(was) * len(now) <= _MOST_PAIRS
    pairs = _pairs(was, now) if is_small else _single_pairs(criteria_was, criteria_now)
    met = ((i, j, event) for i, j in pairs if (event := _meeting(criteria_was, i, criteria_now, j)) is not None)
    found: dict[tuple[_Ends, _Ends], list[Event]] = {}
    for i, j, event in sorted(met, key=lambda each: len(each[2])):
        if was[i] == now[j]:
            continue
        smaller = found.setdefault((was[i], now[j]), [])
        if len(smaller) < _MOST_EVENTS and not any(_is_part(known, event) for known in smaller):
            smaller.append(event)
            yield _Meeting(_number(criteria_was, i), _number(criteria_now, j), event)
    if not is_small:
        first_was, first_now = _first(was), _first(now)
        for end_was, i in first_was.items():
            for end_now, j in first_now.items():
                if end_was != end_now and (end_was, end_now) not in found:
                    yield _Meeting(_number(criteria_was, i), _number(criteria_now, j), None)


def _pairs(was: Sequence[_Ends], now: Sequence[_Ends]) -> Iterator[tuple[int, int]]:
    return ((i, j) for i, end_was in enumerate(was) for j, end_now in enumerate(now) if end_was != end_now)


def _single_pairs(was: Criteria, now: Criteria) -> Iterator[tuple[int, int]]:
    """Yield what decides before and after about the smallest event of each criterion."""
    for criterion in (*was.listed, *now.listed):
        event = event_for(criterion) or {}
        first, then = was.decide(event).criterion, now.decide(event).criterion
        yield len(was.listed) if first is None else first, len(now.listed) if then is None else then
    yield len(was.listed), len(now.listed)


def _first(ends: Sequence[_Ends]) -> dict[_Ends, int]:
    return {end: index for index, end in reversed(list(enumerate(ends)))}


def _number(criteria: Criteria, index: int) -> int | None:
    return index if index < len(criteria.listed) else None


def _ends(pipeline: Pipeline, entry: Entry) -> list[_Ends]:
    """Return the end by each criterion, and by the catch-all last."""
    criteria = _criteria(pipeline, entry)
    numbers = [*range(len(criteria.listed)), None]
    return [_end_of(pipeline.end_by(entry, number)) for number in numbers]


def _criteria(pipeline: Pipeline, entry: Entry) -> Criteria:
    routing = pipeline.routing_of(entry)
    return pipeline.criteria(routing) if routing is not None else Criteria(())


def _meeting(was: Criteria, i: int, now: Criteria, j: int) -> Event | None:
    """Return the smallest event about which the i-th criterion decides before and the j-th one after, if any."""
    chosen: list[Json] = [*was.listed[i : i + 1], *now.listed[j : j + 1]]
    event = event_for(*chosen)
    if event is None:
        return None
    first, then = was.decide(event).criterion, now.decide(event).criterion
    is_met = (len(was.listed) if first is None else first) == i and (len(now.listed) if then is None else then) == j
    return event if is_met else None


def _is_part(small: Event, event: Event) -> bool:
    return all(key in event and value in (ANY_VALUE, event[key]) for key, value in small.items())
