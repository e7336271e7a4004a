"""The audit of applies, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from lpcac.action.run_history.deployments.contents import Audit, ReviewedPull
from lpcac.action.run_history.runs import RecordedRun, RecordedTarget
from lpcac.core.json_values import Json
from lpcac.core.text.safe_text import escaped
from lpcac.reports.wording import counted

_FORMAT_VERSION = 1
_SHORT_COMMIT = 12


def history_text(runs: Sequence[RecordedRun]) -> str:
    """Return what each run did, newest first, a paragraph each."""
    if not runs:
        return "Nothing is recorded.\n"
    return "\n".join("".join(f"{escaped(line)}\n" for line in _lines(run)) for run in runs)


def history_json(runs: Sequence[RecordedRun]) -> Json:
    """Return the same as a JSON value; `state` of a target is `null` where no result says how it ended."""
    return {"format_version": _FORMAT_VERSION, "runs": [_run_json(run) for run in runs]}


def _lines(run: RecordedRun) -> Iterator[str]:
    stamp = run.stamp
    on = counted(len(run.targets), "target")
    yield f"{_moment(stamp.time)}  commit {stamp.commit[:_SHORT_COMMIT]} on {on} (scope {stamp.scope})"
    started = f", started by {run.audit.started_by}" if run.audit and run.audit.started_by else ""
    url = f": {run.audit.url}" if run.audit and run.audit.url else ""
    yield f"  run {stamp.run}, attempt {stamp.attempt}{started}{url}"
    for pull in run.audit.pull_requests if run.audit else ():
        yield f"  {_pull_words(pull)}"
    for target in run.targets:
        yield f"  {_target_words(target)}"


def _pull_words(pull: ReviewedPull) -> str:
    merged = f", merged by {pull.merged_by}" if pull.merged_by else ""
    approvals = [f"{each.login} ({_moment(each.time)})" if each.time else each.login for each in pull.approvals]
    approved = f", approved by {', '.join(approvals)}" if approvals else ", approved by nobody"
    return f"#{pull.number} at {pull.head[:_SHORT_COMMIT]}{merged}{approved}"


def _target_words(target: RecordedTarget) -> str:
    client, pool, logpoint = target.names
    ending = target.ending.value if target.ending else "unknown: the run left no result"
    detail = f" ({target.detail})" if target.detail else ""
    waived = f"; waived: {'; '.join(target.waived)}" if target.waived else ""
    return f"{client} on {pool}/{logpoint}: {ending}{detail}{waived}"


def _run_json(run: RecordedRun) -> Json:
    stamp = run.stamp
    return {
        "repository": stamp.repository,
        "scope": stamp.scope,
        "commit": stamp.commit,
        "time": stamp.time.isoformat(),
        "run": {"id": stamp.run, "attempt": stamp.attempt, **_audit_json(run.audit)},
        "pull_requests": [_pull_json(pull) for pull in run.audit.pull_requests] if run.audit else [],
        "targets": [_target_json(target) for target in run.targets],
    }


def _audit_json(audit: Audit | None) -> Json:
    return {"url": audit.url if audit else "", "started_by": audit.started_by if audit else ""}


def _pull_json(pull: ReviewedPull) -> Json:
    approvals = [{"login": each.login, "time": each.time.isoformat() if each.time else None} for each in pull.approvals]
    return {"number": pull.number, "head": pull.head, "merged_by": pull.merged_by, "approvals": approvals}


def _target_json(target: RecordedTarget) -> Json:
    client, pool, logpoint = target.names
    return {
        "client": client,
        "pool": pool,
        "logpoint": logpoint,
        "state": target.ending.value if target.ending else None,
        "detail": target.detail,
        "waived": list(target.waived),
        "pull_requests": list(target.pull_requests),
    }


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M %Z")
