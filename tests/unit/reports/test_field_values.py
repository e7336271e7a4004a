"""Field values as short text."""

from typing import Any

import pytest
from hypothesis import given, settings
from tests.unit.reports.sample_plans import texts, values

from lpcac.planning.plan import FieldChange
from lpcac.reports.field_values import UNBROKEN, before_and_after, is_in_path, path_text, value_text, with_spaces


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (90, "90"),
        ("90", '"90"'),
        (True, "true"),
        ("true", '"true"'),
        (None, "null"),
        ("null", '"null"'),
        ("", '""'),
        (" x", '" x"'),
        ("system", "system"),
        ("/data_hot", "/data_hot"),
        ("192.0.2.17", "192.0.2.17"),
        ("Threat Intelligence", "Threat Intelligence"),
        ("a, b", '"a, b"'),
        ("-", '"-"'),
        ("a\nb", r'"a\nb"'),
        ([], "[]"),
        ({}, "{}"),
        (["a", 1], "[a, 1]"),
        ({"path": "/data_hot", "retention_days": 90}, "path: /data_hot, retention_days: 90"),
        ([{"ip": "192.0.2.17"}], "[{ip: 192.0.2.17}]"),
    ],
)
def test_a_value_reads_as_it_would_be_declared(value: Any, text: str) -> None:
    assert with_spaces(value_text(value)) == text


def test_a_row_may_be_broken_between_the_parts_of_a_value_and_nowhere_else() -> None:
    text = value_text({"key": "a b", "of": ["one two", 3]})
    assert text.split(" ") == [f"key:{UNBROKEN}a{UNBROKEN}b,", f"of:{UNBROKEN}[one{UNBROKEN}two,", "3]"]


def test_a_text_that_looks_like_a_field_is_quoted() -> None:
    assert with_spaces(value_text("a: b")) == '"a: b"'


def test_everything_is_shown_unless_there_is_a_limit() -> None:
    items = [{"n": number, "text": "x" * 1_000} for number in range(100)]
    assert value_text(items).count("x" * 1_000) == 100
    assert value_text(items, 200).count("xxx…") == 100


def test_a_text_and_a_number_that_look_alike_are_told_apart() -> None:
    assert before_and_after("90", 90) == ('"90"', "90")


def test_a_long_text_is_cut_to_where_the_difference_is() -> None:
    before, after = before_and_after("x" * 10_000 + "old", "x" * 10_000 + "new")
    assert before.endswith('xold"')
    assert after.endswith('xnew"')
    assert len(before) < 200


def test_a_long_list_is_cut_to_where_the_difference_is() -> None:
    items = [f"n{number}" for number in range(100)]
    before, after = before_and_after(items, [*items[:50], "new", *items[50:]])
    assert with_spaces(before) == "[… 50 alike, … 50 alike]"
    assert with_spaces(after) == "[… 50 alike, new, … 50 alike]"


def test_all_that_differs_in_long_texts_is_shown() -> None:
    before, after = before_and_after(
        "a" * 900 + "one" + "b" * 400 + "two" + "c" * 900, "a" * 900 + "b" * 400 + "c" * 900
    )
    assert "one" + "b" * 400 + "two" in before
    assert "b" * 400 in after
    assert len(before) < 500


def test_a_difference_that_is_not_shown_is_said_to_be_there() -> None:
    before, after = before_and_after(nested(1), nested(2))
    assert after == f"{before} (the difference is not shown)"


def nested(value: int) -> Any:
    found: Any = value
    for _ in range(70):
        found = {"a": found}
    return found


def test_a_value_that_ends_the_path_is_not_said_twice() -> None:
    assert is_in_path(FieldChange("normalization_packages[LP_Windows]", None, "LP_Windows"))
    assert not is_in_path(FieldChange("catch_all", None, "system"))
    assert not is_in_path(FieldChange("list[90]", None, 90))


@settings(deadline=None)
@given(values, values)
def test_different_values_never_read_the_same(before: Any, after: Any) -> None:
    texts_shown = before_and_after(before, after)
    if before != after:
        assert texts_shown[0] != texts_shown[1]


@settings(deadline=None)
@given(values, texts)
def test_whatever_the_value_is_it_takes_one_printable_line(value: Any, name: str) -> None:
    lines = [value_text(value), path_text(FieldChange(name, None, value)), *before_and_after(value, [value] * 20)]
    for line in lines:
        assert with_spaces(line).isprintable()


def test_a_tab_and_what_stands_for_one_are_told_apart() -> None:
    assert before_and_after("a\tb", r"a\tb") == (r'"a\tb"', r'"a\\tb"')
