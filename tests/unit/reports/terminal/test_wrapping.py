"""Where lines are broken."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from lpcac.reports.terminal.wrapping import breaks


def rows(text: str, first: int, others: int) -> list[str]:
    offsets = [0, *breaks(text, first, others), len(text)]
    return [text[start:end] for start, end in pairwise(offsets)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("short", ["short"]),
        ("one two three", ["one two ", "three"]),
        ("a clients/acme/routing.yaml:3", ["a ", "clients/", "acme/", "routing.", "yaml:3"]),
        ("x + normalization", ["x ", "+ normaliz", "ation"]),
        ("ab ~ Repo x", ["ab ~ Repo ", "x"]),
        ("abcdef 4.2 s", ["abcdef ", "4.2 s"]),
    ],
)
def test_lines_are_broken_where_a_reader_would(text: str, expected: list[str]) -> None:
    assert rows(text, 10, 10) == expected


@settings(deadline=None)
@given(st.text(), st.integers(2, 30), st.integers(2, 30))
def test_nothing_is_lost_and_every_row_fits(text: str, first: int, others: int) -> None:
    broken = rows(text, first, others)
    assert "".join(broken) == text
    for number, row in enumerate(broken):
        assert cell_len(row.rstrip()) <= (others if number else first)
