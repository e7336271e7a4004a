"""The directory map of a work tree or of a commit, with the folders next to it."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from lpcac.connectors.files.reader import read_files
from lpcac.connectors.git.repository import Repository
from lpcac.core.errors import UsageError
from lpcac.core.files import Folders
from lpcac.core.findings import Finding, sorted_by_place
from lpcac.core.text.safe_text import escaped
from lpcac.directory_map.directory_map import MAP_NAME, DirectoryMap
from lpcac.directory_map.parser import parse_map
from lpcac.kinds.registry import Registry


def find_map(start: Path) -> Path | None:
    """Return the directory map in a folder or the closest folder above it, inside the same Git repository."""
    for folder in (start, *start.absolute().parents):
        if (folder / MAP_NAME).is_file():
            return folder / MAP_NAME
        if (folder / ".git").exists():
            break
    return None


def load_map(
    path: Path, registry: Registry, new: Collection[str] | None = None
) -> tuple[DirectoryMap | None, list[Finding]]:
    """Return the map in a file of the work tree and all findings; `None` when the file itself is unusable.

    Arguments:
        path: of the file.
        registry: the kinds that the map may name.
        new: clients that may have no folder yet; given at all, the clients that entries name may have none either.

    Raises:
        UsageError: there is no such file.

    """
    if not path.is_file():
        shown = escaped(str(path))
        message = f'there is no directory map "{shown}": name one with --map, or a target with --pool'
        raise UsageError(message)
    read = read_files([path])
    if not read.files:
        return None, list(read.findings)
    written, findings = parse_map(read.files[0].content, read.files[0].name)
    if written is None:
        return None, findings
    folders = folders_beside(path, written.depth)
    if new is not None:
        folders = Folders(frozenset(folders.real) | frozenset(written.folders_to_be(new)), folders.links)
    directory_map, contradictions = written.expanded(folders, registry)
    return directory_map, [*findings, *contradictions]


def load_map_at(
    repository: Repository, rev: str, name: str, registry: Registry
) -> tuple[DirectoryMap | None, list[Finding]]:
    """Return the map as of a commit and all findings; no map and no findings when the commit has none.

    Arguments:
        repository: where the commit is.
        rev: the commit.
        name: of the map, relative to the repository.
        registry: the kinds that the map may name.

    """
    content = repository.file_at(rev, name)
    if content is None:
        return None, []
    written, findings = parse_map(content, name)
    if written is None:
        return None, findings
    folders = repository.folders_at(rev, str(PurePosixPath(name).parent), written.depth)
    directory_map, contradictions = written.expanded(folders, registry)
    return directory_map, sorted_by_place([*findings, *contradictions])


def folders_beside(path: Path, depth: int) -> Folders:
    """Return the folders below the map's, down to a depth; hidden ones are left out, links not followed."""
    real: set[str] = set()
    links: set[str] = set()
    pending = [("", 1)] if depth else []
    while pending:
        below, level = pending.pop()
        for entry in _entries(path.parent / below):
            name = f"{below}/{entry.name}" if below else entry.name
            if entry.is_symlink():
                links.add(name)
            else:
                real.add(name)
                if level < depth:
                    pending.append((name, level + 1))
    return Folders(frozenset(real), frozenset(links))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return the folders in a folder, links to folders included; none when it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.name.startswith(".") and entry.is_dir()]
    except OSError:
        return []
