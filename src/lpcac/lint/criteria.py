"""What is odd about the criteria of one routing policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lpcac.core.json_values import Json
from lpcac.core.text.safe_text import quoted
from lpcac.lint.codes import DISCARD_BEFORE_STORE, DUPLICATE_CRITERION, REDUNDANT_CRITERION, SHADOWED_CRITERION
from lpcac.pipeline.criteria import VALUE_MATCHES

_LooksFor = tuple[str, str | None]

Odd = tuple[str, int, str]
"""Code, number of the criterion from 0, and what is odd about it."""


def odd_criteria(spec: Json) -> Iterator[Odd]:
    """Yield what is odd about each criterion of a routing policy's spec; one thing for each, in linear time."""
    criteria = spec["routing_criteria"]
    first: dict[_LooksFor, int] = {}
    redundant = _redundant(criteria, spec["catch_all"])
    for number, criterion in enumerate(criteria):
        wanted = _looks_for(criterion)
        ahead = [first[each] for each in (wanted, (wanted[0], None)) if each in first]
        if ahead:
            yield _never_reached(criteria, number, min(ahead))
        elif number in redundant:
            message = f"{_words(criterion)} does what the catch-all does: remove it"
            yield REDUNDANT_CRITERION, number, message
        first.setdefault(wanted, number)


def _redundant(criteria: Sequence[Json], catch_all: str) -> set[int]:
    """Return the criteria without which every event would end the same.

    Such a criterion stores where the catch-all does, and no later one that could match its events sends them elsewhere.
    """
    found: set[int] = set()
    elsewhere: Counter[_LooksFor | str | None] = Counter()
    for number in range(len(criteria) - 1, -1, -1):
        criterion = criteria[number]
        key, value = _looks_for(criterion)
        # Two criteria for different values of one key never match the same event.
        excluded = 0 if value is None else elsewhere[key] - elsewhere[key, value]
        if _drop(criterion) != "store" or criterion.get("repo") != catch_all:
            elsewhere[None] += 1
            if value is not None:
                elsewhere[key] += 1
                elsewhere[key, value] += 1
        elif elsewhere[None] == excluded:
            found.add(number)
    return found


def _never_reached(criteria: Sequence[Json], number: int, covering: int) -> Odd:
    criterion, earlier = criteria[number], criteria[covering]
    which = f"criterion {covering + 1} ({_words(earlier)})"
    if _drop(earlier) == "discard" and _drop(criterion) != "discard":
        message = f"{_words(criterion)} stores nothing: {which} before it discards the same events"
        return DISCARD_BEFORE_STORE, number, message
    if _looks_for(earlier) == _looks_for(criterion):
        return DUPLICATE_CRITERION, number, f"{_words(criterion)} never matches: {which} looks for the same"
    return SHADOWED_CRITERION, number, f"{_words(criterion)} never matches: {which} takes all such events before it"


def _looks_for(criterion: Json) -> _LooksFor:
    """Return key and value; `None` stands for any value."""
    value = criterion.get("value") or "" if criterion["type"] == VALUE_MATCHES else None
    return criterion["key"], value


def _drop(criterion: Json) -> str:
    return str(criterion.get("drop") or "store")


def _words(criterion: Json) -> str:
    compares = criterion["type"] == VALUE_MATCHES
    return quoted(f"{criterion['key']}={criterion.get('value') or ''}" if compares else criterion["key"])
