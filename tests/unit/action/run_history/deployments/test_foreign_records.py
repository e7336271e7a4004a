"""Records of a wrong shape, in a comment or a deployment, are refused; none of them ends a run with a traceback."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from lpcac.action.plan_record.encoding import RecordError, record_from_json, record_json
from lpcac.action.plan_record.record import Origin, PlanRecord, ReviewedChange, TargetRecord, marks_of
from lpcac.action.run_history.deployments.contents import (
    Approval,
    Audit,
    Checkpoint,
    Ending,
    Entry,
    Goal,
    Result,
    ReviewedPull,
    Stamp,
    TargetResult,
)
from lpcac.action.run_history.deployments.documents import (
    attempt_document,
    checkpoint_document,
    entries_of,
    read_checkpoint,
    read_result,
    result_document,
)
from lpcac.action.run_history.deployments.parts import Assembly, payloads
from lpcac.connectors.github.port import Author, Deployment

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ORIGIN = Origin("octo/clients", 7, "a" * 40, "shown", "lpcac.yaml", "plan", NOW.isoformat())
CHANGE = ReviewedChange("create", "Repo", "system", "digest")
PART = TargetRecord("target", "plan", (CHANGE,), "signature")
RECORD = PlanRecord(ORIGIN, {"target": PART}, frozenset({"A" * 27}), frozenset({"key"}), frozenset({"AAAAAA"}))
STAMP = Stamp("octo/clients", "lpcac.yaml", "1", 1, "a" * 40, NOW)
NAMES = ("acme", "pool-acme", "lp-01")
ENTRY = Entry("target", NAMES, STAMP, "document", 1, NOW, NOW, Ending.DONE, (RECORD,), ("waived",))
AUDIT = Audit("alice", "https://x", (ReviewedPull(7, "a" * 40, "bob", (Approval("bob", NOW),)),))
DOCUMENTS: list[Any] = [
    attempt_document(STAMP, [Goal("target", NAMES, (RECORD,), ("waived",))]),
    result_document(
        Result(STAMP, "document", 1, (TargetResult("target", NAMES, Ending.DONE, "", ("waived",), (7,)),), AUDIT)
    ),
    checkpoint_document(Checkpoint(1, (ENTRY,))),
]
ODD = [
    None,
    True,
    False,
    -1,
    10**400,
    0.5,
    float("inf"),
    "",
    "\ud800",
    "2026",
    "é",
    "=",
    [],
    [[]],
    [None],
    {},
    {"a": 1},
]
odd_values = st.one_of(st.sampled_from(ODD), st.text(max_size=5), st.lists(st.sampled_from(ODD), max_size=3))


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where every value within a value stands."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


def with_value(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """Return the value with another one in a place; with nothing there for `...`."""
    if not path:
        return new
    result = copy.deepcopy(value)
    inner = result
    for key in path[:-1]:
        inner = inner[key]
    if new is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return result


def deployment(payload: Any, number: int = 1) -> Deployment:
    return Deployment(number, "a" * 40, "lpcac", payload, Author("github-actions[bot]", 1), NOW, "lpcac:attempt")


def read_payload(payload: Any) -> bool:
    """Read a deployment as a run does; tell whether it held a document."""
    whole = Assembly().add(deployment(payload))
    if whole is None:
        return False
    for entry in entries_of(whole):
        for record in entry.records:
            marks_of(record)
            hash((record.origin, record.origin.first_shown))
    read_result(whole)
    read_checkpoint(whole)
    return True


def read_record(value: Any) -> None:
    try:
        record = record_from_json(value)
    except RecordError:
        return
    marks_of(record)
    hash((record.origin, record.origin.first_shown))
    record_json(record)


def test_a_record_with_a_wrong_value_anywhere_is_refused_or_read() -> None:
    whole = record_json(RECORD)
    for path in places(whole):
        for new in (..., *ODD) if path else ODD:
            read_record(with_value(whole, path, new))


def test_a_document_with_a_wrong_value_anywhere_is_ignored_or_read() -> None:
    for document in DOCUMENTS:
        assert read_payload(payloads(document)[0])
        for path in places(document):
            for new in (..., *ODD) if path else ODD:
                read_odd(with_value(document, path, new))


def read_odd(document: Any) -> None:
    try:
        parts = payloads(document)
    except (UnicodeEncodeError, TypeError, ValueError):
        return  # Nobody can write this as JSON.
    read_payload(parts[0])


@given(st.sampled_from([*range(len(DOCUMENTS))]), st.data())
def test_a_document_with_any_two_wrong_values_is_ignored_or_read(which: int, data: st.DataObject) -> None:
    document = DOCUMENTS[which]
    for _ in range(2):
        path = data.draw(st.sampled_from(list(places(document))[1:]))
        document = with_value(document, path, data.draw(odd_values))
    read_odd(document)


PAYLOAD = payloads(DOCUMENTS[0])[0]


@given(st.one_of(odd_values, st.dictionaries(st.sampled_from(list(PAYLOAD)), odd_values)))
@example({**PAYLOAD, "of": True})
@example({**PAYLOAD, "data": "é"})
def test_any_payload_of_a_deployment_is_ignored_or_read(payload: Any) -> None:
    read_payload(payload)
    if isinstance(payload, dict):
        read_payload({**PAYLOAD, **payload})
