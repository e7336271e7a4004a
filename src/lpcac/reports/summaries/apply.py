"""Summary of an apply: the verdict, why targets were not applied, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from lpcac.apply.report import State, TargetReport
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import Change
from lpcac.reports.summaries.plan import TargetStatus, permission_steps
from lpcac.reports.wording import counted, duration, state_counts


def not_applied_reasons(target: GuardedTarget) -> list[str]:
    """Return why a planned target was not applied; its errors are listed separately."""
    if target.plan.unread is not None:
        return [target.plan.unread]
    if target.plan.errors:
        return [f"the plan has {counted(len(target.plan.errors), 'error')}"]
    return [refusal.message for refusal in target.refusals] or ["it was not approved"]


def left_out(others: Sequence[GuardedTarget]) -> list[GuardedTarget]:
    """Return the targets that had changes, or could not be planned, and were not applied."""
    return [target for target in others if TargetStatus.of(target) is not TargetStatus.NOTHING]


def unexplained(report: TargetReport) -> list[Change]:
    """Return the changes that are still needed although they did not fail and were not skipped."""
    explained = {o.change.key for o in report.outcomes if o.state in (State.FAILED, State.SKIPPED)}
    return [change for change in report.remaining if change.key not in explained]


def report_verdict(reports: Sequence[TargetReport], others: Sequence[GuardedTarget]) -> str:
    """Return one sentence that says whether everything is as declared now."""
    outcomes = [outcome for report in reports for outcome in report.outcomes]
    missing = len(left_out(others))
    unfinished = sum(not report.is_done for report in reports)
    done = f"{state_counts([outcome.state for outcome in outcomes])} on {counted(len(reports), 'target')}"
    longest = max((slowest(report) for report in reports), default=0.0)
    if not outcomes and not missing and not unfinished:
        return "Nothing to do."
    if not unfinished and not missing:
        return f"Applied: {done}; the longest change took {duration(longest)}."
    parts = [done] if reports else []
    if unfinished:
        parts.append(f"{counted(unfinished, 'target')} not as declared")
    if missing:
        parts.append(f"{counted(missing, 'target')} not applied")
    return f"Not everything was applied: {'; '.join(parts)}."


def slowest(report: TargetReport) -> float:
    """Return the seconds that the slowest change of the report took."""
    return max((outcome.seconds for outcome in report.outcomes), default=0.0)


def next_steps(
    reports: Sequence[TargetReport],
    others: Sequence[GuardedTarget],
    waiver: str = "apply with --waive-limits DIGEST",
    permission: str = "allow_repo_delete: true",
) -> list[str]:
    """Return what to do about anything that was not done, each step once; empty if all is done."""
    states = {outcome.state for report in reports for outcome in report.outcomes}
    steps = []
    if State.FAILED in states:
        steps.append("Fix what failed, then apply again. Finished changes are not repeated.")
    elif states & {State.UNKNOWN, State.SKIPPED}:
        steps.append("Apply again. Finished changes are not repeated.")
    elif any(not report.is_done for report in reports):
        steps.append("Plan again to see what is not as declared.")
    statuses = {TargetStatus.of(target) for target in others}
    if TargetStatus.ERRORS in statuses:
        steps.append("Fix the errors, then plan again.")
    if TargetStatus.UNREAD in statuses:
        steps.append("See why a target could not be read, then apply again.")
    refusals = [refusal for target in others for refusal in target.refusals]
    return steps + [f"{step}." for step in permission_steps(refusals, waiver, permission)]
