"""The line of a file that a finding is about, with a mark below its column, for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from rich.cells import cell_len

from lpcac.core.findings import Finding
from lpcac.core.text.safe_text import escaped

_WIDTH: Final = 100
_BEFORE: Final = 40


def source_lines(finding: Finding, lines_of: Callable[[str], Sequence[str]]) -> list[str]:
    """Return the source of a finding as ruff shows it; nothing if it has no place, or the file no such line.

    What a terminal acts on is escaped, and of a long line only what is around the column is shown.

    Arguments:
        lines_of: gives a file's lines; none if it cannot be read.
    """
    position = finding.position
    lines = lines_of(position.file) if position else ()
    if position is None or not 0 < position.line <= len(lines):
        return []
    text = lines[position.line - 1].replace("\t", " ").rstrip()
    column = min(max(position.column - 1, 0), len(text))
    first = max(0, column - _BEFORE) if len(text) > _WIDTH else 0
    start = "…" if first else ""
    end = "…" if len(text) > first + _WIDTH else ""
    before = start + escaped(text[first:column])
    number = str(position.line)
    gutter = " " * len(number)
    shown = before + escaped(text[column : first + _WIDTH]) + end
    return [
        f"{gutter} |",
        f"{number} | {shown}".rstrip(),
        f"{gutter} | {' ' * cell_len(before)}^",
    ]
