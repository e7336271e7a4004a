"""Plans targets: reads each logpoint and compares it with what its client declares, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from lpcac.connectors.director.live_reader import read_live
from lpcac.connectors.director.order_polling import follow
from lpcac.connectors.director.port import DirectorPort, NoReadingProgress, ReadingProgress
from lpcac.core.concurrency import side_by_side
from lpcac.core.errors import DirectorError
from lpcac.core.resources import Target
from lpcac.kinds.registry import Registry
from lpcac.planning.guard import GuardedTarget, refusals
from lpcac.planning.plan import TargetPlan
from lpcac.planning.planner import MISSING_ON_LOGPOINT, plan_target
from lpcac.planning.targets.planned_target import PlannedTarget
from lpcac.planning.targets.requests import Request, TargetRequest, resolve_targets
from lpcac.planning.targets.shared_logpoints import without_double_claims

__all__ = ["PlannedTarget", "plan_clients", "plan_targets", "plan_with_fresh_inventories"]

# Targets read at the same time; each asks for several lists at once.
_SIDE_BY_SIDE = 8
# Seconds that a list may take to be refreshed.
_REFRESH_PATIENCE = 60.0
_UNSEEN = NoReadingProgress()


async def plan_clients(
    registry: Registry,
    requests: Sequence[Request],
    progress: ReadingProgress = _UNSEEN,
    others: Sequence[Target] = (),
) -> list[PlannedTarget]:
    """Return the plan of every target of every client, in the clients' sequence.

    A client whose files have errors, or whose Director, pool or logpoint cannot be used, gives a plan that says so;
    the others are planned all the same.

    Arguments:
        others: as for `plan_targets`.
    """
    return await plan_targets(registry, await resolve_targets(requests), progress, others)


async def plan_targets(
    registry: Registry,
    targets: Sequence[TargetRequest],
    progress: ReadingProgress = _UNSEEN,
    others: Sequence[Target] = (),
) -> list[PlannedTarget]:
    """Return a plan for each target, in their sequence; one that cannot be read gives a plan that says so.

    Arguments:
        others: what clients of the map mean that are not planned now: none of it is planned for another client.
    """
    slots = asyncio.Semaphore(_SIDE_BY_SIDE)
    progress.expect(len(targets))
    planned = await side_by_side(_plan_and_tell(registry, each, slots, progress) for each in targets)
    return without_double_claims(planned, others)


async def plan_with_fresh_inventories(
    registry: Registry,
    targets: Sequence[TargetRequest],
    progress: ReadingProgress = _UNSEEN,
    others: Sequence[Target] = (),
) -> list[PlannedTarget]:
    """Plan as `plan_targets` does; where something seems to be missing on a logpoint, look again after a refresh.

    The Director keeps lists of storage paths and compiled normalizers that are refreshed on request only. The request
    is a write, so use this only before an apply.
    """
    planned = await plan_targets(registry, targets, progress, others)
    stale = [each for each in planned if any(error.code == MISSING_ON_LOGPOINT for error in each.plan.errors)]
    refreshes = [
        _refresh(each.request.director, each.plan.target, inventory.refresh_path)
        for each in stale
        for inventory in registry.inventories.values()
        if each.request.director and inventory.refresh_path
    ]
    if not refreshes:
        return planned
    await side_by_side(refreshes)
    return await plan_targets(registry, targets, others=others)


async def _refresh(director: DirectorPort, target: Target, path: str) -> None:
    """Refresh a list; if that fails, the list stays as it was, and the plan keeps its error."""
    with suppress(DirectorError):
        if order := await director.refresh(target, path):
            await follow(director, order, _REFRESH_PATIENCE, _REFRESH_PATIENCE)


def _unplanned(request: Request, plan: TargetPlan) -> PlannedTarget:
    return PlannedTarget(GuardedTarget(plan), request)


async def _plan_and_tell(
    registry: Registry, each: TargetRequest, slots: asyncio.Semaphore, progress: ReadingProgress
) -> PlannedTarget:
    try:
        return await _plan(registry, each, slots)
    finally:
        progress.read()


async def _plan(registry: Registry, each: TargetRequest, slots: asyncio.Semaphore) -> PlannedTarget:
    request, target, director = each.request, each.target, each.request.director
    here = request.loaded.on(target) if each.is_resolved else request.loaded
    if errors := request.loaded.errors or here.errors:
        return _unplanned(request, TargetPlan(target, errors=errors))
    if each.unread is not None or director is None:
        return _unplanned(request, TargetPlan(target, unread=each.unread or request.unreachable))
    try:
        async with slots:
            live = await read_live(director, registry, target, here.desired.resources.values())
    except DirectorError as error:
        return _unplanned(request, TargetPlan(target, unread=str(error)))
    plan = plan_target(registry, target, here.desired, live, request.ownership)
    limits = request.loaded.client.limits
    return PlannedTarget(GuardedTarget(plan, refusals(plan, limits)), request, live)
