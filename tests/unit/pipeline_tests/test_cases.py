"""How tests are read: beside resources, in bases, with a client's variables."""

from __future__ import annotations

import pytest
from tests.unit.pipeline_tests.suite import RESOURCES, document_with, loaded, run

from lpcac.core.resources import ResourceKey
from lpcac.documents.reader import read_documents
from lpcac.pipeline_tests.cases import findings_without_client
from lpcac.reports.pipeline_tests import results_text

CASE = """
- name: one
  event: {event_id: 4688}
  expect: {repo: brief}
"""


def test_a_test_is_no_resource_of_any_target() -> None:
    client = loaded(document_with(CASE))

    assert client.findings == ()
    assert ResourceKey("PipelineTest", "windows") not in client.desired.resources
    assert {key.kind for key in client.desired.resources} == {"Repo", "RoutingPolicy", "ProcessingPolicy"}
    assert [case.name for case in client.suites[0].cases] == ["one"]


def test_a_base_brings_its_tests_with_the_clients_variables() -> None:
    base = document_with(
        """
        - name: for ${client}
          event: {event_id: "${vars.id}"}
          expect: {retention_days: "${vars.days}"}
        """
    )

    client = loaded(base=base, id="4688", days=14)

    assert client.findings == ()
    assert [case.name for case in client.suites[0].cases] == ["for acme"]
    assert run(client).failed == 0


def test_a_case_of_a_base_is_not_run_for_a_client_that_drops_its_processing_policy() -> None:
    drop = "apiVersion: logpoint-cac/v1\nkind: ProcessingPolicy\nmetadata: {name: windows, patch: true}\nspec: null\n"
    base = f"{RESOURCES}---\n{document_with(CASE)}"
    own = document_with(CASE, "own")

    dropped = loaded(base=base, resources=drop)
    kept = loaded(base=base, resources="")
    missing = loaded(own, base=base, resources=drop)

    assert [len(client.suites[0].cases) for client in (dropped, kept)] == [0, 1]
    assert 'processing policy "windows" is not declared' in results_text(run(missing))


@pytest.mark.parametrize(
    ("cases", "code", "place"),
    [
        ("- {name: one, event: {a: 1}, expect: {repos: x}}", "unknown-key", "tests.yaml:7:43"),
        ("- {name: one, event: {a: 1}, expect: {}}", "invalid-value", "tests.yaml:7:42"),
        ("- {name: one, expect: {repo: x}}", "invalid-value", "tests.yaml:7:7"),
        ("- {name: one, event: {a: 1}, from: x.jsonl}", "invalid-value", "tests.yaml:7:26"),
        ("- {name: one, from: ../x.jsonl}", None, "tests.yaml:7:25"),
        ("- {name: one, from: /etc/x.jsonl}", None, "tests.yaml:7:25"),
        ("- {name: one, from: .git/x.jsonl}", None, "tests.yaml:7:25"),
        ("- {name: one, event: {a: [b]}}", "event-value", "tests.yaml:7:30"),
        ("- {name: one, event: {a: null}}", "event-value", "tests.yaml:7:30"),
        ("- {name: one, event: jane.doe}", "event-value", "tests.yaml:7:26"),
        ("- {name: one, event: {a: '${vars.no}'}}", "undefined-variable", "tests.yaml:7:30"),
        ("- {name: one, event: {}}\n- {name: one, event: {}}", "duplicate", "tests.yaml:8:7"),
    ],
)
def test_what_is_wrong_with_a_test_is_told_at_its_place(cases: str, code: str | None, place: str) -> None:
    (finding,) = loaded(document_with(cases)).findings

    assert str(finding.position) == place
    assert code is None or finding.code == code
    assert "jane.doe" not in finding.message


def test_a_test_declared_twice_is_an_error() -> None:
    (finding,) = loaded(f"{document_with(CASE)}---\n{document_with(CASE)}").findings

    assert (finding.code, finding.position and finding.position.line) == ("duplicate", 13)


def test_a_case_needs_a_processing_policy_to_enter_by() -> None:
    (finding,) = loaded(document_with(CASE).replace("  via: windows\n", "")).findings

    assert finding.code == "case-without-entry"


@pytest.mark.parametrize("value", ["4688", "'4688'", "!!str 4688"])
def test_numbers_count_as_they_are_typed(value: str) -> None:
    assert (
        run(loaded(document_with(f"- {{name: one, event: {{event_id: {value}}}, expect: {{repo: brief}}}}"))).failed
        == 0
    )


@pytest.mark.parametrize("value", ["no", "2026-01-01", "1e3", "0x10", "1.50"])
def test_what_yaml_would_make_something_else_of_is_the_text_that_was_typed(value: str) -> None:
    client = loaded(document_with(f"- {{name: one, event: {{a: {value}}}, expect: {{repo: system}}}}"))

    assert client.findings == ()
    assert client.suites[0].cases[0].event == {"a": value}


def test_a_variable_that_only_a_test_uses_is_used() -> None:
    client = loaded(document_with("- {name: one, event: {a: '${vars.x}'}, expect: {repo: system}}"), x="1")

    assert client.layers is not None
    assert client.layers.unused_variables == frozenset()


def test_a_rule_beside_resources_is_told_to_have_no_effect() -> None:
    (finding,) = loaded("apiVersion: logpoint-cac/v1\nkind: Rule\nmetadata: {name: a}\nspec: {}\n").findings

    assert (finding.code, str(finding.position)) == ("rule-out-of-place", "tests.yaml:1:1")


def test_tests_in_a_base_that_no_client_uses_are_told_not_to_run_and_what_is_wrong_with_them() -> None:
    sound = "- {name: one, event: {a: '${vars.x}'}, expect: {at_least: '${vars.days}'}}"
    documents, _ = read_documents(f"{document_with(sound)}---\n{document_with('- {name: 1}')}".encode(), "t.yaml")

    found = [(each.code, str(each.position)) for each in findings_without_client(documents, "bases/old")]

    assert found[:2] == [("test-not-run", "t.yaml:1:1"), ("test-not-run", "t.yaml:9:1")]
    assert {place.rpartition(":")[0] for _, place in found[2:]} == {"t.yaml:15"}


def test_a_file_name_that_does_not_fit_is_told_with_what_would() -> None:
    (finding,) = loaded(document_with("- {name: one, from: a.csv, expect: {repo: x}}")).findings

    assert "from: must be a .jsonl file beside this document or in a folder below" in finding.message
