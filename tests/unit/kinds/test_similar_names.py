"""Names that people take for one another."""

from __future__ import annotations

import pytest

from lpcac.core.resources import ResourceKey
from lpcac.kinds.similar_names import difference, look_alikes


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("system", "System", 'character 1 is "s" (U+0073) in "system" and "S" (U+0053) in "System"'),
        ("caf\u00e9", "cafe\u0301", 'character 4 is "é" (U+00E9) in "café" and "e" (U+0065) in "cafe\u0301"'),
        ("win", "\uff57in", 'character 1 is "w" (U+0077) in "win" and "\uff57" (U+FF57) in "\uff57in"'),
        ("Straße", "STRASSE", 'character 2 is "t" (U+0074) in "Straße" and "T" (U+0054) in "STRASSE"'),
    ],
)
def test_names_that_are_equal_after_nfkc_and_case_folding_are_look_alikes(one: str, other: str, said: str) -> None:
    keys = [ResourceKey("Repo", one), ResourceKey("Repo", other), ResourceKey("Repo", "third")]
    assert look_alikes(keys) == {keys[0]: [keys[1]], keys[1]: [keys[0]]}
    assert difference(one, other) == said


def test_a_name_that_only_goes_on_says_where() -> None:
    assert difference("ab", "abc") == 'character 3 is missing in "ab" and "c" (U+0063) in "abc"'


def test_objects_of_two_kinds_are_no_look_alikes() -> None:
    assert look_alikes([ResourceKey("Repo", "a"), ResourceKey("RoutingPolicy", "A")]) == {}
