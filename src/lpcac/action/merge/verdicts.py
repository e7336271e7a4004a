"""The result for each target that a merge touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lpcac.action.plan_record.plan_coverage import Review
from lpcac.action.target_plans import PlannedWithHistory
from lpcac.apply.report import TargetReport
from lpcac.core.errors import ExitCode
from lpcac.core.resources import Target
from lpcac.planning.guard import Refusal


class MergeVerdict(StrEnum):
    """The state of a target before anything is written."""

    NOTHING = "nothing to do"
    SETTLED = "applied by an earlier attempt"
    APPROVED = "approved"
    UNPLANNED = "not planned"
    UNREVIEWED = "not reviewed"
    GUARDED = "refused by a guard"
    SUPERSEDED = "left to a newer commit"
    WAITING = "counts from now on"


@dataclass(frozen=True)
class Decision:
    """One target's verdict and why.

    Arguments:
        review: what was found out about the review, where one is needed.
        waived: limits that a label waives.
        newer: the newer commit that was or is being applied.
        is_newer_done: whether that succeeded.
    """

    target_plan: PlannedWithHistory
    verdict: MergeVerdict
    review: Review | None = None
    waived: Sequence[Refusal] = ()
    newer: str | None = None
    is_newer_done: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """Return the result of not applying the target; an approved one is judged by its report."""
        match self.verdict:
            case MergeVerdict.UNREVIEWED | MergeVerdict.GUARDED:
                return ExitCode.REFUSED
            case MergeVerdict.UNPLANNED:
                return self.target_plan.planned.guarded.exit_code
        return ExitCode.OK


@dataclass(frozen=True)
class Applied:
    """Everything that a merge came to.

    Arguments:
        reports: one for each target that was applied, or that had nothing to do.
        problems: what could not be recorded on GitHub afterwards.
        withheld: targets that were left alone, because nobody reviewed what the map says of them, each with why.
        uncounted: changes of the map by this push that nobody reviewed, in words.
        waiting: names of clients that count from now on, and of which nobody was shown a plan.
        is_outdated: whether nothing was done because another run did something since the targets were planned.
    """

    decisions: tuple[Decision, ...]
    reports: tuple[TargetReport, ...] = ()
    problems: tuple[str, ...] = ()
    withheld: Mapping[Target, str] = field(default_factory=dict)
    uncounted: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    is_outdated: bool = False

    @property
    def is_complete(self) -> bool:
        """Tell whether all that was asked for is applied, even if by a newer push."""
        done = all(report.is_done for report in self.reports)
        left = all(
            decision.verdict
            in (MergeVerdict.APPROVED, MergeVerdict.NOTHING, MergeVerdict.SETTLED, MergeVerdict.WAITING)
            or (decision.verdict is MergeVerdict.SUPERSEDED and decision.is_newer_done)
            for decision in self.decisions
        )
        return done and left and not self.problems and not self.withheld and not self.uncounted
