"""The table of events that end elsewhere, once for all targets on which the same events do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lpcac.core.resources import Target
from lpcac.planning.events_elsewhere import Elsewhere
from lpcac.reports.markdown.blocks import code, table
from lpcac.reports.markdown.changes import targets_suffix
from lpcac.reports.markdown.size_budget import as_many_as_fit

_ROWS = 50
_HEADER = ("Events", "Enter by", "Before", "After")


def elsewhere_blocks(elsewhere: Mapping[Target, Sequence[Elsewhere]], room: int, *, several: bool) -> Iterator[str]:
    """Yield a table for each group of targets on which the same events end elsewhere; nothing when none do.

    Arguments:
        room: bytes for all of them.
        several: whether the page is about several targets, so that it must say which ones are meant.
    """
    groups: dict[tuple[Elsewhere, ...], list[Target]] = {}
    for target, rows in elsewhere.items():
        groups.setdefault(tuple(sorted(rows, key=lambda row: not row.is_shortened)), []).append(target)
    for rows, targets in groups.items():
        suffix = targets_suffix(targets) if several else ""
        found = as_many_as_fit(room // len(groups), [_row(row) for row in rows[:_ROWS]], _Table(len(rows), suffix))
        yield found or f"**Events that end elsewhere**{suffix}: {len(rows)}, left out for size."


class _Table:
    """Renders as many rows as there is room for."""

    def __init__(self, whole: int, suffix: str) -> None:
        self._whole, self._suffix = whole, suffix

    def __call__(self, shown: Sequence[str], _left: int) -> str:
        more = self._whole - len(shown)
        rest = ["", f"and {more} more"] if more else []
        return "\n".join([f"#### Events that end elsewhere{self._suffix}", "", table(_HEADER, []), *shown, *rest])


def _row(row: Elsewhere) -> str:
    mark = "⚠️ " if row.is_shortened else ""
    cells = [code(text, in_table=True) for text in (row.events, row.entry, row.before, row.after)]
    return f"| {mark}{' | '.join(cells)} |"
