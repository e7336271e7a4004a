"""Git's objects, read through one `git cat-file --batch`: commits and trees are kept, contents are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from lpcac.connectors.git.process import CHECK_OUT_ALL, Conversation
from lpcac.core.errors import UsageError

FOLDER_MODE: Final = b"40000"
LINK_MODE: Final = b"120000"
SUBMODULE_MODE: Final = b"160000"
_FILE_MODE: Final = b"100"  # 100644, 100755, and 100664 in old commits.

_HEADER: Final = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64}) (commit|tree|blob|tag) (\d+)")
_COMMITTED: Final = re.compile(rb"> (\d{1,12}) [+-]\d{4}$")
# Questions that are sent before an answer is read: they fit into the smallest pipe, or both sides would wait.
_AT_ONCE: Final = 60
_LARGEST: Final = 64 * 1024 * 1024
_SKIPPED_AT_ONCE: Final = 1024 * 1024


class Commit(NamedTuple):
    """What a commit says: its tree, its parents, and when it was made, in seconds since 1970."""

    tree: str
    parents: tuple[str, ...]
    time: int


class Entry(NamedTuple):
    """A name in a tree, and what it stands for."""

    mode: bytes
    name: str
    sha: str

    @property
    def is_file(self) -> bool:
        """Tell whether it is an ordinary file."""
        return self.mode.startswith(_FILE_MODE)


class Objects:
    """The objects of one repository, by hash. Every method raises `UsageError` when the clone lacks an object."""

    def __init__(self, folder: Path) -> None:
        """Read those of the repository that the folder lies in."""
        self._git = Conversation(folder, "cat-file", "--batch")
        self._commits: dict[str, Commit] = {}
        self._trees: dict[str, Mapping[str, Entry]] = {}

    def commit_hash(self, name: str) -> str | None:
        """Return the hash of the commit that a printable name means; `None` when it means none here."""
        if name in self._commits:
            return name
        found = self._read(f"{name}^{{commit}}")
        if found is None:
            return None
        sha, content = found
        self._commits[sha] = _commit(content)
        return sha

    def find_commit(self, sha: str) -> Commit | None:
        """Return a commit; `None` when the clone does not have it."""
        return self._commits[sha] if self.commit_hash(sha) == sha else None

    def tree(self, sha: str) -> Mapping[str, Entry]:
        """Return a folder's entries by name."""
        if sha not in self._trees:
            content = self._read(sha)
            if content is None:
                raise _missing(sha)
            self._trees[sha] = {entry.name: entry for entry in _entries(content[1], len(sha) // 2)}
        return self._trees[sha]

    def contents(self, shas: Iterable[str], accepts: Callable[[str, int], bool]) -> Mapping[str, bytes]:
        """Return files' contents by hash, without those that are not accepted, which are never held in memory.

        Arguments:
            accepts: tells from hash and size whether a file is wanted.
        """
        found: dict[str, bytes] = {}
        remaining = iter(sorted(set(shas)))
        while batch := list(islice(remaining, _AT_ONCE)):
            self._git.ask("".join(f"{sha}\n" for sha in batch).encode())
            # All answers are taken before one is complained about, so that the next question gets its own.
            answers = [self._answer(accepts) for _ in batch]
            for sha, answer in zip(batch, answers, strict=True):
                if answer is None:
                    raise _missing(sha)
                if answer[1] is not None:
                    found[sha] = answer[1]
        return found

    def _read(self, name: str) -> tuple[str, bytes] | None:
        self._git.ask(f"{name}\n".encode())
        answer = self._answer(lambda _sha, size: size <= _LARGEST)
        if answer is None:
            return None
        sha, content = answer
        if content is None:
            raise UsageError(f"the Git repository holds a commit or folder of over 64 MiB ({sha[:12]}): it is not read")
        return sha, content

    def _answer(self, accepts: Callable[[str, int], bool]) -> tuple[str, bytes | None] | None:
        header = _HEADER.fullmatch(self._git.line())
        if header is None:
            # `NAME missing` or `NAME ambiguous`
            return None
        sha, size = header[1].decode(), int(header[3])
        if accepts(sha, size):
            return sha, self._git.exactly(size + 1)[:-1]
        for start in range(0, size + 1, _SKIPPED_AT_ONCE):
            self._git.exactly(min(_SKIPPED_AT_ONCE, size + 1 - start))
        return sha, None


def _missing(sha: str) -> UsageError:
    return UsageError(f"the clone lacks the content {sha[:12]}: {CHECK_OUT_ALL}")


def _commit(content: bytes) -> Commit:
    tree, parents, time = "", [], 0
    for line in content.split(b"\n"):
        word, _, rest = line.partition(b" ")
        if word == b"tree":
            tree = rest.decode()
        elif word == b"parent":
            parents.append(rest.decode())
        elif word == b"committer":
            time = int(match[1]) if (match := _COMMITTED.search(line)) else 0
            break
    return Commit(tree, tuple(parents), time)


def _entries(content: bytes, size: int) -> Iterator[Entry]:
    start = 0
    while start < len(content):
        blank, end = content.find(b" ", start), content.find(b"\0", start)
        if not start < blank < end:
            raise UsageError("the Git repository has a damaged folder: run git fsck")
        # A name that is not UTF-8 must be printable too.
        name = content[blank + 1 : end].decode(errors="backslashreplace")
        following = end + 1 + size
        yield Entry(content[start:blank], name, content[end + 1 : following].hex())
        start = following
