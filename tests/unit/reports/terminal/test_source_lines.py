"""The source line below a finding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lpcac.core.findings import Finding, Position
from lpcac.reports.terminal.source_lines import source_lines


def shown(text: str, column: int = 1, line: int = 1) -> list[str]:
    finding = Finding("code", "message", Position("a.yaml", line, column))
    return source_lines(finding, lambda _name: text.split("\n"))


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("a: b", 4, ["1 | a: b", "  |    ^"]),
        ("\ta: b", 2, ["1 |  a: b", "  |  ^"]),
        ("日本: b", 3, ["1 | 日本: b", "  |     ^"]),
        ("\x1b[31m: b", 6, ["1 | \\x1b[31m: b", "  |         ^"]),
        ("", 1, ["1 |", "  | ^"]),
        ("a", 9, ["1 | a", "  |  ^"]),
    ],
)
def test_a_mark_stands_below_the_column(text: str, column: int, expected: list[str]) -> None:
    assert shown(text, column) == ["  |", *expected]


def test_of_a_long_line_only_what_is_around_the_column_is_shown() -> None:
    _, source, mark = shown("x" * 5_000 + "HERE" + "y" * 5_000, 5_001)
    assert len(source) < 120
    assert source[mark.index("^") :].startswith("HERE")
    assert source[4] == source[-1] == "…"


def test_a_place_that_is_not_there_shows_nothing() -> None:
    assert shown("a", line=2) == shown("a", line=0) == []
    assert source_lines(Finding("code", "message"), lambda _name: ["a"]) == []


@given(st.text(), st.integers(0, 300))
def test_nothing_that_a_terminal_acts_on_is_shown(text: str, column: int) -> None:
    for line in shown(text, column):
        assert line.isprintable()
    assert all(cell_len(line) < 1_500 for line in shown(text, column))
