"""Comments that silence a lint finding at a line: `# lpcac: ignore[CODE] reason`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from lpcac.core.findings import Position

_COMMENT: Final = re.compile(r"(?:^|\s)#\s*lpcac:\s*ignore\[([a-z-]{1,60})\][ \t]*(.{0,500})$")
_MARK: Final = b"lpcac:"
_LONGEST_LINE: Final = 2_000
"""Characters; a longer line is nobody's comment."""


class Suppression(NamedTuple):
    """A silenced code, the line that it is silenced at, and why.

    Arguments:
        position: of the comment.
        line: the one that the comment is about: its own, or the next one that is no comment.
    """

    code: str
    position: Position
    line: int
    reason: str


def suppressions(content: bytes, file: str) -> Iterator[Suppression]:
    """Yield every suppression in a file's text."""
    if _MARK not in content:
        return
    lines = content.decode(errors="replace").split("\n")
    found: list[Suppression] = []
    about = len(lines) + 1
    # From the end, so that the line that a comment is about is known when the comment comes.
    for number in range(len(lines), 0, -1):
        line = lines[number - 1]
        if not line.lstrip().startswith("#"):
            about = number
        match = _COMMENT.search(line.rstrip("\r")) if len(line) < _LONGEST_LINE and "lpcac:" in line else None
        if match:
            position = Position(file, number, match.start() + 1)
            found.append(Suppression(match[1], position, about, match[2].strip()))
    yield from reversed(found)
