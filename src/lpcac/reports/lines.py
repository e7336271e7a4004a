"""How every error and warning starts, in every output that a person reads line by line."""

from __future__ import annotations

from lpcac.core.findings import Finding
from lpcac.core.text.safe_text import escaped


def error_line(message: str) -> str:
    """Return the line for an error."""
    return f"error: {message}"


def warning_line(message: str) -> str:
    """Return the line for a warning."""
    return f"warning: {message}"


def finding_line(finding: Finding) -> str:
    """Return `file:line:column: error: message`, `warning:` or `notice:`; without a place, it starts with that."""
    where = f"{finding.position}: " if finding.position else ""
    return escaped(f"{where}{finding.severity.value}: {finding.message}")
