"""Drift for people: what differs between live and declared, and what could not be checked, told apart."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from lpcac.engine.values import Change, Drift, FieldChange
from lpcac.render.drift_words import drift_summary, drift_verdict, drifted_first
from lpcac.render.field_values import before_and_after, is_in_path, path_text, value_text
from lpcac.render.sheet import Part, Sheet
from lpcac.render.text_changes import FIELDS_SHOWN, put_findings, put_unmanaged
from lpcac.render.wording import counted, message_text, object_name, place, target_name


def print_drift(console: Console, drifts: Sequence[Drift]) -> None:
    """Write what drifted field by field, what was accepted and why, and what could not be checked."""
    sheet = Sheet(console)
    quiet = 0
    for drift in drifted_first(drifts):
        if drift.is_clean and not drift.accepted and not drift.unmanaged and len(drifts) > 1:
            quiet += 1
            continue
        _put_drift(sheet, drift)
        sheet.blank()
    if quiet and quiet < len(drifts):
        sheet.line(f"{counted(quiet, 'more target')} as declared")
    sheet.line((drift_verdict(drifts), "bold"))


def _put_drift(sheet: Sheet, drift: Drift) -> None:
    sheet.line((target_name(drift.target), "bold"), f": {drift_summary(drift)}")
    if drift.not_checked is not None:
        sheet.line(("not checked: ", "bold magenta"), message_text(drift.not_checked), indent=2)
    put_findings(sheet, drift.errors, indent=2)
    for change in drift.changed:
        sheet.line(*_heading("changed: ", "yellow", change), indent=2, hang=4)
        _put_differences(sheet, change)
    for change in drift.missing:
        sheet.line(*_heading("missing: ", "red", change), indent=2, hang=4)
    for change, reason in drift.accepted:
        sheet.line(*_heading("accepted: ", "dim", change), indent=2, hang=4)
        sheet.line(("because: ", "dim"), message_text(reason), indent=6)
        _put_differences(sheet, change)
    put_unmanaged(sheet, drift.unmanaged, indent=2)


def _heading(word: str, style: str, change: Change) -> list[Part]:
    heading: list[Part] = [(word, style), object_name(change.key)]
    if change.source:
        heading.append((f"  ({place(change.source)})", "dim"))
    return heading


def _put_differences(sheet: Sheet, change: Change) -> None:
    if change.before is None:
        return
    for field in change.fields[:FIELDS_SHOWN]:
        sheet.line(f"{path_text(field)}: ", *_difference(field), indent=6)
    if len(change.fields) > FIELDS_SHOWN:
        sheet.line(f"{len(change.fields) - FIELDS_SHOWN} more fields", indent=6)


def _difference(field: FieldChange) -> list[Part]:
    if field.before is None or field.after is None:
        side, style = ("declared", "green") if field.before is None else ("live", "red")
        if is_in_path(field):
            return [f"only {side}"]
        return [f"only {side}: ", (value_text(field.after if field.before is None else field.before), style)]
    live, declared = before_and_after(field.before, field.after)
    return ["live ", (live, "red"), ", declared ", (declared, "green")]
