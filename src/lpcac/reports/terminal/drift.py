"""Drift for a terminal: what differs between live and declared, and what could not be checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console

from lpcac.planning.drift import Drift
from lpcac.planning.plan import Change, FieldChange
from lpcac.planning.targets.identical import alike_drifts
from lpcac.reports.field_values import UNBROKEN, before_and_after, is_in_path, path_text, unbroken, value_text
from lpcac.reports.summaries.drift import drift_summary, drift_verdict, drifted_first
from lpcac.reports.terminal.changes import put_findings, put_heading, put_unmanaged, source_parts
from lpcac.reports.terminal.console_lines import ConsoleWriter, Part
from lpcac.reports.terminal.wrapping import sentence
from lpcac.reports.wording import counted, message_text, object_name


def print_drift(console: Console, drifts: Sequence[Drift]) -> None:
    """Write what drifted field by field, what was accepted and why, and what could not be checked.

    What is the same on several targets is written once, below the names of all of them.
    """
    writer = ConsoleWriter(console)
    shown = [drift for drift in drifted_first(drifts) if len(drifts) == 1 or not _is_quiet(drift)]
    for group in alike_drifts(shown):
        _put_group(writer, group)
        writer.blank()
    if shown and len(shown) < len(drifts):
        writer.line(f"{counted(len(drifts) - len(shown), 'more target')} as declared")
    writer.line((drift_verdict(drifts), "bold"))


def _is_quiet(drift: Drift) -> bool:
    return drift.is_clean and not drift.accepted and not drift.unmanaged


def _put_group(writer: ConsoleWriter, group: Sequence[Drift]) -> None:
    drift = group[0]
    summary = drift_summary(drift if len(group) == 1 else replace(drift, unmanaged=()))
    put_heading(writer, [each.target for each in group], summary)
    if drift.not_checked is not None:
        writer.line(("not checked: ", "bold magenta"), sentence(message_text(drift.not_checked)), indent=2)
    put_findings(writer, drift.errors, indent=2)
    for change in drift.changed:
        writer.line(*_heading("changed: ", "yellow", change), indent=2, hang=4)
        _put_differences(writer, change)
    for change in drift.missing:
        writer.line(*_heading("missing: ", "red", change), indent=2, hang=4)
    for change, reason in drift.accepted:
        writer.line(*_heading("accepted: ", "dim", change), indent=2, hang=4)
        writer.line(("because: ", "dim"), sentence(message_text(reason)), indent=6)
        _put_differences(writer, change)
    put_unmanaged(writer, [each.unmanaged for each in group], indent=2)


def _heading(word: str, style: str, change: Change) -> list[Part]:
    return [(word, style), unbroken(object_name(change.key)), *source_parts(change)]


def _put_differences(writer: ConsoleWriter, change: Change) -> None:
    if change.before is None:
        return
    for field in change.fields:
        writer.line(f"{path_text(field)}: ", *_difference(field), indent=6)


def _difference(field: FieldChange) -> list[Part]:
    if field.before is None or field.after is None:
        side, style = ("declared", "green") if field.before is None else ("live", "red")
        if is_in_path(field):
            return [f"only {side}"]
        return [f"only {side}: ", (value_text(field.after if field.before is None else field.before), style)]
    live, declared = before_and_after(field.before, field.after)
    return [f"live{UNBROKEN}", (live, "red"), f", declared{UNBROKEN}", (declared, "green")]
