"""Takes a client that the directory map does not have yet into it, so that it can be synced and proposed in one go."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lpcac.client_files import library
from lpcac.connectors.files import read_files
from lpcac.connectors.map_files import folders_beside
from lpcac.engine.inert import quoted
from lpcac.engine.map_expansion import Folders
from lpcac.engine.map_reading import WrittenMap, parse_map, read_map
from lpcac.engine.sync_values import FileEdit, SyncResult
from lpcac.engine.values import Finding, Severity
from lpcac.engine.yaml_file import CannotEditError, edited
from lpcac.errors import InvalidConfigurationError, UsageError
from lpcac.kinds import Json, Registry
from lpcac.scope import Scope

_FOLDER = "clients"
"""Where clients' folders are by convention."""


@dataclass(frozen=True)
class NewClient:
    """What the map is to say of a client.

    Arguments:
        pool: name or UUID.
        logpoint: name or identifier; `None` for all of the pool.
        bases: folders as a person names them.
        external: `KIND=NAME`, one each.
    """

    name: str
    pool: str
    logpoint: str | None = None
    bases: tuple[str, ...] = ()
    external: tuple[str, ...] = ()


def take_in(map_file: Path, new: NewClient, registry: Registry) -> tuple[Scope, FileEdit]:
    """Return the scope of the new client alone, and the edit that adds it to the map; nothing is written.

    Raises:
        UsageError: there is no such map, or the map has the client, or no single Director to choose.
        InvalidConfigurationError: the map has errors, or would have with the client in it.

    """
    read = read_files([map_file])
    if not read.files:
        raise UsageError(f"there is no directory map {quoted(str(map_file))}: name one with --map")
    source = read.files[0]
    written, findings = parse_map(source.content, source.name)
    if written is None:
        raise _invalid(findings)
    entry = _entry(written, new, map_file.parent)
    clients = written.document.value.get("clients") or []
    try:
        content = edited(source.content, {0: {**written.document.value, "clients": [*clients, entry]}})
    except CannotEditError as error:
        raise InvalidConfigurationError(
            f"{quoted(source.name)} cannot be edited ({error}): add the client by hand"
        ) from None
    beside = folders_beside(map_file, max(written.depth, 2))
    folders = Folders({*beside.real, *written.folders_to_be(()), entry["path"]}, beside.links)
    directory_map, findings = read_map(content, source.name, folders, registry)
    if directory_map is None or any(finding.severity is Severity.ERROR for finding in findings):
        raise _invalid(findings)
    (client,) = directory_map.select([new.name])
    loaded = library(map_file.parent, registry).load(client)
    scope = Scope((loaded,), {}, directory_map.directors, map_folder=map_file.parent)
    return scope, FileEdit(source.name, source.content, content)


def only(clients: Sequence[str]) -> str:
    """Return the one client; raise `UsageError` for none or several."""
    if len(clients) != 1:
        raise UsageError("a pool beside the map takes one client into the map: name that client")
    return clients[0]


def with_map(result: SyncResult, taken_in: FileEdit | None) -> SyncResult:
    """Return the result with the map's edit in it, unless the client could not be read."""
    if taken_in is None or result.problem is not None:
        return result
    return replace(result, edits=(taken_in, *result.edits))


def _entry(written: WrittenMap, new: NewClient, folder: Path) -> Json:
    """Return the client's entry as the map spells it."""
    if any(entry.name == new.name for entry in written.model.clients):
        raise UsageError(f"client {quoted(new.name)} is in the map already: leave out --pool, the map says which it is")
    directors = list(written.model.directors)
    if len(directors) != 1:
        raise UsageError("the map has several directors, or none: add the client to the map by hand")
    entry: Json = {"name": new.name, "path": f"{_FOLDER}/{new.name}", "director": directors[0], "pool": new.pool}
    entry["logpoints"] = [new.logpoint] if new.logpoint else "*"
    if new.bases:
        entry["bases"] = [_relative(base, folder) for base in new.bases]
    external: dict[str, list[str]] = {}
    for text in new.external:
        kind, _, name = text.partition("=")
        external.setdefault(kind, []).append(name)
    return entry | ({"external": external} if external else {})


def _relative(base: str, folder: Path) -> str:
    return os.path.relpath(Path(base).resolve(), folder.resolve()).replace(os.sep, "/")


def _invalid(findings: Sequence[Finding]) -> InvalidConfigurationError:
    first = next((finding for finding in findings if finding.severity is Severity.ERROR), None)
    return InvalidConfigurationError(str(first) if first else "the directory map cannot be read")
