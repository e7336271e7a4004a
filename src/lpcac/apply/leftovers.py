"""Settles what a killed run left behind, before anything is planned."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lpcac.apply.applier import Pacing
from lpcac.apply.orders import ChangeExecutor
from lpcac.apply.port import Journal, Leftover
from lpcac.connectors.director.name_table import names_of
from lpcac.core.concurrency import side_by_side
from lpcac.core.resources import Target
from lpcac.kinds.registry import Registry
from lpcac.planning.client_planning import PlannedTarget
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import TargetPlan


@dataclass(frozen=True)
class Leftovers:
    """What is known of writes of earlier runs.

    Arguments:
        concluded: how many are known to have ended now.
        undecided: for each target on which some may still run, which ones, since when, and what to do.
    """

    concluded: int
    undecided: Mapping[Target, str]


async def conclude_leftovers(
    registry: Registry,
    pacing: Pacing,
    planned: Sequence[PlannedTarget],
    journals: Mapping[Target, Journal],
    tell: Callable[[str], None] = lambda _line: None,
) -> Leftovers:
    """Wait until it is known how leftover writes ended, and forget those of the targets where all are known.

    What was planned before is based on what may have changed in the meantime: plan again when there were any.

    Arguments:
        tell: receives a line about what is waited for.
    """
    overall = asyncio.Semaphore(pacing.in_flight)
    concerned = [
        (each, journal, left)
        for each in planned
        if (journal := journals.get(each.plan.target)) and each.live and (left := journal.leftovers())
    ]
    for each, _, left in concerned:
        tell(
            f"{each.plan.target}: an earlier run stopped before these finished: {_listed(left)}; waiting for them first"
        )
    answers = await side_by_side(_conclude(registry, pacing, each, left, overall, tell) for each, _, left in concerned)
    undecided = {}
    for (each, journal, left), reasons in zip(concerned, answers, strict=True):
        stuck = [leftover for leftover, reason in zip(left, reasons, strict=True) if reason is not None]
        if stuck:
            options = " ".join(f"--forget-order {leftover.identifier}" for leftover in stuck)
            undecided[each.plan.target] = (
                f"orders of an earlier run may still be in progress: {_listed(stuck)}; wait and run again, or check "
                f"the Director and stop waiting with {options}: the next plan shows what is left"
            )
        else:
            journal.clear()
    return Leftovers(sum(reasons.count(None) for reasons in answers), undecided)


def _listed(leftovers: Sequence[Leftover]) -> str:
    return ", ".join(
        f"{each.action} {each.key} (order {each.identifier}, sent {_moment(each.age)})" for each in leftovers
    )


def _moment(age: float) -> str:
    at = datetime.fromtimestamp(time.time() - age).astimezone()
    minutes = int(age // 60)
    return f"{at:%H:%M:%S}, {f'{minutes} min' if minutes else f'{age:.0f} s'} ago"


async def _conclude(
    registry: Registry,
    pacing: Pacing,
    planned: PlannedTarget,
    leftovers: Sequence[Leftover],
    overall: asyncio.Semaphore,
    tell: Callable[[str], None],
) -> list[str | None]:
    director, target = planned.request.director, planned.plan.target
    if director is None or planned.live is None:
        return ["the target cannot be read"] * len(leftovers)
    slots = (asyncio.Semaphore(pacing.in_flight_per_logpoint), overall)
    names = names_of(planned.live, registry)
    orders = ChangeExecutor(director, registry, target, names, pacing.order_timeout, slots, pacing.patience, tell=tell)
    return await side_by_side(orders.conclude(leftover) for leftover in leftovers)


def still_undecided(planned: PlannedTarget, reason: str) -> PlannedTarget:
    """Return the target as one that nothing is planned on: an order of an earlier run may still change it."""
    return PlannedTarget(GuardedTarget(TargetPlan(planned.plan.target, unread=reason)), planned.request)
