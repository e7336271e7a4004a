"""Plans, reports and drift as Markdown: what a reviewer reads, and that nothing breaks out of it."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from tests.unit.reports.html_pages import Page, assert_nothing_broke_out
from tests.unit.reports.sample_plans import (
    ACME,
    DELTA,
    NASTY,
    desired,
    drifts,
    guarded_targets,
    likely_drifts,
    likely_plan,
    likely_reports,
    likely_targets,
    reports,
    texts,
)
from tests.unit.reports.screens import assert_golden

from lpcac.apply.report import TargetReport
from lpcac.core.findings import Finding
from lpcac.core.resources import Action, ResourceKey
from lpcac.models import registry
from lpcac.planning.drift import Drift
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.planning.plan import Change, FieldChange, TargetPlan
from lpcac.reports.markdown.apply_report import report_markdown
from lpcac.reports.markdown.blocks import code, html_code, prose, table
from lpcac.reports.markdown.drift import drift_markdown
from lpcac.reports.markdown.plan import plan_markdown
from lpcac.reports.summaries.plan import Totals

# -- for the eye


def test_a_plan_reads_as_it_was_approved() -> None:
    assert_golden("plan.md", plan_markdown(likely_targets(), registry=registry(), desired={ACME: desired()}))


def test_a_report_reads_as_it_was_approved() -> None:
    assert_golden("report.md", report_markdown(likely_reports(), likely_targets()[2:]))


def test_drift_reads_as_it_was_approved() -> None:
    assert_golden("drift.md", drift_markdown(likely_drifts()))


# -- plans


def test_the_verdict_is_the_first_line() -> None:
    assert plan_markdown(likely_targets()).startswith("### ❌ 3 to create, 2 to update, 2 to delete on 1 of 4 targets")
    assert plan_markdown([GuardedTarget(likely_plan())]).startswith("### ⚠️ 3 to create")
    assert plan_markdown([GuardedTarget(TargetPlan(DELTA))]).startswith("### ✅ Nothing to do")


def test_risks_and_deletes_stand_outside_any_fold() -> None:
    unfolded = re.sub("<details>.*?</details>", "", plan_markdown(likely_targets()), flags=re.DOTALL)
    assert '**delete** `Repo "legacy"`' in unfolded
    assert '**delete** `RoutingPolicy "legacy"`' in unfolded
    assert "older logs are destroyed" in unfolded


def test_a_refusal_says_what_to_do_next_in_the_words_it_is_given() -> None:
    assert f"`--waive-limits {likely_plan().digest}`" in plan_markdown(likely_targets())
    text = plan_markdown(likely_targets(), waiver="add the label `lpcac/allow-deletes`")
    assert "To allow the deletes, add the label `lpcac/allow-deletes` (`acme-corp` on `pool-acme/lp-01`)." in text
    assert "--waive-limits" not in text


@settings(deadline=None)
@given(guarded_targets)
def test_the_rows_of_the_table_add_up_to_the_totals(targets: list[GuardedTarget]) -> None:
    page = Page(plan_markdown(targets))
    totals = Totals.of(target.plan for target in targets)
    expected = [totals.create, totals.update, totals.delete, totals.unchanged, totals.unmanaged]
    if not targets:
        return
    rows = page.tables[0][1:]
    counts = [[int(cell) for cell in row[1:6]] for row in rows if row[0] != "Total"]
    assert [sum(column) for column in zip(*counts, strict=True)] == expected
    assert len(rows) == 1 or [int(cell) for cell in rows[-1][1:6]] == expected


@settings(deadline=None)
@given(guarded_targets)
def test_no_name_or_value_breaks_out_of_a_plan(targets: list[GuardedTarget]) -> None:
    page = assert_nothing_broke_out(plan_markdown(targets, registry=registry()))
    assert all(chart.startswith("flowchart LR\n") for chart in page.charts)


def test_the_plan_of_no_targets_says_so() -> None:
    assert plan_markdown([]).startswith("### ✅ No targets to plan.")


def test_all_of_very_many_fields_are_shown_and_of_errors_it_is_said_where_the_rest_is() -> None:
    fields = tuple(FieldChange(f"field_{number}", "old", "new") for number in range(300))
    change = replace(next(c for c in likely_plan().changes if c.action is Action.UPDATE), fields=fields)
    errors = tuple(Finding("x", f"problem {number}") for number in range(70))
    text = plan_markdown([GuardedTarget(TargetPlan(ACME, (change,), errors=errors, digest="0" * 64))])
    assert text.count("| `field_") == 300
    assert "- and 20 more\n" in text
    assert "Left out for size: 20 errors. All of it: `lpcac plan --format json`." in text


def test_every_item_of_a_list_has_a_numbered_row_and_nothing_is_cut() -> None:
    criteria = [{"type": "KeyPresent", "key": f"key {n}", "repo": "system", "drop": "store"} for n in range(30)]
    criteria[29] = {"type": "KeyPresentValueMatches", "key": "event_id", "value": "x" * 5_000, "drop": "discard"}
    spec = {"catch_all": "system", "routing_criteria": criteria}
    change = Change(Action.DELETE, ResourceKey("RoutingPolicy", "windows"), spec, None, (), (), (), None, "")
    lines = plan_markdown([GuardedTarget(TargetPlan(ACME, (change,), digest="0" * 64))]).splitlines()
    assert "| `catch_all` | `system` |" in lines
    assert "| `routing_criteria[2]` | `type: KeyPresent, key: key 1, repo: system` |" in lines
    last = f"type: KeyPresentValueMatches, key: event_id, value: {'x' * 5_000}, drop: discard"
    assert f"| `routing_criteria[30]` | `{last}` |" in lines


# -- reports


def test_what_was_not_done_stands_outside_any_fold_with_its_reason() -> None:
    text = report_markdown(likely_reports(), likely_targets())
    unfolded = re.sub("<details>.*?</details>", "", text, flags=re.DOTALL)
    assert '**failed** `Repo "system"` (`acme-corp` on `pool-acme/lp-01`): the Director refused' in unfolded
    assert "#### What to do next" in unfolded


def test_a_report_of_success_is_short() -> None:
    text = report_markdown(likely_reports()[:1])
    assert text.startswith("### ✅ Applied: 2 done")
    assert "Not done" not in text


def test_waived_limits_are_recorded_in_the_report() -> None:
    waived = {likely_reports()[0].plan.target: (Refusal("too-many-deletes", "11 deletes, the limit is 10"),)}
    assert "(waived: 11 deletes, the limit is 10)" in report_markdown(likely_reports(), (), waived)


@settings(deadline=None)
@given(reports, guarded_targets)
def test_no_name_or_value_breaks_out_of_a_report(ended: list[TargetReport], others: list[GuardedTarget]) -> None:
    assert_nothing_broke_out(report_markdown(ended, others))


# -- drift


def test_drift_tells_live_from_declared_and_not_checked_from_clean() -> None:
    text = drift_markdown(likely_drifts())
    assert "| `paths[1 /data_hot].retention_days` | `90` | `30` |" in text
    assert "because: vendor update until" in text
    assert "❔ could not be checked" in text


def test_equal_drift_gives_equal_text() -> None:
    assert drift_markdown(likely_drifts()) == drift_markdown(likely_drifts())


@settings(deadline=None)
@given(drifts)
def test_no_name_or_value_breaks_out_of_drift(found: list[Drift]) -> None:
    assert_nothing_broke_out(drift_markdown(found))


# -- the ways of being inert


@pytest.mark.parametrize("text", NASTY)
def test_nothing_nasty_breaks_out_of_a_table(text: str) -> None:
    cells = [code(text, in_table=True), prose(text, in_table=True), code(text + text, in_table=True)]
    page = assert_nothing_broke_out(table(("A", "B", "C"), [cells]) + f"\n\n{code(text)} {prose(text)}\n")
    assert [len(row) for row in page.tables[0]] == [3, 3]


@settings(deadline=None)
@given(texts)
def test_a_code_span_shows_what_it_was_given(text: str) -> None:
    if len(text) <= 40 and text.isprintable() and text.strip() and "<!--" not in text:
        (row,) = Page(table(("A",), [[code(text, in_table=True)]])).tables[0][1:]
        shown = row[0].replace(r"\x7c", "|") if r"\|" in text else row[0]
        assert shown.strip() == text.strip()


@settings(deadline=None)
@given(texts)
def test_a_summary_holds_one_code_element_and_nothing_else(text: str) -> None:
    page = Page(f"<details><summary>{html_code(text)}</summary>\n\nx\n\n</details>\n")
    assert page.tags <= {"details", "summary", "code", "p"}
    assert page.loose_text.strip() == "x"


def test_plain_words_of_a_sentence_stay_plain() -> None:
    sentence = "removes tier /cold_nfs: the logs stored there (275 days) are destroyed"
    assert prose(sentence) == "removes tier `/cold_nfs`: the logs stored there (275 days) are destroyed"
    assert prose("total 365 -> 30 days, 30 %") == "total 365 → 30 days, 30 %"
    assert prose("ask @team about #1") == "ask `@team` about `#1`"
    assert prose("1. is no list, nor is 1.") == "`1`. is no list, nor is 1."
