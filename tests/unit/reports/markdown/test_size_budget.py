"""Markdown that fits: whatever the size of the plan and of the budget, well-formed and with the risks in it."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strength import examples
from tests.unit.reports.html_pages import Page, assert_nothing_broke_out
from tests.unit.reports.sample_plans import (
    ACME,
    Invention,
    drifts,
    guarded_targets,
    inventions,
    likely_plan,
    likely_targets,
    reports,
)

from lpcac.apply.report import TargetReport
from lpcac.core.findings import Finding
from lpcac.core.resources import Action, ResourceKey
from lpcac.kinds.kind import Risk
from lpcac.models import registry
from lpcac.planning.drift import Drift
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import Change, FieldChange, TargetPlan
from lpcac.reports.markdown.apply_report import report_markdown
from lpcac.reports.markdown.blocks import page
from lpcac.reports.markdown.drift import drift_markdown
from lpcac.reports.markdown.plan import PlanPage, plan_markdown
from lpcac.reports.markdown.size_budget import COMMENT_LIMIT, as_many_as_fit, first_that_fits, size


def plan_of(number: int, action: Action = Action.UPDATE, name: str = "repo") -> GuardedTarget:
    """Return a plan with this many changes of one action."""
    change = next(change for change in likely_plan().changes if change.action is action)
    changes = tuple(replace(change, key=ResourceKey("Repo", f"{name}-{n}"), risks=()) for n in range(number))
    return GuardedTarget(TargetPlan(ACME, changes, digest="0" * 64))


def of_size(wanted: int) -> list[GuardedTarget]:
    """Return a plan whose full Markdown has exactly this size, with characters of several bytes in it."""

    def plan(lengths: list[int]) -> list[GuardedTarget]:
        fields = [FieldChange("é" + "x" * length, "😀", "漢") for length in lengths]
        change = plan_of(1).plan.changes[0]
        changes = tuple(replace(change, fields=tuple(fields[n : n + 100])) for n in range(0, len(fields), 100))
        return [GuardedTarget(TargetPlan(ACME, changes, digest="0" * 64))]

    missing = wanted - size(plan_markdown(plan([0] * 700)))
    each, left = divmod(missing, 700)
    return plan([each + (number < left) for number in range(700)])


@pytest.mark.parametrize("limit", [COMMENT_LIMIT - 1, COMMENT_LIMIT, COMMENT_LIMIT + 1])
def test_a_plan_that_just_fits_is_shown_in_full_and_one_byte_less_room_is_not_enough(limit: int) -> None:
    targets = of_size(COMMENT_LIMIT)
    full = plan_markdown(targets)
    assert size(full) == COMMENT_LIMIT
    text = plan_markdown(targets, budget=limit)
    assert size(text) <= limit
    assert (text == full) == (limit >= COMMENT_LIMIT)
    assert ("Left out for size" in text) == (limit < COMMENT_LIMIT)


def test_detail_is_dropped_step_by_step() -> None:
    targets = [plan_of(30), plan_of(30, Action.CREATE)]
    left_out: list[str | None] = []
    for budget in range(size(plan_markdown(targets)), 300, -80):
        found = re.search("Left out for size: (.*?)[.]", plan_markdown(targets, budget=budget, registry=registry()))
        left_out.append(re.sub("[0-9]+ (created object|target)s?", r"N \1s", found[1]) if found else None)

    values, names = "the values of N created objects", "the names of N created objects"
    assert list(dict.fromkeys(left_out)) == [
        None,
        f"pictures, the rest of values over 200 characters and {values}",
        f"pictures, the rest of values over 200 characters, {values} and {names}",
        "pictures and all values",
        f"pictures, all values and {names}",
        "pictures and the changes of each target, except risks, updates and deletes",
        "pictures, the changes of each target, except risks, updates and deletes and the rows of N targets",
        "everything except the verdict, the risks, the updates and the deletes",
        "everything else",
    ]


def test_discards_risks_updates_and_deletes_are_the_last_to_go() -> None:
    discards = Risk("criterion-discards", "criterion event_id=5156 is now discard: the event is not stored")
    spec = {"catch_all": "x", "routing_criteria": [{"type": "KeyPresent", "key": "k" * 100, "drop": "discard"}]}
    creates = plan_of(200, Action.CREATE, name="created").plan.changes
    risky = replace(creates[0], key=ResourceKey("RoutingPolicy", "risky"), after=spec, risks=(discards,))
    deletes = plan_of(5, Action.DELETE, name="deleted").plan.changes
    updates = plan_of(5, name="updated").plan.changes
    changes = (*creates, risky, *deletes, *updates)
    targets = [GuardedTarget(TargetPlan(ACME, changes, digest="0" * 64))]

    some, none, least = (plan_markdown(targets, budget=budget) for budget in (20_000, 9_000, 1_700))

    assert 0 < some.count('"created-') * 2 - some.count("retention_days") < 400
    assert some.count("| `k") + some.count("key: kkk") == none.count("key: kkk") == 1, "the criterion that discards"
    assert none.count("| Field | Before | After |") == 5
    assert none.count("| Field | Value |") == 6, "the deletes, and the policy that discards"
    for each in (some, none, least):
        assert "is now `discard`" in each or "is now discard" in each
        assert all(f'"{name}-{number}"' in each for name in ("updated", "deleted") for number in range(5))
        assert "Left out for size: " in each
    assert least.count('"created-') < 5


def test_values_of_created_objects_use_what_room_there_is() -> None:
    targets = [plan_of(300, Action.CREATE)]
    text = plan_markdown(targets, budget=40_000)
    assert 38_500 < size(text) <= 40_000
    shown = text.count("| Field | Value |")
    assert text.count("**create** ") == 300
    assert f"the values of {300 - shown} created objects. All of it: " in text


def test_updates_then_deletes_keep_names_and_fields_before_creates() -> None:
    update = plan_of(5, name="updated").plan.changes
    delete = plan_of(20, Action.DELETE, name="deleted").plan.changes
    create = plan_of(1_500, Action.CREATE, name="created-" + "x" * 40).plan.changes
    targets = [GuardedTarget(TargetPlan(ACME, (*create, *delete, *update), digest="0" * 64))]

    text = plan_markdown(targets, budget=COMMENT_LIMIT)

    assert size(text) <= COMMENT_LIMIT
    assert all(text.count(f'**update** `Repo "updated-{number}"`') == 1 for number in range(5))
    assert text.count("| Field | Before | After |") == 5
    assert all(text.count(f'"deleted-{number}"') == 2 for number in range(20)), "as a risk and where it happens"
    named = text.count("**create** ")
    assert f"and {1_500 - named} more to create" in text
    assert size(text) > COMMENT_LIMIT - 500, "what room there is, is used"


def test_a_table_of_too_many_targets_shows_as_many_rows_as_fit_and_counts_the_others() -> None:
    targets = [
        GuardedTarget(replace(plan.plan, target=replace(ACME, client=f"client-{number:04d}")))
        for number in range(600)
        for plan in [plan_of(1, Action.CREATE, name=f"{number}")]
    ]

    text = plan_markdown(targets, budget=10_000)

    assert 9_000 < size(text) <= 10_000
    rows = text.count("| `client-")
    assert f"| {600 - rows} more targets |" in text
    assert "**600**" in text, "the total counts all of them"


def test_the_same_risk_on_many_clients_is_one_line_whatever_else_is_done_there() -> None:
    delete = plan_of(1, Action.DELETE, name="verbose").plan.changes
    targets = [
        GuardedTarget(
            TargetPlan(
                replace(ACME, client=f"client-{number}"),
                (*delete, *plan_of(1, Action.CREATE, name=f"own-{number}").plan.changes),
                digest="0" * 64,
            )
        )
        for number in range(300)
    ]

    text = plan_markdown(targets, budget=20_000)

    risks = text.split("#### Risks and deletes\n\n", 1)[1].split("\n\n", 1)[0].splitlines()
    assert len(risks) == 1
    assert "(300 targets: " in risks[0]


@pytest.mark.parametrize("number", [100, 1_000, 20_000])
def test_deletes_are_named_or_counted_whatever_their_number(number: int) -> None:
    text = plan_markdown([plan_of(number, Action.DELETE)], budget=COMMENT_LIMIT, full_plan="the job summary")
    assert size(text) <= COMMENT_LIMIT
    assert f"{number} to delete" in text.splitlines()[0]
    named = len(set(re.findall('^- [*][*]delete[*][*] `Repo "repo-[0-9]+"`', text, re.MULTILINE)))
    cut = re.search("and ([0-9]+) more, not shown for size", text)
    assert named + (int(cut[1]) if cut else 0) == number
    assert named == number or "All of it: the job summary." in text
    assert named >= min(number, 1_000)


def test_a_risk_is_put_into_words_once_however_many_sizes_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    worded: list[str] = []

    def counted(change: Change, suffix: str, *, with_messages: bool) -> str:
        worded.append(f"{change.key} {with_messages}")
        return f"{change.key}{suffix}"

    monkeypatch.setattr("lpcac.reports.markdown.plan._risk_line", counted)
    plan = PlanPage([plan_of(50, Action.DELETE)])
    for budget in (plan.floor(), 2_000, 1_000, 400, None):
        plan.fitted(budget, "the job summary")
    assert len(worded) == len(set(worded)) == 2 * 50


def test_a_page_that_is_too_long_already_is_not_written_to_its_end() -> None:
    written: list[int] = []

    def blocks() -> Iterator[str]:
        for number in range(100):
            written.append(number)
            yield "é" * 10

    assert size(page(blocks(), 100)) > 100
    assert len(written) == 11
    assert page(blocks(), size(page(blocks()))) == page(blocks())


def marked(change: Change) -> bool:
    return bool(change.risks) or change.action is Action.DELETE


@settings(deadline=None)
@given(guarded_targets, st.integers(0, 9_000))
def test_any_plan_fits_any_budget_and_stays_well_formed(targets: list[GuardedTarget], budget: int) -> None:
    text = plan_markdown(targets, budget=budget, registry=registry())
    assert size(text) <= budget
    assert_nothing_broke_out(text)
    # The same on several targets is one line.
    everything = {
        (change.action, change.key, tuple((risk.code, risk.message) for risk in change.risks))
        for target in targets
        for change in target.plan.changes
        if marked(change)
    }
    blocks = text.split("\n\n")
    if "#### Risks and deletes" in blocks:
        listed = blocks[blocks.index("#### Risks and deletes") + 1]
        shown = [line for line in listed.splitlines() if line.startswith("- **")]
        cut = re.search("and ([0-9]+) more, not shown for size", listed)
        assert len(shown) + (int(cut[1]) if cut else 0) == len(everything)
    elif budget >= 1_000:
        assert not everything


@settings(max_examples=examples(5), deadline=None)
@given(inventions, st.sampled_from([COMMENT_LIMIT - 1, COMMENT_LIMIT, COMMENT_LIMIT + 1]))
def test_plans_of_megabytes_fit_a_comment(made: Invention, budget: int) -> None:
    targets = [GuardedTarget(TargetPlan(made.target(), tuple(made.change() for _ in range(2_000)), digest="0" * 64))]
    text = plan_markdown(targets, budget=budget)
    assert size(text) <= budget
    assert "### " in text
    Page(text)


@settings(deadline=None)
@given(reports, guarded_targets, st.integers(0, 6_000))
def test_any_report_fits_any_budget(ended: list[TargetReport], others: list[GuardedTarget], budget: int) -> None:
    text = report_markdown(ended, others, budget=budget)
    assert size(text) <= budget
    assert_nothing_broke_out(text)


@settings(deadline=None)
@given(drifts, st.integers(0, 6_000))
def test_any_drift_fits_any_budget(found: list[Drift], budget: int) -> None:
    text = drift_markdown(found, budget=budget)
    assert size(text) <= budget
    assert_nothing_broke_out(text)


def test_of_many_errors_drift_and_a_report_say_where_all_of_them_are() -> None:
    errors = tuple(Finding("x", f"problem {number}") for number in range(70))
    drift = drift_markdown([Drift(ACME, errors=errors)])
    report = report_markdown([], [GuardedTarget(TargetPlan(ACME, errors=errors))])

    assert "- and 20 more, all of them: `lpcac drift --format json`" in drift
    assert "- and 20 more, all of them: `lpcac apply --format json`" in report


def test_drift_says_which_part_of_long_values_is_left_out() -> None:
    change = replace(likely_plan().changes[0], fields=(FieldChange("description", "a" * 5_000, "b" * 5_000),))
    whole = drift_markdown([Drift(ACME, changed=(change,))])
    short = drift_markdown([Drift(ACME, changed=(change,))], budget=2_000)
    assert "a" * 5_000 in whole
    assert "`description`" in short
    assert "Left out for size: the rest of values over 200 characters. All of it: " in short


@pytest.mark.parametrize("budget", range(120))
def test_a_budget_for_next_to_nothing_is_kept_as_well(budget: int) -> None:
    assert size(plan_markdown(likely_targets(), budget=budget)) <= budget


@settings(deadline=None)
@given(st.lists(st.text(max_size=9), max_size=9), st.integers(0, 120))
def test_as_many_lines_as_fit_are_shown(lines: list[str], budget: int) -> None:
    def render(shown: object, cut: int) -> str:
        return f"{shown}{f' and {cut} more' if cut else ''}"

    text = as_many_as_fit(budget, lines, render)
    if text is None:
        assert size(render([], len(lines))) > budget
    else:
        assert size(text) <= budget


def test_no_budget_holds_everything() -> None:
    assert first_that_fits(None, [1, 2], lambda detail: "x" * 10**6 * detail) == "x" * 10**6
    assert first_that_fits(5, [9, 5, 1], lambda detail: "x" * detail) == "xxxxx"
    assert first_that_fits(0, [9], lambda detail: "x" * detail) is None
