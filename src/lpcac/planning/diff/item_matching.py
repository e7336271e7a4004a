"""Which items of two lists of objects are the same one, by the fields that identify them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lpcac.core.digests import canonical_bytes
from lpcac.core.json_values import Json
from lpcac.kinds.shapes import Shape

Pair = tuple[int | None, int | None]
"""Index in the old and in the new list; one of them is `None` for what went or came."""


def matched(
    old: Sequence[Json], new: Sequence[Json], shape: Shape, is_same: Callable[[Json, Json], bool]
) -> list[Pair]:
    """Return every item of both lists once: what went in the old list's sequence, then the new list's items.

    Items with the same identity are told apart: those that are the same altogether pair first, the others in order.

    Arguments:
        shape: of the list, with the fields that identify an item.
        is_same: tells whether an old and a new item say the same.
    """
    if not old:
        return [(None, index) for index in range(len(new))]
    waiting: dict[bytes, list[int]] = {}
    for index, item in enumerate(old):
        waiting.setdefault(_identity(item, shape), []).append(index)
    identities = [_identity(item, shape) for item in new]
    found: dict[int, int] = {}
    for exactly in (True, False):
        for index, (item, identity) in enumerate(zip(new, identities, strict=True)):
            candidates = waiting.get(identity, ()) if index not in found else ()
            twin = next((i for i in candidates if not exactly or is_same(old[i], item)), None)
            if twin is not None:
                found[index] = twin
                waiting[identity].remove(twin)
    gone = sorted(index for indices in waiting.values() for index in indices)
    return [*((index, None) for index in gone), *((found.get(index), index) for index in range(len(new)))]


def may_be_left_out(item: Json, name: str, shape: Shape) -> bool:
    """Tell whether a field of this very item keeps what the Director holds where it is left out.

    Arguments:
        shape: of the item.
    """
    kept = shape.fields[name].kept if name in shape.fields else None
    return kept is not None and item.get(kept.field) == kept.value


def _identity(item: Json, shape: Shape) -> bytes:
    inner = shape.item or shape
    # A field that may be left out says nothing about which item is meant.
    values: list[Any] = [
        None if may_be_left_out(item, name, inner) else item.get(name) for name in shape.matched_by or ()
    ]
    return canonical_bytes(values)
