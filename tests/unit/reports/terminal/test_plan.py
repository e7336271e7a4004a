"""What a person reads in a terminal or a log."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.reports.sample_plans import (
    ACME,
    BETA,
    DELTA,
    drifts,
    guarded_targets,
    likely_drifts,
    likely_plan,
    likely_reports,
    likely_targets,
    reports,
)
from tests.unit.reports.screens import assert_golden, screen, shown

from lpcac.apply.report import Outcome, State, TargetReport
from lpcac.core.findings import Finding, Position
from lpcac.core.resources import Action, ResourceKey
from lpcac.kinds.kind import Risk
from lpcac.models import registry
from lpcac.planning.drift import Drift
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.planning.plan import Change, FieldChange, TargetPlan
from lpcac.reports.summaries.plan import Totals
from lpcac.reports.terminal.plan import print_before_question, print_drift, print_plan, print_report

WIDTHS = (40, 80, 200)


def plan_text(targets: list[GuardedTarget], width: int = 200) -> str:
    console = screen(width)
    print_plan(console, targets)
    return shown(console)


def report_text(ended: list[TargetReport], others: list[GuardedTarget], width: int = 200) -> str:
    console = screen(width)
    print_report(console, ended, others)
    return shown(console)


def drift_text(found: list[Drift], width: int = 200) -> str:
    console = screen(width)
    print_drift(console, found)
    return shown(console)


def hostile_plan(text: str) -> TargetPlan:
    change = likely_plan().changes[0]
    return replace(
        likely_plan(replace(ACME, client=text)),
        changes=(replace(change, key=ResourceKey("Repo", text), risks=(Risk("x", text),), fields=()),),
        unmanaged=(ResourceKey("Repo", text),),
    )


# -- for the eye


@pytest.mark.parametrize("width", WIDTHS)
def test_a_plan_looks_as_it_was_approved(width: int) -> None:
    assert_golden(f"plan-{width}.txt", plan_text(likely_targets(), width))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_report_looks_as_it_was_approved(width: int) -> None:
    others = [target for target in likely_targets() if target.plan.target not in (ACME, BETA)]
    assert_golden(f"report-{width}.txt", report_text(likely_reports(), others, width))


@pytest.mark.parametrize("width", WIDTHS)
def test_drift_looks_as_it_was_approved(width: int) -> None:
    assert_golden(f"drift-{width}.txt", drift_text(likely_drifts(), width))


# -- plans


def test_errors_come_before_refusals_and_refusals_before_what_is_quiet() -> None:
    text = plan_text(likely_targets())
    assert text.index("beta on") < text.index("gamma on") < text.index("acme-corp on") < text.index("1 more target")
    assert "delta" not in text


def test_risks_come_before_deletes_and_deletes_before_other_changes() -> None:
    text = plan_text([GuardedTarget(likely_plan())])
    risk, delete, other = text.index("risk: "), text.index('\n  - Repo "legacy"'), text.index('\n  ~ Repo "system"')
    assert risk < delete < other


def test_a_refusal_says_what_to_do_next() -> None:
    text = plan_text(likely_targets())
    assert f"--waive-limits {likely_plan().digest}\n" in text
    assert "set allow_repo_delete: true for this client in the map." in text


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_to_be_copied_is_never_broken(width: int) -> None:
    text = plan_text(likely_targets(), width)
    assert f"--waive-limits {likely_plan().digest}\n" in text
    assert re.search("Digest [0-9a-f]{64}\n", text)


def test_a_target_with_nothing_to_do_takes_one_line() -> None:
    text = plan_text([GuardedTarget(TargetPlan(DELTA, unchanged=12))])
    assert text.splitlines()[0] == "delta on pool-delta/lp-01: nothing to do, 12 unchanged"
    assert text.splitlines()[-1] == "Nothing to do: 1 target is as declared."


def test_released_objects_are_named_even_when_there_is_nothing_to_do() -> None:
    released = GuardedTarget(TargetPlan(DELTA, released=(ResourceKey("Repo", "old"),)))
    text = plan_text([released, GuardedTarget(TargetPlan(BETA))])
    assert 'No longer managed here, left alone (1): Repo "old"' in text


def test_many_unmanaged_objects_take_one_line() -> None:
    keys = tuple(ResourceKey("Repo", f"r{number}") for number in range(500))
    text = plan_text([GuardedTarget(TargetPlan(DELTA, unmanaged=keys))])
    assert "Unmanaged, left alone (500): " in text
    assert text.count('Repo "') == 10
    assert "and 490 more; --format json names all of them" in " ".join(text.split())


def test_unmanaged_objects_are_named_even_when_there_is_nothing_to_do_anywhere() -> None:
    quiet = GuardedTarget(TargetPlan(DELTA, unchanged=3, unmanaged=(ResourceKey("Repo", "handmade"),)))
    lines = plan_text([quiet, GuardedTarget(TargetPlan(BETA, unchanged=4))]).splitlines()
    assert lines[0] == "2 targets with nothing to do (7 unchanged, 1 unmanaged)"
    assert lines[1] == '  Unmanaged, left alone (1): Repo "handmade"'
    assert lines[2] == "Nothing to do: all 2 targets are as declared."


def test_no_targets_are_said_to_be_none() -> None:
    assert plan_text([]) == "No targets to plan.\n"


@settings(deadline=None)
@given(guarded_targets)
def test_the_verdict_adds_up_all_targets(targets: list[GuardedTarget]) -> None:
    totals = Totals.of(target.plan for target in targets)
    counted = dict.fromkeys(("create", "update", "delete"), 0)
    for target in targets:
        for word in counted:
            counted[word] += target.plan.count(Action(word))
    assert counted == {word: getattr(totals, word) for word in counted}
    for word, number in counted.items():
        assert not number or f"{number} to {word}" in plan_text(targets)


def alike(*clients: str, **changes: Any) -> list[GuardedTarget]:
    targets = [replace(ACME, client=client) for client in clients]
    return [
        GuardedTarget(replace(likely_plan(target), digest=f"digest-of-{target.client}", **changes))
        for target in targets
    ]


def test_what_is_the_same_on_several_targets_is_written_once_below_all_their_names() -> None:
    error = Finding("invalid-value", "must be 1 or more, not 0 (in 2 clients: one, two)", Position("bases/a.yaml", 4))
    targets = [*alike("one", "two", errors=(error,)), *alike("other", errors=())]
    text = plan_text(targets)
    assert text.count("must be 1 or more") == 1
    assert text.count('~ Repo "system"') == 2 * plan_text(targets[:1]).count('~ Repo "system"')
    summary = plan_text(targets[:1]).splitlines()[0].partition(": ")[2].partition(",")[0]
    assert text.startswith(f"The same on 2 targets: {summary}")
    assert text.splitlines()[1] == "  one on pool-acme/lp-01, two on pool-acme/lp-01"


def test_targets_alike_keep_their_own_waivers_and_the_number_of_what_is_unmanaged() -> None:
    refused = [replace(each, refusals=(Refusal("x", "many", waivable=True),)) for each in alike("one", "two")]
    lines = [line.strip() for line in plan_text(refused).splitlines()]
    assert [line for line in lines if line.startswith("--waive-limits")] == [
        "--waive-limits digest-of-one",
        "--waive-limits digest-of-two",
    ]
    unmanaged = sum(len(each.plan.unmanaged) for each in refused)
    assert any(line.startswith(f"Unmanaged, left alone ({unmanaged}): ") for line in lines)


def test_the_same_drift_of_several_targets_is_written_once() -> None:
    error = Finding("invalid-value", "must be 1 or more, not 0", Position("bases/a.yaml", 4))
    fleet = [Drift(replace(ACME, client=client), errors=(error,)) for client in ("one", "two", "three")]
    text = drift_text([*fleet, *likely_drifts()])
    assert text.count("must be 1 or more") == 1
    assert "The same on 3 targets: 1 error\n  one on pool-acme/lp-01, two on pool-acme/lp-01, three on " in text


# -- reports


def test_a_report_says_why_each_change_was_not_done_and_what_to_do() -> None:
    text = report_text(likely_reports(), [])
    assert "the Director refused: storage path /data_hot is full" in text
    assert 'Repo "system" is failed' in text
    assert "Fix what failed, then apply again" in text


def test_a_done_change_that_does_not_show_is_told_with_its_fields() -> None:
    plan = likely_plan()
    change = next(change for change in plan.changes if change.key.name == "system")
    text = report_text([TargetReport(plan, (Outcome(change, State.DONE),), (change,))], [])
    assert "still not as declared:" in text
    assert "retention_days: 90 -> 30" in text
    assert "Plan again" in text


def test_a_result_that_could_not_be_checked_is_told_apart() -> None:
    text = report_text([TargetReport(likely_plan(), (), problem="the result could not be checked: timed out")], [])
    assert "not checked: the result could not be checked: timed out" in text
    assert text.splitlines()[-2].startswith("Not everything was applied")


def test_waived_limits_are_recorded_in_the_report() -> None:
    console = screen()
    waived = {BETA: (Refusal("too-many-deletes", "11 deletes, the limit is 10", waivable=True),)}
    print_report(console, likely_reports()[:1], (), waived)
    assert "waived: 11 deletes, the limit is 10" in shown(console)


def test_a_report_without_anything_to_do_is_one_line() -> None:
    assert report_text([TargetReport(TargetPlan(ACME), ())], []) == "Nothing to do.\n"


def test_a_report_of_success_asks_for_nothing() -> None:
    assert report_text(likely_reports()[:1], []).splitlines()[-1] == (
        "Applied: 2 done on 1 target; the longest change took 2.5 s."
    )


# -- drift


def test_drift_shows_live_against_declared_and_the_reason_of_what_is_accepted() -> None:
    text = drift_text(likely_drifts())
    assert "paths[1 /data_hot].retention_days: live 90, declared 30" in text
    assert 'missing: Repo "system_verbose"' in text
    assert "because: vendor update until 2026-12-01" in text
    assert "not checked: the Director does not answer: timed out" in text


def test_clean_targets_are_only_counted() -> None:
    assert drift_text([Drift(ACME), Drift(BETA)]) == "No drift: all 2 targets are as declared.\n"


def test_a_clean_target_is_never_said_to_be_clean_when_it_was_not_checked() -> None:
    text = drift_text([Drift(ACME, not_checked="timed out")])
    assert "as declared" not in text.replace("0 of 1 target as declared", "")
    assert "1 target could not be checked" in text


def test_errors_in_what_is_declared_are_told() -> None:
    text = drift_text([Drift(ACME, errors=(Finding("x", 'Repo "x": no such path'),))])
    assert 'error: Repo "x": no such path' in text


# -- laws


def assert_inert(text: str) -> None:
    for line in text.splitlines():
        assert line.isprintable()
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert line == line.rstrip()


@settings(deadline=None)
@given(guarded_targets, st.sampled_from(WIDTHS))
def test_no_name_or_value_breaks_out_of_a_plan(targets: list[GuardedTarget], width: int) -> None:
    assert_inert(plan_text(targets, width))


@settings(deadline=None)
@given(reports, guarded_targets, st.sampled_from(WIDTHS))
def test_no_name_or_value_breaks_out_of_a_report(
    ended: list[TargetReport], others: list[GuardedTarget], width: int
) -> None:
    assert_inert(report_text(ended, others, width))


@settings(deadline=None)
@given(drifts, st.sampled_from(WIDTHS))
def test_no_name_or_value_breaks_out_of_drift(found: list[Drift], width: int) -> None:
    assert_inert(drift_text(found, width))


def test_markup_and_escapes_in_names_are_shown_and_not_obeyed() -> None:
    text = plan_text([GuardedTarget(hostile_plan("[red]x[/] \x1b]8;;http://x\x07 :warning:"))])
    assert r"[red]x[/] \x1b]8;;http://x\x07 :warning:" in text


def test_a_long_name_is_cut_and_a_risk_is_shown_whole() -> None:
    plan = hostile_plan("x" * 10_000)
    text = plan_text([GuardedTarget(plan)])
    assert plan.changes[0].risks[0].message in text
    assert len(text) < 10_000 + 3000


def test_all_of_very_many_fields_and_errors_are_shown() -> None:
    fields = tuple(FieldChange(f"field_{number}", "old", "new") for number in range(100))
    change = replace(next(c for c in likely_plan().changes if c.action is Action.UPDATE), fields=fields)
    errors = tuple(Finding("x", f"problem {number}") for number in range(70))
    text = plan_text([GuardedTarget(TargetPlan(ACME, (change,), errors=errors, digest="0" * 64))])
    assert text.count("~ field_") == 100
    assert text.count("error: problem") == 70
    assert drift_text([Drift(ACME, changed=(change,))]).count("field_") == 100


def routing_plan(criteria: list[dict[str, str]], action: Action = Action.CREATE) -> TargetPlan:
    spec = {"catch_all": "the default repo", "routing_criteria": criteria}
    before, after = (None, spec) if action is Action.CREATE else (spec, None)
    change = Change(action, ResourceKey("RoutingPolicy", "windows"), before, after, (), (), (), None, "")
    return TargetPlan(ACME, (change,), digest="0" * 64)


@pytest.mark.parametrize("action", [Action.CREATE, Action.DELETE])
def test_every_criterion_has_a_numbered_line_without_its_defaults(action: Action) -> None:
    criteria = [{"type": "KeyPresent", "key": f"key {n}", "repo": "system", "drop": "store"} for n in range(30)]
    criteria[29] = {"type": "KeyPresentValueMatches", "key": "event_id", "value": "x" * 900, "drop": "discard"}
    lines = plan_text([GuardedTarget(routing_plan(criteria, action))]).splitlines()
    start = lines.index("      routing_criteria:")
    assert lines[start - 1] == "      catch_all: the default repo"
    assert lines[start + 9] == "        9. type: KeyPresent, key: key 8, repo: system"
    assert lines[start + 30 :][:3] == [
        "        30. type: KeyPresentValueMatches, key: event_id,",
        f"            value: {'x' * 900},",
        "            drop: discard",
    ]


def test_lists_within_an_item_stand_below_it() -> None:
    spec = registry().kinds["EnrichmentPolicy"].example["spec"]
    change = Change(Action.CREATE, ResourceKey("EnrichmentPolicy", "ti"), None, spec, (), (), (), None, "")
    text = plan_text([GuardedTarget(TargetPlan(ACME, (change,), digest="0" * 64))])
    assert (
        """
      specifications:
        1. source: Threat_Intelligence
          criteria:
            1. type: KeyPresents, key: source_address
          rules:
            1. category: simple, source_key: ip_address, event_key: source_address
            2. category: type_based, source_key: domain, type: string, prefix: true
"""
        in text
    )


def test_at_80_columns_nothing_breaks_inside_a_value() -> None:
    words = "every word of this value stays beside the others"
    item = {"type": "KeyPresentValueMatches", "key": words, "value": f"{words}, {words}", "drop": "discard"}
    update = replace(
        likely_plan().changes[0],
        action=Action.UPDATE,
        key=ResourceKey("Repo", f"the name: {words}"[:70]),
        fields=(FieldChange(f"routing_criteria[3 {words}].value", words, f"{words} {words}"),),
        risks=(Risk("x", f'a risk with a value of its own, which is "{words}", and some more'),),
        source=Position(f"clients/{words}.yaml", 3),
    )
    plan = routing_plan([item])
    text = plan_text([GuardedTarget(replace(plan, changes=(*plan.changes, update)))], 80)
    assert text.count("\n") > 10
    for value in (words, f'"{words}, {words}"', f"{words} {words}", f"[3 {words}].value", f"clients/{words}.yaml:3"):
        assert value in text, "on one row"


def test_above_the_question_stand_every_risk_and_the_totals() -> None:
    console = screen(200)
    print_before_question(console, [*alike("one", "two"), GuardedTarget(likely_plan())], 1)
    lines = shown(console).splitlines()
    risks = [risk.message for change in likely_plan().changes for risk in change.risks]
    assert len(risks) == len(lines) - 1
    assert all(any(message in line for line in lines[:-1]) for message in risks)
    assert all(line.startswith("risk: ") and " on 3 targets: " in line for line in lines[:-1])
    assert lines[-1] == (
        f"9 to create, 6 to update, 6 to delete on all 3 targets, {3 * len(risks)} risks. "
        "1 more target cannot be applied, see above."
    )


def test_a_terminal_gets_colour() -> None:
    console = screen(colour=True)
    print_plan(console, likely_targets())
    assert "\x1b[31m- Repo" in shown(console)


def test_a_terminal_that_wants_no_colour_gets_no_escape_code_of_any_kind() -> None:
    console = screen(no_color=True)
    print_plan(console, likely_targets())
    print_report(console, likely_reports(), likely_targets())
    print_drift(console, likely_drifts())
    assert "\x1b" not in shown(console)


def test_colour_changes_nothing_but_colour() -> None:
    plain, coloured = screen(), screen(colour=True)
    for console in (plain, coloured):
        print_plan(console, likely_targets())
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown(coloured)) == shown(plain)


def test_a_stream_that_cannot_say_a_character_gets_its_escape() -> None:
    class Ascii(type(screen().file)):  # type: ignore[misc]
        encoding = "ascii"

    console = screen()
    console.file = Ascii()
    print_plan(console, [GuardedTarget(hostile_plan("é漢"))])
    assert r"\xe9\u6f22" in shown(console)
    assert shown(console).isascii()


def test_every_change_stands_in_the_plan_exactly_once() -> None:
    text = plan_text([GuardedTarget(likely_plan())])
    for change in likely_plan().changes:
        assert text.count(f"\n  {_mark(change)} {change.key}") == 1


def _mark(change: Change) -> str:
    return {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-"}[change.action]
