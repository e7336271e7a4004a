"""Applies what was approved; records on GitHub what will be done before the first write, and afterwards the results."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lpcac.action.merge.ancestry import Ancestry
from lpcac.action.merge.rivals import Rivals
from lpcac.action.merge.verdicts import Applied, Decision, MergeVerdict
from lpcac.action.run import Run
from lpcac.action.run_history.deployments.contents import Audit, Ending
from lpcac.action.run_history.recorder import Begun, Describer, Recorder, Results, ending_of
from lpcac.action.run_history.target_history import History
from lpcac.apply.applier import Applier, Job
from lpcac.apply.report import TargetReport
from lpcac.apply.signals import stopping
from lpcac.connectors.github.port import GitHubError
from lpcac.core.resources import Target
from lpcac.core.text.safe_text import escaped
from lpcac.planning.guard import approve
from lpcac.reports.terminal.progress import progress_view
from lpcac.reports.wording import counted

# Writes for parts of the result that become due, and for the state that people see.
_PIECES = 4
# Requests that look for newer attempts, and read what a summary still lacks.
_READS = 5


@dataclass(frozen=True)
class Carrier:
    """Carries out the decisions of one run.

    Arguments:
        commit: what is applied.
        audit: who wanted it.
    """

    run: Run
    history: History
    ancestry: Ancestry
    commit: str
    audit: Audit

    async def carry_out(self, decisions: Sequence[Decision]) -> Applied:
        """Apply what was approved and record it; what has nothing to do is recorded as done.

        Nothing is written to a Director before the whole attempt is recorded: otherwise nobody could know later what
        Git owns there. Targets that another run started on with a newer commit are left to it. Where another run did or
        started something after the targets were planned, nothing is written and `is_outdated` says so.
        """
        recorder = Recorder(self.run, self.commit)
        begun, kept, problems = Begun(), list(decisions), list[str]()
        approved = [each for each in kept if each.verdict is MergeVerdict.APPROVED]
        if approved:
            try:
                parts = recorder.attempt([self._describer.goal(each) for each in approved])
                self._reserve(len(parts))
                begun = recorder.begin(parts)
                self.history.look_again(begun.last)
                rivals = Rivals(self.history, self.ancestry, self.commit, begun)
                if any(rivals.have_moved(each) for each in approved):
                    target_results = [
                        self._describer.target_result(each, Ending.SUPERSEDED, "planned again") for each in approved
                    ]
                    recorder.tell(begun, target_results, self.audit)
                    return Applied(tuple(kept), is_outdated=True)
                kept = [rivals.settled(each) for each in kept]
            except GitHubError as error:
                which = counted(len(approved), "target")
                problems.append(f"nothing was done on {which}, because the attempt could not be recorded: {error}")
                return Applied(tuple(kept), (), tuple(problems))
        results = Results(recorder, begun, self.audit, problems)
        for before, each in zip(decisions, kept, strict=True):
            if each.verdict is not before.verdict:
                results.add(self._describer.target_result(each, Ending.SUPERSEDED, "left to another run"))
            elif each.verdict is MergeVerdict.NOTHING:
                results.add(self._describer.target_result(each, Ending.DONE, "nothing to do", is_attempted=False))
        reports = await self._apply([each for each in kept if each.verdict is MergeVerdict.APPROVED], results)
        applied = Applied(tuple(kept), tuple(_reports(kept, reports)))
        results.finish(is_complete=applied.is_complete)
        self._sum_up(recorder, results)
        return replace(applied, problems=tuple(problems))

    @property
    def _describer(self) -> Describer:
        return Describer(self.run.output.redactor.clean)

    def _reserve(self, parts: int) -> None:
        """Do nothing if GitHub still accepts everything that this run has to record.

        Arguments:
            parts: of the attempt; a result is no longer than that, and is written in parts if applying takes long.

        Raises:
            GitHubLimitError: it does not.
        """
        comments = max(1, len(self.audit.pull_requests))
        summary = parts + 1 if self.history.is_checkpoint_due else 0
        writes = 2 * parts + _PIECES + comments + summary
        self.run.github.reserve(writes + comments + _READS, writes)

    def _sum_up(self, recorder: Recorder, results: Results) -> None:
        if results.last is None:
            return
        try:
            self.history.look_again()
            self.history.read_all()
            recorder.sum_up(self.history)
        except GitHubError as error:
            # The next run that writes does it.
            self.run.runner.say(f"the summary of all targets was not written: {error}")

    async def _apply(self, decisions: Sequence[Decision], results: Results) -> dict[Target, TargetReport]:
        if not decisions:
            return {}
        run, jobs = self.run, [_job(decision) for decision in decisions]
        by_target = {decision.target_plan.target: decision for decision in decisions}

        def ended(report: TargetReport) -> None:
            ending, words = ending_of(report)
            results.add(self._describer.target_result(by_target[report.plan.target], ending, words))

        with progress_view(run.output.err, [job.approved.plan for job in jobs], time.monotonic) as shown:
            applier = Applier(
                run.registry, run.pacing, shown, ended=ended, tell=lambda line: run.output.say(escaped(line))
            )
            with stopping(applier.stop, run.output.say):
                return await _recorded(applier, jobs, results)


async def _recorded(applier: Applier, jobs: Sequence[Job], results: Results) -> dict[Target, TargetReport]:
    """Apply, and record the results for targets as they arrive."""
    over = asyncio.Event()
    writing = asyncio.create_task(results.keep_writing(applier.stop, over))
    try:
        reports = await applier.apply(jobs)
    finally:
        over.set()
        await writing
    return {report.plan.target: report for report in reports}


def _reports(decisions: Sequence[Decision], reports: dict[Target, TargetReport]) -> list[TargetReport]:
    """Return a report for each target that was applied, or that had nothing to do."""
    return [
        reports.get(each.target_plan.target) or TargetReport(each.target_plan.planned.plan, ())
        for each in decisions
        if each.verdict in (MergeVerdict.APPROVED, MergeVerdict.NOTHING)
    ]


def _job(decision: Decision) -> Job:
    planned = decision.target_plan.planned
    limits = planned.request.loaded.client.limits
    approved = approve(planned.plan, limits, frozenset({planned.plan.digest} if decision.waived else ()))
    job = Job.of(approved, planned)
    if job is None:
        raise AssertionError(decision.target_plan.target)
    return job
