"""Files as values: changed files, folders, edits."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class ChangedFile:
    """A file that differs between two commits; `previous` is its old name if it was renamed."""

    name: str
    previous: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name that the file has or had."""
        return (self.name,) if self.previous is None else (self.previous, self.name)


@dataclass(frozen=True)
class Folders:
    """The folders below the map's, by path relative to it; hidden ones left out.

    Arguments:
        real: folders proper.
        links: symbolic links to folders, which are refused: Git does not look through them.

    """

    real: Collection[str]
    links: Collection[str] = frozenset()

    def link_on(self, path: str) -> str | None:
        """Return the symbolic link in a path, if there is one."""
        parts = path.split("/")
        ahead = ("/".join(parts[: count + 1]) for count in range(len(parts)))
        return next((part for part in ahead if part in self.links), None)

    def matching(self, pattern: str) -> list[tuple[str, str]]:
        """Return (folder, what `*` matched) for each folder and link that fits, by name."""
        before, after = pattern.split("*")
        fits = re.compile(f"{re.escape(before)}([^/]+){re.escape(after)}")
        found = ((folder, fits.fullmatch(folder)) for folder in {*self.real, *self.links})
        return sorted((folder, match[1]) for folder, match in found if match)


@dataclass(frozen=True)
class FileEdit:
    """A file's content before and after; `None` if it does not exist."""

    name: str
    before: bytes | None
    after: bytes | None
