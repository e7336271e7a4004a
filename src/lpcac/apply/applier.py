"""Applies approved plans: changes as a graph, side by side, each with an outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from lpcac.apply.orders import ChangeExecutor
from lpcac.apply.port import Journal, NoJournal, Progress
from lpcac.apply.report import Outcome, State, TargetReport
from lpcac.connectors.director.latency import ReadbackLimits
from lpcac.connectors.director.live_reader import read_live
from lpcac.connectors.director.name_table import names_of
from lpcac.connectors.director.port import DirectorPort
from lpcac.core.errors import DirectorError
from lpcac.core.findings import Finding
from lpcac.core.resources import Action, Desired, Live, Ownership, ResourceKey, Target
from lpcac.kinds.registry import Registry
from lpcac.planning.client_planning import PlannedTarget
from lpcac.planning.guard import ApprovedPlan
from lpcac.planning.plan import Change
from lpcac.planning.planner import plan_target

_CONVERGENCE_PAUSE = 1.0


@dataclass(frozen=True)
class Pacing:
    """How much is done at once and how long to wait.

    Arguments:
        in_flight: orders in flight, overall.
        in_flight_per_logpoint: orders in flight on one logpoint.
        order_timeout: seconds after which an unfinished order is given up on.
        patience: how long the Director may take to show what was done.
    """

    in_flight: int = 32
    in_flight_per_logpoint: int = 4
    order_timeout: float = 300.0
    patience: ReadbackLimits = field(default_factory=ReadbackLimits)


@dataclass(frozen=True)
class Job:
    """One target's approved plan with what it was made from."""

    approved: ApprovedPlan
    desired: Desired
    live: Live
    ownership: Ownership
    director: DirectorPort
    journal: Journal = field(default_factory=NoJournal)

    @classmethod
    def of(cls, approved: ApprovedPlan, planned: PlannedTarget, journal: Journal | None = None) -> Self | None:
        """Return the job of a target whose plan was approved; `None` when there is nothing that could be applied to."""
        if planned.live is None or planned.request.director is None:
            return None
        ownership, director = planned.request.ownership, planned.request.director
        return cls(approved, planned.desired, planned.live, ownership, director, journal or NoJournal())

    @property
    def target(self) -> Target:
        """Return the target."""
        return self.approved.plan.target


def _ignore(_report: TargetReport) -> None:
    """Ignore that a target ended."""


@dataclass
class Applier:
    """Applies jobs. `stop` may be set at any time: nothing new is started then, what is in flight is settled.

    Arguments:
        tell: receives a line about each long wait.
        ended: receives the report of each target as soon as it ends.
    """

    registry: Registry
    pacing: Pacing
    progress: Progress
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    tell: Callable[[str], None] = lambda _line: None
    ended: Callable[[TargetReport], None] = _ignore

    async def apply(self, jobs: Sequence[Job]) -> list[TargetReport]:
        """Apply all jobs side by side and return a report for each, in the same sequence."""
        overall = asyncio.Semaphore(self.pacing.in_flight)
        return list(await asyncio.gather(*(self._apply_one(job, overall) for job in jobs)))

    async def _apply_one(self, job: Job, overall: asyncio.Semaphore) -> TargetReport:
        report = await self._report(job, overall)
        self.ended(report)
        return report

    async def _report(self, job: Job, overall: asyncio.Semaphore) -> TargetReport:
        plan = job.approved.plan
        if not plan.changes:
            return TargetReport(plan, ())
        names = names_of(job.live, self.registry)
        slots = (asyncio.Semaphore(self.pacing.in_flight_per_logpoint), overall)
        pacing = self.pacing
        orders = ChangeExecutor(
            job.director,
            self.registry,
            job.target,
            names,
            pacing.order_timeout,
            slots,
            pacing.patience,
            job.journal,
            self.tell,
            self.stop.is_set,
        )
        outcomes = await _Graph(plan.changes, orders, self.progress, self.stop).run()
        report = TargetReport(plan, outcomes)
        try:
            return await self._checked(job, report, orders)
        except DirectorError as error:
            return replace(report, problem=f"the result could not be checked: {error}")

    async def _checked(self, job: Job, report: TargetReport, orders: ChangeExecutor) -> TargetReport:
        """Return the report with what a new plan of the whole target shows, once all lists show what was done."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.pacing.patience.convergence
        done = {outcome.change.key for outcome in report.outcomes if outcome.state is State.DONE}
        touched = {change.key for change in report.plan.changes}
        while True:
            live = await read_live(job.director, self.registry, job.target, job.desired.resources.values())
            again = plan_target(self.registry, job.target, job.desired, live, job.ownership)
            left = tuple(change for change in again.changes if change.key in touched)
            lags = again.errors or any(change.key in done for change in left)
            if not lags or live.ambiguous & touched or loop.time() >= deadline:
                meanwhile = tuple(change for change in again.changes if change.key not in touched)
                twice = [await orders.readback.twins(key) for key in sorted(live.ambiguous & touched)]
                named = [Finding("made-twice", sentence) for sentence in twice if sentence]
                errors = (*again.errors, *named)
                return replace(report, remaining=left, meanwhile=meanwhile, errors=errors)
            await asyncio.sleep(_CONVERGENCE_PAUSE)


class _Graph:
    """Runs the changes of one target: each as soon as what it depends on is done, deletes last."""

    def __init__(
        self, changes: Sequence[Change], orders: ChangeExecutor, progress: Progress, stop: asyncio.Event
    ) -> None:
        self._changes = changes
        self._orders = orders
        self._progress = progress
        self._stop = stop
        self._tasks: dict[ResourceKey, asyncio.Task[Outcome]] = {}

    async def run(self) -> tuple[Outcome, ...]:
        """Return one outcome for each change, in the plan's sequence."""
        for change in self._changes:
            self._tasks[change.key] = asyncio.create_task(self._run(change))
        return tuple(await asyncio.gather(*self._tasks.values()))

    async def _run(self, change: Change) -> Outcome:
        reason = await self._reason_to_skip(change)
        if reason:
            outcome = Outcome(change, State.SKIPPED, reason)
        else:
            outcome = await self._orders.carry_out(change, self._begin)
        self._progress.finished(self._orders.target, outcome)
        return outcome

    def _begin(self, change: Change, again: bool) -> str | None:  # noqa: FBT001 - a callback's second argument
        """Report that the change is about to be submitted, or return why it must not be any more."""
        if self._stop.is_set():
            return "interrupted before it was sent again" if again else "interrupted before it was started"
        if not again:
            self._progress.started(self._orders.target, change)
        return None

    async def _reason_to_skip(self, change: Change) -> str | None:
        needed = change.depends_on
        if change.action is Action.DELETE:
            needed = (*needed, *(other.key for other in self._changes if other.action is not Action.DELETE))
        # All of them, so that the reason names the first in the plan's order and not the first in time.
        outcomes = [await self._tasks[key] for key in needed]
        for outcome in outcomes:
            if outcome.state is not State.DONE:
                return f"{outcome.change.key} is {outcome.state}"
        return None
