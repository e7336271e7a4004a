"""Certificates that Directors are trusted by, read from a commit that can be trusted itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from lpcac.connectors.git.repository import Repository
from lpcac.core.errors import UsageError
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import DirectorEndpoint

ReadFile = Callable[[str], bytes | None]
"""Gives the content of a file by its name, relative to the repository; `None` where there is no such file."""


@dataclass(frozen=True)
class Certificates:
    """Gives Directors the certificates that a commit holds, whatever is checked out.

    Arguments:
        map_file: the map, relative to the repository; what it names is relative to it.
        bundle: what the input `ca-bundle` names, relative to the repository; it comes before what the map names.
        folder: where the files are put.
    """

    repository: Repository
    commit: str
    map_file: str
    bundle: Path | None
    folder: Path

    def given_to(self, director: DirectorEndpoint) -> DirectorEndpoint:
        """Return the Director with a file that holds the commit's certificates.

        Raises:
            UsageError: the commit lacks the file, so that its author would choose who gets the token.
        """
        if self.bundle is None and director.ca_bundle is None:
            return director
        named = self.bundle or Path(self.map_file).parent / (director.ca_bundle or "")
        return replace(director, ca_bundle=str(self._trusted(named)))

    def _trusted(self, bundle: Path) -> Path:
        """Return the commit's file, or one that Git does not have: an earlier step of the job made it, or the image."""
        for name in _names(self.repository, bundle):
            if (written := self._written(name)) is not None:
                return written
        root, head = self.repository.root.resolve(), self.repository.head()
        place = (root / bundle).resolve()
        proposed = (*_names(self.repository, bundle), _below(place, root))
        if any(self.repository.linked_file_at(head, name) is not None for name in proposed if name is not None):
            message = f"the certificates {quoted(str(bundle))} come with the pull request: merge them first"
            raise UsageError(message)
        return place

    def _written(self, name: str) -> Path | None:
        content = self.repository.linked_file_at(self.commit, name)
        if content is None:
            return None
        place = self.folder / f"{len(os.listdir(self.folder))}.pem"
        place.write_bytes(content)
        return place


def certificates_digest(
    read: ReadFile, repository: Repository, map_file: str, override: Path | None, ca_bundle: str | None
) -> str:
    """Return the digest of the certificates that a commit holds for a Director; empty where it holds none.

    Arguments:
        read: gives the content of a file as of the commit, links followed as that commit has them.
        repository: whose work tree tells what Git does not have.
        override: what the input `ca-bundle` names, as for `Certificates`.
        ca_bundle: what the map names for the Director.
    """
    if override is None and ca_bundle is None:
        return ""
    bundle = override or Path(map_file).parent / (ca_bundle or "")
    contents = (read(name) for name in _names(repository, bundle))
    return next((sha256(content).hexdigest() for content in contents if content is not None), "")


def _names(repository: Repository, bundle: Path) -> Iterator[str]:
    """Yield where in a commit certificates may be, most important first.

    The work tree is a pull request's. So only where Git has no such file does it count where the work tree leads: an
    earlier step of the job made a link.
    """
    root = repository.root.resolve()
    places = (_below(root / bundle, root), _below(root / bundle, repository.root))
    plain = next((name for name in places if name is not None), None)
    if plain is not None:
        yield plain
        if repository.linked_file_at(repository.head(), plain) is not None:
            return
    if (resolved := _below((root / bundle).resolve(), root)) is not None:
        yield resolved


def _below(path: Path, root: Path) -> str | None:
    plain = Path(os.path.normpath(path))
    return plain.relative_to(root).as_posix() if root in plain.parents else None
