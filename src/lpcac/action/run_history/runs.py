"""The audit: what each run did, who wanted it, and who approved it, from what runs recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from lpcac.action.run_history.deployments.contents import Audit, Ending, Entry, Stamp
from lpcac.action.run_history.deployments.documents import entries_of, read_checkpoint, read_result
from lpcac.action.run_history.deployments.parts import Whole


@dataclass(frozen=True)
class RecordedTarget:
    """How a run ended on one target; `ending` is `None` where no result says it."""

    names: tuple[str, str, str]
    ending: Ending | None
    detail: str = ""
    waived: tuple[str, ...] = ()
    pull_requests: tuple[int, ...] = ()


@dataclass(frozen=True)
class RecordedRun:
    """What one attempt of one run did; without any result nobody knows how it ended, nor who wanted it.

    Arguments:
        order: what began later has a higher one.
    """

    stamp: Stamp
    order: int
    audit: Audit | None
    targets: tuple[RecordedTarget, ...]


@dataclass
class _Collected:
    stamp: Stamp
    order: int
    audit: Audit | None = None
    targets: dict[str, RecordedTarget] = field(default_factory=dict)


@dataclass
class RecordedRuns:
    """Collects runs from documents in any order."""

    _runs: dict[tuple[str, str, int, str], _Collected] = field(default_factory=dict)

    def add(self, whole: Whole) -> None:
        """Add what a document says; checkpoints only repeat what others said."""
        if read_checkpoint(whole) is not None:
            return
        for entry in entries_of(whole):
            run = self._run(entry)
            known = run.targets.get(entry.target)
            if known is None or known.ending is None:
                run.targets[entry.target] = RecordedTarget(entry.names, entry.ending, waived=entry.waived)
        if result := read_result(whole):
            run = self._runs.setdefault(_key(result.stamp), _Collected(result.stamp, result.order or whole.order))
            if run.audit is None or len(result.audit.pull_requests) > len(run.audit.pull_requests):
                run.audit = result.audit
            for target_result in result.target_results:
                run.targets[target_result.target] = RecordedTarget(
                    target_result.names,
                    target_result.ending,
                    target_result.detail,
                    target_result.waived,
                    target_result.pull_requests,
                )

    def _run(self, entry: Entry) -> _Collected:
        run = self._runs.setdefault(_key(entry.stamp), _Collected(entry.stamp, entry.order))
        run.order = min(run.order, entry.order)
        if entry.stamp.time < run.stamp.time:
            run.stamp = entry.stamp
        return run

    def newest_first(self, concerns: Callable[[RecordedTarget], bool] = lambda _: True) -> list[RecordedRun]:
        """Return the runs that did something on a target that is asked for, with those targets alone."""
        found = (
            RecordedRun(run.stamp, run.order, run.audit, tuple(filter(concerns, _by_name(run.targets.values()))))
            for run in self._runs.values()
        )
        return sorted((run for run in found if run.targets), key=lambda run: run.order, reverse=True)


def pull_requests_of(run: RecordedRun) -> RecordedRun:
    """Return the run with those pull requests alone whose review allowed something on its targets, if any did."""
    numbers = {number for target in run.targets for number in target.pull_requests}
    if run.audit is None or not numbers:
        return run
    pulls = tuple(each for each in run.audit.pull_requests if each.number in numbers)
    return replace(run, audit=replace(run.audit, pull_requests=pulls))


def _key(stamp: Stamp) -> tuple[str, str, int, str]:
    return stamp.scope, stamp.run, stamp.attempt, stamp.commit


def _by_name(targets: Iterable[RecordedTarget]) -> list[RecordedTarget]:
    return sorted(targets, key=lambda target: target.names)
