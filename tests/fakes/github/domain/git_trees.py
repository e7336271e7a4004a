"""Git's trees as the bytes that they are, so that a name may be whatever a stranger can push."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pygit2
from pygit2.enums import ObjectType

Files = Mapping[str, str | bytes | None]
"""Paths with their new content; None removes the file."""

_FILE, _LINK, _FOLDER, _SUBMODULE = b"100644", b"120000", b"40000", b"160000"


class Link(str):
    """The target of a symbolic link, in the place of a file's content."""

    __slots__ = ()


class Submodule(str):
    """The commit of a submodule, in the place of a file's content."""

    __slots__ = ()


def changed_tree(repository: pygit2.Repository, tree: str | None, files: Files) -> str:
    """Store a tree with other content at some paths, and return its SHA; a folder without a file is gone."""
    top = _Folder(repository, tree)
    for path, content in files.items():
        top.put(path.encode().split(b"/"), _entry(repository, content))
    return top.stored()


def entries(repository: pygit2.Repository, tree: str) -> Iterator[tuple[bytes, bytes, str]]:
    """Yield the mode, the name and the SHA of everything in a folder."""
    _, content = repository.read(tree)
    at = 0
    while at < len(content):
        space = content.index(b" ", at)
        end = content.index(b"\0", space)
        at, begin = end + 21, at
        yield content[begin:space], content[space + 1 : end], content[end + 1 : at].hex()


def files_below(repository: pygit2.Repository, tree: str, folder: bytes = b"") -> Iterator[tuple[str, str]]:
    """Yield the path and the SHA of every file of a tree, submodules left out."""
    for mode, name, sha in entries(repository, tree):
        path = folder + name
        if mode == _FOLDER:
            yield from files_below(repository, sha, path + b"/")
        elif mode != _SUBMODULE:
            yield path.decode(errors="surrogateescape"), sha


def objects_below(repository: pygit2.Repository, tree: str, known: set[str]) -> Iterator[str]:
    """Yield the SHA of a tree and of all that is in it, without what is known, and add them to that."""
    if tree in known:
        return
    known.add(tree)
    yield tree
    for mode, _, sha in entries(repository, tree):
        if mode == _FOLDER:
            yield from objects_below(repository, sha, known)
        elif mode != _SUBMODULE and sha not in known:
            known.add(sha)
            yield sha


_Entry = tuple[bytes, "str | _Folder"]


class _Folder:
    """A folder that is being changed; what is below it is read when something changes there."""

    def __init__(self, repository: pygit2.Repository, tree: str | None = None) -> None:
        self._repository = repository
        found = () if tree is None else entries(repository, tree)
        self.entries: dict[bytes, _Entry] = {name: (mode, sha) for mode, name, sha in found}

    def put(self, path: list[bytes], entry: _Entry | None) -> None:
        name, *below = path
        if not below:
            self.entries.pop(name, None)
            if entry is not None:
                self.entries[name] = entry
            return
        mode, held = self.entries.get(name, (b"", ""))
        if mode != _FOLDER and entry is None:
            return
        folder = held if isinstance(held, _Folder) else _Folder(self._repository, held if mode == _FOLDER else None)
        folder.put(below, entry)
        self.entries[name] = (_FOLDER, folder)

    def stored(self) -> str:
        lines = []
        for name, (mode, held) in sorted(self.entries.items(), key=_place):
            if isinstance(held, _Folder) and not held.has_files:
                continue
            sha = held.stored() if isinstance(held, _Folder) else held
            lines.append(b"%b %b\0%b" % (mode, name, bytes.fromhex(sha)))
        return str(self._repository.write(ObjectType.TREE, b"".join(lines)))

    @property
    def has_files(self) -> bool:
        held_here = (held for _, held in self.entries.values())
        return any(not isinstance(held, _Folder) or held.has_files for held in held_here)


def _place(item: tuple[bytes, _Entry]) -> bytes:
    """Return what Git orders a folder's entries by."""
    name, (mode, _) = item
    return name + b"/" if mode == _FOLDER else name


def _entry(repository: pygit2.Repository, content: str | bytes | None) -> _Entry | None:
    if content is None:
        return None
    if isinstance(content, Submodule):
        return _SUBMODULE, str(content)
    blob = content if isinstance(content, bytes) else content.encode()
    return _LINK if isinstance(content, Link) else _FILE, str(repository.create_blob(blob))
