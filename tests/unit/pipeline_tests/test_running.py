"""What cases come to, and what is told of them."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
from tests.unit.pipeline_tests.suite import RESOURCES, document_with, loaded, run

from lpcac.core.findings import Position
from lpcac.pipeline_tests.report import SuiteReport
from lpcac.pipeline_tests.samples import sample_events
from lpcac.pipeline_tests.updating import new_expectations, with_expectations
from lpcac.reports.pipeline_tests import results_json, results_junit, results_text

SECRET = "jane.doe@example.org"

FAILING = f"""
- name: process start
  event: {{event_id: 4688, user: {SECRET}}}
  expect: {{repo: system, at_least: 365}}
"""


def ended(case: str, **samples: bytes) -> SuiteReport:
    return run(loaded(document_with(case)), samples={f"{name}.jsonl": content for name, content in samples.items()})


@pytest.mark.parametrize(
    "expect",
    [
        "repo: brief",
        "retention_days: 14",
        "at_least: 14",
        "at_least: 1",
        "dropped: false",
        "raw_dropped: false",
        "criterion: event_id=4688",
    ],
)
def test_an_expectation_that_holds_passes(expect: str) -> None:
    assert ended(f"- {{name: one, event: {{event_id: 4688}}, expect: {{{expect}}}}}").failed == 0


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("repo: system", "repo: expected system, got brief"),
        ("retention_days: 15", "retention_days: expected 15, got 14"),
        ("at_least: 15", "at_least: expected 15, got 14"),
        ("dropped: true", "dropped: expected true, got false"),
        ("raw_dropped: true", "raw_dropped: expected true, got false"),
        ("criterion: catch_all", "criterion: expected catch_all, got event_id=4688"),
    ],
)
def test_an_expectation_that_does_not_hold_fails_and_tells_the_way(expect: str, told: str) -> None:
    report = ended(f"- {{name: one, event: {{event_id: 4688}}, expect: {{{expect}}}}}")

    assert results_text(report) == (
        'FAIL windows / one ("acme")\n'
        "  tests.yaml:7:7\n"
        f"  {report.results[0].mismatches[0].position}: {told}\n"
        '  way: processing policy "windows" -> routing policy "rules" (event_id=4688) -> repo "brief" -> '
        '14 days (14 in "/hot")\n'
        "  decided by: resources.yaml:17:7: event_id=4688\n"
        "\n"
        "1 case: 0 passed, 1 failed\n"
    )
    assert report.results[0].mismatches[0].position.line == 7


def test_an_event_that_is_dropped_is_kept_for_no_day() -> None:
    assert ended("- {name: one, event: {noise: x}, expect: {dropped: true, retention_days: 0}}").failed == 0


def test_a_case_that_expects_nothing_fails() -> None:
    assert "it has no expectations" in results_text(ended("- {name: one, event: {a: b}}"))


def test_a_case_that_enters_nowhere_fails() -> None:
    report = ended("- {name: one, via: window, event: {a: b}, expect: {repo: system}}")

    assert 'processing policy "window" is not declared (did you mean "windows"?)' in results_text(report)


def test_a_criterion_missed_by_case_alone_is_noted() -> None:
    report = ended("- {name: one, event: {Noise: x}, expect: {dropped: true}}")

    assert "note: the criterion at resources.yaml:18:7 differs from the event in upper and lower case only" in (
        results_text(report)
    )


SAMPLE = "- {name: one, from: x.jsonl, expect: {repo: brief}}"


def test_every_event_of_a_file_has_to_meet_the_expectation() -> None:
    good = b'{"event_id": 4688, "labels": ["a"]}\n\n{"event_id": "4688"}\n'

    assert ended(SAMPLE, x=good).failed == 0
    assert "event: x.jsonl:4:1" in results_text(ended(SAMPLE, x=good + b'{"event_id": 1}\n'))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"a": 1}\nnot json', "line 2 is not a JSON object"),
        (b'["a"]', "line 1 is not a JSON object"),
        (b"[" * 100_000, "line 1 is not a JSON object"),
        (b"\xff", "line 1 is not a JSON object"),
        (b'{"a": NaN}', "line 1 is not a JSON object"),
        (b'{"a": "1", "a": "2"}', "line 1 is not a JSON object"),
        (b"\n", "holds no event"),
        (b'{"a": "' + b"x" * 300_000 + b'"}', "line 1 is not a JSON object"),
        (b'{"a": 1}\n' * 10_001, "holds more than 10000 events"),
    ],
)
def test_a_sample_that_cannot_be_used_is_told_without_its_content(content: bytes, told: str) -> None:
    events, (finding,) = sample_events(content, "x.jsonl")

    assert events == []
    assert told in finding.message
    assert "not json" not in finding.message


def test_a_sample_that_is_missing_fails_its_case() -> None:
    assert '"x.jsonl" cannot be read: there is no such file' in results_text(ended(SAMPLE))


def test_a_failure_is_annotated_at_the_case_and_at_the_criterion_that_decided() -> None:
    assert [finding.position for finding in ended(FAILING).findings()] == [
        Position("tests.yaml", 7, 7),
        Position("resources.yaml", 17, 7),
    ]


def test_a_case_that_expects_nothing_blames_no_criterion() -> None:
    assert [finding.code for finding in ended("- {name: one, event: {event_id: 4688}}").findings()] == ["test-failed"]


def test_the_same_failure_of_several_clients_is_told_once() -> None:
    base = document_with(FAILING)
    report = run(loaded(base=base), loaded(base=base, name="beta"))

    assert report.failed == 2
    assert len(report.findings()) == 2
    assert 'FAIL windows / process start (2 clients ("acme" first))' in results_text(report)


def test_the_same_failure_on_several_logpoints_counts_targets_not_clients() -> None:
    by_logpoint = RESOURCES.replace("{name: system}", "{name: 'system_${logpoint}'}").replace(
        "catch_all: system", "catch_all: brief"
    )
    case = "- {name: one, event: {a: b}, expect: {repo: system}}"

    report = run(loaded(document_with(case), resources=by_logpoint, logpoints=("lp-01", "lp-02")))

    assert 'FAIL windows / one (2 targets ("acme on lp-01" first))' in results_text(report)


def test_coverage_names_the_criteria_that_no_case_reaches() -> None:
    report = ended("- {name: one, event: {event_id: 4688}, expect: {repo: brief}}")

    assert results_text(report, with_coverage=True).splitlines()[:4] == [
        "Not reached by any case:",
        '  resources.yaml:15:14: routing policy "rules": catch_all',
        '  resources.yaml:18:7: routing policy "rules": noise',
        "coverage: 33 % (1 of 3 criteria and catch-alls)",
    ]


def test_json_tells_every_case_and_the_coverage() -> None:
    document = json.loads(results_json(ended(f"{FAILING}- {{name: two, event: {{a: b}}, expect: {{repo: system}}}}")))

    assert document["passed"] is False
    assert [(case["case"], case["state"]) for case in document["cases"]] == [
        ("process start", "failed"),
        ("two", "passed"),
    ]
    assert document["cases"][0]["decided_by"] == {
        "file": "resources.yaml",
        "line": 17,
        "column": 7,
        "criterion": "event_id=4688",
    }
    assert document["coverage"]["percent"] == 66.7


def test_junit_has_a_suite_for_each_client_and_escapes_names() -> None:
    case = '- {name: "<&", event: {a: b}, expect: {repo: brief}}'

    suites = ET.fromstring(results_junit(run(loaded(document_with(case)), loaded(document_with(case), name="beta"))))

    assert [(suite.get("name"), suite.get("failures")) for suite in suites] == [("acme", "1"), ("beta", "1")]


def test_nothing_runs_when_the_time_is_used_up() -> None:
    report = run(loaded(document_with(FAILING)), has_time=lambda: False)

    assert "the time for tests is used up" in results_text(report)


NEW = document_with(
    """
    - name: old
      event: {a: b}
      expect: {repo: system}
    # why it matters
    - name: new
      event: {event_id: 4688}  # as it comes
    - {name: flow, event: {noise: x}}
    """
)


def test_an_update_writes_what_becomes_of_new_cases_and_nothing_else() -> None:
    new = new_expectations(run(loaded(NEW)).results)["tests.yaml"]
    content = with_expectations(NEW.encode(), "tests.yaml", new).decode()

    assert "# why it matters" in content
    assert "# as it comes" in content
    assert run(loaded(content)).failed == 0
    assert "repo: brief\n        retention_days: 14" in content
    assert "expect: {dropped: true}" in content


def test_an_update_leaves_out_what_differs_between_clients() -> None:
    base = document_with("- {name: new, event: {}}")
    other = loaded(base=base, name="beta", resources=RESOURCES.replace("days: 90", "days: 30"))
    new = new_expectations(run(loaded(base=base), other).results)["base/tests.yaml"]

    assert list(new.expected.values()) == [{"repo": "system"}]
