"""Writes the expectation of cases that have none: what becomes of their events today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lpcac.core.findings import Position
from lpcac.core.json_values import Json
from lpcac.documents.reader import read_documents
from lpcac.pipeline.events import End, EventEnd
from lpcac.pipeline_tests.cases import Case
from lpcac.pipeline_tests.running import CaseResult
from lpcac.yaml_editing.file_editor import edited


@dataclass(frozen=True)
class NewExpectations:
    """What to write into one file.

    Arguments:
        expected: by place of the document and number of the case.
        unclear: cases whose events end differently, or nobody knows where.
    """

    expected: dict[tuple[Position, int], Json]
    unclear: tuple[Case, ...]


def new_expectations(results: Iterable[CaseResult]) -> dict[str, NewExpectations]:
    """Return by file the expectations of its new cases; what differs between clients is left out."""
    found: dict[str, dict[tuple[Position, int], tuple[Case, list[Json]]]] = {}
    for result in results:
        case = result.case
        if case.expect is None and result.event_ends:
            of_file = found.setdefault(case.file, {})
            _, all_of_case = of_file.setdefault((case.document.position, case.number), (case, []))
            all_of_case += [_expectation(event_end) for event_end in result.event_ends]
    return {file: _agreed(cases) for file, cases in found.items()}


def with_expectations(content: bytes, file: str, new: NewExpectations) -> bytes:
    """Return a file's content with the new expectations written into it, and everything else as it was.

    Raises:
        CannotEditError: its layout does not allow that.
    """
    changes: dict[int, Json] = {}
    for index, document in enumerate(read_documents(content, file)[0]):
        wanted = {number: expect for (place, number), expect in new.expected.items() if place == document.position}
        if wanted:
            spec = document.value["spec"]
            cases = [{**c, "expect": wanted[n]} if n in wanted else c for n, c in enumerate(spec["cases"])]
            changes[index] = {**document.value, "spec": {**spec, "cases": cases}}
    return edited(content, changes) if changes else content


def _agreed(cases: dict[tuple[Position, int], tuple[Case, list[Json]]]) -> NewExpectations:
    expected: dict[tuple[Position, int], Json] = {}
    unclear: list[Case] = []
    for place, (case, found) in cases.items():
        if agreed := {key: value for key, value in found[0].items() if all(each.get(key) == value for each in found)}:
            expected[place] = agreed
        else:
            unclear.append(case)
    return NewExpectations(expected, tuple(unclear))


def _expectation(event_end: EventEnd) -> Json:
    if event_end.end is End.DROPPED:
        return {"dropped": True}
    if event_end.end is End.UNKNOWN:
        return {}
    days = {} if event_end.days is None else {"retention_days": event_end.days}
    return {"repo": event_end.repo, **days, **({} if event_end.keeps_raw else {"raw_dropped": True})}
