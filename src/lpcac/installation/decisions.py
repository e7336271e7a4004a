"""What `lpcac init` does with each file that it would write: a file that a person changed or deleted stays as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    """What is done to a file, and why."""

    WRITE = "write"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    KEEP = "keep"
    LEAVE_OUT = "leave out"


@dataclass(frozen=True)
class Decision:
    """What is done to one file.

    Arguments:
        path: relative to the repository.
        before: content now; `None` if there is no such file.
        wanted: content that the answers ask for.
        was_written: SHA-256 of what an earlier run wrote; `None` if none did.
        is_generated: whether only lpcac writes it, so that there is nothing to remember.
    """

    path: str
    deed: Deed
    before: bytes | None
    wanted: bytes
    was_written: str | None
    is_generated: bool = False

    @property
    def is_to_be_written(self) -> bool:
        """Tell whether the file changes."""
        return self.deed in (Deed.WRITE, Deed.UPDATE)

    @property
    def digest(self) -> str | None:
        """Return what to remember of the file: the SHA-256 of what lpcac wrote; `None` for nothing."""
        if self.is_generated:
            return None
        return self.was_written if self.deed in (Deed.KEEP, Deed.LEAVE_OUT) else digest_of(self.wanted)


def decide(
    path: str, before: bytes | None, wanted: bytes, was_written: str | None, *, restores: bool = False
) -> Decision:
    """Return what to do with a file.

    Arguments:
        was_written: SHA-256 of what an earlier run wrote; `None` if none did.
        restores: whether deleted files are written again.
    """
    return Decision(path, _deed(before, wanted, was_written, restores=restores), before, wanted, was_written)


def regenerate(path: str, before: bytes | None, wanted: bytes) -> Decision:
    """Return what to do with a file that only lpcac writes: it is always brought up to date."""
    deed = _deed(before, wanted, digest_of(before) if before is not None else None, restores=True)
    return Decision(path, deed, before, wanted, None, is_generated=True)


def digests(decisions: Mapping[str, Decision]) -> dict[str, str]:
    """Return what to remember of all files."""
    return {path: each.digest for path, each in decisions.items() if each.digest}


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a text; the same for both ways to end a line, which Git changes on Windows."""
    return hashlib.sha256(_unix(content)).hexdigest()


def _deed(before: bytes | None, wanted: bytes, was_written: str | None, *, restores: bool) -> Deed:
    if before is None:
        return Deed.LEAVE_OUT if was_written and not restores else Deed.WRITE
    if _unix(before) == _unix(wanted):
        return Deed.UNCHANGED
    return Deed.UPDATE if digest_of(before) == was_written else Deed.KEEP


def _unix(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")
