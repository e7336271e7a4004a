"""What is read in a client's folder or a base, and what is an error: the same for the work tree and a commit.

Nothing that could declare something is skipped silently, because what is no longer declared is deleted.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from lpcac.core.findings import Finding, Position
from lpcac.core.text.safe_text import quoted

_ENDINGS: Final = (".yaml", ".yml")
_LFS: Final = b"version https://git-lfs.github.com/spec/"
_CONFLICT: Final = (b"<<<<<<< ", b"=======", b">>>>>>> ")


class LeadsTo(Enum):
    """What is at the end of a symbolic link."""

    FILE = auto()
    NOTHING = auto()
    FOLDER = auto()
    ELSEWHERE = auto()
    """Outside of what can be read, so that it may be a folder."""


def is_yaml(name: str) -> bool:
    """Tell whether a file of this name is read: it ends in `.yaml` or `.yml`, in any case."""
    return name.casefold().endswith(_ENDINGS)


def about_link(name: str, leads_to: LeadsTo) -> Finding | None:
    """Return the error that a symbolic link is, unless it is one to a file of another kind, or to nothing."""
    if is_yaml(name):
        what = "symbolic link"
    elif leads_to in (LeadsTo.FOLDER, LeadsTo.ELSEWHERE):
        what = "symbolic link to a folder"
    else:
        return None
    return _about(name, "symbolic-link", f"a {what} is not followed: put what it leads to in its place, or remove it")


def about_submodule(name: str) -> Finding:
    """Return the error that a submodule, or another repository in a folder, is."""
    message = "a submodule is not read: put its files in its place, or remove it"
    return _about(name, "submodule", message)


def about_content(content: bytes, file: str) -> Finding | None:
    """Return the error that a file is whose content is not the one that people wrote."""
    if content.startswith(_LFS):
        message = "this is a Git LFS pointer, not the file: take it out of LFS (git lfs untrack), since it is not read"
        return Finding("lfs-pointer", message, Position(file))
    if not all(mark in content for mark in _CONFLICT):
        return None
    lines = content.splitlines()
    first = next((number for number, line in enumerate(lines, 1) if line.startswith(_CONFLICT[0])), None)
    if first is None or not any(line.startswith(_CONFLICT[2]) for line in lines[first:]):
        return None
    message = "here a merge conflict begins (<<<<<<<): resolve it"
    return Finding("merge-conflict", message, Position(file, first))


def _about(name: str, code: str, message: str) -> Finding:
    return Finding(code, f"{quoted(name)}: {message}", Position(name))
