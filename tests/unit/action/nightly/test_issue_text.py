"""The issues and the page of a night fit what GitHub takes, whatever was found, and people's words stay in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.reports.html_pages import assert_nothing_broke_out
from tests.unit.reports.sample_plans import Invention, drifts, inventions, likely_drifts, texts

from lpcac.action.nightly.client_findings import ClientDriftCheck, LostApply
from lpcac.action.nightly.issue_decision import Step
from lpcac.action.nightly.issue_state import IssueState, read_state
from lpcac.action.nightly.issue_text import drift_issue, refreshed, unreachable_issue
from lpcac.action.nightly.summary_page import DriftSummaryPage
from lpcac.core.resources import Target
from lpcac.directory_map.directory_map import Acceptance
from lpcac.planning.accept_list import Remark
from lpcac.planning.drift import Drift
from lpcac.reports.markdown.size_budget import COMMENT_LIMIT, SUMMARY_LIMIT, size

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
STATE = IssueState("acme", "0" * 64, NOW, NOW)
LETTERS = ["x", "語", "🦊"]
COMMIT = "c" * 40


def target(letter: str, number: int) -> Target:
    names = (f"{word}-{number}-{letter * 100}" for word in ("acme", "pool", "lp"))
    return Target(*names, "uuid", f"id{number}")


def words(letter: str) -> str:
    return "Director answered: " + " ".join(["/" + letter * 40] * 12)


def large_night(letter: str, number: int) -> ClientDriftCheck:
    """Return a night on which everything that can be found was found on this many targets each."""
    names = [target(letter, position) for position in range(number)]
    found = next(drift for drift in likely_drifts() if drift.changed)
    drifted = tuple(replace(found, target=each) for each in names)
    unread = tuple(Drift(each, not_checked=words(letter)) for each in names)
    lost = tuple(LostApply(each, "a" * 40, (words(letter),) * 5) for each in names)
    expired = tuple(Acceptance("Repo", letter * 300, words(letter), date(2026, 1, 1)) for _ in names)
    return ClientDriftCheck("acme", (*drifted, *unread), lost, expired)


def assert_only_the_state_is_hidden(issue: str) -> None:
    """Fail when anything broke out of an issue's text, its own first line aside."""
    assert_nothing_broke_out(issue.split("\n", 1)[1])


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("number", [1, 20, 120, 1_000])
def test_a_drift_issue_fits_and_keeps_its_verdict(letter: str, number: int) -> None:
    text = drift_issue(large_night(letter, number), STATE)

    assert size(text) <= COMMENT_LIMIT
    assert read_state("drift", text) == STATE
    assert f"{number} targets could not be checked" in text or number == 1
    assert "Merged but never applied" in text
    assert "This issue closes when a run" in text
    assert_only_the_state_is_hidden(text)


def test_the_lists_of_an_issue_do_not_run_into_each_other() -> None:
    blocks = drift_issue(large_night("x", 2), STATE).strip().split("\n\n")

    assert not any(one.startswith("- ") and two.startswith("- ") for one, two in pairwise(blocks))


def test_a_drift_issue_of_common_size_is_whole() -> None:
    text = drift_issue(large_night("x", 2), STATE)

    assert "Left out for size" not in text
    assert "more targets" not in text


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("number", [1, 80, 3_000])
def test_the_issue_about_who_cannot_be_reached_fits_and_counts_all(letter: str, number: int) -> None:
    unchecked = {f"client-{position}-{letter * 60}": (words(letter),) * 5 for position in range(number)}

    text = unreachable_issue(unchecked, STATE)

    assert size(text) <= COMMENT_LIMIT
    assert f"{number} client" in text
    shown = text.count("\n- `client-")
    assert shown == number or f"and {number - shown} more clients" in text
    assert_only_the_state_is_hidden(text)


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("room", [SUMMARY_LIMIT, 100_000, 10_000])
def test_the_page_of_a_night_fits_and_keeps_its_verdict(letter: str, room: int) -> None:
    night = large_night(letter, 1_000)
    names = [f"client-{position}-{letter * 60}" for position in range(1_000)]
    remarks = [Remark(words(letter), is_warning=True)] * 1_000
    page = DriftSummaryPage([night], COMMIT, dict.fromkeys(names, Step.OPEN), names, [words(letter)] * 1_000, remarks)

    text = page.fitted(room)

    assert size(text) <= room
    assert text.startswith("### ⚠️ Drift on 1000 targets")
    assert "1000 targets could not be checked" in text
    assert "1000 issues not opened" in text
    assert_nothing_broke_out(text)


@settings(deadline=None)
@given(drifts, texts, st.integers(0, 8_000))
def test_any_night_fits_any_room(found: list[Drift], name: str, room: int) -> None:
    night = ClientDriftCheck(name, tuple(found), (LostApply(target("x", 1), None),))
    page = DriftSummaryPage([night], COMMIT, {name: Step.OPEN}, [name], [name], [Remark(name, is_warning=True)])

    text = page.fitted(room)

    assert size(text) <= room
    assert_nothing_broke_out(text)


@settings(deadline=None)
@given(inventions, drifts)
def test_nothing_breaks_out_of_an_issue(made: Invention, found: list[Drift]) -> None:
    lost = tuple(LostApply(made.target(), made.text(), (made.text(),)) for _ in range(2))
    expired = (Acceptance(made.text(), made.text(), made.text(), date(2026, 1, 1), field=made.text()),)
    text = drift_issue(ClientDriftCheck(made.text(), tuple(found), lost, expired), STATE)

    assert read_state("drift", text) == STATE
    assert_only_the_state_is_hidden(text)


def test_what_people_wrote_above_is_kept_as_long_as_it_leaves_room() -> None:
    night = large_night("語", 120)
    note = "Alice: I look into this\n\n"

    assert drift_issue(night, STATE, above=note).startswith(f"{note}<!-- lpcac:drift:")
    for length in (10_000, 16_384, 60_000, 65_500):
        text = drift_issue(night, STATE, above="語" * (length // 3) + "\n")
        assert size(text) <= COMMENT_LIMIT
        assert "Merged but never applied" in text
        assert read_state("drift", text) == STATE
    assert unreachable_issue({"acme": ("x",)}, STATE, above=note).startswith(note)


def test_an_issue_that_just_fits_still_does_after_years() -> None:
    body = drift_issue(large_night("x", 1_000), STATE)
    later = replace(STATE, nights=10_000, last_checked=NOW + timedelta(days=10_000))

    text = refreshed(body, "drift", later)

    assert size(text) <= COMMENT_LIMIT
    assert "10000 nights in a row" in text
    assert text.split("\n", 2)[2] == body.split("\n", 2)[2]
