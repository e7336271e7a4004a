"""What becomes of an event."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest
from hypothesis import given
from tests.unit.pipeline.invented import events, specs

from lpcac.core.json_values import Json
from lpcac.pipeline.event_end import Pipeline
from lpcac.pipeline.events import End, Entry, EventEnd, Step, Tier
from lpcac.simulator.event_destination import EventDestination, event_destination
from lpcac.simulator.world import Identifiers, Logpoint

REPO = {"paths": [{"path": "/hot", "retention_days": 90}, {"path": "/cold", "retention_days": 275}]}
WINDOWS = Entry("ProcessingPolicy", "windows")


def value_of(key: str, value: str, **more: str) -> Json:
    return {"type": "KeyPresentValueMatches", "key": key, "value": value, "drop": "store", **more}


def presence_of(key: str, **more: str) -> Json:
    return {"type": "KeyPresent", "key": key, "drop": "store", **more}


def pipeline(*criteria: Json, catch_all: str = "system", **repos: Json) -> Pipeline:
    return Pipeline(
        {
            ("ProcessingPolicy", "windows"): {"routing_policy": "rules"},
            ("RoutingPolicy", "rules"): {"catch_all": catch_all, "routing_criteria": list(criteria)},
            ("Repo", "system"): REPO,
            **{("Repo", name): spec for name, spec in repos.items()},
        }
    )


def test_the_first_criterion_that_matches_decides() -> None:
    rules = pipeline(value_of("id", "1", drop="discard"), presence_of("id", repo="system"))

    dropped, stored = rules.end_of(WINDOWS, {"id": "1"}), rules.end_of(WINDOWS, {"id": "2"})

    assert (dropped.end, dropped.criterion, dropped.days) == (End.DROPPED, 0, 0)
    assert (stored.end, stored.criterion, stored.days) == (End.STORED, 1, 365)


def test_what_matches_nothing_ends_in_the_catch_all() -> None:
    event_end = pipeline(presence_of("id", repo="other")).end_of(WINDOWS, {"name": "x"})

    assert event_end == EventEnd(
        End.STORED,
        (Step(*WINDOWS), Step("RoutingPolicy", "rules", "/spec/catch_all"), Step("Repo", "system")),
        None,
        "system",
        (Tier("/hot", 90), Tier("/cold", 275)),
    )


def test_the_way_names_the_criterion_by_its_place_in_the_document() -> None:
    event_end = pipeline(presence_of("a", repo="system"), presence_of("id", repo="system")).end_of(WINDOWS, {"id": ""})

    assert event_end.decided_by == Step("RoutingPolicy", "rules", "/spec/routing_criteria/1")


@pytest.mark.parametrize("value", ["Debug", "debug ", "", "debu"])
def test_a_value_matches_exactly_and_case_counts(value: str) -> None:
    rules = pipeline(value_of("severity", "debug", drop="discard"))

    assert rules.end_of(WINDOWS, {"severity": "debug"}).end is End.DROPPED
    assert rules.end_of(WINDOWS, {"severity": value}).end is End.STORED


@pytest.mark.parametrize("event", [{"severity": "Debug"}, {"Severity": "debug"}])
def test_a_criterion_missed_by_case_alone_is_told(event: Mapping[str, str]) -> None:
    rules = pipeline(presence_of("id", repo="system"), value_of("severity", "debug", drop="discard"))

    assert rules.end_of(WINDOWS, event).doubts == (1,)
    assert rules.end_of(WINDOWS, {"severity": "other"}).doubts == ()


def test_a_whole_number_is_compared_as_it_is_written() -> None:
    rules = pipeline(value_of("id", "4688", drop="discard"))

    assert rules.end_of(WINDOWS, {"id": 4688}).end is End.DROPPED


@pytest.mark.parametrize("value", [None, True, ["4688"], {"x": 1}, 4688.0])
def test_a_decision_that_hangs_on_a_value_that_is_no_text_is_unknown(value: object) -> None:
    rules = pipeline(value_of("id", "4688", drop="discard"))

    assert rules.end_of(WINDOWS, {"id": value}).end is End.UNKNOWN


def test_a_value_that_is_no_text_is_enough_where_presence_is_asked_for() -> None:
    rules = pipeline(presence_of("labels", drop="discard"), value_of("labels", "x", repo="system"))

    assert rules.end_of(WINDOWS, {"labels": ["x"]}).end is End.DROPPED


def test_an_earlier_criterion_decides_whatever_a_later_one_cannot_compare() -> None:
    rules = pipeline(value_of("id", "1", drop="discard"), value_of("labels", "x", repo="system"))

    assert rules.end_of(WINDOWS, {"labels": None, "id": "1"}).end is End.DROPPED


def test_dropping_the_raw_message_keeps_the_event() -> None:
    event_end = pipeline(presence_of("id", drop="discard_raw", repo="system")).end_of(WINDOWS, {"id": "1"})

    assert (event_end.end, event_end.days, event_end.keeps_raw) == (End.STORED, 365, False)


@pytest.mark.parametrize("drop", ["store", "discard_raw"])
@pytest.mark.parametrize("repo", ["", None])
def test_storing_without_a_repo_is_unknown(drop: str, repo: str | None) -> None:
    criterion = presence_of("id", drop=drop) | ({} if repo is None else {"repo": repo})

    event_end = pipeline(criterion).end_of(WINDOWS, {"id": "1"})

    assert (event_end.end, event_end.criterion, event_end.days) == (End.UNKNOWN, 0, None)
    assert event_end.reason == "criterion 1 of routing policy rules names no repo"


def test_a_repo_that_is_not_known_keeps_for_an_unknown_time() -> None:
    event_end = pipeline(catch_all="elsewhere").end_of(WINDOWS, {})

    assert (event_end.end, event_end.repo, event_end.tiers, event_end.days) == (End.STORED, "elsewhere", None, None)


@pytest.mark.parametrize(
    ("specs", "reason"),
    [
        ({}, "there is no processing policy windows"),
        ({("ProcessingPolicy", "windows"): {}}, "processing policy windows has no routing policy"),
        (
            {("ProcessingPolicy", "windows"): {"normalization_policy": "x"}},
            "processing policy windows has no routing policy",
        ),
        ({("ProcessingPolicy", "windows"): {"routing_policy": "rules"}}, "routing policy rules is not known"),
    ],
)
def test_a_way_that_leads_nowhere_is_unknown(specs: Mapping[tuple[str, str], Json], reason: str) -> None:
    event_end = Pipeline(specs).end_of(WINDOWS, {"id": "1"})

    assert (event_end.end, event_end.days, event_end.reason) == (End.UNKNOWN, None, reason)


def logpoint_with(objects: Mapping[tuple[str, str], Json]) -> Logpoint:
    """Return a simulated logpoint that holds the objects, each in the form in which the API keeps it."""
    logpoint = Logpoint("lp", "1", threading.RLock(), Identifiers(0))
    ids = {}
    for (kind, name), spec in objects.items():
        if kind == "Repo":
            tiers = [{"path": tier["path"], "retention": tier["retention_days"]} for tier in spec["paths"]]
            logpoint.create(kind, {"name": name, "repopath": tiers, "repoha": []})
        elif kind == "RoutingPolicy":
            criteria = [{"value": "", "repo": "", **each} for each in spec["routing_criteria"]]
            wire = {"policy_name": name, "catch_all": spec["catch_all"], "routing_criteria": criteria}
            ids[name] = logpoint.create(kind, wire)
    for name in ("one", "two"):
        routing = ids.get(objects["ProcessingPolicy", name].get("routing_policy"), "None")
        policy = {"policy_name": name, "routing_policy": routing, "norm_policy": "None", "enrich_policy": "None"}
        logpoint.create("ProcessingPolicy", policy)
    return logpoint


@given(specs(), events)
def test_the_evaluation_equals_the_simulators_end_of_the_same_event(
    objects: dict[tuple[str, str], Json], event: dict[str, str]
) -> None:
    logpoint = logpoint_with(objects)
    for name in ("one", "two"):
        ours = Pipeline(objects).end_of(Entry("ProcessingPolicy", name), event)
        theirs = event_destination(logpoint, name, event)

        assert theirs == EventDestination(
            is_dropped=ours.end is End.DROPPED,
            repo=ours.repo,
            days=ours.days,
            has_raw_message=ours.keeps_raw,
            rule=None if ours.decided_by is None else 0 if ours.criterion is None else ours.criterion + 1,
        )
