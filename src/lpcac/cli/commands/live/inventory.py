"""`lpcac inventory`."""

from __future__ import annotations

import asyncio

from lpcac.apply.signals import run_to_end
from lpcac.cli.consent import trusting
from lpcac.cli.session import Session, heard, require_sound_map, start
from lpcac.connectors.director.inventory import read_logpoint
from lpcac.connectors.director.port import ReadingProgress
from lpcac.core.concurrency import side_by_side
from lpcac.core.errors import DirectorError, ExitCode
from lpcac.models import registry
from lpcac.planning.targets.requests import Request, TargetRequest, list_pools, resolve_targets
from lpcac.reports.inventory import (
    DirectorRow,
    LogpointRow,
    logpoints_document,
    logpoints_text,
    pools_document,
    pools_text,
)
from lpcac.reports.terminal.reading_progress import reading_view
from lpcac.workspace.connections import ConnectionOptions, connected
from lpcac.workspace.inventory_scope import inventory_scope
from lpcac.workspace.scope import Scope
from lpcac.workspace.target_options import TargetOptions

# Logpoints read at the same time; each asks for several lists at once.
_SIDE_BY_SIDE = 8


def inventory(options: TargetOptions, connection: ConnectionOptions, output_format: str) -> ExitCode:
    """List what logpoints have; without a client or a pool, the pools and logpoints. Reads only.

    Raises:
        UsageError: the options contradict each other, or name something that does not exist.
    """
    session = start()
    connection = heard(connection, session)
    scope = inventory_scope(options, session.settings, registry())
    require_sound_map(scope, session.output)
    connection = trusting(scope, session, connection)
    # A client without logpoints means a whole Director.
    if any(loaded.client.logpoints for loaded in scope.clients):
        return _show_logpoints(session, scope, connection, output_format)
    return _show_pools(session, scope, connection, output_format)


def _show_pools(session: Session, scope: Scope, connection: ConnectionOptions, output_format: str) -> ExitCode:
    async def asked() -> list[DirectorRow]:
        async with connected(scope, session.settings, connection, session.output.redactor, read_only=True) as requests:
            return await _directors(requests)

    rows = run_to_end(asked())
    if output_format == "json":
        session.output.json(pools_document(rows))
    else:
        session.output.result(pools_text(rows))
    return ExitCode.NOT_DONE if any(row.unread is not None for row in rows) else ExitCode.OK


async def _directors(requests: list[Request]) -> list[DirectorRow]:
    known = await list_pools(request.director for request in requests)
    rows = []
    for request in requests:
        name = request.loaded.client.director
        try:
            found = None if request.director is None else tuple(known.of(request.director))
        except DirectorError as error:
            rows.append(DirectorRow(name, unread=str(error)))
        else:
            unread = request.unreachable if found is None else None
            rows.append(DirectorRow(name, found or (), unread))
    return rows


def _show_logpoints(session: Session, scope: Scope, connection: ConnectionOptions, output_format: str) -> ExitCode:
    async def asked(progress: ReadingProgress) -> list[LogpointRow]:
        async with connected(scope, session.settings, connection, session.output.redactor, read_only=True) as requests:
            return await _logpoints(await resolve_targets(requests), progress)

    with reading_view(session.output.err) as progress:
        rows = run_to_end(asked(progress))
    if output_format == "json":
        session.output.json(logpoints_document(rows))
    else:
        session.output.result(logpoints_text(rows))
    is_whole = all(row.inventory is not None and not row.inventory.unread for row in rows)
    return ExitCode.OK if is_whole else ExitCode.NOT_DONE


async def _logpoints(targets: list[TargetRequest], progress: ReadingProgress) -> list[LogpointRow]:
    slots = asyncio.Semaphore(_SIDE_BY_SIDE)
    progress.expect(len(targets))

    async def read(each: TargetRequest) -> LogpointRow:
        director = each.request.director
        if director is None or each.unread is not None:
            found = LogpointRow(each.target, unread=each.unread or each.request.unreachable)
        else:
            async with slots:
                found = LogpointRow(each.target, await read_logpoint(director, registry(), each.target))
        progress.read()
        return found

    # The Director lists the logpoints of a pool in any order.
    return await side_by_side(map(read, sorted(targets, key=_place)))


def _place(each: TargetRequest) -> tuple[str, str, str]:
    return each.target.client, each.target.pool, each.target.logpoint
