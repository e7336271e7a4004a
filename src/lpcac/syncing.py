"""Syncs the clients of a scope: reads their folders, asks their Directors, decides. The caller writes the files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lpcac.connections import ConnectionOptions, connected
from lpcac.connectors.files import read_files, shown_name
from lpcac.engine.base_folders import overlap
from lpcac.engine.directory_map import Client
from lpcac.engine.inert import quoted
from lpcac.engine.layers import Layer, read_layer
from lpcac.engine.sync_values import SyncOptions, SyncResult
from lpcac.errors import UsageError
from lpcac.kinds import Registry
from lpcac.redaction import Redactor
from lpcac.scope import Scope
from lpcac.settings import Settings
from lpcac.usecases.loading import LoadedClient
from lpcac.usecases.sync import SyncRequest, sync_clients
from lpcac.usecases.sync_standing import ClientFolder


@dataclass(frozen=True)
class SyncChoice:
    """What a person chooses about a sync.

    Arguments:
        logpoint: name or identifier of the one to read, where a client has several.
        bases: folders to compare with as well, as a person names them.
    """

    logpoint: str | None = None
    bases: tuple[str, ...] = ()
    options: SyncOptions = field(default_factory=SyncOptions)


async def synced(
    scope: Scope,
    registry: Registry,
    settings: Settings,
    connection: ConnectionOptions,
    redactor: Redactor,
    choice: SyncChoice,
) -> list[SyncResult]:
    """Return for each client of the scope what to write; read-only towards the Directors.

    Raises:
        UsageError: a client's folder or a base is no folder, or an ad-hoc target lacks its settings.

    """
    folders = [_folder(scope, loaded, registry, choice.bases) for loaded in scope.clients]
    # What is wrong with a client's files is no reason not to ask: it is looked at file by file.
    asking = replace(scope, clients=tuple(replace(loaded, findings=()) for loaded in scope.clients))
    async with connected(asking, settings, connection, redactor, read_only=True) as requests:
        wanted = [
            SyncRequest(request, folder, choice.logpoint) for request, folder in zip(requests, folders, strict=True)
        ]
        return await sync_clients(registry, wanted, choice.options)


def _folder(scope: Scope, loaded: LoadedClient, registry: Registry, bases: Sequence[str]) -> ClientFolder:
    path = scope.map_folder / loaded.client.path
    layers = [layer for layer in loaded.layers.layers if layer.is_base] if loaded.layers else []
    for base in bases:
        layers += _base(scope.map_folder, loaded.client, base, [layer.folder for layer in layers], registry)
    name = shown_name(path)
    if not os.path.lexists(path):
        return ClientFolder(name, bases=tuple(layers))
    if not path.is_dir():
        raise UsageError(f"{quoted(name)} is no folder: a sync writes into a folder")
    read = read_files([path])
    return ClientFolder(name, read.files, read.findings, tuple(layers))


def _base(map_folder: Path, client: Client, base: str, known: Sequence[str], registry: Registry) -> list[Layer]:
    """Return the base as a layer, or nothing when the client has it anyway."""
    path = Path(base)
    if not path.is_dir():
        raise UsageError(f"--base {quoted(base)}: there is no such folder")
    folder = os.path.relpath(path.resolve(), map_folder.resolve()).replace(os.sep, "/")
    if folder in known:
        return []
    own = os.path.relpath((map_folder / client.path).resolve(), map_folder.resolve()).replace(os.sep, "/")
    if problem := overlap(folder, own, known):
        raise UsageError(f"--base: {problem}")
    read = read_files([path])
    return [read_layer(read.files, registry, folder, read.findings)]
