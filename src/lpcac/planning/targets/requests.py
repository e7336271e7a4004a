"""Finds the targets that clients mean: each Director is asked once, and each target is resolved once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from lpcac.connectors.director.pools import Pool, resolve
from lpcac.connectors.director.port import DirectorPort
from lpcac.core.concurrency import side_by_side
from lpcac.core.errors import DirectorError
from lpcac.core.findings import Finding
from lpcac.core.resources import Ownership, Target
from lpcac.directory_map.directory_map import Client
from lpcac.planning.targets.loaded_clients import LoadedClient


@dataclass(frozen=True)
class Request:
    """One client to plan, with what Git owned before and the Director it lives on.

    Arguments:
        owned_on: the client as it was when Git came to own what `ownership` names; `None` when it owns it wherever the
            client is now.
        address: of the Director; identifies it, and is shown to nobody.
        director: `None` with the reason in `unreachable` when it cannot be asked, for example without a token.
    """

    loaded: LoadedClient
    ownership: Ownership
    director: DirectorPort | None
    unreachable: str = ""
    address: str = ""
    owned_on: Client | None = None


@dataclass(frozen=True)
class TargetRequest:
    """One target to plan.

    Arguments:
        request: the client's, with what Git owns on this very target.
        target: as the Director lists it, or as the client's entry names it when it could not be found.
        unread: why the target cannot be read, where that is known already.
    """

    request: Request
    target: Target
    unread: str | None = None

    @property
    def is_resolved(self) -> bool:
        """Tell whether the Director lists the target."""
        return bool(self.target.logpoint_id)


@dataclass(frozen=True)
class DirectorPools:
    """What Directors manage, or why one does not say."""

    _answers: Mapping[int, Sequence[Pool] | DirectorError] = field(default_factory=dict)

    def of(self, director: DirectorPort) -> Sequence[Pool]:
        """Return a Director's pools; raises `DirectorError` when it did not tell."""
        answer = self._answers[id(director)]
        if isinstance(answer, DirectorError):
            raise answer
        return answer


async def list_pools(directors: Iterable[DirectorPort | None]) -> DirectorPools:
    """Ask each Director once which pools it has."""
    once = {id(director): director for director in directors if director is not None}
    return DirectorPools(dict(zip(once, await side_by_side(map(_pools, once.values())), strict=True)))


async def _pools(director: DirectorPort) -> Sequence[Pool] | DirectorError:
    try:
        return await director.pools()
    except DirectorError as error:
        return error


async def resolve_targets(requests: Sequence[Request]) -> list[TargetRequest]:
    """Return every target of every client, in the clients' sequence; nothing is lost on the way.

    A client whose files have errors is not looked for. What of a client's logpoints cannot be found is one target more,
    which says why.
    """
    return targets_in(requests, await list_pools(request.director for request in requests if not request.loaded.errors))


def targets_in(requests: Sequence[Request], pools: DirectorPools) -> list[TargetRequest]:
    """Return the same from pools that are known already."""
    return [each for request in requests for each in _targets(request, pools)]


def claims_in(
    requests: Sequence[Request], pools: DirectorPools, others: Iterable[Client], urls: Mapping[str, str]
) -> list[Target]:
    """Return the logpoints that other clients name on the Directors that were asked; no Director is asked for it.

    Arguments:
        others: clients that are not planned.
        urls: the address of each Director by the name that clients call it: equal addresses are one Director.
    """
    asked = {urls.get(each.loaded.client.director): each.director for each in requests if not each.loaded.errors}
    found: list[Target] = []
    for client in others:
        director = asked.get(urls.get(client.director)) if client.director in urls else None
        if director is not None:
            with suppress(DirectorError):  # Then nothing on it is planned.
                found += resolve(client, pools.of(director))[0]
    return found


def _targets(request: Request, pools: DirectorPools) -> list[TargetRequest]:
    if request.loaded.errors:
        return _named(request, None)
    if request.director is None:
        return _named(request, request.unreachable)
    try:
        known = pools.of(request.director)
    except DirectorError as error:
        return _named(request, request.unreachable or str(error))
    targets, findings = resolve(request.loaded.client, known, request.address)
    found = [TargetRequest(replace(request, ownership=_ownership(request, each, known)), each) for each in targets]
    return [*found, _not_found(request, targets, findings)] if findings else found


def _named(request: Request, unread: str | None) -> list[TargetRequest]:
    """Return the targets as the client's entry names them, because nothing better is known."""
    client = request.loaded.client
    names = [Target(client.name, client.pool, logpoint, "", "") for logpoint in client.logpoints]
    return [TargetRequest(request, target, unread) for target in names]


def _not_found(request: Request, targets: Sequence[Target], findings: Sequence[Finding]) -> TargetRequest:
    """Return one target for all of the client's logpoints that could not be found, with the reasons."""
    client = request.loaded.client
    found = {name for target in targets for name in (target.logpoint, target.logpoint_id)}
    logpoints = ", ".join(name for name in client.logpoints if name not in found)
    target = Target(client.name, client.pool, logpoints or "*", "", "")
    return TargetRequest(request, target, "; ".join(str(finding) for finding in findings))


def _ownership(request: Request, target: Target, pools: Sequence[Pool]) -> Ownership:
    """Return what Git owns on this very logpoint: nothing, if the client did not have it before."""
    if request.owned_on is None:
        return request.ownership
    before, _ = resolve(request.owned_on, pools)
    addresses = {(each.pool_uuid, each.logpoint_id) for each in before}
    is_owned = (target.pool_uuid, target.logpoint_id) in addresses
    return request.ownership if is_owned else replace(request.ownership, owned=frozenset())
