"""The result of an apply: one outcome for each change, one report for each target."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lpcac.core.findings import Finding
from lpcac.planning.plan import Change, TargetPlan


class State(StrEnum):
    """How a change ended."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Outcome:
    """The outcome of one change, with the reason where it is not done; seconds from submission to certainty."""

    change: Change
    state: State
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class TargetReport:
    """One outcome for every change of the approved plan, also for those never submitted.

    Arguments:
        remaining: what a plan made after the apply still shows; empty when the apply converged.
        meanwhile: what that plan shows beyond what was applied: someone else changed it during the apply.
        errors: problems that keep that plan from telling whether all is as declared.
        problem: why no such plan could be made.
    """

    plan: TargetPlan
    outcomes: tuple[Outcome, ...]
    remaining: tuple[Change, ...] = ()
    problem: str | None = None
    meanwhile: tuple[Change, ...] = ()
    errors: tuple[Finding, ...] = ()

    @property
    def is_done(self) -> bool:
        """Tell whether all is as declared now, as far as the whole target was read again."""
        is_clean = not self.remaining and not self.meanwhile and not self.errors and self.problem is None
        return is_clean and all(o.state is State.DONE for o in self.outcomes)
