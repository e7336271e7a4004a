"""The line of a finding in colours, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.style import Style

from lpcac.core.findings import Finding, Severity
from lpcac.core.text.safe_text import escaped
from lpcac.reports.lines import finding_line

_STYLES: Final[Mapping[Severity, Style]] = {
    Severity.ERROR: Style.parse("bold red"),
    Severity.WARNING: Style.parse("bold yellow"),
}


def colored_line(finding: Finding) -> str:
    """Return a finding's line with its severity coloured: errors red, as in plans, and warnings yellow."""
    line, style = finding_line(finding), _STYLES.get(finding.severity)
    begin = escaped(f"{finding.position}: ") if finding.position else ""
    word = f"{finding.severity.value}:"
    if style is None or not line.startswith(begin + word):
        return line
    return begin + style.render(word) + line[len(begin + word) :]
