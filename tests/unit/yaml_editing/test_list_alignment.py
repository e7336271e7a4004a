"""Which items of two lists belong together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lpcac.yaml_editing.list_alignment import aligned, mostly_same, moved, same

items = st.integers(0, 3) | st.booleans() | st.dictionaries(st.sampled_from("abc"), st.integers(0, 1), max_size=3)


@given(st.lists(items, max_size=7), st.lists(items, max_size=7))
def test_every_item_of_both_lists_is_there_once_and_no_two_pairs_cross(old: list[object], new: list[object]) -> None:
    pairs = aligned(old, new, mostly_same)
    assert [i for i, _ in pairs if i is not None] == list(range(len(old)))
    assert [j for _, j in pairs if j is not None] == list(range(len(new)))


@given(st.lists(items, max_size=7))
def test_a_list_is_aligned_with_itself_item_by_item(items_: list[object]) -> None:
    assert aligned(items_, items_, mostly_same) == [(i, i) for i in range(len(items_))]


def test_equal_items_pair_before_those_that_are_merely_alike() -> None:
    old, new = [{"a": 1, "b": 1}, {"a": 1, "b": 2}], [{"a": 1, "b": 2}]
    assert aligned(old, new, mostly_same) == [(0, None), (1, 0)]


def test_an_item_that_moved_is_no_other_items_edit() -> None:
    old = [{"a": n, "b": 1, "c": 1} for n in range(3)]
    new = [old[2], old[0], old[1], {"a": 7}, {"a": 7}]
    pairs = aligned(old, new, mostly_same)
    assert pairs == [(None, 0), (0, 1), (1, 2), (2, None), (None, 3), (None, 4)]
    assert moved(old, new, pairs) == {0: 2}


def test_long_lists_without_anything_in_common_cost_little() -> None:
    old, new = [{"a": n} for n in range(3000)], [{"b": n} for n in range(3000)]
    pairs = aligned(old, new, mostly_same)
    assert len(pairs) == 6000
    assert moved(old, new, pairs) == {}


def test_a_number_is_not_the_same_as_a_boolean_or_a_fraction() -> None:
    assert not same(1, True)
    assert not same([{"a": 1}], [{"a": 1.0}])
    assert same([{"a": 1, "b": None}], [{"b": None, "a": 1}])
