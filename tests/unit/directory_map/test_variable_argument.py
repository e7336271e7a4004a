"""A variable on the command line is what it would be in the map."""

from __future__ import annotations

import pytest

from lpcac.core.errors import UsageError
from lpcac.directory_map.variable_argument import variable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x=90", 90),
        ("x= 1.5 ", 1.5),
        ("x=yes", True),
        ("x=gold", "gold"),
        ("x=a=b", "a=b"),
        ("x='90'", "90"),
        ('x="2024-01-01"', "2024-01-01"),
        ("x=''", ""),
        ("x=pool-${client}", "pool-${client}"),
        ("x='", "'"),
    ],
)
def test_a_value_is_read_as_yaml_reads_it(text: str, value: object) -> None:
    name, found = variable(text)
    assert (name, found, type(found)) == ("x", value, type(value))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x", "write NAME=VALUE"),
        ("=1", "write NAME=VALUE"),
        ("x= ", "write NAME=VALUE"),
        ("a-b=1", "letters, digits and underscores"),
        ("x\n=1", "letters, digits and underscores"),
        ("x=~", "in YAML the value is null"),
        ("x=010", "in YAML the value is an octal number"),
    ],
)
def test_what_a_map_could_not_hold_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        variable(text)
