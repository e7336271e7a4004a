"""Suggests the known word closest to a misspelled one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from lpcac.core.text.enumeration import listed
from lpcac.core.text.safe_text import quoted

_LONGEST_WORD = 100
_MOST_CANDIDATES = 2_000
_COMPARISONS = 100_000
_LEAST_LIKENESS = 0.6
_NAMED = 8


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean "x"?)` for the closest known word, or an empty string.

    Long words, and more than a few thousand known ones, are not compared: the time for that has no useful limit.
    """
    if len(word) > _LONGEST_WORD:
        return ""
    candidates = sorted({each for each in known if len(each) <= _LONGEST_WORD} - {word})
    if len(candidates) > _MOST_CANDIDATES:
        return ""
    folded = {candidate.casefold(): candidate for candidate in candidates}
    close = _closest(word.casefold(), folded)
    return f' (did you mean "{folded[close]}"?)' if close is not None else ""


def _closest(word: str, known: Iterable[str]) -> str | None:
    """Return what `difflib.get_close_matches` puts first, of equally close words the first; several times as fast.

    It computes the likeness, which is slow, of those words only whose upper bound, which is fast, beats the best.
    """
    matcher = SequenceMatcher(None, b=word)
    bounds: list[tuple[float, str]] = []
    for each in known:
        matcher.set_seq1(each)
        if matcher.real_quick_ratio() >= _LEAST_LIKENESS and (bound := matcher.quick_ratio()) >= _LEAST_LIKENESS:
            bounds.append((bound, each))
    best, closest = 0.0, None
    for bound, each in sorted(bounds, key=lambda pair: -pair[0]):
        if bound <= best:
            break
        matcher.set_seq1(each)
        if (likeness := matcher.ratio()) >= _LEAST_LIKENESS and likeness > best:
            best, closest = likeness, each
    return closest


def nearest_first(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words, those that are most like the word first; as they sort where there are too many."""
    words = sorted(set(known))
    if len(words) > _MOST_CANDIDATES or len(word) > _LONGEST_WORD:
        return words
    matcher = SequenceMatcher(b=word.casefold())

    def likeness(each: str) -> float:
        matcher.set_seq1(each[:_LONGEST_WORD].casefold())
        return matcher.ratio()

    return sorted(words, key=likeness, reverse=True)


@dataclass
class Hints:
    """Gives the hints of one run over many words, as long as few words were compared for them.

    A file's author decides how many words are wrong and how many there are to compare them with: without a limit for
    all of them together, a small file takes minutes.
    """

    comparisons_left: int = _COMPARISONS

    def did_you_mean(self, word: str, known: Collection[str]) -> str:
        """Return what `did_you_mean` returns, and nothing once the limit is reached."""
        self.comparisons_left -= len(known)
        return did_you_mean(word, known) if self.comparisons_left >= 0 else ""

    def what_exists(self, word: str, known: Collection[str]) -> str:
        """Return `: it has "x", "y" and 3 more`, nearest first; without an order once the limit is reached."""
        if not known:
            return ": it has none"
        self.comparisons_left -= len(known)
        names = nearest_first(word, known) if self.comparisons_left >= 0 else sorted(known)
        return f": it has {listed([quoted(name) for name in names], _NAMED)}"
