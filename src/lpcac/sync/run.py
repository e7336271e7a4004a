"""Syncs the clients of a scope: reads their folders and Directors and returns the edits. Writes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from lpcac.connectors.director.port import NoReadingProgress, ReadingProgress
from lpcac.connectors.files.reader import is_read_only, read_files, shown_name
from lpcac.core.environment import Settings
from lpcac.core.errors import UsageError
from lpcac.core.text.redaction import Redactor
from lpcac.core.text.safe_text import quoted
from lpcac.kinds.registry import Registry
from lpcac.planning.targets.loaded_clients import LoadedClient
from lpcac.sync.client_state import ClientFolder
from lpcac.sync.clients import SyncRequest, sync_clients
from lpcac.sync.result import SyncOptions, SyncResult
from lpcac.workspace.connections import ConnectionOptions, connected
from lpcac.workspace.scope import Scope


@dataclass(frozen=True)
class SyncChoice:
    """What the user chose for a sync.

    Arguments:
        logpoint: name or identifier of the logpoint to read, if a client has several.
    """

    logpoint: str | None = None
    options: SyncOptions = field(default_factory=SyncOptions)

    def where(self, *, rebase: bool) -> SyncChoice:
        """Return the same choice with or without rebasing onto new bases."""
        return replace(self, options=replace(self.options, rebase=rebase))


async def synced(
    scope: Scope,
    registry: Registry,
    settings: Settings,
    connection: ConnectionOptions,
    redactor: Redactor,
    choice: SyncChoice,
    progress: ReadingProgress | None = None,
) -> list[SyncResult]:
    """Return what to write for each client of the scope. Reads only from the Directors.

    Raises:
        UsageError: a client's path is not a folder, or an ad-hoc target lacks its settings.

    """
    folders = [_folder(scope, loaded) for loaded in scope.clients]
    # Errors in a client's files do not stop the read: a sync handles them file by file.
    asking = replace(scope, clients=tuple(replace(loaded, findings=()) for loaded in scope.clients))
    async with connected(asking, settings, connection, redactor, read_only=True) as requests:
        wanted = [
            SyncRequest(request, folder, choice.logpoint) for request, folder in zip(requests, folders, strict=True)
        ]
        return await sync_clients(registry, wanted, choice.options, progress or NoReadingProgress())


def _folder(scope: Scope, loaded: LoadedClient) -> ClientFolder:
    path = scope.map_folder / loaded.client.path
    bases = tuple(layer for layer in loaded.layers.layers if layer.is_base) if loaded.layers else ()
    name = shown_name(path)
    if not os.path.lexists(path):
        return ClientFolder(name, bases=bases)
    if not path.is_dir():
        raise UsageError(f"{quoted(name)} is not a folder: sync writes into a folder")
    read = read_files([path])
    read_only = frozenset(file.name for file in read.files if is_read_only(file.name))
    holds_more = _holds_more(path, len(read.files))
    return ClientFolder(name, read.files, read.findings, bases, holds_more, read_only)


def _holds_more(folder: Path, files: int) -> bool:
    """Tell whether a folder has more files than this number, hidden ones included."""
    return sum(len(names) for _, _, names in os.walk(folder)) > files
