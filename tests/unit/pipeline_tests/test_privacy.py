"""No output shows a value of an event: samples hold personal data."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strength import examples
from tests.unit.pipeline_tests.suite import document_with, loaded, run

from lpcac.documents.reader import read_documents
from lpcac.models import registry
from lpcac.pipeline_tests.cases import findings_without_client
from lpcac.pipeline_tests.updating import new_expectations
from lpcac.reports.findings import findings_github
from lpcac.reports.pipeline_tests import results_github, results_json, results_junit, results_text
from lpcac.rules.second_judge import SecondJudge

SECRET = "janedoe4711"
JUDGE = SecondJudge(registry())
KEYS = st.sampled_from(["event_id", "noise", "user", "Event_ID"])
EXPECTED = st.sampled_from(
    [
        "{repo: brief}",
        "{raw_dropped: no}",
        "{dropped: true}",
        "{at_least: 999}",
        "{criterion: noise}",
        "{retention_days: [1]}",
        "{}",
        "",
        "x",
    ]
)
# What stands before and after a value in YAML, so that it is a text, a list, or no YAML at all.
AROUND = st.sampled_from(
    [("", ""), ("'", "'"), ("[", "]"), ("{a: ", "}"), ("!", ""), ("!!int ", ""), ("*", ""), ("&", ""), ("@", ""),
     ("%", ""), ("", ": b: c"), ("'", ""), ("- ", ""), ("| ", ""), ("\\t", ""), ('"\\\\x', '"'), ("? ", "")]
)  # fmt: skip
JSON_VALUES = st.sampled_from(
    [json.dumps(SECRET), json.dumps([SECRET]), json.dumps({"a": SECRET}), SECRET, f'"{SECRET}', f'{{"{SECRET}": 1']
)


@settings(max_examples=examples(150))
@given(key=KEYS, around=AROUND, expected=EXPECTED, sample=JSON_VALUES)
def test_no_report_shows_a_value_of_an_event(key: str, around: tuple[str, str], expected: str, sample: str) -> None:
    before, after = around
    expect = f"\n  expect: {expected}" if expected else ""
    text = document_with(f"- name: one\n  event:\n    {key}: {before}{SECRET}{after}{expect}")
    sampled = document_with(f"- name: two\n  from: a.jsonl{expect}", "sampled")
    samples = {"a.jsonl": f'{{"{key}": {sample}}}\n'.encode()}
    client = loaded(f"{sampled}---\n{text}")

    shown = [str(finding) for finding in client.findings]
    report = run(client, samples=samples)
    shown += [form(report) for form in (results_json, results_junit, results_github)]
    shown.append(results_text(report, with_coverage=True))
    shown.append(str(new_expectations(report.results)))
    documents, findings = read_documents(text.encode(), "tests.yaml")
    found = [*findings, *findings_without_client(documents, "base"), *JUDGE.findings(documents)]
    shown.append(findings_github(found))

    assert SECRET not in "\n".join(shown)
