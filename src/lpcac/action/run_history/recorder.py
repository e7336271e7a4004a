"""Records what a run is going to do and its results, where later runs and people find them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from lpcac.action.merge.verdicts import Decision
from lpcac.action.plan_record.record import target_identity
from lpcac.action.run import Run
from lpcac.action.run_history.deployments.contents import (
    ENVIRONMENT,
    Audit,
    Ending,
    Goal,
    Result,
    Stamp,
    TargetResult,
    Task,
)
from lpcac.action.run_history.deployments.documents import attempt_document, checkpoint_document, result_document
from lpcac.action.run_history.deployments.parts import payloads
from lpcac.action.run_history.target_history import History
from lpcac.apply.report import State, TargetReport
from lpcac.connectors.github.port import Deployment, GitHubError
from lpcac.core.json_values import Json
from lpcac.reports.wording import counted

LONGEST_UNRECORDED: Final = 300.0
"""Seconds after which results are written down, however few there are."""
# Results between two checks whether a part is full: packing is what costs.
_CHECKED_AFTER: Final = 50


@dataclass(frozen=True)
class Begun:
    """An attempt that was recorded completely.

    Arguments:
        document: its name.
        order: what begins later has a higher one.
        last: id of the deployment with its last part.
    """

    document: str = ""
    order: int = 0
    last: int = 0


@dataclass
class Recorder:
    """Writes documents of one run.

    Arguments:
        commit: what is applied.
    """

    run: Run
    commit: str

    @property
    def stamp(self) -> Stamp:
        """Return which run this is, now."""
        github = self.run.settings.github
        return Stamp(
            github.repository,
            self.run.scope,
            github.run_id,
            int(github.run_attempt) if github.run_attempt.isdecimal() else 1,
            self.commit,
            self.run.now(),
        )

    def attempt(self, goals: Sequence[Goal]) -> tuple[Json, ...]:
        """Return the payloads that say what the run sets out to do."""
        return payloads(attempt_document(self.stamp, goals))

    def begin(self, parts: Sequence[Json]) -> Begun:
        """Record an attempt; it counts only with all of its parts.

        Raises:
            GitHubError: it could not be recorded.
        """
        written = [self._put(Task.ATTEMPT, part, "what is to be applied") for part in parts]
        return Begun(str(parts[0]["document"]), written[0].id, written[-1].id)

    def tell(self, begun: Begun, target_results: Sequence[TargetResult], audit: Audit) -> Deployment:
        """Record what became of targets, and return the last deployment that says so.

        Raises:
            GitHubError: it could not be recorded.
        """
        result = Result(self.stamp, begun.document, begun.order, tuple(target_results), audit)
        *_, last = [self._put(Task.RESULT, part, _words(target_results)) for part in payloads(result_document(result))]
        return last

    def sum_up(self, history: History) -> None:
        """Record a summary of all targets where the last one is too old; all of them must be known.

        Raises:
            GitHubError: it could not be recorded.
        """
        if history.is_checkpoint_due:
            for part in payloads(checkpoint_document(history.checkpoint())):
                self._put(Task.CHECKPOINT, part, "what is known of all targets")

    def end(self, last: Deployment, *, is_complete: bool) -> None:
        """Show people whether all of it succeeded.

        Raises:
            GitHubError: it could not be recorded.
        """
        state, words = ("success", "all of it") if is_complete else ("failure", "not all of it")
        self.run.github.create_status(last, state, description=words, log_url=self.run.run_url)

    def _put(self, task: Task, part: Json, words: str) -> Deployment:
        where = "" if part["of"] == 1 else f", part {part['part']} of {part['of']}"
        return self.run.github.create_deployment(
            self.commit, task=task.value, environment=ENVIRONMENT, payload=part, description=f"lpcac: {words}{where}"
        )


@dataclass
class Results:
    """Collects the results of targets and records them: when a part is full, and at the latest after a while.

    Arguments:
        problems: what could not be recorded.
    """

    recorder: Recorder
    begun: Begun
    audit: Audit
    problems: list[str] = field(default_factory=list)
    last: Deployment | None = None
    is_full: asyncio.Event = field(default_factory=asyncio.Event)
    _waiting: list[TargetResult] = field(default_factory=list)
    _trouble: str = ""

    def add(self, target_result: TargetResult) -> None:
        """Add the result of a target."""
        self._waiting.append(target_result)
        if len(self._waiting) % _CHECKED_AFTER == 0:
            result = Result(self.recorder.stamp, "", 0, tuple(self._waiting), self.audit)
            if len(payloads(result_document(result))) > 1:
                self.is_full.set()

    def write(self) -> None:
        """Record what has come in; what cannot be recorded is kept for the next time."""
        target_results = self._taken()
        self._put_back(target_results, self._written(target_results))

    def _taken(self) -> list[TargetResult]:
        target_results, self._waiting = self._waiting, []
        self.is_full.clear()
        return target_results

    def _written(self, target_results: Sequence[TargetResult], *, is_sign: bool = False) -> str:
        """Record what became of targets, and return what kept it from being recorded, if anything did.

        Arguments:
            is_sign: whether it is recorded, too, that nothing did.
        """
        if target_results or is_sign:
            try:
                self.last = self.recorder.tell(self.begun, target_results, self.audit)
            except GitHubError as error:
                return str(error)
        return ""

    def _put_back(self, target_results: Sequence[TargetResult], trouble: str) -> None:
        if trouble:
            self._waiting, self._trouble = [*target_results, *self._waiting], trouble

    async def keep_writing(
        self, stop: asyncio.Event, ended: asyncio.Event, longest: float = LONGEST_UNRECORDED
    ) -> None:
        """Record what comes in until the end: when a part is full, after a while, and once when it stops.

        Arguments:
            longest: seconds after which it is recorded in any case.
        """
        signals = [self.is_full, ended, stop]
        while not ended.is_set():
            await _first_of(signals, longest)
            if stop.is_set():
                signals = [self.is_full, ended]
            if not ended.is_set():
                # GitHub is written to while orders run; what comes in until it answers waits for the next time.
                target_results = self._taken()
                self._put_back(
                    target_results, await asyncio.to_thread(self._written, target_results, is_sign=not stop.is_set())
                )

    def finish(self, *, is_complete: bool) -> None:
        """Record the rest, and whether all of it succeeded."""
        self.write()
        if self._waiting:
            which = counted(len(self._waiting), "target")
            self.problems.append(f"the result could not be recorded for {which}: {self._trouble}")
        if self.last is None:
            return
        try:
            self.recorder.end(self.last, is_complete=is_complete and not self._waiting)
        except GitHubError as error:
            self.problems.append(f"whether all of it succeeded could not be recorded: {error}")


async def _first_of(signals: Sequence[asyncio.Event], longest: float) -> None:
    waiting = [asyncio.ensure_future(signal.wait()) for signal in signals]
    try:
        await asyncio.wait(waiting, timeout=longest, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()


@dataclass(frozen=True)
class Describer:
    """Says what decisions are about, free of secrets: what is packed cannot be cleaned any more.

    Arguments:
        clean: takes secrets out of a text.
    """

    clean: Callable[[str], str]

    def goal(self, decision: Decision) -> Goal:
        """Return the task for a target, with what allows it."""
        records = tuple(decision.review.records) if decision.review else ()
        return Goal(
            target_identity(decision.target_plan.target), self._names(decision), records, self._waived(decision)
        )

    def target_result(
        self, decision: Decision, ending: Ending, detail: str = "", *, is_attempted: bool = True
    ) -> TargetResult:
        """Return what became of a decision's target."""
        records = decision.review.records if decision.review else ()
        numbers = tuple(dict.fromkeys(record.origin.pull_request for record in records))
        identity, names = target_identity(decision.target_plan.target), self._names(decision)
        return TargetResult(identity, names, ending, self.clean(detail), self._waived(decision), numbers, is_attempted)

    def _names(self, decision: Decision) -> tuple[str, str, str]:
        target = decision.target_plan.target
        return self.clean(target.client), self.clean(target.pool), self.clean(target.logpoint)

    def _waived(self, decision: Decision) -> tuple[str, ...]:
        return tuple(self.clean(refusal.message) for refusal in decision.waived)


def ending_of(report: TargetReport) -> tuple[Ending, str]:
    """Return what a report comes to, and in words for people."""
    states = [outcome.state for outcome in report.outcomes]
    words = ", ".join(f"{states.count(state)} {state}" for state in State if state in states)
    if report.is_done:
        return Ending.DONE, words
    if State.UNKNOWN in states:
        return Ending.UNKNOWN, words
    if State.FAILED in states:
        return Ending.FAILED, words
    if State.SKIPPED in states:
        return Ending.SKIPPED, words
    return Ending.UNKNOWN, report.problem or "what is done does not show yet"


def _words(target_results: Sequence[TargetResult]) -> str:
    endings = [target_result.ending for target_result in target_results]
    counts = (f"{endings.count(ending)} {ending}" for ending in Ending if ending in endings)
    return ", ".join(counts) or "still applying"
