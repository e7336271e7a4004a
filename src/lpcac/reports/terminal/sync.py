"""Report of a sync, for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import unified_diff

from rich.console import Console

from lpcac.core.files import FileEdit
from lpcac.core.findings import Severity
from lpcac.core.json_values import Json
from lpcac.core.resources import Target
from lpcac.core.text.enumeration import listed
from lpcac.core.text.safe_text import escaped, shortened
from lpcac.reports.lines import warning_line
from lpcac.reports.terminal.changes import put_findings
from lpcac.reports.terminal.console_lines import ConsoleWriter
from lpcac.reports.wording import counted, message_text, object_name, target_name
from lpcac.sync.result import EditKind, SyncResult

_VERBS = {
    EditKind.DECLARED: ("declare", "declared"),
    EditKind.UPDATED: ("update", "updated"),
    EditKind.PATCHED: ("patch", "patched"),
    EditKind.REMOVED: ("remove", "removed"),
    EditKind.DROPPED: ("drop", "dropped"),
}
_NAMES_SHOWN = 20
_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def print_sync(console: Console, results: Sequence[SyncResult], *, is_check: bool) -> None:
    """Write for each client what changes in which file; with `is_check`, what would change, with the diffs."""
    writer = ConsoleWriter(console)
    for result in results:
        _put_result(writer, result, is_check=is_check)
        writer.blank()
    writer.line((_verdict(results, is_check=is_check), "bold"))


def sync_document(results: Sequence[SyncResult], *, is_check: bool) -> Json:
    """Return the same as JSON, always with the diffs."""
    return {
        "format_version": 1,
        "written": not is_check and any(result.edits for result in results),
        "clients": [_client_document(result) for result in results],
    }


def difference(edit: FileEdit) -> Iterator[str]:
    """Yield the lines of a unified diff, without their line breaks."""
    before, after = (_lines(content) for content in (edit.before, edit.after))
    old = "/dev/null" if edit.before is None else f"a/{edit.name}"
    new = "/dev/null" if edit.after is None else f"b/{edit.name}"
    yield from unified_diff(before, after, old, new, lineterm="")


def _lines(content: bytes | None) -> list[str]:
    # Not `splitlines`, which also breaks at characters that YAML and editors do not break at.
    text = (content or b"").decode(errors="replace")
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []


def _put_result(writer: ConsoleWriter, result: SyncResult, *, is_check: bool) -> None:
    name = _targets_name(result.targets) if result.targets else message_text(result.client)
    writer.line((name, "bold"), f": {_summary(result)}")
    if result.problem is not None:
        writer.line(("not synced: ", "bold red"), message_text(result.problem), indent=2)
    put_findings(writer, result.errors, indent=2)
    for finding in result.findings:
        if finding.severity is Severity.WARNING:
            writer.line((warning_line(""), "bold yellow"), message_text(finding.message), indent=2)
    for edit in result.edits:
        writer.line((_file_line(edit, is_check=is_check), "bold"), indent=2)
        for action in EditKind:
            names = [
                object_name(each.key) for each in result.objects if (each.file, each.action) == (edit.name, action)
            ]
            if names:
                verb = _VERBS[action][0 if is_check else 1]
                writer.line(f"{verb} {len(names)}: {listed(names, _NAMES_SHOWN)}", indent=4)
    if result.missing:
        missing = listed([object_name(key) for key in result.missing], _NAMES_SHOWN)
        writer.line(f"Declared but not live; an apply would create them ({len(result.missing)}): {missing}", indent=2)
    for edit in result.edits if is_check else ():
        for line in difference(edit):
            writer.line((escaped(line), _DIFF_STYLES.get(line[:1], "")), wrap=False)


def _targets_name(targets: Sequence[Target]) -> str:
    """Return `client on pool/logpoint, logpoint`: the logpoints of a client are in one pool."""
    first, *others = targets
    return ", ".join([target_name(first), *(shortened(other.logpoint) for other in others)])


def _file_line(edit: FileEdit, *, is_check: bool) -> str:
    verb = "create" if edit.before is None else "delete" if edit.after is None else "update"
    return f"{'would ' if is_check else ''}{verb if is_check else verb + 'd'} {message_text(edit.name)}"


def _summary(result: SyncResult) -> str:
    if result.target is None:
        return "not read"
    if result.problem is not None:
        return "read"
    counts = [
        f"{sum(each.action is action for each in result.objects)} {_VERBS[action][1]}"
        for action in EditKind
        if any(each.action is action for each in result.objects)
    ]
    counts.append(f"{result.unchanged} as declared")
    if result.vendor:
        counts.append(f"{counted(result.vendor, 'vendor object')} skipped")
    if result.external:
        counts.append(f"{counted(result.external, 'external object')} skipped")
    return ", ".join(counts)


def _verdict(results: Sequence[SyncResult], *, is_check: bool) -> str:
    files = sum(len(result.edits) for result in results)
    if not files:
        return "Nothing to write."
    return (
        f"{counted(files, 'file')} would change. Nothing was written."
        if is_check
        else f"{counted(files, 'file')} written."
    )


def _client_document(result: SyncResult) -> Json:
    target = result.target
    return {
        "client": result.client,
        "pool": target.pool if target else None,
        "logpoint": target.logpoint if target else None,
        "logpoints": [each.logpoint for each in result.targets],
        "problem": result.problem,
        "files": [
            {
                "file": edit.name,
                "action": "create" if edit.before is None else "delete" if edit.after is None else "update",
                "diff": "".join(f"{line}\n" for line in difference(edit)),
            }
            for edit in result.edits
        ],
        "objects": [
            {"action": each.action.value, "kind": each.key.kind, "name": each.key.name, "file": each.file}
            for each in result.objects
        ],
        "unchanged": result.unchanged,
        "missing": [{"kind": key.kind, "name": key.name} for key in result.missing],
        "vendor": result.vendor,
        "external": result.external,
        "findings": [
            {
                "severity": finding.severity.value,
                "code": finding.code,
                "message": finding.message,
                "file": finding.position.file if finding.position else None,
                "line": finding.position.line if finding.position else None,
            }
            for finding in result.findings
        ],
    }
