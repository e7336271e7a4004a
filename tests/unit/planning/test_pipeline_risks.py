"""Whatever a plan does to the pipeline, events that are kept for a shorter time are told."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from tests.unit.pipeline.invented import events, specs

from lpcac.core.findings import Position
from lpcac.core.json_values import Json
from lpcac.core.resources import Desired, Live, LiveObject, Ownership, Resource, ResourceKey, Target
from lpcac.models import registry
from lpcac.pipeline.comparison import is_shortened
from lpcac.pipeline.event_end import Pipeline
from lpcac.pipeline.events import Entry, Event
from lpcac.planning.plan import TargetPlan
from lpcac.planning.planner import plan_target

TARGET = Target("acme", "pool-acme", "lp-01", "0" * 32, "1" * 32)
Specs = Mapping[tuple[str, str], Json]

DEBUG: Json = {"type": "KeyPresentValueMatches", "key": "severity", "value": "debug", "drop": "store"}
ALERT: Json = {"type": "KeyPresent", "key": "alert", "drop": "store"}


def repo(days: int) -> Json:
    return {"paths": [{"path": "/hot", "retention_days": days}]}


def routing(catch_all: str, *criteria: Json) -> Json:
    return {"catch_all": catch_all, "routing_criteria": list(criteria)}


LIVE: Specs = {
    ("Repo", "system"): repo(365),
    ("Repo", "brief"): repo(30),
    ("RoutingPolicy", "windows"): routing("system", DEBUG | {"repo": "brief"}, ALERT | {"repo": "system"}),
    ("ProcessingPolicy", "windows"): {"routing_policy": "windows"},
}


def planned(before: Specs, after: Specs, *, owned: bool = True) -> TargetPlan:
    resources = {
        ResourceKey(*key): Resource(ResourceKey(*key), spec, Position("x.yaml", line))
        for line, (key, spec) in enumerate(after.items(), 1)
    }
    objects = {
        ResourceKey(*key): LiveObject(ResourceKey(*key), spec, f"id-{number}")
        for number, (key, spec) in enumerate(before.items())
    }
    normalizers = {name: name for name in ("Windows", "Sysmon", "New")}
    live = Live(objects, {"StoragePath": {"/hot": "/hot", "/cold": "/cold"}, "CompiledNormalizer": normalizers})
    return plan_target(registry(), TARGET, Desired(resources), live, Ownership(frozenset(objects if owned else ())))


def risks_of(changed: Specs, before: Specs = LIVE) -> dict[str, list[str]]:
    plan = planned(before, {**before, **changed})
    return {str(each.key): [risk.message for risk in each.risks] for each in plan.changes if each.risks}


def test_criteria_that_lead_to_a_new_repo_with_a_day_of_retention_are_a_risk() -> None:
    risks = risks_of(
        {
            ("Repo", "tmp"): repo(1),
            ("RoutingPolicy", "windows"): routing("system", DEBUG | {"repo": "tmp"}, ALERT | {"repo": "tmp"}),
        }
    )

    assert risks == {
        'RoutingPolicy "windows"': [
            "events of processing policy windows with severity=debug: kept 1 day in tmp, were 30 days in brief",
            "events of processing policy windows with alert: kept 1 day in tmp, were 365 days in system",
        ]
    }


def test_a_processing_policy_switched_to_a_policy_with_a_brief_catch_all_is_a_risk() -> None:
    risks = risks_of(
        {
            ("Repo", "tmp"): repo(1),
            ("RoutingPolicy", "other"): routing("tmp", DEBUG | {"repo": "brief"}),
            ("ProcessingPolicy", "windows"): {"routing_policy": "other"},
        }
    )

    assert risks == {
        'ProcessingPolicy "windows"': [
            "events of processing policy windows that match nothing: kept 1 day in tmp, were 365 days in system",
        ]
    }


def test_storing_criteria_that_are_removed_are_a_risk() -> None:
    before = {**LIVE, ("RoutingPolicy", "windows"): routing("brief", ALERT | {"repo": "system"})}

    assert risks_of({("RoutingPolicy", "windows"): routing("brief")}, before) == {
        'RoutingPolicy "windows"': [
            "events of processing policy windows with alert: kept 30 days in brief, were 365 days in system"
        ]
    }


def test_criteria_in_another_order_are_a_risk_where_both_match() -> None:
    both = [DEBUG | {"repo": "brief"}, ALERT | {"repo": "system"}]
    before = {**LIVE, ("RoutingPolicy", "windows"): routing("system", *reversed(both))}

    assert risks_of({("RoutingPolicy", "windows"): routing("system", *both)}, before) == {
        'RoutingPolicy "windows"': [
            (
                "events of processing policy windows with alert and severity=debug: "
                "kept 30 days in brief, were 365 days in system"
            )
        ]
    }


def test_an_end_that_nobody_knows_is_a_risk() -> None:
    after = {("ProcessingPolicy", "windows"): {"routing_policy": "_vendor"}}
    before = {**LIVE, ("RoutingPolicy", "_vendor"): {}}

    risks = risks_of(after, before)['ProcessingPolicy "windows"']

    assert risks[0].endswith(
        "where they end is not known (routing policy _vendor is not known), were 365 days in system"
    )


def test_a_deleted_processing_policy_is_a_risk_for_all_of_its_events() -> None:
    kept = {key: spec for key, spec in LIVE.items() if key[0] != "ProcessingPolicy"}

    changes = {str(change.key): change for change in planned(LIVE, kept).changes}

    lost = "where they end is not known (there is no processing policy windows), were"
    assert [risk.message for risk in changes['ProcessingPolicy "windows"'].risks] == [
        f"events of processing policy windows that match nothing: {lost} 365 days in system",
        f"events of processing policy windows with severity=debug: {lost} 30 days in brief",
    ]


def test_events_that_are_dropped_and_raw_messages_that_are_not_kept_are_risks() -> None:
    after = routing("system", DEBUG | {"drop": "discard"}, ALERT | {"repo": "system", "drop": "discard_raw"})

    (risks,) = risks_of({("RoutingPolicy", "windows"): after}).values()

    assert "events of processing policy windows with severity=debug: dropped, were 30 days in brief" in risks
    assert (
        "events of processing policy windows with alert: stored without the raw message: "
        "365 days in system, were 365 days in system" in risks
    )


def test_a_shorter_retention_is_told_once_and_by_the_repo() -> None:
    risks = risks_of({("Repo", "system"): repo(100)})

    assert list(risks) == ['Repo "system"']
    assert len(risks['Repo "system"']) == 1


def test_a_way_that_only_the_logpoint_knows_counts_too() -> None:
    plan = planned(LIVE, {("RoutingPolicy", "windows"): routing("brief")}, owned=False)

    [change] = plan.changes
    assert {risk.code for risk in change.risks} == {"catch-all-moved", "kept-shorter"}
    assert any("of processing policy windows" in risk.message for risk in change.risks)


def test_days_count_over_all_tiers_of_a_repo() -> None:
    tiered = {"paths": [{"path": "/hot", "retention_days": 5}, {"path": "/cold", "retention_days": 359}]}
    to_tiers = {("Repo", "tiered"): tiered, ("RoutingPolicy", "windows"): routing("tiered", ALERT | {"repo": "system"})}
    as_long = {"paths": [tiered["paths"][0], {"path": "/cold", "retention_days": 360}]}

    shorter, equal = risks_of(to_tiers), risks_of({**to_tiers, ("Repo", "tiered"): as_long})

    assert "kept 364 days in tiered, were 365 days in system" in " ".join(shorter['RoutingPolicy "windows"'])
    assert "365 days in system" not in " ".join(equal['RoutingPolicy "windows"'])


def test_many_criteria_with_the_same_ends_are_one_risk() -> None:
    stored = [{**DEBUG, "value": str(number), "repo": "system"} for number in range(10)]
    before = {**LIVE, ("RoutingPolicy", "windows"): routing("brief", *stored)}

    assert risks_of({("RoutingPolicy", "windows"): routing("brief")}, before) == {
        'RoutingPolicy "windows"': [
            (
                "events of processing policy windows with severity=0 or with severity=1 or with severity=2 or 7 more: "
                "kept 30 days in brief, were 365 days in system"
            )
        ]
    }


@pytest.mark.parametrize(
    "changed",
    [
        {("Repo", "system"): repo(400)},
        {("RoutingPolicy", "windows"): routing("system", DEBUG | {"repo": "system"}, ALERT | {"repo": "system"})},
        {("Repo", "new"): repo(1), ("RoutingPolicy", "new"): routing("new")},
    ],
)
def test_what_keeps_every_event_as_long_is_no_risk(changed: Specs) -> None:
    assert risks_of(changed) == {}


PARSED: Specs = {
    **LIVE,
    ("RoutingPolicy", "windows"): routing("brief", DEBUG | {"repo": "brief"}, ALERT | {"repo": "system"}),
    ("ProcessingPolicy", "windows"): {
        "routing_policy": "windows",
        "normalization_policy": "win",
        "enrichment_policy": "threats",
    },
    ("NormalizationPolicy", "win"): {"compiled_normalizers": ["Windows", "Sysmon"]},
    ("NormalizationPolicy", "less"): {"compiled_normalizers": ["Windows"]},
    ("EnrichmentPolicy", "threats"): {"specifications": [{"source": "intel", "rules": [], "criteria": []}]},
}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {
                ("ProcessingPolicy", "windows"): {
                    **PARSED["ProcessingPolicy", "windows"],
                    "normalization_policy": "less",
                }
            },
            'ProcessingPolicy "windows": normalization policy win',
        ),
        (
            {("ProcessingPolicy", "windows"): {"routing_policy": "windows", "normalization_policy": "win"}},
            'ProcessingPolicy "windows": enrichment policy threats',
        ),
        (
            {("NormalizationPolicy", "win"): {"compiled_normalizers": ["Windows"]}},
            'NormalizationPolicy "win": normalization policy win',
        ),
    ],
)
def test_fields_that_events_may_lose_are_a_risk_where_criteria_keep_them_longer(changed: Specs, told: str) -> None:
    [(key, [message])] = risks_of(changed, PARSED).items()

    assert f"{key}: {message}".startswith(told)
    assert "those that criterion 2 misses may be kept 30 days in brief, were 365 days in system" in message


@pytest.mark.parametrize("catch_all", ["system", "brief"])
def test_more_fields_and_fields_that_no_criterion_needs_are_no_risk(catch_all: str) -> None:
    flat = {**PARSED, ("RoutingPolicy", "windows"): routing(catch_all)}

    assert (
        risks_of({("NormalizationPolicy", "win"): {"compiled_normalizers": ["Windows", "Sysmon", "New"]}}, PARSED) == {}
    )
    assert risks_of({("NormalizationPolicy", "win"): {"compiled_normalizers": ["New"]}}, flat) == {}


@settings(max_examples=60)
@given(specs(), specs(), events)
def test_no_event_is_kept_for_a_shorter_time_without_a_risk(before: Specs, after: Specs, event: Event) -> None:
    plan = planned(before, after)
    for name in ("one", "two"):
        entry = Entry("ProcessingPolicy", name)
        if is_shortened(Pipeline(before).end_of(entry, event), Pipeline(after).end_of(entry, event)):
            assert any(change.risks for change in plan.changes)
