"""Findings as annotations, those first that a person can act on: GitHub shows ten errors and ten warnings of a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lpcac.core.findings import Finding, Position, Severity

SHOWN = 10
"""How many annotations of a severity GitHub shows of one step."""


def by_relevance(findings: Sequence[Finding], changed: Mapping[str, Sequence[range]]) -> list[Finding]:
    """Return the findings, those on changed lines first, then those in changed files, then the rest, by place.

    Arguments:
        changed: the changed lines of each changed file.
    """

    def rank(finding: Finding) -> tuple[int, Position, str]:
        position = finding.position
        if position is None:
            return 2, Position(""), finding.message
        ranges = changed.get(position.file)
        is_on_line = any(position.line in lines for lines in ranges or ())
        return (0 if is_on_line else 1 if ranges is not None else 2), position, finding.message

    return sorted(findings, key=rank)


def annotated(findings: Sequence[Finding]) -> list[Finding]:
    """Return those of the findings, in their sequence, that GitHub shows."""
    shown: list[Finding] = []
    for severity in Severity:
        shown += [finding for finding in findings if finding.severity is severity][:SHOWN]
    return shown
