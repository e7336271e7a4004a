"""What a field-level comparison shows."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lpcac.core.digests import canonical_bytes
from lpcac.core.json_values import Json
from lpcac.models import registry
from lpcac.planning.diff.field_diff import field_changes

SHAPES = registry().shapes


def _criterion(key: str, value: str, repo: str = "system", drop: str = "store") -> Json:
    return {"type": "KeyPresentValueMatches", "key": key, "value": value, "repo": repo, "drop": drop}


def _routing(*criteria: Json, catch_all: str = "system") -> Json:
    return {"catch_all": catch_all, "routing_criteria": list(criteria)}


def _changes(kind: str, before: Json, after: Json) -> list[tuple[str, Any, Any]]:
    return [(change.path, change.before, change.after) for change in field_changes(before, after, SHAPES[kind])]


def test_a_changed_retention_names_the_tier_by_position_and_path() -> None:
    before = {"paths": [{"path": "/hot", "retention_days": 90}, {"path": "/cold", "retention_days": 275}]}
    after = {"paths": [{"path": "/hot", "retention_days": 90}, {"path": "/cold", "retention_days": 30}]}
    assert _changes("Repo", before, after) == [("paths[2 /cold].retention_days", 275, 30)]


def test_an_inserted_criterion_is_one_change_and_not_a_change_of_all_behind_it() -> None:
    first, second, new = _criterion("a", "1"), _criterion("b", "2"), _criterion("c", "3")
    assert _changes("RoutingPolicy", _routing(first, second), _routing(new, first, second)) == [
        ("routing_criteria[1 c=3]", None, new)
    ]


def test_a_removed_criterion_is_shown_with_its_old_position() -> None:
    first, second = _criterion("a", "1"), _criterion("b", "2")
    assert _changes("RoutingPolicy", _routing(first, second), _routing(second)) == [
        ("routing_criteria[1 a=1]", first, None)
    ]


def test_a_swap_of_criteria_is_a_change_of_their_order() -> None:
    first, second = _criterion("a", "1"), _criterion("b", "2")
    assert _changes("RoutingPolicy", _routing(first, second), _routing(second, first)) == [
        ("routing_criteria (order)", ["a=1", "b=2"], ["b=2", "a=1"])
    ]


def test_criteria_that_look_for_the_same_are_told_apart_by_their_occurrence() -> None:
    first, second = _criterion("a", "1", repo="x"), _criterion("a", "1", repo="y")
    changed = _criterion("a", "1", repo="z")
    assert _changes("RoutingPolicy", _routing(first, second), _routing(first, changed)) == [
        ("routing_criteria[2 a=1].repo", "y", "z")
    ]


def test_lists_without_order_show_what_came_and_went() -> None:
    before = {"normalization_packages": ["LP_Linux", "LP_Windows"]}
    after = {"normalization_packages": ["LP_Windows", "LP_Zeek"], "compiled_normalizers": ["CEF"]}
    assert _changes("NormalizationPolicy", before, after) == [
        ("normalization_packages[LP_Linux]", "LP_Linux", None),
        ("normalization_packages[LP_Zeek]", None, "LP_Zeek"),
        ("compiled_normalizers[CEF]", None, "CEF"),
    ]


def test_fields_that_no_model_declares_are_compared_as_well() -> None:
    assert _changes("ProcessingPolicy", {"odd": [1]}, {"odd": [2]}) == [("odd", [1], [2])]


_criteria = st.builds(_criterion, st.sampled_from("abc"), st.sampled_from("12"), st.sampled_from("xy"))
_routings = st.builds(
    lambda criteria, repo: _routing(*criteria, catch_all=repo), st.lists(_criteria), st.sampled_from("xy")
)


@given(_routings, _routings)
def test_a_comparison_is_empty_exactly_when_the_specs_are_equal(before: Json, after: Json) -> None:
    is_equal = canonical_bytes(before) == canonical_bytes(after)
    assert (field_changes(before, after, SHAPES["RoutingPolicy"]) == ()) is is_equal


def test_twins_that_change_places_are_told_apart_by_where_they_were() -> None:
    first, second = _criterion("a", "1", repo="x"), _criterion("a", "1", repo="y")
    assert _changes("RoutingPolicy", _routing(first, second), _routing(second, first)) == [
        ("routing_criteria (order)", ["a=1 (item 1)", "a=1 (item 2)"], ["a=1 (item 2)", "a=1 (item 1)"])
    ]


def test_a_value_that_means_nothing_is_no_part_of_a_criterions_identity() -> None:
    present = {"type": "KeyPresent", "key": "a", "repo": "x", "drop": "store"}
    assert _changes("RoutingPolicy", _routing({**present, "value": "v"}), _routing(present)) == [
        ("routing_criteria[1 a].value", "v", None)
    ]
