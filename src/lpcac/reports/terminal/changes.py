"""One change on a terminal or in a log; shared by plans, reports and drift."""

from __future__ import annotations

from collections.abc import Sequence

from lpcac.core.findings import Finding
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.core.text.enumeration import listed
from lpcac.core.text.safe_text import escaped
from lpcac.planning.plan import Change, FieldChange
from lpcac.reports.field_values import UNBROKEN, before_and_after, is_in_path, path_text, unbroken, value_text
from lpcac.reports.lines import error_line
from lpcac.reports.object_outline import object_outline
from lpcac.reports.terminal.console_lines import ConsoleWriter, Part
from lpcac.reports.terminal.wrapping import sentence
from lpcac.reports.wording import MARKS, message_text, object_name, place, target_name

STYLES = {Action.CREATE: "green", Action.UPDATE: "yellow", Action.DELETE: "red"}
_ITEM_INDENT = 2

_UNMANAGED_SHOWN = 10


def marked_name(change: Change) -> str:
    """Return `+ Repo "system"`, which stays on one row."""
    return unbroken(f"{MARKS[change.action]} {object_name(change.key)}")


def source_parts(change: Change) -> list[Part]:
    """Return where a change comes from, to be put after its name."""
    return [(f"  ({unbroken(place(change.source))})", "dim")] if change.source else []


def put_change(writer: ConsoleWriter, change: Change, indent: int) -> None:
    """Write a change as a whole: its name and place, then what it is about."""
    writer.line((marked_name(change), STYLES[change.action]), *source_parts(change), indent=indent, hang=4)
    put_content(writer, change, indent + 4)


def put_risks(writer: ConsoleWriter, change: Change, indent: int, name: str = "") -> None:
    """Write each risk of a change, behind a name where there is one."""
    for risk in change.risks:
        line: list[Part] = [("risk: ", "bold red"), (f"{name}: " if name else "", "bold")]
        writer.line(*line, sentence(escaped(risk.message)), indent=indent)


def put_content(writer: ConsoleWriter, change: Change, indent: int) -> None:
    """Write an update field by field, or all that a created or deleted object holds beyond defaults."""
    if change.action is Action.UPDATE:
        for field in change.fields:
            writer.line(*_field_parts(field), indent=indent)
        return
    for row in object_outline(change):
        label = f"{row.label} " if row.value else row.label
        # What belongs to an item is below its first field.
        hang = len(label) if row.depth % 2 else _ITEM_INDENT
        writer.line((label, "dim"), row.value, indent=indent + _ITEM_INDENT * row.depth, hang=hang)


def _field_parts(field: FieldChange) -> list[Part]:
    path = path_text(field)
    if field.before is None or field.after is None:
        mark, value, style = ("+ ", field.after, "green") if field.before is None else ("- ", field.before, "red")
        if is_in_path(field):
            return [(mark, style), path]
        return [(mark, style), f"{path}: ", (value_text(value), style)]
    before, after = before_and_after(field.before, field.after)
    return [("~ ", "yellow"), f"{path}: ", (before, "red"), f" ->{UNBROKEN}", (after, "green")]


def put_findings(writer: ConsoleWriter, findings: Sequence[Finding], indent: int) -> None:
    """Write errors, each at its file, line and column."""
    for finding in findings:
        where = f"{unbroken(message_text(str(finding.position)))}: " if finding.position else ""
        writer.line(where, (error_line(""), "bold red"), sentence(escaped(finding.message)), indent=indent)


def put_heading(writer: ConsoleWriter, targets: Sequence[Target], summary: str) -> None:
    """Write which target, or targets, the lines below are about."""
    if len(targets) == 1:
        writer.line((target_name(targets[0]), "bold"), f": {summary}")
        return
    writer.line((f"The same on {len(targets)} targets", "bold"), f": {summary}")
    writer.line((", ".join(unbroken(target_name(target)) for target in targets), "bold"), indent=2, hang=0)


def put_unmanaged(writer: ConsoleWriter, keys: Sequence[Sequence[ResourceKey]], indent: int) -> None:
    """Write one line about objects that Git never declared; what several targets have is named once."""
    names = [unbroken(object_name(key)) for of_target in keys for key in of_target]
    if names:
        different = list(dict.fromkeys(names))
        shown = listed(different, _UNMANAGED_SHOWN)
        where = "; --format json names all of them" if len(different) > _UNMANAGED_SHOWN else ""
        writer.line((f"Unmanaged, left alone ({len(names)}): {shown}{where}", "dim"), indent=indent)
