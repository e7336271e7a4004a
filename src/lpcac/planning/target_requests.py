"""Takes clients apart into their targets, so that each target can be planned by what is known of it alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lpcac.connectors.director.pools import Pool, resolve
from lpcac.connectors.director.port import DirectorPort
from lpcac.core.concurrency import side_by_side
from lpcac.core.errors import DirectorError
from lpcac.core.resources import Target
from lpcac.directory_map.schema import ALL
from lpcac.planning.client_planning import Request


@dataclass(frozen=True)
class TargetRequest:
    """A request for one target; for what could not be resolved, `target` is `None` and planning says why."""

    request: Request
    target: Target | None


async def split_by_target(requests: Sequence[Request]) -> list[TargetRequest]:
    """Return a request for each target of each client, in the clients' sequence; nothing is lost on the way."""
    directors = {id(r.director): r.director for r in requests if r.director is not None and not r.loaded.errors}
    answers = await side_by_side(_pools(director) for director in directors.values())
    pools = dict(zip(directors, answers, strict=True))
    return [each for request in requests for each in _split(request, pools.get(id(request.director)))]


async def _pools(director: DirectorPort) -> Sequence[Pool] | None:
    try:
        return await director.pools()
    except DirectorError:
        return None


def _split(request: Request, pools: Sequence[Pool] | None) -> list[TargetRequest]:
    if pools is None or request.loaded.errors:
        return [TargetRequest(request, None)]
    targets, findings = resolve(request.loaded.client, pools, request.address)
    found = [TargetRequest(_only(request, (target.logpoint_id,)), target) for target in targets]
    if findings:
        found.append(TargetRequest(_only(request, _others(request, targets, pools)), None))
    return found


def _others(request: Request, targets: Sequence[Target], pools: Sequence[Pool]) -> tuple[str, ...]:
    """Return the logpoints that the client means and that gave no target."""
    client = request.loaded.client
    known = {name for target in targets for name in (target.logpoint, target.logpoint_id)}
    if client.logpoints != ALL:
        return tuple(name for name in client.logpoints if name not in known)
    machines = (m for pool in pools if client.pool in (pool.name, pool.uuid) for m in pool.machines)
    return tuple(machine.identifier for machine in machines if machine.identifier not in known) if targets else (ALL,)


def _only(request: Request, logpoints: tuple[str, ...]) -> Request:
    client = replace(request.loaded.client, logpoints=ALL if logpoints == (ALL,) else logpoints)
    return replace(request, loaded=replace(request.loaded, client=client))
