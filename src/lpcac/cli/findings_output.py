"""Writes findings in the form that was asked for; on a terminal, with the source lines that they are about."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

from lpcac.core.files import MAX_FILE_BYTES
from lpcac.core.findings import Finding
from lpcac.reports.findings import findings_github, findings_json, findings_sarif, findings_text
from lpcac.reports.lines import finding_line
from lpcac.reports.output import Output
from lpcac.reports.terminal.finding_colors import colored_line
from lpcac.reports.terminal.source_lines import source_lines
from lpcac.reports.wording import counted
from lpcac.workspace.scope import Scope

_FORMS = {"json": findings_json, "github": findings_github, "sarif": findings_sarif}


def show_findings(output: Output, findings: Sequence[Finding], output_format: str, checked: str = "") -> None:
    """Write findings to standard output.

    Arguments:
        checked: what was checked, for the last line of the text.
    """
    if output_format != "text":
        output.result(_FORMS[output_format](findings))
        return
    source = partial(source_lines, lines_of=cache(_lines_of)) if output.out.is_terminal else None
    line_of = colored_line if output.out.color_system and not output.out.no_color else finding_line
    output.result(findings_text(findings, checked, source, line_of))


def checked_resources(scope: Scope) -> str:
    """Return how many resources in how many files the scope's clients are made of: `40 resources in 4 files`."""
    layers = {id(layer): layer for client in scope.clients if client.layers for layer in client.layers.layers}
    resources = sum(entry.kind is not None for layer in layers.values() for entry in layer.entries)
    files = frozenset().union(*(layer.files for layer in layers.values()))
    return f"{counted(resources, 'resource')} in {counted(len(files), 'file')}"


def _lines_of(name: str) -> Sequence[str]:
    """Return a file's lines; none where it cannot be read, or is no file that findings are made of."""
    try:
        if not os.path.isfile(name) or os.path.getsize(name) > MAX_FILE_BYTES:
            return ()
        # As YAML counts lines: other characters that Python splits at are in the middle of one.
        return Path(name).read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return ()
