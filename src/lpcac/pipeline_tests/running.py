"""Runs the cases of a client against what the client declares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from lpcac.core.findings import Finding, Position
from lpcac.core.resources import Desired, ResourceKey
from lpcac.core.text.did_you_mean import did_you_mean
from lpcac.core.text.safe_text import quoted
from lpcac.pipeline.criteria import VALUE_MATCHES
from lpcac.pipeline.event_end import KINDS, PROCESSING, Pipeline
from lpcac.pipeline.events import End, Entry, Event, EventEnd, Step
from lpcac.pipeline_tests.cases import Case
from lpcac.pipeline_tests.document import CATCH_ALL
from lpcac.pipeline_tests.samples import ReadSample, sample_events

OUT_OF_TIME = "tests-out-of-time"
"""Code of the finding that the tests' time was used up."""
NO_ENTRY = "case-without-entry"
"""Code of the finding that a case's processing policy is not declared, or that it names none."""

_Events = tuple[list[tuple[Position | None, Event]], Finding | None]
_SAMPLES_KEPT = 8


@dataclass(frozen=True)
class Mismatch:
    """One thing that is not as expected, in words; `position` is where it is expected."""

    what: str
    expected: str
    actual: str
    position: Position


@dataclass(frozen=True)
class CaseResult:
    """The result of one case.

    Arguments:
        desired: what the client declares.
        event_end: of its event; of the first that is not as expected where it has a file of them.
        sample: where that event is, if it is in a file.
        problem: what kept the case from being run.
        event_ends: of all its events.
    """

    client: str
    case: Case
    desired: Desired = field(repr=False)
    event_end: EventEnd | None = None
    mismatches: tuple[Mismatch, ...] = ()
    sample: Position | None = None
    problem: Finding | None = None
    event_ends: tuple[EventEnd, ...] = ()

    @property
    def decided_at(self) -> Position | None:
        """Return where the criterion that decided about the event is declared; positions are looked up when needed."""
        return _place(self.desired, self.event_end.decided_by) if self.event_end else None

    @property
    def decided_by(self) -> str:
        """Return that criterion in words."""
        return criterion_words(self.desired, self.event_end.decided_by) if self.event_end else ""

    @property
    def doubts(self) -> tuple[Position, ...]:
        """Return the places of criteria that miss the event by upper and lower case alone."""
        return tuple(_doubt_places(self.desired, self.event_end)) if self.event_end else ()

    @property
    def reached(self) -> frozenset[Position]:
        """Return the places of all criteria and catch-alls that decided about the events."""
        steps = {event_end.decided_by for event_end in self.event_ends}
        return frozenset(place for step in steps if (place := _place(self.desired, step)))

    @property
    def is_passed(self) -> bool:
        """Tell whether all is as expected."""
        return self.problem is None and not self.mismatches and self.case.expect is not None


def pipeline_of(desired: Desired) -> Pipeline:
    """Return the pipeline that a client declares; what is external or the vendor's is known by name alone."""
    return Pipeline({key: resource.spec for key, resource in desired.resources.items() if key.kind in KINDS})


@dataclass(frozen=True)
class Runner:
    """Runs cases.

    Arguments:
        read: gives sample files.
        has_time: tells whether time is left; nothing runs when none is.
    """

    read: ReadSample
    has_time: Callable[[], bool]
    _samples: dict[str, _Events] = field(default_factory=dict)

    def run(self, client: str, desired: Desired, cases: Iterable[Case]) -> Iterator[CaseResult]:
        """Yield the result of each case."""
        pipeline = pipeline_of(desired)
        for case in cases:
            if not self.has_time():
                message = (
                    f"case {quoted(case.name)} was not run: the time for tests is used up, run fewer or smaller ones"
                )
                yield CaseResult(client, case, desired, problem=Finding(OUT_OF_TIME, message, case.position))
            else:
                yield self._result(client, desired, pipeline, case)

    def _result(self, client: str, desired: Desired, pipeline: Pipeline, case: Case) -> CaseResult:
        if case.via is None or ResourceKey(PROCESSING, case.via) not in desired.resources:
            hint = did_you_mean(case.via or "", pipeline.names(PROCESSING))
            message = f"case {quoted(case.name)}: processing policy {quoted(case.via or '')} is not declared{hint}"
            return CaseResult(client, case, desired, problem=Finding(NO_ENTRY, message, case.position))
        events, problem = self.events(case)
        if problem:
            return CaseResult(client, case, desired, problem=problem)
        entry = Entry(PROCESSING, case.via)
        event_ends = [(place, pipeline.end_of(entry, event)) for place, event in events]
        failed = (
            (place, event_end, found)
            for place, event_end in event_ends
            if (found := _mismatches(case, event_end, desired))
        )
        place, event_end, mismatches = next(failed, (*event_ends[0], []))
        wrong = place if mismatches else None
        ends = tuple(each for _, each in event_ends)
        return CaseResult(client, case, desired, event_end, tuple(mismatches), wrong, event_ends=ends)

    def events(self, case: Case) -> _Events:
        """Return a case's events, each with its place if it is in a file, or why they cannot be read."""
        if not case.samples:
            return [(None, case.event)], None
        key = f"{case.file}:{case.samples}"
        if key not in self._samples:
            if len(self._samples) == _SAMPLES_KEPT:
                self._samples.clear()
            self._samples[key] = self._read_sample(case)
        return self._samples[key]

    def _read_sample(self, case: Case) -> _Events:
        folder = PurePosixPath(case.file).parent
        name = str(folder / case.samples)
        content = self.read(str(folder), case.samples)
        if isinstance(content, str):
            return [], Finding("sample-unreadable", f"{quoted(name)} cannot be read: {content}", case.position)
        events, findings = sample_events(content, name)
        return [(Position(name, line), event) for line, event in events], next(iter(findings), None)


def criterion_words(desired: Desired, step: Step | None) -> str:
    """Return a criterion as tests name it: `KEY=VALUE`, `KEY`, or `catch_all`; empty where none decided."""
    if step is None:
        return ""
    number = step.pointer.rpartition("/")[2]
    if not number.isdigit():
        return CATCH_ALL
    criterion = desired.resources[ResourceKey(step.kind, step.name)].spec["routing_criteria"][int(number)]
    return (
        f"{criterion['key']}={criterion.get('value') or ''}" if criterion["type"] == VALUE_MATCHES else criterion["key"]
    )


def _place(desired: Desired, step: Step | None) -> Position | None:
    resource = desired.resources.get(ResourceKey(step.kind, step.name)) if step else None
    return resource.where(step.pointer) if resource and step else None


def _doubt_places(desired: Desired, event_end: EventEnd) -> Iterator[Position]:
    step = event_end.decided_by
    for number in event_end.doubts if step else ():
        place = _place(desired, Step(step.kind, step.name, f"/spec/routing_criteria/{number}")) if step else None
        if place:
            yield place


def _mismatches(case: Case, event_end: EventEnd, desired: Desired) -> list[Mismatch]:
    expect = case.expect
    if expect is None:
        return []
    found: list[Mismatch] = []
    unknown = f"not known ({event_end.reason})" if event_end.reason else "not known"

    def compare(what: str, expected: object, actual: object, *, holds: bool) -> None:
        if expected is not None and not holds:
            found.append(Mismatch(what, _words(expected), _words(actual), case.where(what)))

    is_unknown = event_end.end is End.UNKNOWN
    repo = unknown if is_unknown else event_end.repo or "none, the event is dropped"
    days = unknown if event_end.days is None else event_end.days
    compare("repo", expect.repo, repo, holds=expect.repo == event_end.repo)
    compare("retention_days", expect.retention_days, days, holds=expect.retention_days == event_end.days)
    enough = expect.at_least is not None and event_end.days is not None and event_end.days >= expect.at_least
    compare("at_least", expect.at_least, days, holds=enough)
    dropped = unknown if is_unknown else event_end.end is End.DROPPED
    compare("dropped", expect.dropped, dropped, holds=expect.dropped == dropped)
    raw = unknown if is_unknown else not event_end.keeps_raw
    compare("raw_dropped", expect.raw_dropped, raw, holds=expect.raw_dropped == raw)
    decided = criterion_words(desired, event_end.decided_by)
    compare("criterion", expect.criterion, decided or unknown, holds=expect.criterion == decided)
    return found


def _words(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
