"""Which events a change of the pipeline makes end elsewhere, and which of them it keeps for a shorter time.

Two policies can be compared without trying every event. An event about which one criterion decides before and another
one after can be stripped to the fields of those two: the fewer fields, the fewer criteria match, so that the same two
still decide. So one made-up event for each pair, the catch-alls included, meets everything that can happen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lpcac.core.json_values import Json
from lpcac.pipeline.criteria import Criteria
from lpcac.pipeline.evaluation import REPO, ROUTING, Pipeline
from lpcac.pipeline.fate import End, Entry, Event, Fate
from lpcac.pipeline.generated import ANY_VALUE, event_for


@dataclass(frozen=True)
class Moved:
    """Events that end otherwise than before.

    Arguments:
        entry: where they enter.
        event: the smallest of them.
    """

    entry: Entry
    event: Event
    before: Fate
    after: Fate

    @property
    def is_shortened(self) -> bool:
        """Tell whether they are kept for a shorter time, or whether that cannot be ruled out."""
        return is_shortened(self.before, self.after)


def moved_events(before: Pipeline, after: Pipeline) -> Iterator[Moved]:
    """Yield, for everywhere that events enter before and after, the smallest events that end otherwise."""
    for entry in _lasting_entries(before, after):
        if not _is_same(before, after, entry):
            yield from _moved(before, after, entry)


def is_shortened(before: Fate, after: Fate) -> bool:
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


def is_elsewhere(before: Fate, after: Fate) -> bool:
    """Tell whether an event ends in another repo, for another time, or dropped where it was not, or the reverse."""
    return _end_of(before) != _end_of(after)


def _end_of(fate: Fate) -> tuple[object, ...]:
    return fate.end, fate.repo, fate.days, fate.keeps_raw, fate.reason


def _lasting_entries(before: Pipeline, after: Pipeline) -> Iterator[Entry]:
    was, now = set(before.entries()), set(after.entries())
    # A routing policy that a processing policy comes to use, or ceases to use, is looked at by itself as well.
    lasting = {entry for entry in was | now if entry in before.specs and entry in after.specs}
    yield from sorted(lasting)


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


def _moved(before: Pipeline, after: Pipeline, entry: Entry) -> Iterator[Moved]:
    was, now = _ends(before, entry), _ends(after, entry)
    criteria_was, criteria_now = _criteria(before, entry), _criteria(after, entry)
    found: dict[tuple[object, ...], list[Event]] = {}
    ends_was, ends_now = [*map(_end_of, was)], [*map(_end_of, now)]
    pairs = [(i, j) for i, b in enumerate(ends_was) for j, a in enumerate(ends_now) if b != a]
    meetings = ((i, j, event) for i, j in pairs if (event := _meeting(criteria_was, i, criteria_now, j)) is not None)
    for i, j, event in sorted(meetings, key=lambda each: len(each[2])):
        smaller = found.setdefault((ends_was[i], ends_now[j]), [])
        if not any(_is_part(known, event) for known in smaller):
            smaller.append(event)
            yield Moved(entry, event, was[i], now[j])


def _ends(pipeline: Pipeline, entry: Entry) -> list[Fate]:
    """Return the end by each criterion, and by the catch-all last."""
    criteria = _criteria(pipeline, entry)
    numbers = [*range(len(criteria.listed)), None]
    return [pipeline.fate_by(entry, number) for number in numbers]


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
