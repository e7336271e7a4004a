"""Writes lines to a console so that they read well at any width, with and without colour."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from lpcac.reports.field_values import with_spaces
from lpcac.reports.terminal.wrapping import breaks

_NARROWEST = 12

Part = str | tuple[str, str]
"""A piece of a line: plain, or (text, style)."""


class ConsoleWriter:
    """Writes lines to a console: wrapped between words, with hanging indents, and never read as a command.

    A row is never broken inside a word, nor at an `UNBROKEN` space; what is wider than the console is left to it.

    Without colour (not a terminal, or NO_COLOR) no escape code of any kind is written.
    """

    def __init__(self, console: Console) -> None:
        """Write to this console, at the width it has now."""
        self._console = console

    def line(self, *parts: Part, indent: int = 0, hang: int = 2, wrap: bool = True) -> None:
        """Write one line.

        Arguments:
            indent: columns before the line.
            hang: additional columns before continuation rows.
            wrap: whether to wrap at the console's width; `False` for text that people copy.
        """
        text = Text.assemble(*(_without_old_commands(part) for part in parts))
        rows = self._rows(text, indent, hang) if wrap else [_indented(text, indent)]
        for row in rows:
            self._put(row)

    def blank(self) -> None:
        """Write an empty line."""
        self._console.print()

    def _rows(self, text: Text, indent: int, hang: int) -> list[Text]:
        first, others = (max(_NARROWEST, self._console.width - taken) for taken in (indent, indent + hang))
        if text.cell_len <= first:
            return [_indented(text, indent)]
        rows = text.divide(breaks(text.plain, first, others))
        return [_indented(row, indent + (hang if number else 0)) for number, row in enumerate(rows)]

    def _put(self, row: Text) -> None:
        row.rstrip()
        plain = with_spaces(_without_command(row.plain))
        shown = plain.encode(self._console.encoding, "backslashreplace").decode(self._console.encoding)
        if self._console.no_color or len(shown) != len(row.plain):
            row = Text(shown)
        elif shown != row.plain:
            row.plain = shown
        self._console.print(row, soft_wrap=True)


def _indented(text: Text, columns: int) -> Text:
    return Text(" " * columns).append_text(text)


def _without_old_commands(part: Part) -> Part:
    """Escape `##[`, so that GitHub's runner does not read an old-style command (`##[error]`)."""
    text, *style = (part,) if isinstance(part, str) else part
    safe = text.replace("##[", "#\\x23[")
    return (safe, style[0]) if style else safe


def _without_command(row: str) -> str:
    """Escape a leading `::`, so that GitHub's runner does not read a command (`::error::`)."""
    start = len(row) - len(row.lstrip())
    return f"{row[:start]}\\x3a{row[start + 1 :]}" if row.startswith("::", start) else row
