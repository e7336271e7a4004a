"""Which items of two lists are the same: the ones that stay, those that were edited, those that went and came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

Pair = tuple[int | None, int | None]
"""Index in the old and in the new list; one of them is `None` for what went or came."""

_MOST_COMPARISONS: Final = 1_000_000
# A pair of equal items counts more than any number of similar pairs: an item that moved is not an edit of another.
_EQUAL, _ALIKE = _MOST_COMPARISONS, 1


def aligned(old: Sequence[Any], new: Sequence[Any], alike: Callable[[Any, Any], bool]) -> list[Pair]:
    """Return every item of both lists once, in the new list's sequence, as many as possible paired without crossing.

    Equal items pair before those that are merely `alike`.
    """
    ahead = _common(old, new)
    behind = _common(old[ahead:][::-1], new[ahead:][::-1])
    middle = _middle(old[ahead : len(old) - behind], new[ahead : len(new) - behind], alike)
    pairs: list[Pair] = [(index, index) for index in range(ahead)]
    pairs += ((_moved(i, ahead), _moved(j, ahead)) for i, j in middle)
    pairs += ((len(old) - count, len(new) - count) for count in range(behind, 0, -1))
    return pairs


def moved(old: Sequence[Any], new: Sequence[Any], pairs: Sequence[Pair]) -> dict[int, int]:
    """Return which items that came are the same as one that went: index in the new list, and in the old one.

    None, where the lists are too long to compare each with each.
    """
    gone = [i for i, j in pairs if i is not None and j is None]
    came = [j for i, j in pairs if i is None and j is not None]
    found: dict[int, int] = {}
    if len(gone) * len(came) > _MOST_COMPARISONS:
        return found
    for j in came:
        if (twin := next((i for i in gone if same(old[i], new[j])), None)) is not None:
            gone.remove(twin)
            found[j] = twin
    return found


def same(one: Any, other: Any) -> bool:  # noqa: ANN401 - any plain value
    """Tell whether two plain values are the same, types included: `1`, `1.0` and `true` are three values."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def mostly_same(one: object, other: object) -> bool:
    """Tell whether two maps agree in at least half of their keys."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    agreeing = sum(key in other and same(value, other[key]) for key, value in one.items())
    return agreeing * 2 >= max(len(one), len(other))


def _common(old: Sequence[Any], new: Sequence[Any]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if not same(one, other):
            break
        count += 1
    return count


def _moved(index: int | None, by: int) -> int | None:
    return None if index is None else index + by


def _middle(old: Sequence[Any], new: Sequence[Any], alike: Callable[[Any, Any], bool]) -> list[Pair]:
    if not old or not new or len(old) * len(new) > _MOST_COMPARISONS:
        return [*((i, None) for i in range(len(old))), *((None, j) for j in range(len(new)))]
    likeness = [[_EQUAL if same(a, b) else _ALIKE if alike(a, b) else 0 for b in new] for a in old]
    best = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            paired = likeness[i][j] and likeness[i][j] + best[i + 1][j + 1]
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    return _walked(likeness, best)


def _walked(likeness: Sequence[Sequence[int]], best: Sequence[Sequence[int]]) -> list[Pair]:
    pairs: list[Pair] = []
    i = j = 0
    while i < len(likeness) and j < len(likeness[0]):
        if likeness[i][j] and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    pairs += ((rest, None) for rest in range(i, len(likeness)))
    pairs += ((None, rest) for rest in range(j, len(likeness[0])))
    return pairs
