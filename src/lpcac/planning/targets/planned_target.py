"""A target's plan with what it was made from."""

from __future__ import annotations

from dataclasses import dataclass

from lpcac.core.resources import Desired, Live
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import TargetPlan
from lpcac.planning.targets.requests import Request


@dataclass(frozen=True)
class PlannedTarget:
    """A target's plan with what it was made from; `live` is absent when there is nothing to apply to."""

    guarded: GuardedTarget
    request: Request
    live: Live | None = None

    @property
    def plan(self) -> TargetPlan:
        """Return the plan."""
        return self.guarded.plan

    @property
    def desired(self) -> Desired:
        """Return what the plan compares with."""
        return self.request.loaded.on(self.plan.target).desired
