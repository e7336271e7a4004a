"""Where lines are broken."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from lpcac.reports.field_values import UNBROKEN
from lpcac.reports.terminal.wrapping import breaks, sentence


def rows(text: str, first: int, others: int) -> list[str]:
    offsets = [0, *breaks(text, first, others), len(text)]
    return [text[start:end] for start, end in pairwise(offsets)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("short", ["short"]),
        ("one two three", ["one two ", "three"]),
        ("a clients/acme/routing.yaml:3 b", ["a ", "clients/acme/routing.yaml:3 ", "b"]),
        ("x + normalization", ["x ", "+ normalization"]),
        (f"abcdef ghi{UNBROKEN}jkl{UNBROKEN}mno", ["abcdef ", f"ghi{UNBROKEN}jkl{UNBROKEN}mno"]),
        ("ab ~ Repo x", ["ab ~ Repo ", "x"]),
        ("abcdef 4.2 s", ["abcdef ", "4.2 s"]),
    ],
)
def test_lines_are_broken_where_a_reader_would(text: str, expected: list[str]) -> None:
    assert rows(text, 10, 10) == expected


@settings(deadline=None)
@given(st.text(), st.integers(2, 30), st.integers(2, 30))
def test_nothing_is_lost_and_a_row_is_too_wide_only_with_one_word(text: str, first: int, others: int) -> None:
    broken = rows(text, first, others)
    assert "".join(broken) == text
    for number, row in enumerate(broken):
        fits = cell_len(row.rstrip(" ")) <= (others if number else first)
        assert fits or len(re.findall("(?:[-+~] )?[^ ]+(?: s(?![^ ]))?", row)) == 1
    assert all(row.endswith(" ") for row in broken[:-1]), "a word is never broken"


def test_a_message_is_not_broken_inside_what_it_quotes() -> None:
    text = 'repo "my old logs" is gone'
    assert sentence(text).split(" ") == ["repo", f'"my{UNBROKEN}old{UNBROKEN}logs"', "is", "gone"]
