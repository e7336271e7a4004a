"""Findings in every output format."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpcac.core.findings import Finding, Position, Severity
from lpcac.reports.findings import findings_github, findings_json, findings_sarif, findings_text, is_valid

ERROR = Finding("unknown-key", 'Repo "a": unknown key "b"', Position("clients/a.yaml", 3, 7), "/spec/b")
WARNING = Finding("old-label", "an old label", severity=Severity.WARNING)
HOSTILE = Finding("x-y", "100%\r\n::error::\x1b[31m", Position("a:b,c%\n.yaml", 1, 1))


def test_text_is_one_line_a_finding_and_a_verdict() -> None:
    assert findings_text([ERROR, WARNING, ERROR]) == (
        'clients/a.yaml:3:7: error: Repo "a": unknown key "b"\n'
        "warning: an old label\n"
        'clients/a.yaml:3:7: error: Repo "a": unknown key "b"\n'
        "invalid: 2 errors, 1 warning\n"
    )


def test_warnings_alone_leave_it_valid() -> None:
    assert findings_text([]) == "valid\n"
    assert findings_text([WARNING]).endswith("valid: 1 warning\n")
    assert is_valid([WARNING])
    assert not is_valid([WARNING, ERROR])


def test_json_has_every_field_and_null_where_nothing_is_known() -> None:
    assert json.loads(findings_json([ERROR, WARNING])) == {
        "valid": False,
        "findings": [
            {
                "severity": "error",
                "code": "unknown-key",
                "message": 'Repo "a": unknown key "b"',
                "file": "clients/a.yaml",
                "line": 3,
                "column": 7,
                "pointer": "/spec/b",
            },
            {
                "severity": "warning",
                "code": "old-label",
                "message": "an old label",
                "file": None,
                "line": None,
                "column": None,
                "pointer": "",
            },
        ],
    }
    assert json.loads(findings_json([])) == {"valid": True, "findings": []}


def test_github_gets_a_workflow_command_for_each_finding() -> None:
    assert findings_github([ERROR, WARNING]) == (
        '::error file=clients/a.yaml,line=3,col=7,title=unknown-key::Repo "a": unknown key "b"\n'
        "::warning title=old-label::an old label\n"
    )


def test_github_commands_cannot_be_broken_out_of() -> None:
    assert findings_github([HOSTILE]) == (
        "::error file=a%3Ab%2Cc%25\\n.yaml,line=1,col=1,title=x-y::100%25\\r\\n::error::\\x1b[31m\n"
    )


@given(st.text(), st.text(min_size=1))
def test_whatever_a_finding_holds_it_stays_on_its_line(message: str, file: str) -> None:
    finding = Finding("x", message, Position(file))
    for rendered in (findings_github([finding]), findings_text([finding]).removesuffix("invalid: 1 error\n")):
        assert rendered.endswith("\n")
        assert rendered[:-1].isprintable()
    properties = re.match(r"::error file=([^,:]*),line=1,col=1,title=x::", findings_github([finding]))
    assert properties
    for text in (findings_json([finding]), findings_sarif([finding])):
        assert text.isascii()
        assert json.loads(text)


def test_sarif_has_a_rule_for_each_code_and_places_in_the_repository() -> None:
    log = json.loads(findings_sarif([ERROR, WARNING, ERROR]))
    assert (log["version"], log["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["old-label", "unknown-key"]
    assert rules[1]["shortDescription"] == {"text": "Unknown key"}
    assert [(result["ruleId"], result["ruleIndex"], result["level"]) for result in run["results"]] == [
        ("unknown-key", 1, "error"),
        ("old-label", 0, "warning"),
        ("unknown-key", 1, "error"),
    ]
    assert run["results"][0]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "clients/a.yaml"},
                "region": {"startLine": 3, "startColumn": 7},
            },
            "logicalLocations": [{"fullyQualifiedName": "/spec/b"}],
        }
    ]
    assert "locations" not in run["results"][1]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a b/ü.yaml", "a%20b/%C3%BC.yaml"),
        ("/abs/a.yaml", "file:///abs/a.yaml"),
        ("caf\udce9.yaml", "caf%E9.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
    ],
)
def test_sarif_files_are_uris(file: str, uri: str) -> None:
    log = json.loads(findings_sarif([Finding("x", "y", Position(file))]))
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": uri}


def test_sarif_without_findings_is_a_run_without_results() -> None:
    (run,) = json.loads(findings_sarif([]))["runs"]
    assert run["results"] == []
    assert run["tool"]["driver"]["name"] == "lpcac"
