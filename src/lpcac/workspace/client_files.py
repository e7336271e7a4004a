"""Reads clients' folders and bases from the work tree or from a commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lpcac.composition.document_shape import form_findings
from lpcac.connectors.files.maps import folders_beside, load_map_at
from lpcac.connectors.files.reader import read_files
from lpcac.connectors.git.repository import Repository, open_repository
from lpcac.core.files import ReadingBudget
from lpcac.core.findings import Finding, has_errors
from lpcac.core.resources import ResourceKey
from lpcac.directory_map.directory_map import Client, DirectorEndpoint, DirectoryMap
from lpcac.kinds.registry import Registry
from lpcac.pipeline_tests.cases import findings_without_client
from lpcac.planning.targets.loaded_clients import Folder, Library

_BASES = "bases"
"""The conventional folder of bases; bases in it are checked even if unused."""


def library(folder: Path, registry: Registry) -> Library:
    """Return what loads clients from the work tree.

    Arguments:
        folder: the map's.
    """
    budget = ReadingBudget()

    def read(path: str) -> Folder:
        found = read_files([folder / path], budget)
        return found.files, found.findings

    return Library(registry, read)


@dataclass(frozen=True)
class Snapshot:
    """A commit's map, and the loader of its clients.

    Arguments:
        map: `None` where the commit has none that can be used.
        findings: findings in the map; none if the commit has no map.
    """

    map: DirectoryMap | None
    findings: tuple[Finding, ...]
    library: Library

    @property
    def is_broken(self) -> bool:
        """Tell whether the map has errors."""
        return has_errors(self.findings)

    @property
    def directors(self) -> Mapping[str, DirectorEndpoint]:
        """Return the map's Directors; none without a map."""
        return self.map.directors if self.map else {}

    def client(self, name: str) -> Client | None:
        """Return a client of the map; `None` when the map does not have it."""
        return next((each for each in self.map.clients if each.name == name), None) if self.map else None

    def owned(self, name: str) -> frozenset[ResourceKey]:
        """Return kind and name of everything a client declared, bases included; empty for an unknown client."""
        client = self.client(name)
        return self.library.owned(client) if client else frozenset()


def snapshot(repository: Repository, rev: str, map_name: str, registry: Registry) -> Snapshot:
    """Return what a commit holds; the map is read at once, clients' folders when they are asked for.

    Arguments:
        map_name: of the map, relative to the repository.

    Raises:
        UsageError: there is no such commit, or the clone lacks its map.
    """
    found, findings = load_map_at(repository, rev, map_name, registry)
    below = PurePosixPath(map_name).parent

    budget = ReadingBudget()

    def read(path: str) -> Folder:
        return repository.read_at(rev, [str(below / path)], budget)

    return Snapshot(found, tuple(findings), Library(registry, read))


def snapshot_at(rev: str, registry: Registry, map_file: Path) -> Snapshot:
    """Return what a commit of the repository holds that a map of the work tree lies in."""
    repository = open_repository(map_file)
    return snapshot(repository, repository.resolve_commit(rev), repository.relative(map_file), registry)


def spare_base_findings(
    directory_map: DirectoryMap, folder: Path, loader: Library, registry: Registry
) -> tuple[Finding, ...]:
    """Return the findings in bases that no client uses, as far as they can be checked without a client."""
    used = {base for client in directory_map.clients for base in client.bases}
    findings: list[Finding] = []
    for base in _spare_bases(directory_map, folder, used):
        layer = loader.base(base)
        findings += layer.findings
        findings += (finding for entry in layer.entries for finding in form_findings(entry.document, registry))
        findings += findings_without_client(layer.asides, base)
    return tuple(findings)


def _spare_bases(directory_map: DirectoryMap, folder: Path, used: set[str]) -> list[str]:
    """Return the folders next to the bases in use, and those in `bases`, that neither a base nor a client is in."""
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
