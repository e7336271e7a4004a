"""What a proposal does to cases: whatever takes something away from one is told."""

from __future__ import annotations

import pytest
from tests.unit.pipeline_tests.suite import document_with, loaded

from lpcac.pipeline_tests.loosening import Comparison
from lpcac.pipeline_tests.running import Runner

CASE = "- {name: one, event: {event_id: 4688, user: x}, expect: {repo: brief, at_least: 14}}"
SAMPLED = "- {name: one, from: a.jsonl, expect: {repo: brief}}"
EVENTS = b'{"a": "1"}\n{"b": "2"}\n'


def loosened(was: str, now: str, *, samples: bytes = EVENTS, name: str = "windows") -> list[tuple[str, bool]]:
    def runner(content: bytes) -> Runner:
        return Runner(lambda _folder, _name: content, lambda: True)

    before, after = loaded(document_with(was)).suites[0], loaded(document_with(now, name) if now else "").suites[0]
    assert before.findings == after.findings == ()
    comparison = Comparison(runner(EVENTS), runner(samples))
    return [(each.deed, each.must_pass) for each in comparison.loosened(before.cases, after.cases)]


@pytest.mark.parametrize(
    ("now", "deed", "must_pass"),
    [
        ("", "removes", True),
        (CASE.replace("name: one", "name: two").replace("4688", "1"), "removes", True),
        (CASE.replace("4688", "1"), "changes the events of", True),
        (CASE.replace(", user: x", ""), "changes the events of", True),
        (CASE.replace("- {", "- {via: other, "), "changes the events of", True),
        (CASE.replace("14", "13"), "changes what is expected of", False),
        (CASE.replace(", at_least: 14", ""), "changes what is expected of", False),
        (CASE.replace("repo: brief", "repo: system"), "changes what is expected of", False),
        (CASE.replace(", expect: {repo: brief, at_least: 14}", ""), "changes what is expected of", False),
    ],
)
def test_what_takes_something_away_from_a_case_is_told(now: str, deed: str, must_pass: bool) -> None:
    assert loosened(CASE, now) == [(deed, must_pass)]


@pytest.mark.parametrize(
    "now",
    [
        CASE,
        CASE.replace("name: one", "name: two"),
        CASE.replace("14", "15"),
        CASE.replace("at_least: 14", "retention_days: 14"),
        CASE.replace("at_least: 14", "at_least: 14, criterion: event_id=4688"),
        f"{CASE}\n- {{name: two, event: {{a: b}}}}",
    ],
)
def test_what_takes_nothing_away_is_not_told(now: str) -> None:
    assert loosened(CASE, now) == []
    assert loosened(CASE, now, name="renamed") == []


@pytest.mark.parametrize(
    ("samples", "deeds"),
    [
        (EVENTS, []),
        (b'{"c": "3"}\n' + EVENTS, []),
        (b'{"b": "2"}\n', [("changes the events of", True)]),
        (b"no event\n", [("changes the events of", True)]),
    ],
)
def test_events_that_are_taken_out_of_a_sample_file_are_told(samples: bytes, deeds: list[tuple[str, bool]]) -> None:
    assert loosened(SAMPLED, SAMPLED, samples=samples) == deeds
