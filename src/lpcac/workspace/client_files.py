"""Where clients' folders and bases are read from: the work tree, or a commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from lpcac.composition.clients import File, Folder, Library
from lpcac.composition.document_shape import form_findings
from lpcac.connectors.files.maps import folders_beside, load_map_at
from lpcac.connectors.files.reader import read_files
from lpcac.connectors.git.repository import Repository, open_repository
from lpcac.core.findings import Finding
from lpcac.core.resources import ResourceKey
from lpcac.directory_map.directory_map import Client, DirectoryMap
from lpcac.kinds.registry import Registry

_BASES = "bases"
"""Where bases are by convention: checked there even before a client uses them."""


def library(folder: Path, registry: Registry) -> Library:
    """Return what loads clients from the work tree.

    Arguments:
        folder: the map's.
    """

    def read(path: str) -> Folder:
        found = read_files([folder / path])
        return found.files, found.findings

    return Library(registry, read)


def library_at(repository: Repository, rev: str, folder: str, clients: Sequence[Client], registry: Registry) -> Library:
    """Return what loads these clients as of a commit; all their files are read at once.

    Arguments:
        folder: the map's, relative to the repository.
    """
    below = PurePosixPath(folder)
    paths = sorted({path for client in clients for path in (client.path, *client.bases)})
    files, findings = repository.read_at(rev, [str(below / path) for path in paths])

    def read(path: str) -> Folder:
        folder = str(below / path)
        return list(_files_below(files, folder)), [each for each in findings if _is_about(each, folder)]

    return Library(registry, read)


def map_at(rev: str, registry: Registry, map_file: Path) -> tuple[DirectoryMap | None, Library | None]:
    """Return the map as of a commit, and what loads its clients as of that commit."""
    repository = open_repository(map_file)
    name = repository.relative(map_file)
    found, _ = load_map_at(repository, rev, name, registry)
    if found is None:
        return None, None
    return found, library_at(repository, rev, Path(name).parent.as_posix(), found.clients, registry)


def owned_by_map(
    rev: str, registry: Registry, map_file: Path
) -> tuple[DirectoryMap | None, Mapping[str, frozenset[ResourceKey]]]:
    """Return the map as of a commit, and what each of its clients declared then, bases included."""
    before, loader = map_at(rev, registry, map_file)
    if before is None or loader is None:
        return None, {}
    return before, {client.name: loader.owned(client) for client in before.clients}


def spare_base_findings(
    directory_map: DirectoryMap, folder: Path, loader: Library, registry: Registry
) -> tuple[Finding, ...]:
    """Return what is wrong with the bases that no client uses, as far as it can be told without a client."""
    used = {base for client in directory_map.clients for base in client.bases}
    findings: list[Finding] = []
    for base in _spare_bases(directory_map, folder, used):
        layer = loader.base(base)
        findings += layer.findings
        findings += (finding for entry in layer.entries for finding in form_findings(entry.document, registry))
    return tuple(findings)


def _spare_bases(directory_map: DirectoryMap, folder: Path, used: set[str]) -> list[str]:
    """Return the folders beside the bases in use, and those in `bases`, that neither a base nor a client is in."""
    shelves = {_BASES} | {str(PurePosixPath(base).parent) for base in used}
    taken = {PurePosixPath(path) for path in (*used, *(client.path for client in directory_map.clients))}
    depth = max(shelf.count("/") + 2 for shelf in shelves)
    folders = map(PurePosixPath, folders_beside(folder / PurePosixPath(directory_map.file).name, depth).real)
    return sorted(
        str(path)
        for path in folders
        if str(path.parent) in shelves - {"."}
        and not any(path == t or path in t.parents or t in path.parents for t in taken)
    )


def _is_about(finding: Finding, folder: str) -> bool:
    name = finding.position.file if finding.position else ""
    return folder in (".", name) or name.startswith(f"{folder}/")


def _files_below(files: Sequence[File], folder: str) -> Iterator[File]:
    prefix = "" if folder == "." else f"{folder}/"
    return (file for file in files if file[0].startswith(prefix))
