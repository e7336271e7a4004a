"""What travels with a write: all that the Director holds in a list's items, and that the declaration leaves alone."""

from __future__ import annotations

from typing import Any, Final

from lpcac.core.json_values import Json, same_json
from lpcac.kinds.kind import OTHER_FIELDS
from lpcac.kinds.shapes import Shape
from lpcac.planning.diff.item_matching import matched, may_be_left_out

_OPAQUE: Final = Shape("scalar", {})


def carried(held: Json, declared: Json, shape: Shape) -> Json:
    """Return the spec to write: what is declared, with what else the Director holds.

    An item of a list that both have keeps its `OTHER_FIELDS`, and every `Kept` field that its declaration leaves out;
    a `Kept` field that is declared as `null` is cleared. What is declared in full comes back as it is.

    Arguments:
        held: canonical spec as read; empty for what is not there yet.
        declared: canonical spec as declared.
        shape: of the spec.
    """
    result: Json = _value(held, declared, shape)
    return result


def declarable(spec: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a spec, or a part of one, without what no document can declare."""
    if isinstance(spec, dict):
        return {name: declarable(value) for name, value in spec.items() if name != OTHER_FIELDS}
    return [declarable(item) for item in spec] if isinstance(spec, list) else spec


def says(declared: Json, held: Json, shape: Shape) -> bool:
    """Tell whether a declaration leaves nothing to change on what is held."""
    return same_json(carried(held, declared, shape), held)


def _value(held: Any, declared: Any, shape: Shape) -> Any:  # noqa: ANN401 - JSON
    if isinstance(declared, dict):
        return _map(held if isinstance(held, dict) else {}, declared, shape)
    if isinstance(declared, list) and shape.matched_by:
        return _items(held if isinstance(held, list) else [], declared, shape)
    return declared


def _map(held: Json, declared: Json, shape: Shape) -> Json:
    result: Json = {}
    for name in (*shape.fields, *(name for name in declared if name not in shape.fields)):
        if declared.get(name) is not None:
            result[name] = _value(held.get(name), declared[name], shape.fields.get(name, _OPAQUE))
        elif name not in declared and name in held and may_be_left_out(declared, name, shape):
            result[name] = held[name]
    return result | {OTHER_FIELDS: held[OTHER_FIELDS]} if OTHER_FIELDS in held else result


def _items(held: list[Json], declared: list[Json], shape: Shape) -> list[Json]:
    item = shape.item or _OPAQUE

    def leaves_all(old: Json, new: Json) -> bool:
        return says(new, old, item)

    return [
        _map({} if old is None else held[old], declared[new], item)
        for old, new in matched(held, declared, shape, leaves_all)
        if new is not None
    ]
