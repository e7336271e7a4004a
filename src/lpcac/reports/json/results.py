"""Apply reports and drift as JSON, built from the rows that a plan's JSON is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from lpcac.apply.report import Outcome, State, TargetReport
from lpcac.core.json_values import Json
from lpcac.core.resources import Target
from lpcac.planning.drift import Drift
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.planning.plan import Change
from lpcac.reports.json.plan import FORMAT_VERSION, change_row, error_rows, object_rows, target_row
from lpcac.reports.json.row import Published
from lpcac.reports.summaries.apply import left_out, not_applied_reasons

_NOTHING_WAIVED: Mapping[Target, Sequence[Refusal]] = MappingProxyType({})


def report_document(
    reports: Sequence[TargetReport],
    others: Sequence[GuardedTarget] = (),
    waived: Mapping[Target, Sequence[Refusal]] = _NOTHING_WAIVED,
) -> Json:
    """Return what an apply did, as JSON: the plan's rows, and how each change ended.

    Arguments:
        others: targets that were planned and not applied; their changes are skipped, with the reason.
        waived: the limits that were waived for a target.
    """
    applied = [_report_row(report, waived.get(report.plan.target, ())) for report in reports]
    return {
        "format_version": FORMAT_VERSION,
        "done": all(report.is_done for report in reports) and not left_out(others),
        "targets": applied + [_other_row(target) for target in others],
    }


def drift_document(drifts: Sequence[Drift]) -> Json:
    """Return what drifted, was accepted or could not be checked, as JSON; before is live, after is declared."""
    return {
        "format_version": FORMAT_VERSION,
        "clean": all(drift.is_clean for drift in drifts),
        "targets": [_drift_row(drift) for drift in drifts],
    }


def _report_row(report: TargetReport, waived: Sequence[Refusal]) -> Json:
    row = _dumped(target_row(GuardedTarget(report.plan)))
    row["changes"] = [_outcome_row(outcome) for outcome in report.outcomes]
    row["done"] = report.is_done
    row["remaining"] = _change_rows(report.remaining)
    row["problem"] = report.problem
    row["changed_meanwhile"] = _change_rows(report.meanwhile)
    row["errors"] = [_dumped(each) for each in error_rows(report.errors)]
    row["waived"] = [{"code": refusal.code, "message": refusal.message} for refusal in waived]
    return row


def _other_row(target: GuardedTarget) -> Json:
    reason = f"the target was not applied: {'; '.join(not_applied_reasons(target))}"
    row = _dumped(target_row(target))
    row["changes"] = [_outcome_row(Outcome(change, State.SKIPPED, reason)) for change in target.plan.changes]
    row["done"] = not left_out([target])
    row["remaining"] = []
    row["problem"] = target.plan.unread
    row["changed_meanwhile"] = []
    row["waived"] = []
    return row


def _outcome_row(outcome: Outcome) -> Json:
    ended = {"state": outcome.state.value, "detail": outcome.detail, "seconds": round(outcome.seconds, 3)}
    return _dumped(change_row(outcome.change)) | ended


def _drift_row(drift: Drift) -> Json:
    return {
        "client": drift.target.client,
        "pool": drift.target.pool,
        "pool_uuid": drift.target.pool_uuid,
        "logpoint": drift.target.logpoint,
        "logpoint_id": drift.target.logpoint_id,
        "clean": drift.is_clean,
        "changed": _change_rows(drift.changed),
        "missing": _change_rows(drift.missing),
        "unmanaged": [_dumped(row) for row in object_rows(drift.unmanaged)],
        "accepted": [_dumped(change_row(change)) | {"reason": reason} for change, reason in drift.accepted],
        "not_checked": drift.not_checked,
        "errors": [_dumped(row) for row in error_rows(drift.errors)],
    }


def _change_rows(changes: Sequence[Change]) -> list[Json]:
    return [_dumped(change_row(change)) for change in changes]


def _dumped(row: Published) -> Json:
    return row.model_dump(mode="json")
