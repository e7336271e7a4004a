"""Fields that events may lose: where normalization or enrichment does less, criteria that compare fields match less.

Which fields a package or a source gives is known to the logpoint alone. So what may be lost is any of them, and an
event about which a criterion decided before may reach a later one, or the catch-all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lpcac.core.digests import canonical_bytes
from lpcac.core.json_values import Json
from lpcac.pipeline.comparison import compared_entries, is_shortened
from lpcac.pipeline.event_end import PROCESSING, Pipeline
from lpcac.pipeline.events import End, Entry, EventEnd

NORMALIZATION: Final = "NormalizationPolicy"
ENRICHMENT: Final = "EnrichmentPolicy"
FIELD_KINDS: Final = (NORMALIZATION, ENRICHMENT)
_REFERENCES: Final = {NORMALIZATION: "normalization_policy", ENRICHMENT: "enrichment_policy"}


@dataclass(frozen=True)
class MayMiss:
    """Events that a criterion may no longer match.

    Arguments:
        entry: the processing policy by which they enter.
        source: kind and name of the policy that gives them less than before.
        criterion: number of the criterion, from 0.
        after: the shortest that they may be kept then.
    """

    entry: Entry
    source: tuple[str, str]
    criterion: int
    before: EventEnd
    after: EventEnd


def may_miss(before: Pipeline, after: Pipeline) -> Iterator[MayMiss]:
    """Yield for each end the first criterion whose events may be kept for a shorter time because fields are missing."""
    for entry in compared_entries(before, after):
        routing = after.routing_of(entry)
        source = _weakened(before, after, entry) if entry.kind == PROCESSING and routing else None
        if source is None or routing is None:
            continue
        ends = [after.end_by(entry, number) for number in (None, *range(len(after.criteria(routing).listed)))]
        told: set[tuple[str | None, int | None]] = set()
        for number, was in _stored_by_criteria(before, entry):
            worse = [end for end in ends if was.end is End.STORED and is_shortened(was, end)]
            if worse and (was.repo, was.days) not in told:
                told.add((was.repo, was.days))
                yield MayMiss(entry, source, number, was, min(worse, key=_shortest))


def _shortest(end: EventEnd) -> tuple[bool, int]:
    return end.days is None, end.days or 0


def _stored_by_criteria(pipeline: Pipeline, entry: Entry) -> Iterator[tuple[int, EventEnd]]:
    routing = pipeline.routing_of(entry)
    listed = pipeline.criteria(routing).listed if routing else ()
    for number in range(len(listed)):
        yield number, pipeline.end_by(entry, number)


def _weakened(before: Pipeline, after: Pipeline, entry: Entry) -> tuple[str, str] | None:
    """Return the policy that gives events of a processing policy less than before, if there is one."""
    was, now = before.spec(*entry) or {}, after.spec(*entry) or {}
    for kind, field in _REFERENCES.items():
        name = was.get(field)
        if name and _parts(before, kind, name) - _parts(after, kind, now.get(field)):
            return kind, str(name)
    return None


def _parts(pipeline: Pipeline, kind: str, name: str | None) -> frozenset[bytes]:
    """Return all that a policy lists; of one that is not known, its name stands for that."""
    if not name:
        return frozenset()
    spec: Json | None = pipeline.spec(kind, name)
    if spec is None:
        return frozenset({canonical_bytes([kind, name])})
    lists = ((field, value) for field, value in spec.items() if isinstance(value, list))
    return frozenset(canonical_bytes([field, each]) for field, value in lists for each in value)
