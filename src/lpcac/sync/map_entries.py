"""Adds new clients and new bases to the directory map before a sync."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lpcac.composition.placeholders import SET_IT_IN_THE_MAP, UNDEFINED_VARIABLE
from lpcac.connectors.files.maps import folders_beside
from lpcac.connectors.files.reader import is_read_only, read_files
from lpcac.core.errors import ExitCode, InvalidConfigurationError, UsageError
from lpcac.core.files import Folders
from lpcac.core.findings import Finding, errors_in, has_errors
from lpcac.core.json_values import Json
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.base_folders import lie_in_each_other, overlap
from lpcac.directory_map.directory_map import Client, DirectoryMap, external_object
from lpcac.directory_map.editor import EditableMap
from lpcac.directory_map.parser import parse_map, read_map
from lpcac.directory_map.schema import why_no_base_path, why_no_client_path
from lpcac.directory_map.variable_argument import variable
from lpcac.kinds.registry import Registry
from lpcac.sync.result import SyncResult
from lpcac.workspace.client_files import library
from lpcac.workspace.scope import Scope


@dataclass(frozen=True)
class NewClient:
    """A client to add to the map.

    Arguments:
        pool: name or UUID.
        logpoint: name or identifier; `None` for all of the pool.
        bases: folders as given on the command line.
        external: `KIND=NAME`, one each.
        variables: `NAME=VALUE`, one each.
    """

    name: str
    pool: str
    logpoint: str | None = None
    bases: tuple[str, ...] = ()
    external: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


@dataclass(frozen=True)
class MapEntryChange:
    """The clients to sync, with the map's changes applied.

    Arguments:
        known: the current map; `None` if it does not change.
        entries: the new entry of each changed client.
        is_new: whether the client is new in the map.
    """

    scope: Scope
    known: EditableMap | None = None
    entries: Mapping[str, Json] = field(default_factory=dict)
    is_new: bool = False

    def results(self, synced: Sequence[SyncResult]) -> list[SyncResult]:
        """Return the results, with the map's edit added to the first changed client.

        A client's files and its map entry are written together or not at all: neither is written if the client
        cannot be read or its files have errors.
        """
        results = [_all_or_nothing(result) if result.client in self.entries else result for result in synced]
        if self.is_new:
            results = [replace(result, findings=tuple(map(_of_new_client, result.findings))) for result in results]
        adopted = [result.client for result in results if result.client in self.entries and result.problem is None]
        if self.known is None or not adopted:
            return results
        edit = self.known.edit({name: self.entries[name] for name in adopted})
        first = next(index for index, result in enumerate(results) if result.client == adopted[0])
        results[first] = replace(results[first], edits=(edit, *results[first].edits))
        return results


def add_client(map_file: Path, new: NewClient, registry: Registry) -> MapEntryChange:
    """Return the scope of the new client alone, with its entry; nothing is written.

    Raises:
        UsageError: there is no such map or base, the map already has the client or has no single Director, or a value
            is invalid in a map entry.
        InvalidConfigurationError: the map has errors, or would have with the client added.

    """
    known = _editable(map_file)
    _require_new(new.name, _read(known.content, known.name, map_file, registry).clients)
    entry = _entry(known, new, map_file.parent, registry)
    directory_map = _with_entries(known, map_file, {new.name: entry}, registry)
    (client,) = directory_map.select([new.name])
    loaded = library(map_file.parent, registry).load(client)
    scope = Scope((loaded,), {}, directory_map.directors, map_folder=map_file.parent, map_file=map_file)
    return MapEntryChange(scope, known, {new.name: entry}, is_new=True)


def add_bases(scope: Scope, bases: Sequence[str], registry: Registry) -> MapEntryChange:
    """Return the scope with these bases added to each of its clients; nothing is written.

    Raises:
        UsageError: there is no such base, or a client cannot have it, or has no own entry.
        InvalidConfigurationError: the map cannot be edited, or would have errors with the bases added.

    """
    if not bases or scope.map_is_broken:
        return MapEntryChange(scope)
    if scope.map_file is None:
        raise UsageError("--patch-base goes with --map: the client's entry in the map must name the base")
    folders = [_base_folder(base, scope.map_folder) for base in bases]
    lacking = {
        loaded.client.name: _lacking(folders, loaded.client.path, loaded.client.bases) for loaded in scope.clients
    }
    lacking = {name: found for name, found in lacking.items() if found}
    if not lacking:
        return MapEntryChange(scope)
    known = _editable(scope.map_file)
    entries = {name: known.with_bases(name, found) for name, found in lacking.items()}
    to_be = {client.name: client for client in _with_entries(known, scope.map_file, entries, registry).clients}
    loader = library(scope.map_folder, registry)
    clients = []
    for loaded in scope.clients:
        client = replace(loaded.client, bases=(*loaded.client.bases, *lacking.get(loaded.client.name, ())))
        if to_be.get(client.name) != client and client.name in entries:
            raise known.refusal(f"the edit would change client {quoted(client.name)} in another way")
        clients.append(loader.load(client) if client.name in entries else loaded)
    return MapEntryChange(replace(scope, clients=tuple(clients)), known, entries)


def require_one_client(clients: Sequence[str]) -> str:
    """Return the one client; raise `UsageError` for none or several."""
    if len(clients) != 1:
        raise UsageError("--pool with --map adds one client: name it with --client")
    return clients[0]


def _all_or_nothing(result: SyncResult) -> SyncResult:
    """Return the result without its edits if they would not make a valid client."""
    if result.problem is not None or result.exit_code is not ExitCode.INVALID:
        return result
    problem = (
        "with this map entry the client's files have errors; nothing was written. Fix these errors first, or move the "
        "files away: sync then writes the live objects again, as patches of the bases"
    )
    return replace(result, edits=(), objects=(), problem=problem)


def _of_new_client(finding: Finding) -> Finding:
    """Return the finding with a hint for a client whose entry does not exist yet."""
    if finding.code != UNDEFINED_VARIABLE or not finding.message.endswith(SET_IT_IN_THE_MAP):
        return finding
    name = "".join(str(origin).removeprefix("vars.") for origin in finding.origins)
    message = finding.message.removesuffix(SET_IT_IN_THE_MAP)
    hint = f"give it with --var {name}=VALUE, or in the action's input `vars`"
    return replace(finding, message=f"{message}: {hint}")


def _editable(map_file: Path) -> EditableMap:
    read = read_files([map_file])
    if not read.files:
        raise UsageError(f"there is no directory map {quoted(str(map_file))}: name one with --map")
    source = read.files[0]
    written, findings = parse_map(source.content, source.name)
    if written is None:
        raise _invalid(findings)
    known = EditableMap(source.name, source.content, written)
    if is_read_only(map_file):
        raise known.refusal("it is read-only")
    return known


def _with_entries(known: EditableMap, map_file: Path, entries: Mapping[str, Json], registry: Registry) -> DirectoryMap:
    """Return the map with these entries in it, read back."""
    content = known.edit(entries).after or b""
    try:
        return _read(content, known.name, map_file, registry)
    except _MapError as error:
        # Its position is in content that is not on disk.
        message = f"with the new entry, {quoted(known.name)} would be invalid: {error.finding.message}"
        raise InvalidConfigurationError(message) from None


def _read(content: bytes, name: str, map_file: Path, registry: Registry) -> DirectoryMap:
    """Return the map with this content, which has no errors; clients' folders need not exist yet."""
    written, findings = parse_map(content, name)
    if written is None:
        raise _invalid(findings)
    beside = folders_beside(map_file, written.depth)
    folders = Folders({*beside.real, *written.folders_to_be(())}, beside.links)
    directory_map, findings = read_map(content, name, folders, registry)
    if directory_map is None or has_errors(findings):
        raise _invalid(findings)
    return directory_map


def _require_new(name: str, clients: Sequence[Client]) -> None:
    """Raise `UsageError` if the name or the folder of the new client is taken, or cannot be a folder's name."""
    folder = _folder(name)
    if problem := why_no_client_path(folder):
        raise UsageError(f"--client {quoted(name)}: its folder would be {quoted(folder)}, and {problem}")
    for client in clients:
        if client.name == name:
            message = f"client {quoted(name)} is already in the map ({client.position}): leave out --pool"
            raise UsageError(message)
        if lie_in_each_other(folder, client.path):
            message = (
                f"client {quoted(name)} would get the folder {quoted(folder)}, which overlaps {quoted(client.path)} "
                f"of client {quoted(client.name)} ({client.position}): choose another name"
            )
            raise UsageError(message)


def _folder(name: str) -> str:
    """Return a new client's folder, by convention."""
    return f"clients/{name}"


def _entry(known: EditableMap, new: NewClient, folder: Path, registry: Registry) -> Json:
    """Return the client's entry for the map."""
    directors = list(known.written.model.directors)
    if len(directors) != 1:
        raise UsageError("the map has no director, or several: add the client to the map by hand")
    entry: Json = {"name": new.name, "path": _folder(new.name), "director": directors[0], "pool": new.pool}
    entry["logpoints"] = [new.logpoint] if new.logpoint else "*"
    if new.bases:
        entry["bases"] = _lacking([_base_folder(base, folder) for base in new.bases], _folder(new.name), ())
    if new.variables:
        entry["vars"] = dict(map(variable, new.variables))
    external: dict[str, list[str]] = {}
    for kind, name in (external_object(text, registry) for text in new.external):
        external.setdefault(kind, []).append(name)
    return entry | ({"external": external} if external else {})


def _base_folder(base: str, map_folder: Path) -> str:
    """Return the folder as the map writes it."""
    path = Path(base)
    if not path.is_dir():
        raise UsageError(f"--patch-base {quoted(base)}: there is no such folder")
    folder = os.path.relpath(path.resolve(), map_folder.resolve()).replace(os.sep, "/")
    if problem := why_no_base_path(folder):
        raise UsageError(f"--patch-base {quoted(base)}: {problem}")
    return folder


def _lacking(folders: Sequence[str], client: str, bases: Sequence[str]) -> list[str]:
    """Return the bases that the client of this folder does not have yet."""
    lacking: list[str] = []
    for folder in folders:
        if folder in bases or folder in lacking:
            continue
        if problem := overlap(folder, client, [*bases, *lacking]):
            raise UsageError(f"--patch-base: {problem}")
        lacking.append(folder)
    return lacking


class _MapError(InvalidConfigurationError):
    """The map has this error."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def _invalid(findings: Sequence[Finding]) -> _MapError:
    errors = iter(errors_in(findings))
    return _MapError(next(errors, Finding("unreadable-map", "the directory map cannot be read")))
