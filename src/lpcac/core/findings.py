"""Findings: problems with a place, a severity and a stable code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs: an error makes the configuration invalid, a warning or a notice does not."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, order=True)
class Position:
    """A place in a file; line and column count from 1, the file is named as the user would name it."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Return `file:line:column`, which editors and terminals make clickable."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Finding:
    """One problem: what, where, why and what next, in one line.

    Arguments:
        code: stable, kebab-case.
        pointer: JSON pointer into the document, where there is one.
        position: `None` for what no file causes, such as a missing storage path on a logpoint.
        origins: what a value at this place was made from, where clients can have it from elsewhere; with another
            origin it is another problem.
    """

    code: str
    message: str
    position: Position | None = None
    pointer: str = ""
    severity: Severity = Severity.ERROR
    origins: tuple[str | Position, ...] = field(default=(), compare=False, repr=False)

    @property
    def is_error(self) -> bool:
        """Tell whether it makes the configuration invalid."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        """Return the line a person reads."""
        where = f"{self.position}: " if self.position else ""
        kind = "" if self.severity is Severity.ERROR else f"{self.severity.value}: "
        return f"{where}{kind}{self.message}"


def errors_in(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the errors among the findings, in their order."""
    return tuple(finding for finding in findings if finding.is_error)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether one of the findings is an error."""
    return any(finding.is_error for finding in findings)


def sorted_by_place(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings by file, line and column; those without a place first."""
    return sorted(findings, key=lambda finding: (finding.position or Position(""), finding.message))
