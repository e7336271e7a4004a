"""How every error and warning starts, in every output that a person reads line by line."""

from __future__ import annotations

from lpcac.core.findings import Finding
from lpcac.core.safe_text import escaped


def error_line(message: str) -> str:
    """Return the line for an error."""
    return f"error: {message}"


def warning_line(message: str) -> str:
    """Return the line for a warning."""
    return f"warning: {message}"


def finding_line(finding: Finding) -> str:
    """Return `file:line:column: error: message`, or `warning:`; without a place, the message alone follows."""
    where = f"{finding.position}: " if finding.position else ""
    line = error_line(finding.message) if finding.is_error else warning_line(finding.message)
    return escaped(f"{where}{line}")
