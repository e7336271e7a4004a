"""Applies what was approved, with a deployment on GitHub for each target from before the first write to the end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

from lpcac.action.merge.decision import Applied, Decision, MergeVerdict
from lpcac.action.plan_record.deployments import environment_of, payload_of
from lpcac.action.run import Run
from lpcac.apply.applier import Applier, Job
from lpcac.apply.report import State, TargetReport
from lpcac.apply.signals import stopping
from lpcac.connectors.github.port import Deployment, GitHubError
from lpcac.planning.guard import approve
from lpcac.reports.terminal.progress import progress_view

_IN_PROGRESS, _SUCCESS, _FAILURE, _ERROR = "in_progress", "success", "failure", "error"


async def carry_out(run: Run, commit: str, decisions: Sequence[Decision]) -> Applied:
    """Apply what was approved and record it; what has nothing to do is recorded as done.

    A target whose attempt cannot be recorded beforehand is left alone: nobody could tell later what Git owns there.
    """
    going = [decision for decision in decisions if decision.standing in (MergeVerdict.APPROVED, MergeVerdict.NOTHING)]
    begun = [(decision, _begin(run, commit, decision)) for decision in going]
    problems = [found for _, found in begun if isinstance(found, str)]
    recorded = [(decision, found) for decision, found in begun if not isinstance(found, str)]
    approved = [decision for decision, _ in recorded if decision.standing is MergeVerdict.APPROVED]
    reports = iter(await _apply(run, [_job(decision) for decision in approved]))
    told = [
        next(reports)
        if decision.standing is MergeVerdict.APPROVED
        else TargetReport(decision.target_plan.planned.plan, ())
        for decision, _ in recorded
    ]
    problems += [_end(run, deployment, report) for (_, deployment), report in zip(recorded, told, strict=True)]
    return Applied(tuple(decisions), tuple(told), tuple(filter(None, problems)))


def _job(decision: Decision) -> Job:
    planned = decision.target_plan.planned
    limits = planned.request.loaded.client.limits
    approved = approve(planned.plan, limits, frozenset({planned.plan.digest} if decision.waived else ()))
    job = Job.of(approved, planned)
    if job is None:
        raise AssertionError(decision.target_plan.target)
    return job


async def _apply(run: Run, jobs: Sequence[Job]) -> list[TargetReport]:
    if not jobs:
        return []
    with progress_view(run.output.err, [job.approved.plan for job in jobs], time.monotonic) as shown:
        applier = Applier(run.registry, run.pacing, shown)
        with stopping(applier.stop, run.output.say):
            return await applier.apply(jobs)


def _begin(run: Run, commit: str, decision: Decision) -> Deployment | str:
    """Record that an attempt begins; return what kept that from being recorded, if anything did."""
    target = decision.target_plan.target
    waived = [refusal.message for refusal in decision.waived]
    payload = payload_of(target, decision.review.records if decision.review else (), waived)
    words = (
        decision.standing.value
        if decision.standing is MergeVerdict.NOTHING
        else decision.target_plan.planned.plan.digest[:12]
    )
    deployment = None
    try:
        deployment = run.github.create_deployment(environment_of(target), commit, payload, f"lpcac: {words}")
        if decision.standing is MergeVerdict.APPROVED:
            run.github.add_state(deployment, _IN_PROGRESS, "applying", run.run_url)
    except GitHubError as error:
        if deployment is not None:
            with suppress(GitHubError):
                run.github.add_state(deployment, _ERROR, "not begun", run.run_url)
        return f"{target}: nothing was done, because the attempt could not be recorded: {error}"
    return deployment


def _end(run: Run, deployment: Deployment, report: TargetReport) -> str:
    """Record how it ended; return what kept that from being recorded, if anything did."""
    states = [outcome.state for outcome in report.outcomes]
    words = ", ".join(f"{states.count(state)} {state}" for state in State if state in states) or "nothing to do"
    try:
        run.github.add_state(deployment, _SUCCESS if report.is_done else _FAILURE, words, run.run_url)
    except GitHubError as error:
        return f"{report.plan.target}: the result could not be recorded: {error}"
    return ""
