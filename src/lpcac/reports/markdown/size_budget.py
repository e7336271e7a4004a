"""Fits text into what GitHub takes, by dropping detail step by step and never by cutting.

GitHub takes 65,536 characters in a comment and 1 MiB in a job summary. Sizes are counted in bytes of UTF-8: that is
how the summary is measured, and no way of counting a comment's characters gives more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar


def fitted(room: int, render: Callable[[int], str], clean: Callable[[str], str]) -> str:
    """Return a rendering of at most `room` bytes once secrets are taken out, whose mask may be longer than they are."""
    budget = room
    while True:
        text = clean(render(budget))
        excess = size(text) - room
        if excess <= 0 or budget <= 0:
            return text
        budget -= excess


Detail = TypeVar("Detail")

COMMENT_LIMIT = 65_536
SUMMARY_LIMIT = 1024 * 1024


def size(text: str) -> int:
    """Return how much of a budget the text takes."""
    return len(text.encode(errors="surrogatepass"))


def fits(text: str, budget: int | None) -> bool:
    """Tell whether the text is within the budget; no budget holds everything."""
    return budget is None or size(text) <= budget


def first_that_fits(budget: int | None, details: Iterable[Detail], render: Callable[[Detail], str]) -> str | None:
    """Return the rendering with the first detail that is within the budget; `None` when there is none."""
    return next((text for detail in details if fits(text := render(detail), budget)), None)


def as_many_as_fit(budget: int, lines: Sequence[str], render: Callable[[Sequence[str], int], str]) -> str | None:
    """Return the rendering with as many of the lines as the budget holds; `None` when it is too small even without any.

    Arguments:
        render: gets the lines that are shown and the number of those that are not.
    """
    if fits(everything := render(lines, 0), budget):
        return everything
    if not fits(render([], len(lines)), budget):
        return None
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(render(lines[:middle], len(lines) - middle), budget):
            low = middle
        else:
            high = middle - 1
    return render(lines[:low], len(lines) - low)


def last_resort(budget: int, text: str) -> str:
    """Return as much of the text as the budget holds; the text is ASCII without any markup."""
    return text[: max(0, budget)]
