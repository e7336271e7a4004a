"""Findings for a terminal, for a program, as annotations on GitHub and for code scanning."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import quote

from lpcac.core.codes import SECTIONS
from lpcac.core.findings import Finding, Severity, has_errors
from lpcac.core.json_values import Json
from lpcac.core.text.safe_text import escaped
from lpcac.reports.lines import finding_line

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def is_valid(findings: Iterable[Finding]) -> bool:
    """Tell whether none of the findings is an error."""
    return not has_errors(findings)


def findings_text(
    findings: Sequence[Finding],
    checked: str = "",
    source: Callable[[Finding], Sequence[str]] | None = None,
    line_of: Callable[[Finding], str] = finding_line,
) -> str:
    """Return one line for each finding, and a last line that counts them.

    Arguments:
        checked: what was checked, such as `40 resources in 4 files`.
        source: the lines to show below a finding.
        line_of: gives the line of a finding.
    """
    lines = []
    for finding in findings:
        lines += [line_of(finding), *(source(finding) if source else ())]
    verdict = f"{checked}: {_verdict(findings)}" if checked else _verdict(findings)
    return "".join(f"{line}\n" for line in (*lines, verdict))


def findings_json(findings: Sequence[Finding]) -> str:
    """Return the findings and the verdict as a JSON object; an unknown value is null."""
    entries = [_as_json(finding) for finding in findings]
    return json.dumps({"valid": is_valid(findings), "findings": entries}, indent=2) + "\n"


def findings_github(findings: Iterable[Finding]) -> str:
    """Return one workflow command for each finding; GitHub shows it as an annotation at its file and line."""
    return "".join(f"{_workflow_command(finding)}\n" for finding in findings)


def findings_sarif(findings: Sequence[Finding]) -> str:
    """Return a SARIF 2.1.0 log with one rule for each code that occurs."""
    codes = sorted({finding.code for finding in findings})
    run = {
        "tool": {"driver": {"name": "lpcac", "rules": [_sarif_rule(code) for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(finding, codes.index(finding.code)) for finding in findings],
    }
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _verdict(findings: Sequence[Finding]) -> str:
    if not findings:
        return "valid"
    errors = sum(finding.is_error for finding in findings)
    warnings = sum(finding.severity is Severity.WARNING for finding in findings)
    notices = len(findings) - errors - warnings
    counts = [_counted(errors, "error"), _counted(warnings, "warning"), _counted(notices, "notice")]
    return ("invalid: " if errors else "valid: ") + ", ".join(filter(None, counts))


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}" if number else ""


def _as_json(finding: Finding) -> Json:
    position = finding.position
    return {
        "severity": finding.severity.value,
        "code": finding.code,
        "message": finding.message,
        "file": position.file if position else None,
        "line": position.line if position else None,
        "column": position.column if position else None,
        "pointer": finding.pointer,
    }


def _workflow_command(finding: Finding) -> str:
    properties = {"title": finding.code}
    if position := finding.position:
        properties = {
            "file": position.file,
            "line": str(position.line),
            "col": str(position.column),
        } | properties
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{finding.severity.value} {listed}::{_data(finding.message)}"


def _data(text: str) -> str:
    return escaped(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _sarif_rule(code: str) -> Json:
    rule: Json = {"id": code, "shortDescription": {"text": code.replace("-", " ").capitalize()}}
    advice = next((section[code] for section in SECTIONS.values() if code in section), None)
    return rule | ({"help": {"text": f"{advice.means} {advice.to_do}"}} if advice else {})


def _sarif_result(finding: Finding, rule_index: int) -> Json:
    result: Json = {
        "ruleId": finding.code,
        "ruleIndex": rule_index,
        "level": "note" if finding.severity is Severity.NOTICE else finding.severity.value,
        "message": {"text": finding.message},
    }
    if position := finding.position:
        uri = quote(position.file.encode(errors="surrogateescape"))
        location: Json = {
            "physicalLocation": {
                "artifactLocation": {"uri": f"file://{uri}" if uri.startswith("/") else uri},
                "region": {"startLine": position.line, "startColumn": position.column},
            }
        }
        if finding.pointer:
            location["logicalLocations"] = [{"fullyQualifiedName": finding.pointer}]
        result["locations"] = [location]
    return result
