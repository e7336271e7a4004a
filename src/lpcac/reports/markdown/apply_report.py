"""What an apply did, as Markdown for the pull request: how each change ended, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from lpcac.apply.report import Outcome, State, TargetReport
from lpcac.core.resources import Target
from lpcac.core.text.enumeration import NOT_SHOWN, capped, with_rest
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.reports.markdown.blocks import bullets, fold, html_code, page, prose, table
from lpcac.reports.markdown.changes import (
    PERMISSION,
    SHORT_VALUE,
    change_blocks,
    deduplicated,
    finding_line,
    object_code,
    target_code,
)
from lpcac.reports.markdown.size_budget import as_many_as_fit, first_that_fits, last_resort
from lpcac.reports.summaries.apply import left_out, next_steps, not_applied_reasons, report_verdict, unexplained
from lpcac.reports.summaries.plan import in_reading_order
from lpcac.reports.wording import duration, state_counts, target_name

_REASONS_SHOWN = 50
_NOTHING_WAIVED: Mapping[Target, Sequence[Refusal]] = MappingProxyType({})


class _Detail(IntEnum):
    FULL = 0
    TABLE = 1
    LEAST = 2


def report_markdown(
    reports: Sequence[TargetReport],
    others: Sequence[GuardedTarget] = (),
    waived: Mapping[Target, Sequence[Refusal]] = _NOTHING_WAIVED,
    *,
    budget: int | None = None,
    waiver: str = "apply with `--waive-limits DIGEST`",
    full_report: str = "`lpcac apply --format json`",
) -> str:
    """Return how every change ended, as Markdown of at most `budget` bytes; what is not done is dropped last.

    Arguments:
        others: targets that were planned and not applied.
        waived: the limits that were waived for a target.
        budget: bytes of UTF-8; `None` for all detail.
        waiver: trusted Markdown that completes "To allow the deletes, ...".
        full_report: trusted Markdown that says where all of the report is.
    """
    return _ReportPage(reports, left_out(in_reading_order(others)), waived, waiver, full_report).fitted(budget)


@dataclass(frozen=True)
class _ReportPage:
    reports: Sequence[TargetReport]
    others: Sequence[GuardedTarget]
    waived: Mapping[Target, Sequence[Refusal]]
    waiver: str
    full_report: str

    def fitted(self, budget: int | None) -> str:
        found = first_that_fits(budget, _Detail, lambda detail: page(self._blocks(detail), budget))
        if found is not None or budget is None:
            return found or ""
        found = as_many_as_fit(budget, list(self._not_done()), lambda shown, cut: page(self._cut_blocks(shown, cut)))
        return last_resort(budget, self._sentence()) if found is None else found

    def _sentence(self) -> str:
        return report_verdict(self.reports, self.others)

    def _verdict(self) -> str:
        done = all(report.is_done for report in self.reports) and not self.others
        return f"### {'✅' if done else '❌'} {self._sentence()}"

    def _blocks(self, detail: _Detail) -> Iterator[str]:
        yield self._verdict()
        if detail < _Detail.LEAST:
            yield self._table()
        if lines := list(self._not_done()):
            yield from ("#### Not done", bullets(lines))
        if steps := next_steps(self.reports, self.others, self.waiver, PERMISSION):
            yield from ("#### What to do next", bullets(steps))
        if detail is _Detail.FULL:
            yield from (_fold(report) for report in self.reports if report.outcomes)
        else:
            yield f"Left out for size: how each change ended. All of it: {self.full_report}."

    def _cut_blocks(self, shown: Sequence[str], cut: int) -> Iterator[str]:
        yield self._verdict()
        if lines := with_rest(shown, len(shown) + cut, NOT_SHOWN):
            yield from ("#### Not done", bullets(lines))
        yield f"Left out for size: everything else. All of it: {self.full_report}."

    def _table(self) -> str:
        rows = [_row(report, self.waived.get(report.plan.target, ())) for report in self.reports]
        for target in self.others:
            name, skipped = target_code(target.plan.target, in_table=True), str(len(target.plan.changes))
            rows.append([name, "0", "0", "0", skipped, "❌ not applied"])
        header = ("Target", "Done", "Failed", "Unknown", "Skipped", "Result")
        return table(header, rows, numbers=range(1, 5)) if rows else ""

    def _not_done(self) -> Iterator[str]:
        """Yield what did not happen: first what failed, then what nobody knows, then what was left out."""
        for state in (State.FAILED, State.UNKNOWN, State.SKIPPED):
            for report in self.reports:
                for outcome in report.outcomes:
                    if outcome.state is state:
                        why = f": {prose(outcome.detail)}" if outcome.detail else ""
                        where = target_code(report.plan.target)
                        yield f"**{state}** {object_code(outcome.change.key)} ({where}){why}"
        for report in self.reports:
            yield from _surprises(report)
        for target in self.others:
            for reason in not_applied_reasons(target):
                yield f"**not applied** {target_code(target.plan.target)}: {prose(reason)}"
        errors = ((finding_line(error), each.plan.target) for each in self.others for error in each.plan.errors)
        yield from capped(deduplicated(errors), _REASONS_SHOWN, f", all of them: {self.full_report}")


def _surprises(report: TargetReport) -> Iterator[str]:
    where = target_code(report.plan.target)
    for change in unexplained(report):
        yield f"**still not as declared** {object_code(change.key)} ({where})"
    for change in report.meanwhile:
        yield f"**changed during the apply** {object_code(change.key)} ({where})"
    for error in report.errors:
        yield f"**not as declared** ({where}): {finding_line(error)}"
    if report.problem is not None:
        yield f"**not checked** {where}: {prose(report.problem)}"


def _row(report: TargetReport, waived: Sequence[Refusal]) -> list[str]:
    states = [outcome.state for outcome in report.outcomes]
    result = "✅ as declared" if report.is_done else "❌ not as declared"
    if waived:
        result += f" (waived: {'; '.join(prose(refusal.message, in_table=True) for refusal in waived)})"
    return [target_code(report.plan.target, in_table=True), *(str(states.count(state)) for state in State), result]


def _fold(report: TargetReport) -> str:
    summary = f"{html_code(target_name(report.plan.target))}: {state_counts([o.state for o in report.outcomes])}"
    header = ("State", "Change", "Object", "Time", "Why")
    blocks = [table(header, [_outcome_row(outcome) for outcome in report.outcomes], numbers=(3,))]
    for change in unexplained(report):
        blocks += ["Still not as declared:", *change_blocks(change, SHORT_VALUE)]
    return fold(summary, blocks)


def _outcome_row(outcome: Outcome) -> list[str]:
    change = outcome.change
    took = " " if outcome.state is State.SKIPPED else duration(outcome.seconds)
    why = prose(outcome.detail, in_table=True) if outcome.detail and outcome.state is not State.DONE else " "
    return [outcome.state.value, change.action.value, object_code(change.key, in_table=True), took, why]
