"""Files as values: changed files, folders, edits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

MAX_FILE_BYTES: Final = 8 * 1024 * 1024
MAX_BYTES_IN_ALL: Final = 64 * 1024 * 1024
FILE_TOO_LARGE: Final = "the file is over 8 MiB: split it"
TOO_MUCH_IN_ALL: Final = "the YAML files hold more than 64 MiB in all: keep other data elsewhere"


@dataclass
class ReadingBudget:
    """How much of a work tree, or of one commit, may still be read; what was counted once may be read again."""

    bytes_left: int = MAX_BYTES_IN_ALL
    _counted: set[str] = field(default_factory=set)

    def refusal(self, name: str, size: int) -> str | None:
        """Return why a file is not to be read, `None` when it may be; the file is counted then."""
        if size > MAX_FILE_BYTES:
            return FILE_TOO_LARGE
        if name not in self._counted:
            if size > self.bytes_left:
                return TOO_MUCH_IN_ALL
            self._counted.add(name)
            self.bytes_left -= size
        return None


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
        above, _, start = before.rpartition("/")
        end, slash, below = after.partition("/")
        found = []
        # Only what lies right there is looked at: a map of many patterns is not to be compared with every folder.
        for name in self._by_parent.get(above, ()):
            folder = (f"{above}/{name}" if above else name) + slash + below
            is_fit = len(name) > len(start) + len(end) and name.startswith(start) and name.endswith(end)
            if is_fit and (folder in self.real or folder in self.links):
                found.append((folder, name[len(start) : len(name) - len(end)]))
        return sorted(found)

    def count_beside(self, pattern: str) -> int:
        """Return how many folders `matching` compares with the pattern."""
        return len(self._by_parent.get(pattern.split("*", maxsplit=1)[0].rpartition("/")[0], ()))

    @cached_property
    def _by_parent(self) -> Mapping[str, Collection[str]]:
        """Return the names in each folder that holds some; what lies in a link is in the folder that it is."""
        names: dict[str, set[str]] = {}
        for path in (*self.real, *self.links):
            above, _, name = path.rpartition("/")
            # A folder may be known without those around it.
            while name not in names.setdefault(above, set()):
                names[above].add(name)
                above, _, name = above.rpartition("/") if above else ("", "", "")
                if not name:
                    break
        return names


@dataclass(frozen=True)
class FileEdit:
    """A file's content before and after; `None` if it does not exist."""

    name: str
    before: bytes | None
    after: bytes | None
