"""Texts of others on one line: what cannot be seen is escaped, everything else stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpcac.core.text.confusables import CONFUSABLE
from lpcac.core.text.safe_text import escaped

UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u3164\ufe00\ufe0f\uffa0\U000e0100\U000e01ef"


@pytest.mark.parametrize("character", [*UNSEEN, "\n", "\x1b", "\x7f", "\u200b", "\u202e", "\ud800"], ids=ascii)
def test_what_a_reader_does_not_see_is_escaped(character: str) -> None:
    assert escaped(character) == character.encode("unicode_escape").decode()
    assert escaped(f"a{character}é") == f"a{escaped(character)}é"


@pytest.mark.parametrize("text", ["", "plain", "Größe 😀", "漢字", "\u034e\u0350\ufe10"])
def test_a_text_that_is_seen_stays_as_it_is(text: str) -> None:
    assert escaped(text) == text


@given(st.text(st.one_of(st.characters().filter(lambda c: c not in CONFUSABLE), st.sampled_from(UNSEEN))))
def test_a_text_is_escaped_as_its_characters_are(text: str) -> None:
    assert escaped(text) == "".join(map(escaped, text))


@given(st.sampled_from(sorted(CONFUSABLE)), st.text("abc_ 0", min_size=1))
def test_a_letter_that_looks_like_one_of_the_word_around_it_is_escaped(letter: str, around: str) -> None:
    looks = f"x{letter}{around}"
    assert letter not in escaped(looks)
    assert escaped(f"x {letter}") == f"x {letter}", "a word of its own script"


@pytest.mark.parametrize(
    "text", ["логи сервера", "\u0430", "Ωmega", "k\u0131rm\u0131z\u0131", "日本語log", "αβγ", "größe"]
)
def test_words_of_one_script_stay_as_they_are(text: str) -> None:
    assert escaped(text) == text
