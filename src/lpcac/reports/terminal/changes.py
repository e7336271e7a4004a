"""One change on a terminal or in a log; shared by plans, reports and drift."""

from __future__ import annotations

from collections.abc import Sequence

from lpcac.core.enumeration import listed
from lpcac.core.findings import Finding
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.planning.plan import Change, FieldChange
from lpcac.reports.field_values import before_and_after, is_in_path, object_lines, path_text, value_text
from lpcac.reports.lines import error_line
from lpcac.reports.terminal.console_lines import ConsoleWriter, Part
from lpcac.reports.wording import MARKS, counted, message_text, object_name, place, target_name

STYLES = {Action.CREATE: "green", Action.UPDATE: "yellow", Action.DELETE: "red"}
FIELDS_SHOWN = 40
_FINDINGS_SHOWN = 50


def change_heading(change: Change) -> list[Part]:
    """Return the parts of `+ Repo "system"  (clients/acme/repos.yaml:3)`."""
    heading: list[Part] = [(f"{MARKS[change.action]} {object_name(change.key)}", STYLES[change.action])]
    if change.source:
        heading.append((f"  ({place(change.source)})", "dim"))
    return heading


def put_change(writer: ConsoleWriter, change: Change, indent: int) -> None:
    """Write a change: an update field by field, a created or deleted object compactly."""
    writer.line(*change_heading(change), indent=indent, hang=4)
    if change.action is Action.UPDATE:
        put_fields(writer, change.fields, indent + 4)
        return
    for field, value in object_lines(change.after or change.before or {}):
        writer.line((f"{field}: ", "dim"), value, indent=indent + 4)


def put_fields(writer: ConsoleWriter, fields: Sequence[FieldChange], indent: int) -> None:
    """Write changed fields, one per line: added, removed, or old and new value."""
    for field in fields[:FIELDS_SHOWN]:
        writer.line(*_field_parts(field), indent=indent)
    if len(fields) > FIELDS_SHOWN:
        writer.line(f"{len(fields) - FIELDS_SHOWN} more fields (see the plan as JSON for all)", indent=indent)


def _field_parts(field: FieldChange) -> list[Part]:
    path = path_text(field)
    if field.before is None or field.after is None:
        mark, value, style = ("+ ", field.after, "green") if field.before is None else ("- ", field.before, "red")
        if is_in_path(field):
            return [(mark, style), path]
        return [(mark, style), f"{path}: ", (value_text(value), style)]
    before, after = before_and_after(field.before, field.after)
    return [("~ ", "yellow"), f"{path}: ", (before, "red"), " -> ", (after, "green")]


def put_findings(writer: ConsoleWriter, findings: Sequence[Finding], indent: int) -> None:
    """Write errors, each at its file, line and column."""
    for finding in findings[:_FINDINGS_SHOWN]:
        where = f"{message_text(str(finding.position))}: " if finding.position else ""
        writer.line(where, (error_line(""), "bold red"), message_text(finding.message), indent=indent)
    if len(findings) > _FINDINGS_SHOWN:
        writer.line(f"{counted(len(findings) - _FINDINGS_SHOWN, 'more error')}", indent=indent)


def put_heading(writer: ConsoleWriter, targets: Sequence[Target], summary: str) -> None:
    """Write which target, or targets, the lines below are about."""
    if len(targets) == 1:
        writer.line((target_name(targets[0]), "bold"), f": {summary}")
        return
    writer.line((f"The same on {len(targets)} targets", "bold"), f": {summary}")
    writer.line((", ".join(map(target_name, targets)), "bold"), indent=2, hang=0)


def put_unmanaged(writer: ConsoleWriter, keys: Sequence[Sequence[ResourceKey]], indent: int) -> None:
    """Write one line about objects that Git never declared; what several targets have is named once."""
    names = [object_name(key) for of_target in keys for key in of_target]
    if names:
        writer.line(
            (f"Unmanaged, left alone ({len(names)}): {listed(list(dict.fromkeys(names)))}", "dim"), indent=indent
        )
