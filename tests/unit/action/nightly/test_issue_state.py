"""An issue remembers its state in a line of its text, and reads only its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lpcac.action.nightly.issue_state import IssueState, read_state, state_line, text_above

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@settings(deadline=None)
@given(st.text(), st.text(alphabet="0123456789abcdef"), st.integers(min_value=1, max_value=10**6))
def test_a_state_survives_in_the_first_line_of_a_text(subject: str, digest: str, nights: int) -> None:
    state = IssueState(subject.encode("utf-8", "replace").decode(), digest, NOW, NOW, nights)
    line = state_line("drift", state)

    assert line.count("-->") == 1
    assert "\n" not in line
    assert read_state("drift", f"{line}\r\nmore") == state
    assert read_state("drift", f"Alice:\r\n\r\n  {line}\r\nmore") == state
    assert text_above(f"Alice:\r\n\r\n{line}\r\nmore") == "Alice:\n\n"
    assert text_above(line) == ""
    assert read_state("unreachable", line) is None
    assert read_state("drift", f"> {line}") is None


@pytest.mark.parametrize("packed", ["AAAA", "e30=", "W10=", "====="])
def test_what_is_no_state_is_none(packed: str) -> None:
    assert read_state("drift", f"<!-- lpcac:drift:v1 {packed} -->") is None
