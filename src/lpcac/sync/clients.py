"""Syncs clients: reads the live objects and decides how the files change. Writes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lpcac.connectors.director.live_reader import read_live
from lpcac.connectors.director.pools import resolve
from lpcac.connectors.director.port import NoReadingProgress, ReadingProgress
from lpcac.core.concurrency import side_by_side
from lpcac.core.errors import DirectorError, LpcacError, UsageError
from lpcac.core.resources import Live, Target
from lpcac.core.text.did_you_mean import did_you_mean
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Client
from lpcac.directory_map.schema import ALL
from lpcac.kinds.registry import Registry
from lpcac.planning.targets.requests import DirectorPools, Request, list_pools
from lpcac.sync.agreement import for_all_clients, for_all_logpoints
from lpcac.sync.client_state import ClientFolder, ClientState
from lpcac.sync.decision import decide
from lpcac.sync.rebasing import decide_upon_bases
from lpcac.sync.result import SyncOptions, SyncResult

# Clients read at the same time; each asks for several lists at once.
_SIDE_BY_SIDE = 8
_UNSEEN = NoReadingProgress()


@dataclass(frozen=True)
class SyncRequest:
    """One client to sync.

    Arguments:
        request: the client and its Director; findings in its files are checked again here.
        folder: its files and bases.
        logpoint: name or identifier of the logpoint to read; `None` for all of them.
    """

    request: Request
    folder: ClientFolder
    logpoint: str | None = None


async def sync_clients(
    registry: Registry,
    requests: Sequence[SyncRequest],
    options: SyncOptions,
    progress: ReadingProgress = _UNSEEN,
) -> list[SyncResult]:
    """Return what to write for each client, in order; a client that cannot be read does not stop the others.

    The edits are right for every logpoint that was read, and for every client of the folder.
    """
    slots = asyncio.Semaphore(_SIDE_BY_SIDE)
    pools = await list_pools(each.request.director for each in requests)

    async def synced(request: SyncRequest) -> SyncResult:
        client = request.request.loaded.client
        try:
            async with slots:
                read = await _read(registry, request, pools, progress)
            states = [ClientState(registry, client, target, live, request.folder) for target, live in read]
            decided = decide_upon_bases if options.rebase else decide
            return for_all_logpoints([(state, decided(state, options)) for state in states])
        except LpcacError as error:
            return SyncResult(client.name, problem=str(error), exit_code=error.exit_code)

    results = await side_by_side(synced(request) for request in requests)
    return for_all_clients([request.folder.name for request in requests], results)


async def _read(
    registry: Registry, request: SyncRequest, pools: DirectorPools, progress: ReadingProgress
) -> list[tuple[Target, Live]]:
    """Return each logpoint of the client, or the named one, with its live objects.

    Raises:
        DirectorError: the Director cannot be reached, or has no such pool or logpoint.
        UsageError: the client has no logpoint of the name.
    """
    director, client = request.request.director, request.request.loaded.client
    if director is None:
        raise DirectorError(request.request.unreachable)
    is_listed = client.logpoints == ALL or request.logpoint in client.logpoints
    narrowed = replace(client, logpoints=(request.logpoint,)) if request.logpoint and is_listed else client
    targets, findings = resolve(narrowed, pools.of(director))
    if findings:
        raise DirectorError("; ".join(finding.message for finding in findings))
    if request.logpoint is not None:
        targets = [_chosen(client, targets, request.logpoint)]
    progress.expect(len(targets))

    async def read(target: Target) -> Live:
        try:
            return await read_live(director, registry, target, ())
        finally:
            progress.read()

    lives = await side_by_side(read(target) for target in targets)
    return list(zip(targets, lives, strict=True))


def _chosen(client: Client, targets: Sequence[Target], wanted: str) -> Target:
    matching = [target for target in targets if wanted in (target.logpoint, target.logpoint_id)]
    if len(matching) == 1:
        return matching[0]
    names = sorted(target.logpoint for target in targets)
    hint = did_you_mean(wanted, names) or f"; it has {', '.join(map(quoted, names))}"
    raise UsageError(f"client {quoted(client.name)} has no logpoint {quoted(wanted)}{hint}")
