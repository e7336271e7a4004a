"""Concludes what a killed run left behind, before anything is planned on top of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from lpcac.engine.names import names_of
from lpcac.engine.ports import Journal
from lpcac.engine.values import Target
from lpcac.kinds import Registry
from lpcac.usecases.applying import Pacing
from lpcac.usecases.ordering import Orders
from lpcac.usecases.planning_clients import PlannedTarget


async def conclude_leftovers(
    registry: Registry,
    pacing: Pacing,
    planned: Sequence[PlannedTarget],
    journals: Mapping[Target, Journal],
) -> bool:
    """Wait until it is known how every leftover write ended, then forget them; tell whether there were any.

    What was planned before is based on what may have changed meanwhile: plan again when there were.
    """
    work = []
    overall = asyncio.Semaphore(pacing.in_flight)
    for each in planned:
        journal = journals.get(each.plan.target)
        if journal is None or each.live is None or each.request.director is None:
            continue
        slots = (asyncio.Semaphore(pacing.in_flight_per_logpoint), overall)
        names, target = names_of(each.live, registry), each.plan.target
        orders = Orders(each.request.director, registry, target, names, pacing.order_timeout, slots, pacing.patience)
        work += [orders.conclude(leftover) for leftover in journal.leftovers()]
    await asyncio.gather(*work)
    for journal in journals.values():
        journal.clear()
    return bool(work)
