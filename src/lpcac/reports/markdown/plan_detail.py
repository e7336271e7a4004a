"""How much of a plan a page shows, step by step, and what goes first where there is no room."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum

from lpcac.core.resources import Action
from lpcac.planning.plan import Change
from lpcac.reports.markdown.changes import SHORT_VALUE
from lpcac.reports.markdown.size_budget import fits


class Detail(IntEnum):
    """How much is shown; every step leaves out what the one before it shows."""

    FULL = 0
    VALUES = 1
    SHORT = 2
    FIELDS = 3
    NAMES = 4
    TABLE = 5
    LEAST = 6


LEFT_OUT = {
    Detail.VALUES: ("pictures",),
    Detail.SHORT: ("pictures", f"the rest of values over {SHORT_VALUE} characters"),
    Detail.FIELDS: ("pictures", f"the rest of values over {SHORT_VALUE} characters"),
    Detail.NAMES: ("pictures", "all values"),
    Detail.TABLE: ("pictures", "the changes of each target, except risks, updates and deletes"),
    Detail.LEAST: ("everything except the verdict, the risks, the updates and the deletes",),
}


@dataclass(frozen=True)
class Shown:
    """What a page shows. Of created objects those with risks stay as long as updates and deletes; the others go first.

    Arguments:
        valued: how many created objects without risks have their values there, and the others their names.
        creates: how many created objects without risks have their names there; `None` for all.
        rows: how many targets have a row in the table; `None` for all.
    """

    detail: Detail
    valued: int = 0
    creates: int | None = None
    rows: int | None = None


@dataclass(frozen=True)
class Left:
    """How many more created objects without risks are shown with their values, and how many with their names."""

    valued: int
    creates: int

    def after(self, number: int) -> Left:
        """Return what is left once there were so many created objects."""
        return Left(max(0, self.valued - number), max(0, self.creates - number))

    def at_most(self, number: int) -> Left:
        """Return what is left for so many created objects."""
        # What leaves no room for a name leaves none for any.
        return Left(min(self.valued, number), min(self.creates, number))


def largest(budget: int, most: int, render: Callable[[int], str]) -> str | None:
    """Return the page with the largest number, up to `most`, that is within the budget; `None` where none is."""
    low, high, found = 0, most, None
    while low <= high:
        # Without any first: if that does not fit, nothing does.
        middle = 0 if found is None else (low + high + 1) // 2
        text = render(middle)
        if not fits(text, budget):
            if middle == 0:
                return None
            high = middle - 1
            continue
        found, low = text, middle + 1
    return found


def is_minor(change: Change) -> bool:
    """Tell whether a change is among the first to be left out: it creates something, and that is no risk."""
    return change.action is Action.CREATE and not change.risks


def creates_last(changes: Iterable[Change]) -> list[Change]:
    """Return updates, deletes, created objects with risks, then the other created ones."""
    order = (Action.UPDATE, Action.DELETE, Action.CREATE)
    return sorted(changes, key=lambda change: (is_minor(change), order.index(change.action)))
