"""The page of a merge keeps to its size, and its first line is the gravest thing that it tells."""

from __future__ import annotations

import pytest
from tests.unit.action.pull_request.test_comment_text import assert_well_formed, target_plan

from lpcac.action.merge.result_page import ResultPage, Unreviewed
from lpcac.apply.report import TargetReport
from lpcac.core.findings import Finding, Position
from lpcac.directory_map.affected_clients import Affected, Cause, Reason
from lpcac.directory_map.directory_map import Client
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import TargetPlan
from lpcac.reports.markdown.size_budget import COMMENT_LIMIT

COMMIT = "c" * 40


def page(**words: object) -> ResultPage:
    return ResultPage(COMMIT, "https://example.com/run", **words)  # type: ignore[arg-type]


def plans(count: int, criteria: int = 200) -> list[TargetPlan]:
    return [target_plan(number, "größe-日本語", criteria).plan for number in range(count)]


@pytest.mark.parametrize("room", [COMMENT_LIMIT, 20_000])
@pytest.mark.parametrize(("count", "criteria"), [(1, 200), (40, 200), (300, 20)])
def test_refused_plans_of_any_size_fit_with_the_verdict_and_the_way_forward(
    room: int, count: int, criteria: int
) -> None:
    text = page(unreviewed=[Unreviewed(each, "nobody reviewed it") for each in plans(count, criteria)]).text(room)

    assert len(text.encode()) <= room
    assert text.startswith(f"### ❌ {count} target")
    assert "Nothing was written" in text
    assert_well_formed(text)


def test_what_else_is_told_never_bursts_the_page() -> None:
    findings = [Finding("x", f"{n} " + "日本語 " * 200, Position("日本語/" * 200, 1, 1)) for n in range(60)]
    released = [Affected(Client(f"c{n}", "c", "main", "p", ("l",)), (Reason(Cause.RELEASED, "x"),)) for n in range(90)]

    text = page(findings=findings, released=released, problems=["日本語 " * 200] * 60).text(COMMENT_LIMIT)

    assert len(text.encode()) <= COMMENT_LIMIT
    assert "more lines" in text


def test_a_refusal_comes_before_what_was_applied() -> None:
    [refused, done] = plans(2)

    text = page(unreviewed=[Unreviewed(refused, "nobody reviewed it")], reports=[TargetReport(done, ())]).text(20_000)

    assert text.startswith("### ❌ 1 target not applied")
    assert "✅" not in text.split("| Target")[0]
    assert text.count("\n### ") == 0


def test_what_could_not_be_recorded_is_no_success() -> None:
    [done] = plans(1)

    for reports, verdict in (
        ([TargetReport(done, ())], "Not everything could be recorded"),
        ([], "Nothing was applied"),
    ):
        assert page(reports=reports, problems=["not today"]).text(20_000).startswith(f"### ❌ {verdict}")


def test_targets_that_a_guard_refused_are_told_too() -> None:
    assert "❌" in page(others=[GuardedTarget(plans(1)[0])]).text(20_000)
