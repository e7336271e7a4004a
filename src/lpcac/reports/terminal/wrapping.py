"""Where to break a line to fit a width: between words, inside a word only if it is too long."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len

_WORD = re.compile(r"(?:[-+~] )?\S*(?: s(?!\S))?\s*")
"""A word with the space after it; a mark stays with what it marks, and seconds with their number."""
_AFTER = "/._-,:=[]{}()"
"""A word that is too long is broken after one of these, so that a path or a name stays readable."""


def breaks(text: str, first: int, others: int) -> list[int]:
    """Return the offsets at which to break the line.

    Arguments:
        first: columns of the first row.
        others: columns of every other row.
    """
    offsets: list[int] = []
    start, width = 0, first
    for begin, end in _words(text):
        word_end = begin + len(text[begin:end].rstrip())
        if cell_len(text[start:word_end]) > width and begin > start:
            offsets.append(begin)
            start, width = begin, others
        while cell_len(text[start:word_end]) > width:
            start += _fitting(text[start:word_end], width)
            offsets.append(start)
            width = others
    return offsets


def _words(text: str) -> Iterator[tuple[int, int]]:
    return ((match.start(), match.end()) for match in _WORD.finditer(text) if match.group())


def _fitting(word: str, width: int) -> int:
    """Return how much of a word that is too long goes on this row; at least one character."""
    fits = cells = 0
    for character in word:
        cells += cell_len(character)
        if cells > width:
            break
        fits += 1
    better = next((end for end in range(fits, fits // 3, -1) if word[end - 1] in _AFTER), fits)
    return max(1, better)
