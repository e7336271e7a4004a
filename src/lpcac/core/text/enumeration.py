"""Lists for messages; a long list is cut and the rest counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_LISTED = 10

NOT_SHOWN = ", not shown for size"
"""Suffix for `with_rest` when a size limit cuts lines."""


def listed(names: Sequence[str], most: int = _LISTED) -> str:
    """Return the names with commas; of more than `most` the first ones and the number of the others."""
    return ", ".join(names) if len(names) <= most else f"{', '.join(names[:most])} and {len(names) - most} more"


def with_rest(shown: Sequence[str], whole: int, what: str = "") -> list[str]:
    """Return the lines shown and, where the whole list has more, a last line that counts the others.

    Arguments:
        whole: how many lines there are in all.
        what: what the others are, in the plural, or words that follow a comma: `and 3 more targets`.
    """
    rest = whole - len(shown)
    return (
        [*shown, f"and {rest} more{what if what.startswith(',') else f' {what}'}".rstrip()] if rest > 0 else list(shown)
    )


def capped(lines: Iterable[str], most: int, what: str = "") -> list[str]:
    """Return the first lines and, where there are more, a last line that counts the others."""
    every = list(lines)
    return with_rest(every[:most], len(every), what)
