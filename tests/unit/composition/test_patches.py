"""Patches: the laws of merging, and every value's place through merges."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpcac.composition.patches import is_drop, is_patch, merged, patched, removals_of_unknown_keys
from lpcac.documents.document import Document
from lpcac.documents.reader import read_documents
from lpcac.models import registry

KEYS = st.sampled_from("abcd")
SCALARS = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "x", "y"])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))
MAPS = st.dictionaries(KEYS, VALUES, max_size=4)


def reversed_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


@given(MAPS, MAPS)
def test_a_patch_applied_twice_is_the_patch_applied_once(below: dict[str, Any], patch: dict[str, Any]) -> None:
    once = merged(below, patch)
    assert merged(once, patch) == once


@given(MAPS)
def test_an_empty_patch_changes_nothing(below: dict[str, Any]) -> None:
    assert merged(below, {}) == below


@given(MAPS, MAPS)
def test_the_order_of_keys_never_matters(below: dict[str, Any], patch: dict[str, Any]) -> None:
    assert merged(reversed_keys(below), reversed_keys(patch)) == reversed_keys(merged(below, patch))


@given(MAPS, st.dictionaries(st.sampled_from("ab"), VALUES), st.dictionaries(st.sampled_from("cd"), VALUES))
def test_patches_for_different_keys_commute(below: dict[str, Any], one: dict[str, Any], other: dict[str, Any]) -> None:
    assert merged(merged(below, one), other) == merged(merged(below, other), one) == merged(below, one | other)


@given(MAPS, MAPS)
def test_merging_changes_neither_the_value_below_nor_the_patch(below: dict[str, Any], patch: dict[str, Any]) -> None:
    was = repr((below, patch))
    merged(below, patch)
    assert repr((below, patch)) == was


@given(MAPS, MAPS)
def test_no_null_of_a_patch_is_left_outside_of_lists(below: dict[str, Any], patch: dict[str, Any]) -> None:
    def nulls(value: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
        if not isinstance(value, dict):
            return {path} if value is None else set()
        return {found for key, inner in value.items() for found in nulls(inner, (*path, key))}

    assert nulls(merged(below, patch)) <= nulls(below)


@pytest.mark.parametrize(
    ("below", "patch", "expected"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": [1, 2]}, {"a": []}, {"a": []}),
        ({"a": [{"b": 1}]}, {"a": [{"c": None}]}, {"a": [{"c": None}]}),
        ({"a": 1}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": 1}, {"a": 1}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": 1}, {"b": None}, {"a": 1}),
        ({}, {"a": {"b": None}}, {"a": {}}),
        ({"a": 1}, {"a": False}, {"a": False}),
        ({"a": 1}, {"a": ""}, {"a": ""}),
    ],
)
def test_maps_merge_the_rest_replaces_and_null_removes(below: Any, patch: Any, expected: Any) -> None:
    assert merged(below, patch) == expected


BASE = """\
apiVersion: logpoint-cac/v1
kind: ProcessingPolicy
metadata:
  name: windows
  description: standard
  labels: {team: soc, tier: one}
spec:
  routing_policy: windows
  normalization_policy: windows
"""
PATCH = """\
apiVersion: logpoint-cac/v1
kind: ProcessingPolicy
metadata:
  name: windows
  labels:
    tier: two
  patch: true
spec:
  normalization_policy: null
  enrichment_policy: facts
"""


def document(text: str, file: str) -> Document:
    (read,), findings = read_documents(text.encode(), file)
    assert findings == []
    return read


def both() -> Document:
    return patched(document(BASE, "base.yaml"), document(PATCH, "patch.yaml"))


def test_the_merged_document_is_the_bases_with_the_patch_and_carries_no_mark() -> None:
    assert both().value == {
        "apiVersion": "logpoint-cac/v1",
        "kind": "ProcessingPolicy",
        "metadata": {"name": "windows", "description": "standard", "labels": {"team": "soc", "tier": "two"}},
        "spec": {"routing_policy": "windows", "enrichment_policy": "facts"},
    }


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("", "base.yaml:1:1"),
        ("/metadata/name", "base.yaml:4:9"),
        ("/metadata/description", "base.yaml:5:16"),
        ("/metadata/labels", "base.yaml:6:11"),
        ("/metadata/labels/team", "base.yaml:6:18"),
        ("/metadata/labels/tier", "patch.yaml:6:11"),
        ("/spec", "base.yaml:8:3"),
        ("/spec/routing_policy", "base.yaml:8:19"),
        ("/spec/normalization_policy", "patch.yaml:9:25"),
        ("/spec/enrichment_policy", "patch.yaml:10:22"),
        ("/spec/unheard", "base.yaml:8:3"),
        ("/spec/enrichment_policy/below", "patch.yaml:10:22"),
    ],
)
def test_every_value_stands_where_it_was_written_and_a_removed_one_where_it_was_removed(
    pointer: str, place: str
) -> None:
    assert str(both().places.value_at(pointer)) == place


def test_keys_and_typed_text_come_from_the_same_document_as_the_value() -> None:
    places = both().places
    assert str(places.key_at("/spec/enrichment_policy")) == "patch.yaml:10:3"
    assert str(places.key_at("/spec/routing_policy")) == "base.yaml:8:3"
    assert (places.text_at("/metadata/labels/tier"), places.text_at("/metadata/labels/team")) == ("two", "soc")


def test_what_a_map_that_only_the_patch_has_lacks_stands_in_the_patch() -> None:
    without = BASE.replace("  labels: {team: soc, tier: one}\n", "")
    merged_document = patched(document(without, "base.yaml"), document(PATCH, "patch.yaml"))
    assert str(merged_document.places.value_at("/metadata/labels/absent")) == "patch.yaml:6:5"
    assert str(merged_document.places.value_at("/metadata/labels")) == "patch.yaml:6:5"


def test_a_second_patch_is_heard_before_the_first() -> None:
    last = document(PATCH.replace("facts", "others"), "last.yaml")
    found = patched(both(), last)
    assert found.value["spec"]["enrichment_policy"] == "others"
    assert str(found.places.value_at("/spec/enrichment_policy")) == "last.yaml:10:22"
    assert str(found.places.value_at("/spec/routing_policy")) == "base.yaml:8:19"


def test_only_what_the_patch_makes_different_counts_as_patched() -> None:
    assert both().patched == ("/metadata/labels/tier", "/spec/normalization_policy", "/spec/enrichment_policy")
    same = PATCH.replace("tier: two", "tier: one").replace("  normalization_policy: null\n", "")
    assert patched(document(BASE, "b"), document(same, "p")).patched == ("/spec/enrichment_policy",)


def test_a_value_of_another_type_counts_as_patched_although_python_calls_them_equal() -> None:
    head = "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: r%s}\nspec: {value: %s}\n"
    found = patched(document(head % ("", 1), "b"), document(head % (", patch: true", "true"), "p"))
    assert found.patched == ("/spec/value",)


def test_a_patch_and_what_it_drops_are_told_by_their_marks() -> None:
    assert is_patch(document(PATCH, "p").value)
    assert not is_drop(document(PATCH, "p"))
    assert is_drop(document("kind: Repo\nmetadata: {name: a, patch: true}\nspec: null\n", "p"))
    assert not is_drop(document("kind: Repo\nmetadata: {name: a, patch: true}\n", "p"))
    assert not any(is_patch(value) for value in (None, [], {}, {"metadata": None}, {"metadata": {"patch": 1}}))


def test_removing_a_key_that_no_document_of_the_kind_has_is_vain() -> None:
    shape = registry().shapes["ProcessingPolicy"]

    def vain(old: str, new: str) -> list[tuple[str, str]]:
        return [found[:2] for found in removals_of_unknown_keys(document(PATCH.replace(old, new), "p"), shape)]

    assert vain("", "") == []
    assert vain("normalization_policy", "normalisation_policy") == [
        ("/spec/normalisation_policy", "normalisation_policy")
    ]
    assert vain("  patch: true", "  patch: true\n  descripton: null") == [("/metadata/descripton", "descripton")]
    assert vain("spec:", "sepc: null\nspec:") == [("/sepc", "sepc")]
    assert vain("tier: two", "unheard: null") == []
