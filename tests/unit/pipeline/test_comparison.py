"""Which events a change of the pipeline makes end elsewhere."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from tests.unit.pipeline.invented import events, pipelines

from lpcac.core.json_values import Json
from lpcac.pipeline.comparison import Moved, is_elsewhere, is_shortened, moved_events
from lpcac.pipeline.event_end import Pipeline
from lpcac.pipeline.events import End, Entry, Event, EventEnd, Tier
from lpcac.pipeline.generated import ANY_VALUE, words_for

WINDOWS = Entry("ProcessingPolicy", "windows")
KEPT = EventEnd(End.STORED, (), repo="system", tiers=(Tier("/hot", 365),))
BRIEF = EventEnd(End.STORED, (), repo="tmp", tiers=(Tier("/hot", 1),))
ELSEWHERE = EventEnd(End.STORED, (), repo="external")
DROPPED = EventEnd(End.DROPPED, (), keeps_raw=False)
UNKNOWN = EventEnd(End.UNKNOWN, (), reason="nobody knows")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (KEPT, BRIEF),
        (KEPT, DROPPED),
        (KEPT, UNKNOWN),
        (KEPT, ELSEWHERE),
        (KEPT, replace(KEPT, keeps_raw=False)),
        (ELSEWHERE, KEPT),
        (UNKNOWN, DROPPED),
        (UNKNOWN, BRIEF),
    ],
)
def test_what_is_kept_for_less_time_or_may_be_is_shortened(before: EventEnd, after: EventEnd) -> None:
    assert is_shortened(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (KEPT, KEPT),
        (BRIEF, KEPT),
        (DROPPED, KEPT),
        (DROPPED, UNKNOWN),
        (UNKNOWN, replace(UNKNOWN, reason="still not")),
        (replace(KEPT, keeps_raw=False), KEPT),
        (replace(KEPT, repo="other"), KEPT),
        (ELSEWHERE, replace(ELSEWHERE, tiers=(Tier("/hot", 1),))),
    ],
)
def test_what_is_kept_as_long_is_not_shortened(before: EventEnd, after: EventEnd) -> None:
    assert not is_shortened(before, after)


@given(pipelines, pipelines, events)
def test_every_event_that_ends_otherwise_is_met_by_a_smaller_one(
    before: Pipeline, after: Pipeline, event: Event
) -> None:
    for entry in (Entry("ProcessingPolicy", "one"), Entry("ProcessingPolicy", "two")):
        was, now = before.end_of(entry, event), after.end_of(entry, event)
        told = [each for each in moved_events(before, after) if each.entry == entry]
        if is_elsewhere(was, now):
            assert any(_ends(each) == _ends(Moved(entry, event, was, now)) for each in told)
        if is_shortened(was, now):
            assert any(each.is_shortened for each in told)


@given(pipelines, pipelines)
def test_each_event_that_is_told_ends_as_it_says(before: Pipeline, after: Pipeline) -> None:
    for moved in moved_events(before, after):
        assert replace(before.end_of(moved.entry, moved.event), doubts=()) == moved.before
        assert replace(after.end_of(moved.entry, moved.event), doubts=()) == moved.after
        assert is_elsewhere(moved.before, moved.after)


@given(pipelines)
def test_nothing_moves_where_nothing_changes(same: Pipeline) -> None:
    assert list(moved_events(same, Pipeline(dict(same.specs)))) == []


def test_the_smallest_events_are_told_and_no_larger_ones_with_the_same_end() -> None:
    store: Json = {"type": "KeyPresent", "key": "a", "repo": "system", "drop": "store"}
    other: Json = {"type": "KeyPresent", "key": "b", "repo": "system", "drop": "store"}
    before, after = _pipeline(store, other, catch_all="system"), _pipeline(store, other, catch_all="tmp")

    (moved,) = moved_events(before, after)

    assert (moved.entry, moved.event) == (WINDOWS, {})


def test_a_routing_policy_that_no_processing_policy_uses_is_an_entry_of_its_own() -> None:
    before = {("RoutingPolicy", "alone"): {"catch_all": "system", "routing_criteria": []}}
    after = {("RoutingPolicy", "alone"): {"catch_all": "tmp", "routing_criteria": []}}

    assert [moved.entry for moved in moved_events(Pipeline(before), Pipeline(after))] == [
        Entry("RoutingPolicy", "alone")
    ]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({}, "that match nothing"),
        ({"severity": "debug"}, "with severity=debug"),
        ({"severity": ANY_VALUE, "id": "1"}, "with severity and id=1"),
    ],
)
def test_a_made_up_event_is_told_in_words(event: Event, words: str) -> None:
    assert words_for(event) == words


def _ends(moved: Moved) -> tuple[object, ...]:
    return tuple((each.end, each.repo, each.days, each.keeps_raw) for each in (moved.before, moved.after))


def _pipeline(*criteria: Json, catch_all: str) -> Pipeline:
    return Pipeline(
        {
            ("ProcessingPolicy", "windows"): {"routing_policy": "rules"},
            ("RoutingPolicy", "rules"): {"catch_all": catch_all, "routing_criteria": list(criteria)},
            ("Repo", "system"): {"paths": [{"path": "/hot", "retention_days": 365}]},
            ("Repo", "tmp"): {"paths": [{"path": "/hot", "retention_days": 1}]},
        }
    )


def test_thousands_of_criteria_hide_no_shortening_and_take_no_time() -> None:
    many: list[Json] = [_value("noise", str(number), "system") for number in range(9_000)]
    one, two = _value("a", "1", "system"), _value("b", "1", "tmp")
    before, after = _pipeline(one, two, *many, catch_all="system"), _pipeline(two, one, *many, catch_all="system")
    started = time.process_time()

    told = list(moved_events(before, after))

    assert [(moved.event, moved.is_shortened) for moved in told if moved.is_shortened] == [(None, True)]
    assert time.process_time() - started < 5


def _value(key: str, value: str, repo: str) -> Json:
    return {"type": "KeyPresentValueMatches", "key": key, "value": value, "repo": repo, "drop": "store"}
