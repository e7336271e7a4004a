"""Concludes what a killed run left behind, before anything is planned on top of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    """How many writes of earlier runs are known to have ended now, and the targets on which some may still run."""

    concluded: int
    undecided: frozenset[Target]


async def conclude_leftovers(
    registry: Registry,
    pacing: Pacing,
    planned: Sequence[PlannedTarget],
    journals: Mapping[Target, Journal],
) -> Leftovers:
    """Wait until it is known how leftover writes ended, and forget those of the targets where all are known.

    What was planned before is based on what may have changed meanwhile: plan again when there were any.
    """
    overall = asyncio.Semaphore(pacing.in_flight)
    concerned = [
        (each, journal, left)
        for each in planned
        if (journal := journals.get(each.plan.target)) and each.live and (left := journal.leftovers())
    ]
    answers = await side_by_side(_conclude(registry, pacing, each, left, overall) for each, _, left in concerned)
    undecided = set()
    for (each, journal, _), known in zip(concerned, answers, strict=True):
        if all(known):
            journal.clear()
        else:
            undecided.add(each.plan.target)
    return Leftovers(sum(sum(known) for known in answers), frozenset(undecided))


async def _conclude(
    registry: Registry,
    pacing: Pacing,
    planned: PlannedTarget,
    leftovers: Sequence[Leftover],
    overall: asyncio.Semaphore,
) -> list[bool]:
    director, target = planned.request.director, planned.plan.target
    if director is None or planned.live is None:
        return [False]
    slots = (asyncio.Semaphore(pacing.in_flight_per_logpoint), overall)
    names = names_of(planned.live, registry)
    orders = ChangeExecutor(director, registry, target, names, pacing.order_timeout, slots, pacing.patience)
    return await side_by_side(orders.conclude(leftover) for leftover in leftovers)


def still_undecided(planned: PlannedTarget) -> PlannedTarget:
    """Return the target as one that nothing is planned on: an order of an earlier run may still change it."""
    reason = "an order of an earlier run may still be under way: wait for it, look at the Director, and run again"
    return PlannedTarget(GuardedTarget(TargetPlan(planned.plan.target, unread=reason)), planned.request)
