"""What is odd about the criteria of one routing policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lpcac.core.json_values import Json
from lpcac.core.safe_text import quoted
from lpcac.lint.codes import DISCARD_BEFORE_STORE, DUPLICATE_CRITERION, REDUNDANT_CRITERION, SHADOWED_CRITERION
from lpcac.pipeline.criteria import VALUE_MATCHES

Odd = tuple[str, int, str]
"""Code, number of the criterion from 0, and what is odd about it."""


def odd_criteria(spec: Json) -> Iterator[Odd]:
    """Yield what is odd about each criterion of a routing policy's spec; one thing for each."""
    criteria = spec["routing_criteria"]
    for number, criterion in enumerate(criteria):
        covering = next((i for i, earlier in enumerate(criteria[:number]) if _covers(earlier, criterion)), None)
        if covering is not None:
            yield _never_reached(criteria, number, covering)
        elif _does_as_the_catch_all(criterion, criteria[number + 1 :], spec["catch_all"]):
            message = f"{_words(criterion)} does what the catch-all does: remove it"
            yield REDUNDANT_CRITERION, number, message


def _never_reached(criteria: Sequence[Json], number: int, covering: int) -> Odd:
    criterion, earlier = criteria[number], criteria[covering]
    which = f"criterion {covering + 1} ({_words(earlier)})"
    if _drop(earlier) == "discard" and _drop(criterion) != "discard":
        message = f"{_words(criterion)} stores nothing: {which} before it discards the same events"
        return DISCARD_BEFORE_STORE, number, message
    if _looks_for(earlier) == _looks_for(criterion):
        return DUPLICATE_CRITERION, number, f"{_words(criterion)} never matches: {which} looks for the same"
    return SHADOWED_CRITERION, number, f"{_words(criterion)} never matches: {which} takes all such events before it"


def _covers(earlier: Json, later: Json) -> bool:
    """Tell whether the earlier criterion matches every event that the later one matches."""
    return earlier["key"] == later["key"] and (
        earlier["type"] != VALUE_MATCHES or _looks_for(earlier) == _looks_for(later)
    )


def _does_as_the_catch_all(criterion: Json, later: Sequence[Json], catch_all: str) -> bool:
    """Tell whether its events would end the same without it: no later criterion may send them elsewhere."""
    is_same = _drop(criterion) == "store" and criterion.get("repo") == catch_all
    return is_same and all(
        _excludes(criterion, other) or (_drop(other) == "store" and other.get("repo") == catch_all) for other in later
    )


def _excludes(one: Json, other: Json) -> bool:
    """Tell whether no event matches both."""
    both_compare = one["type"] == other["type"] == VALUE_MATCHES and one["key"] == other["key"]
    return both_compare and one.get("value") != other.get("value")


def _looks_for(criterion: Json) -> tuple[str, str, str | None]:
    value = criterion.get("value") or "" if criterion["type"] == VALUE_MATCHES else None
    return criterion["type"], criterion["key"], value


def _drop(criterion: Json) -> str:
    return str(criterion.get("drop") or "store")


def _words(criterion: Json) -> str:
    compares = criterion["type"] == VALUE_MATCHES
    return quoted(f"{criterion['key']}={criterion.get('value') or ''}" if compares else criterion["key"])
