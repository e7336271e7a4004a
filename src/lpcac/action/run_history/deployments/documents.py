"""The documents that deployments carry, as JSON: attempts, results and checkpoints, written and read.

An attempt names its targets and carries the records that allow their changes; a result says what became of each; a
checkpoint sums up every target, so that nobody has to read further back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from lpcac.action.plan_record.encoding import RecordError, record_from_json, record_json
from lpcac.action.plan_record.record import PlanRecord
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
    Task,
)
from lpcac.action.run_history.deployments.parts import Whole
from lpcac.core.json_values import Json

# What reading a document of another shape ends with.
_WRONG_SHAPE: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError)


@dataclass
class _Stamps:
    """Stamps by number, so that each is written once."""

    found: dict[Stamp, int] = field(default_factory=dict)

    def number(self, stamp: Stamp) -> int:
        return self.found.setdefault(stamp, len(self.found))

    def listed(self) -> list[Json]:
        return [_stamp_json(stamp) for stamp in self.found]


def attempt_document(stamp: Stamp, goals: Iterable[Goal]) -> Json:
    """Return the document that says what a run sets out to do, with the records that allow it."""
    targets = [
        {
            "target": goal.target,
            "names": list(goal.names),
            "records": [record_json(record) for record in goal.records],
            "waived": list(goal.waived),
        }
        for goal in goals
    ]
    return {"kind": Task.ATTEMPT.value, "stamp": _stamp_json(stamp), "targets": targets}


def result_document(result: Result) -> Json:
    """Return the document that says what became of targets."""
    targets = [
        {
            "target": target_result.target,
            "names": list(target_result.names),
            "ending": target_result.ending.value,
            "detail": target_result.detail,
            "waived": list(target_result.waived),
            "pull_requests": list(target_result.pull_requests),
            "attempted": target_result.is_attempted,
        }
        for target_result in result.target_results
    ]
    return {
        "kind": Task.RESULT.value,
        "stamp": _stamp_json(result.stamp),
        "attempt": result.attempt,
        "order": result.order,
        "targets": targets,
        "audit": _audit_json(result.audit),
    }


def checkpoint_document(checkpoint: Checkpoint) -> Json:
    """Return the document that sums up every target; entries are copied unchanged, verified or not."""
    stamps = _Stamps()
    entries = [
        {
            "target": entry.target,
            "names": list(entry.names),
            "stamp": stamps.number(entry.stamp),
            "document": entry.document,
            "order": entry.order,
            "recorded": entry.recorded.isoformat(),
            "last_sign": entry.last_sign.isoformat(),
            "ending": entry.ending.value if entry.ending else None,
            "records": [record_json(record) for record in entry.records],
            "waived": list(entry.waived),
        }
        for entry in checkpoint.entries
    ]
    return {
        "kind": Task.CHECKPOINT.value,
        "read_to": checkpoint.read_to,
        "stamps": stamps.listed(),
        "entries": entries,
    }


def entries_of(whole: Whole) -> tuple[Entry, ...]:
    """Return what an attempt or a result says of each target; nothing for what cannot be understood."""
    content = whole.content
    try:
        match content["kind"]:
            case Task.ATTEMPT:
                return tuple(_attempted(whole, content))
            case Task.RESULT:
                return tuple(_ended(whole, _result(content)))
            case Task.CHECKPOINT:
                return _checkpoint(content).entries
    except _WRONG_SHAPE:
        pass
    return ()


def read_result(whole: Whole) -> Result | None:
    """Return the result that a document is; `None` for any other one."""
    try:
        return _result(whole.content) if whole.content["kind"] == Task.RESULT else None
    except _WRONG_SHAPE:
        return None


def read_checkpoint(whole: Whole) -> Checkpoint | None:
    """Return the checkpoint that a document is; `None` for any other one."""
    try:
        return _checkpoint(whole.content) if whole.content["kind"] == Task.CHECKPOINT else None
    except _WRONG_SHAPE:
        return None


def _result(content: Json) -> Result:
    target_results = tuple(
        TargetResult(
            _text(each["target"]),
            _names(each["names"]),
            Ending(each["ending"]),
            _text(each["detail"]),
            _texts(each["waived"]),
            tuple(_number(number) for number in each["pull_requests"]),
            each["attempted"] is True,
        )
        for each in content["targets"]
    )
    attempt, order = _text(content["attempt"]), _number(content["order"])
    return Result(_stamp(content["stamp"]), attempt, order, target_results, _audit(content["audit"]))


def _checkpoint(content: Json) -> Checkpoint:
    stamps = [_stamp(each) for each in content["stamps"]]
    entries = tuple(
        Entry(
            target=_text(each["target"]),
            names=_names(each["names"]),
            stamp=stamps[_number(each["stamp"])],
            document=_text(each["document"]),
            order=_number(each["order"]),
            recorded=_time(each["recorded"]),
            last_sign=_time(each["last_sign"]),
            ending=None if each["ending"] is None else Ending(each["ending"]),
            records=tuple(_records(each["records"])),
            waived=_texts(each["waived"]),
        )
        for each in content["entries"]
    )
    return Checkpoint(_number(content["read_to"]), entries)


def _attempted(whole: Whole, content: Json) -> Iterator[Entry]:
    stamp = _stamp(content["stamp"])
    for each in content["targets"]:
        yield Entry(
            target=_text(each["target"]),
            names=_names(each["names"]),
            stamp=stamp,
            document=whole.name,
            order=whole.order,
            recorded=whole.recorded,
            last_sign=whole.recorded,
            records=tuple(_records(each["records"])),
            waived=_texts(each["waived"]),
        )


def _ended(whole: Whole, result: Result) -> Iterator[Entry]:
    for target_result in result.target_results:
        yield Entry(
            target=target_result.target,
            names=target_result.names,
            stamp=result.stamp,
            document=result.attempt if target_result.is_attempted else whole.name,
            order=result.order if target_result.is_attempted else whole.order,
            recorded=whole.recorded,
            last_sign=whole.recorded,
            ending=target_result.ending,
            waived=target_result.waived,
        )


def _stamp_json(stamp: Stamp) -> Json:
    return {
        "repository": stamp.repository,
        "scope": stamp.scope,
        "run": stamp.run,
        "attempt": stamp.attempt,
        "commit": stamp.commit,
        "time": stamp.time.isoformat(),
    }


def _stamp(value: Json) -> Stamp:
    return Stamp(
        _text(value["repository"]),
        _text(value["scope"]),
        _text(value["run"]),
        _number(value["attempt"]),
        _text(value["commit"]),
        _time(value["time"]),
    )


def _audit_json(audit: Audit) -> Json:
    return {
        "started_by": audit.started_by,
        "url": audit.url,
        "pull_requests": [
            {
                "number": each.number,
                "head": each.head,
                "merged_by": each.merged_by,
                "approvals": [
                    [approval.login, approval.time.isoformat() if approval.time else None]
                    for approval in each.approvals
                ],
            }
            for each in audit.pull_requests
        ],
    }


def _audit(value: Mapping[str, object]) -> Audit:
    pulls: object = value["pull_requests"]
    found = []
    for each in pulls if isinstance(pulls, list) else ():
        approvals = tuple(
            Approval(_text(login), None if time is None else _time(time)) for login, time in each["approvals"]
        )
        found.append(ReviewedPull(_number(each["number"]), _text(each["head"]), _text(each["merged_by"]), approvals))
    return Audit(_text(value["started_by"]), _text(value["url"]), tuple(found))


def _records(content: Sequence[object]) -> Iterator[PlanRecord]:
    for each in content:
        try:
            yield record_from_json(each)
        except RecordError:
            continue


def _names(value: Sequence[object]) -> tuple[str, str, str]:
    client, pool, logpoint = value
    return _text(client), _text(pool), _text(logpoint)


def _texts(value: Sequence[object]) -> tuple[str, ...]:
    return tuple(_text(each) for each in value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError
    return value


def _time(value: object) -> datetime:
    time = datetime.fromisoformat(_text(value))
    if time.tzinfo is None:
        raise ValueError(value)
    return time
