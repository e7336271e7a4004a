"""Drift as Markdown for an issue: equal drift gives equal text, so that an issue is rewritten only when it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from lpcac.core.text.enumeration import NOT_SHOWN, capped, with_rest
from lpcac.planning.drift import Drift
from lpcac.planning.plan import Change
from lpcac.reports.markdown.blocks import bullets, fold, html_code, page, prose, table
from lpcac.reports.markdown.changes import (
    SHORT_VALUE,
    field_blocks,
    finding_line,
    names_line,
    object_code,
    source_text,
    target_code,
)
from lpcac.reports.markdown.size_budget import as_many_as_fit, first_that_fits, last_resort
from lpcac.reports.summaries.drift import drift_mark, drift_summary, drift_verdict, drifted_first
from lpcac.reports.wording import counted, target_name

_ERRORS_SHOWN = 50


class _Detail(IntEnum):
    FULL = 0
    SHORT = 1
    NAMES = 2
    TABLE = 3


_LEFT_OUT = {
    _Detail.SHORT: f"the rest of values over {SHORT_VALUE} characters",
    _Detail.NAMES: "the fields that differ",
    _Detail.TABLE: "the objects that differ",
}


def drift_markdown(
    drifts: Sequence[Drift],
    *,
    budget: int | None = None,
    full_report: str = "`lpcac drift --format json`",
    top: str | None = None,
) -> str:
    """Return what drifted field by field, as Markdown of at most `budget` bytes; the verdict is never dropped.

    Arguments:
        budget: bytes of UTF-8; `None` for all detail.
        full_report: trusted Markdown that says where all of the drift is.
        top: trusted Markdown that replaces the verdict.
    """
    every = drifted_first(drifts)
    verdict = f"### {drift_mark(every)} {drift_verdict(every)}" if top is None else top
    return _DriftPage(every, full_report, verdict).fitted(budget)


@dataclass(frozen=True)
class _DriftPage:
    drifts: Sequence[Drift]
    full_report: str
    verdict: str

    def fitted(self, budget: int | None) -> str:
        found = first_that_fits(budget, _Detail, lambda detail: page(self._blocks(detail), budget))
        if found is not None or budget is None:
            return found or ""
        names = [line for drift in self.drifts for line in _names(drift, target_code(drift.target))]
        found = as_many_as_fit(budget, names, lambda shown, cut: page(self._cut_blocks(shown, cut)))
        return last_resort(budget, drift_verdict(self.drifts)) if found is None else found

    @property
    def _rest(self) -> str:
        return f", all of them: {self.full_report}"

    def _blocks(self, detail: _Detail) -> Iterator[str]:
        yield self.verdict
        yield self._table()
        yield from self._not_checked()
        if detail < _Detail.TABLE:
            limit = None if detail is _Detail.FULL else SHORT_VALUE
            for drift in self.drifts:
                blocks = list(_full_blocks(drift, limit, self._rest) if detail < _Detail.NAMES else _name_blocks(drift))
                if blocks:
                    summary = f"{html_code(target_name(drift.target))}: {drift_summary(drift)}"
                    yield fold(summary, blocks, unfolded=not drift.is_clean)
        if detail is not _Detail.FULL:
            yield f"Left out for size: {_LEFT_OUT[detail]}. All of it: {self.full_report}."

    def _cut_blocks(self, shown: Sequence[str], cut: int) -> Iterator[str]:
        yield self.verdict
        yield bullets(with_rest(shown, len(shown) + cut, NOT_SHOWN))
        yield f"Left out for size: everything else. All of it: {self.full_report}."

    def _table(self) -> str:
        quiet = [d for d in self.drifts if d.is_clean and not d.accepted and not d.unmanaged and len(self.drifts) > 1]
        rows = [_row(drift) for drift in self.drifts if drift not in quiet]
        if quiet:
            rows.append([counted(len(quiet), "target"), "0", "0", "0", "0", "✅ as declared"])
        header = ("Target", "Changed", "Missing", "Accepted", "Unmanaged", "Result")
        return table(header, rows, numbers=range(1, 5)) if rows else ""

    def _not_checked(self) -> Iterator[str]:
        lines = [
            f"{target_code(drift.target)}: {prose(drift.not_checked)}"
            for drift in self.drifts
            if drift.not_checked is not None
        ]
        if lines:
            yield from ("#### Could not be checked", bullets(capped(lines, _ERRORS_SHOWN, self._rest)))


def _row(drift: Drift) -> list[str]:
    counts = (len(drift.changed), len(drift.missing), len(drift.accepted), len(drift.unmanaged))
    if drift.not_checked is not None:
        result = "❔ could not be checked"
    elif drift.errors:
        result = f"❌ {counted(len(drift.errors), 'error')}"
    else:
        result = "✅ as declared" if drift.is_clean else "⚠️ drifted"
    return [target_code(drift.target, in_table=True), *(str(count) for count in counts), result]


def _full_blocks(drift: Drift, limit: int | None, rest: str) -> Iterator[str]:
    if drift.errors:
        yield bullets(capped((finding_line(finding) for finding in drift.errors), _ERRORS_SHOWN, rest))
    for change in drift.changed:
        yield _line("changed", change)
        yield from field_blocks(change.fields, ("Field", "Live", "Declared"), limit)
    if drift.missing:
        yield bullets(_line("missing", change) for change in drift.missing)
    for change, reason in drift.accepted:
        yield f"{_line('accepted', change)}, because: {prose(reason)}"
        if change.before is not None:
            yield from field_blocks(change.fields, ("Field", "Live", "Declared"), limit)
    if drift.unmanaged:
        yield names_line("Unmanaged, left alone", drift.unmanaged)


def _name_blocks(drift: Drift) -> Iterator[str]:
    if lines := list(_names(drift, "")):
        yield bullets(lines)


def _names(drift: Drift, where: str) -> Iterator[str]:
    suffix = f" ({where})" if where else ""
    for word, changes in (("changed", drift.changed), ("missing", drift.missing)):
        yield from (f"**{word}** {object_code(change.key)}{suffix}" for change in changes)


def _line(word: str, change: Change) -> str:
    return f"**{word}** {object_code(change.key)}{source_text(change.source)}"
