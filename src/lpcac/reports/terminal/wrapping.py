"""Where to break a line to fit a width: at spaces alone, so that what people read or copy as one piece stays one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len

from lpcac.reports.field_values import unbroken

_WORD = re.compile(r"(?:[-+~] )?[^ ]*(?: s(?![^ ]))? *")
"""A word with the spaces after it; a mark stays with what it marks, and seconds with their number."""
_QUOTED = re.compile(r'"[^"]*"')


def sentence(text: str) -> str:
    """Return a message so that no row is broken inside quotes."""
    return _QUOTED.sub(lambda match: unbroken(match.group()), text)


def breaks(text: str, first: int, others: int) -> list[int]:
    """Return the offsets at which to break the line. A word that is too long has a row of its own, and exceeds it.

    Arguments:
        first: columns of the first row.
        others: columns of every other row.
    """
    offsets: list[int] = []
    start, width = 0, first
    for begin, end in _words(text):
        word_end = begin + len(text[begin:end].rstrip(" "))
        if cell_len(text[start:word_end]) > width and text[start:begin].strip(" "):
            offsets.append(begin)
            start, width = begin, others
    return offsets


def _words(text: str) -> Iterator[tuple[int, int]]:
    return ((match.start(), match.end()) for match in _WORD.finditer(text) if match.group())
