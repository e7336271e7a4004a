"""Report of an apply for a terminal: how each change ended, why it failed, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rich.console import Console

from lpcac.apply.report import Outcome, State, TargetReport
from lpcac.core.resources import Target
from lpcac.core.text.enumeration import listed
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.reports.field_values import unbroken
from lpcac.reports.summaries.apply import next_steps, not_applied_reasons, report_verdict, unexplained
from lpcac.reports.summaries.plan import TargetStatus, in_reading_order
from lpcac.reports.terminal.changes import marked_name, put_change, put_findings
from lpcac.reports.terminal.console_lines import ConsoleWriter
from lpcac.reports.terminal.wrapping import sentence
from lpcac.reports.wording import duration, message_text, object_name, state_counts, target_name

STATE_STYLES = {State.DONE: "green", State.FAILED: "bold red", State.UNKNOWN: "bold magenta", State.SKIPPED: "yellow"}
_NAMES_SHOWN = 20
_NOTHING_WAIVED: Mapping[Target, Sequence[Refusal]] = MappingProxyType({})


def print_report(
    console: Console,
    reports: Sequence[TargetReport],
    others: Sequence[GuardedTarget] = (),
    waived: Mapping[Target, Sequence[Refusal]] = _NOTHING_WAIVED,
    *,
    is_logged: bool = False,
) -> None:
    """Write how every change ended, then what to do next.

    Arguments:
        others: targets that were planned but not applied.
        waived: the limits that were waived for a target.
        is_logged: whether a log above has a line for every change already; then they are only counted.
    """
    writer = ConsoleWriter(console)
    for report in sorted(reports, key=lambda report: report.is_done):
        if report.outcomes or not report.is_done:
            _put_report(writer, report, waived.get(report.plan.target, ()), is_logged=is_logged)
            writer.blank()
    for target in in_reading_order(others):
        if TargetStatus.of(target) is not TargetStatus.NOTHING:
            _put_other(writer, target)
            writer.blank()
    writer.line((report_verdict(reports, others), "bold"))
    for step in next_steps(reports, others):
        writer.line(step, indent=2)


def _put_report(writer: ConsoleWriter, report: TargetReport, waived: Sequence[Refusal], *, is_logged: bool) -> None:
    counts = state_counts([outcome.state for outcome in report.outcomes])
    writer.line((target_name(report.plan.target), "bold"), f": {counts}")
    for refusal in waived:
        writer.line(("waived: ", "yellow"), sentence(message_text(refusal.message)), indent=2)
    for outcome in () if is_logged else report.outcomes:
        _put_outcome(writer, outcome)
    if report.problem is not None:
        writer.line(("not checked: ", "bold red"), sentence(message_text(report.problem)), indent=2)
    if report.meanwhile:
        names = listed([unbroken(object_name(change.key)) for change in report.meanwhile], _NAMES_SHOWN)
        writer.line(("changed during the apply: ", "bold red"), names, indent=2)
    put_findings(writer, report.errors, indent=2)
    if unexpected := unexplained(report):
        writer.line(("still not as declared:", "bold red"), indent=2)
        for change in unexpected:
            put_change(writer, change, indent=4)


def _put_outcome(writer: ConsoleWriter, outcome: Outcome) -> None:
    change = outcome.change
    took = "" if outcome.state is State.SKIPPED else f"  {duration(outcome.seconds)}"
    writer.line(
        (f"{outcome.state:<8}", STATE_STYLES[outcome.state]), marked_name(change), (took, "dim"), indent=2, hang=10
    )
    if outcome.detail and outcome.state is not State.DONE:
        writer.line(sentence(message_text(outcome.detail)), indent=12, hang=0)


def _put_other(writer: ConsoleWriter, target: GuardedTarget) -> None:
    writer.line((target_name(target.plan.target), "bold"), ": not applied")
    for reason in not_applied_reasons(target):
        writer.line(("because: ", "bold red"), sentence(message_text(reason)), indent=2)
    put_findings(writer, target.plan.errors, indent=2)
