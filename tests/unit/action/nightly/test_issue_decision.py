"""What a night does to an issue follows from what it found, and what it could not check concludes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lpcac.action.nightly.issue_decision import Step, next_state, step_for
from lpcac.action.nightly.issue_state import IssueState

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
STATE = IssueState("acme", "one", NOW - timedelta(days=3), NOW - timedelta(days=1), 3)
OVER = replace(STATE, digest="")


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
