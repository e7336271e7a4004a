"""Plans clients: resolves their targets, reads each logpoint and compares, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from lpcac.composition.clients import LoadedClient
from lpcac.connectors.director.live_reader import read_live
from lpcac.connectors.director.order_polling import follow
from lpcac.connectors.director.pools import Pool, resolve
from lpcac.connectors.director.port import DirectorPort, NoReadingProgress, ReadingProgress
from lpcac.core.concurrency import side_by_side
from lpcac.core.errors import DirectorError
from lpcac.core.findings import Finding
from lpcac.core.resources import Desired, Live, Ownership, Target
from lpcac.directory_map.directory_map import Client
from lpcac.kinds.registry import Registry
from lpcac.planning.guard import GuardedTarget, refusals
from lpcac.planning.plan import TargetPlan
from lpcac.planning.planner import MISSING_ON_LOGPOINT, plan_target

# Targets read at the same time; each asks for several lists at once.
_SIDE_BY_SIDE = 8
# Seconds that a list may take to be read anew.
_REFRESH_PATIENCE = 60.0
_UNSEEN = NoReadingProgress()


@dataclass(frozen=True)
class Request:
    """One client to plan, with what Git owned before and the Director it lives on.

    Arguments:
        owned_on: the client as it was when Git came to own what `ownership` names; `None` when it owns it wherever the
            client is now.
        address: of the Director; identifies it, and is shown to nobody.
        director: `None` with the reason in `unreachable` when it cannot even be asked, for want of a token, say.
    """

    loaded: LoadedClient
    ownership: Ownership
    director: DirectorPort | None
    unreachable: str = ""
    address: str = ""
    owned_on: Client | None = None


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


async def plan_clients(
    registry: Registry, requests: Sequence[Request], progress: ReadingProgress = _UNSEEN
) -> list[PlannedTarget]:
    """Return the plan of every target of every client, in the clients' sequence.

    A client whose files have errors, or whose Director, pool or logpoint cannot be used, gives a plan that says so;
    the others are planned all the same.
    """
    directors = {id(request.director): request.director for request in requests if _is_plannable(request)}
    answers = await side_by_side(_pools(director) for director in directors.values())
    pools = dict(zip(directors, answers, strict=True))
    slots = asyncio.Semaphore(_SIDE_BY_SIDE)
    work = [
        _plan_client(registry, request, pools.get(id(request.director), ""), slots, progress) for request in requests
    ]
    planned = [target for client in await side_by_side(work) for target in client]
    return _without_double_claims(planned)


async def plan_with_fresh_inventories(
    registry: Registry, requests: Sequence[Request], progress: ReadingProgress = _UNSEEN
) -> list[PlannedTarget]:
    """Plan as `plan_clients` does; where something seems to be missing on a logpoint, look again after a refresh.

    The Director keeps lists of storage paths and compiled normalizers that are read anew on request only. The request
    is a write, so this is for whoever is about to apply.
    """
    planned = await plan_clients(registry, requests, progress)
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
    return await plan_clients(registry, requests)


async def _refresh(director: DirectorPort, target: Target, path: str) -> None:
    """Have a list read anew; a refresh that fails leaves the list as it was, and the plan with its error."""
    with suppress(DirectorError):
        if order := await director.refresh(target, path):
            await follow(director, order, _REFRESH_PATIENCE, _REFRESH_PATIENCE)


def _is_plannable(request: Request) -> bool:
    return request.director is not None and not request.loaded.errors


async def _pools(director: DirectorPort | None) -> Sequence[Pool] | str:
    try:
        return await director.pools() if director else ""
    except DirectorError as error:
        return str(error)


async def _plan_client(
    registry: Registry,
    request: Request,
    pools: Sequence[Pool] | str,
    slots: asyncio.Semaphore,
    progress: ReadingProgress,
) -> list[PlannedTarget]:
    if request.loaded.errors:
        return [_unplanned(request, TargetPlan(t, errors=request.loaded.errors)) for t in _named_targets(request)]
    if isinstance(pools, str):
        reason = request.unreachable or pools
        return [_unplanned(request, TargetPlan(target, unread=reason)) for target in _named_targets(request)]
    targets, findings = resolve(request.loaded.client, pools, request.address)
    requests = [replace(request, ownership=_ownership(request, target, pools)) for target in targets]
    progress.expect(len(targets))
    work = [_plan_one(registry, each, target, slots, progress) for each, target in zip(requests, targets, strict=True)]
    planned = await side_by_side(work)
    if findings:
        planned.append(_unplanned(request, _unresolved(request, targets, findings)))
    return planned


def _ownership(request: Request, target: Target, pools: Sequence[Pool]) -> Ownership:
    """Return what Git owns on this very logpoint: nothing, if the client did not have it before."""
    if request.owned_on is None:
        return request.ownership
    before, _ = resolve(request.owned_on, pools)
    addresses = {(each.pool_uuid, each.logpoint_id) for each in before}
    is_owned = (target.pool_uuid, target.logpoint_id) in addresses
    return request.ownership if is_owned else replace(request.ownership, owned=frozenset())


def _unresolved(request: Request, targets: Sequence[Target], findings: Sequence[Finding]) -> TargetPlan:
    """Return one plan that says why the rest of the client's logpoints could not be found."""
    client = request.loaded.client
    found = {name for target in targets for name in (target.logpoint, target.logpoint_id)}
    logpoints = ", ".join(name for name in client.logpoints if name not in found)
    target = Target(client.name, client.pool, logpoints or "*", "", "")
    return TargetPlan(target, unread="; ".join(str(finding) for finding in findings))


def _named_targets(request: Request) -> list[Target]:
    """Return the targets as the client's entry names them, for a plan that never came to resolve them."""
    client = request.loaded.client
    return [Target(client.name, client.pool, logpoint, "", "") for logpoint in client.logpoints]


def _unplanned(request: Request, plan: TargetPlan) -> PlannedTarget:
    return PlannedTarget(GuardedTarget(plan), request)


async def _plan_one(
    registry: Registry, request: Request, target: Target, slots: asyncio.Semaphore, progress: ReadingProgress
) -> PlannedTarget:
    here, director = request.loaded.on(target), request.director
    if here.errors:
        progress.read()
        return _unplanned(request, TargetPlan(target, errors=here.errors))
    try:
        async with slots:
            if director is None:
                return _unplanned(request, TargetPlan(target, unread=request.unreachable))
            live = await read_live(director, registry, target, here.desired.resources.values())
    except DirectorError as error:
        return _unplanned(request, TargetPlan(target, unread=str(error)))
    finally:
        progress.read()
    plan = plan_target(registry, target, here.desired, live, request.ownership)
    limits = request.loaded.client.limits
    return PlannedTarget(GuardedTarget(plan, refusals(plan, limits)), request, live)


def _without_double_claims(planned: list[PlannedTarget]) -> list[PlannedTarget]:
    """Turn the plans of a logpoint that two clients mean into errors: each would undo the other."""
    owners: dict[tuple[str, str, str], set[str]] = {}
    for each in planned:
        owners.setdefault(_address(each), set()).add(each.plan.target.client)
    return [
        each if each.live is None or len(owners[_address(each)]) == 1 else _contested(each, owners[_address(each)])
        for each in planned
    ]


def _address(planned: PlannedTarget) -> tuple[str, str, str]:
    target = planned.plan.target
    return target.director, target.pool_uuid, target.logpoint_id


def _contested(planned: PlannedTarget, clients: set[str]) -> PlannedTarget:
    target = planned.plan.target
    names = " and ".join(sorted(clients))
    message = f'logpoint "{target.logpoint}" of pool "{target.pool}" belongs to {names}: leave it to one client'
    finding = Finding("logpoint-claimed-twice", message, planned.request.loaded.client.position)
    return _unplanned(planned.request, TargetPlan(target, errors=(finding,)))
