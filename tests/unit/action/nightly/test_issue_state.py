"""What a night does to an issue follows from what it found, and what it could not check concludes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lpcac.action.nightly.client_findings import ClientDriftCheck, LostApply
from lpcac.action.nightly.issue_decision import Step, next_state, step_for
from lpcac.action.nightly.issue_state import IssueState, read_state, state_line, text_above
from lpcac.core.resources import Target
from lpcac.planning.drift import Drift

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
STATE = IssueState("acme", "one", NOW - timedelta(days=3), NOW - timedelta(days=1), 3)
OVER = replace(STATE, digest="")
TARGET = Target("acme", "pool-acme", "lp-01", "1" * 32, "2" * 32)


@pytest.mark.parametrize(
    ("state", "is_open", "is_clean", "is_complete", "step"),
    [
        (None, False, True, True, Step.LEAVE),
        (None, False, False, True, Step.OPEN),
        (None, False, False, False, Step.OPEN),
        (STATE, True, True, True, Step.CLOSE),
        (STATE, True, True, False, Step.LEAVE),
        (STATE, True, False, True, Step.REWRITE),
        (STATE, True, False, False, Step.LEAVE),
        (STATE, False, True, True, Step.SETTLE),
        (STATE, False, True, False, Step.LEAVE),
        (STATE, False, False, True, Step.REOPEN),
        (OVER, False, True, True, Step.LEAVE),
        (OVER, False, False, True, Step.REOPEN),
        (OVER, True, True, True, Step.CLOSE),
        (OVER, True, False, True, Step.REWRITE),
    ],
)
def test_a_step_follows_from_what_was_found(state, is_open, is_clean, is_complete, step) -> None:  # noqa: ANN001
    found = step_for(state, "two", is_open=is_open, is_clean=is_clean, is_complete=is_complete)

    assert found is step


def test_the_same_drift_is_only_refreshed() -> None:
    assert step_for(STATE, "one", is_open=True, is_clean=False, is_complete=True) is Step.REFRESH


def test_nights_are_counted_by_days() -> None:
    same_night = next_state(Step.REFRESH, STATE, "acme", "one", STATE.last_checked + timedelta(hours=1))

    assert same_night.nights == 3
    assert next_state(Step.REWRITE, STATE, "acme", "two", NOW).nights == 4


@pytest.mark.parametrize("digest", ["one", "two"])
def test_an_issue_that_somebody_closed_keeps_its_history_until_a_run_saw_the_end(digest: str) -> None:
    assert next_state(Step.REOPEN, STATE, "acme", digest, NOW) == replace(
        STATE, digest=digest, last_checked=NOW, nights=4
    )
    for step in (Step.REOPEN, Step.REWRITE):
        assert next_state(step, OVER, "acme", digest, NOW) == IssueState("acme", digest, NOW, NOW, 1)


@pytest.mark.parametrize("step", [Step.CLOSE, Step.SETTLE, Step.RELEASE])
def test_a_run_that_saw_the_end_is_remembered(step: Step) -> None:
    ended = next_state(step, STATE, "acme", "anything", NOW)

    assert ended == replace(STATE, digest="", last_checked=NOW)
    assert ended.is_over


def test_what_else_was_lost_makes_a_difference() -> None:
    one, two = (
        ClientDriftCheck("acme", lost=(LostApply(TARGET, "a" * 40, reasons),))
        for reasons in (("1 file",), ("2 files",))
    )

    assert one.digest != two.digest


def test_a_night_tells_why_targets_could_not_be_checked() -> None:
    night = ClientDriftCheck("acme", (Drift(TARGET), Drift(TARGET, not_checked="timed out")))

    assert night.unchecked == (f"{TARGET}: timed out",)
    assert (night.is_complete, night.is_clean_as_checked, night.is_clean) == (False, True, False)


@settings(deadline=None)
@given(st.text(), st.text(alphabet="0123456789abcdef"), st.integers(min_value=1, max_value=10**6))
def test_a_state_survives_in_the_first_line_of_a_text(subject: str, digest: str, nights: int) -> None:
    state = IssueState(subject.encode("utf-8", "replace").decode(), digest, NOW, NOW, nights)
    line = state_line("drift", state)

    assert line.count("-->") == 1
    assert "\n" not in line
    assert read_state("drift", f"{line}\r\nmore") == state
    assert read_state("drift", f"Alice:\r\n\r\n  {line}\r\nmore") == state
    assert text_above(f"Alice:\r\n\r\n{line}\r\nmore") == "Alice:\n\n"
    assert text_above(line) == ""
    assert read_state("unreachable", line) is None
    assert read_state("drift", f"> {line}") is None


@pytest.mark.parametrize("packed", ["AAAA", "e30=", "W10=", "====="])
def test_what_is_no_state_is_none(packed: str) -> None:
    assert read_state("drift", f"<!-- lpcac:drift:v1 {packed} -->") is None
