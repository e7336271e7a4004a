"""What became of an apply: one outcome for each change, one report for each target."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lpcac.planning.plan import Change, TargetPlan


class State(StrEnum):
    """How a change ended."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Outcome:
    """What became of one change, with the reason where it is not done; seconds from submission to certainty."""

    change: Change
    state: State
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class TargetReport:
    """One outcome for every change of the approved plan, also for those never submitted.

    Arguments:
        remaining: what a plan made after the apply still shows; empty when the apply converged.
    """

    plan: TargetPlan
    outcomes: tuple[Outcome, ...]
    remaining: tuple[Change, ...] = ()
    problem: str | None = None

    @property
    def is_done(self) -> bool:
        """Tell whether all is as declared now."""
        return not self.remaining and self.problem is None and all(o.state is State.DONE for o in self.outcomes)
