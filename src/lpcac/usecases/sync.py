"""Syncs clients: reads what is live on their logpoints and decides what their files have to say. Writes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lpcac.engine.directory_map import Client
from lpcac.engine.inert import quoted
from lpcac.engine.map_document import ALL
from lpcac.engine.pools import resolve
from lpcac.engine.suggestions import did_you_mean
from lpcac.engine.sync_values import SyncOptions, SyncResult
from lpcac.engine.values import Live, ResourceKey, Target
from lpcac.errors import DirectorError, LpcacError, UsageError
from lpcac.kinds import Registry, is_vendor_name
from lpcac.usecases.planning_clients import Request
from lpcac.usecases.reading_live import read_live
from lpcac.usecases.side_by_side import side_by_side
from lpcac.usecases.sync_decision import decide
from lpcac.usecases.sync_standing import ClientFolder, Standing

_MOST_NAMES_SHOWN = 5
# Clients read at the same time; each asks for several lists at once.
_SIDE_BY_SIDE = 8


@dataclass(frozen=True)
class SyncRequest:
    """One client to sync.

    Arguments:
        request: the client and its Director; what is wrong with its files is looked at here again.
        folder: its files and bases.
        logpoint: name or identifier of the one to read; `None` for the only one, or any of several that are alike.
    """

    request: Request
    folder: ClientFolder
    logpoint: str | None = None


async def sync_clients(registry: Registry, requests: Sequence[SyncRequest], options: SyncOptions) -> list[SyncResult]:
    """Return for each client, in their sequence, what to write; a client that cannot be read stops no other."""
    slots = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def synced(request: SyncRequest) -> SyncResult:
        client = request.request.loaded.client
        try:
            async with slots:
                target, live = await _read(registry, request, options)
        except LpcacError as error:
            return SyncResult(client.name, problem=str(error), exit_code=error.exit_code)
        return decide(Standing(registry, client, target, live, request.folder), options)

    return await side_by_side(synced(request) for request in requests)


async def _read(registry: Registry, request: SyncRequest, options: SyncOptions) -> tuple[Target, Live]:
    """Return one target and what is live there, the same as on every other target of the client.

    Raises:
        DirectorError: the Director cannot be asked, or lists no such pool or logpoint.
        UsageError: it has to be said which logpoint is meant.
    """
    director, client = request.request.director, request.request.loaded.client
    if director is None:
        raise DirectorError(request.request.unreachable)
    is_listed = client.logpoints == ALL or request.logpoint in client.logpoints
    narrowed = replace(client, logpoints=(request.logpoint,)) if request.logpoint and is_listed else client
    targets, findings = resolve(narrowed, await director.pools())
    if findings:
        raise DirectorError("; ".join(finding.message for finding in findings))
    if request.logpoint is not None:
        targets = [_chosen(client, targets, request.logpoint)]
    read = await side_by_side(read_live(director, registry, target, ()) for target in targets)
    first, *others = [_comparable(live, client, options) for live in read]
    differing = {key for other in others for key in first.keys() | other.keys() if first.get(key) != other.get(key)}
    if differing:
        raise UsageError(_choose_one(client, targets, differing))
    return targets[0], read[0]


def _chosen(client: Client, targets: Sequence[Target], wanted: str) -> Target:
    matching = [target for target in targets if wanted in (target.logpoint, target.logpoint_id)]
    if len(matching) == 1:
        return matching[0]
    names = sorted(target.logpoint for target in targets)
    hint = did_you_mean(wanted, names) or f"; it has {', '.join(map(quoted, names))}"
    raise UsageError(f"client {quoted(client.name)} has no logpoint {quoted(wanted)}{hint}")


def _comparable(live: Live, client: Client, options: SyncOptions) -> Mapping[ResourceKey, object]:
    """Return what has to be alike on all logpoints of a client."""
    return {
        key: (found.spec, found.problem is None, key in live.ambiguous)
        for key, found in live.objects.items()
        if key not in client.external and (options.include_vendor or not is_vendor_name(key.name))
    }


def _choose_one(client: Client, targets: Sequence[Target], differing: set[ResourceKey]) -> str:
    names = [f"{key.kind} {quoted(key.name)}" for key in sorted(differing)]
    more = f" and {len(names) - _MOST_NAMES_SHOWN} more" if len(names) > _MOST_NAMES_SHOWN else ""
    logpoints = ", ".join(sorted(quoted(target.logpoint) for target in targets))
    return (
        f"the logpoints of client {quoted(client.name)} ({logpoints}) differ in "
        f"{', '.join(names[:_MOST_NAMES_SHOWN])}{more}: choose one with --logpoint"
    )
