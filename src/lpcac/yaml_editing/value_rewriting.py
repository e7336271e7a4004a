"""What to write so that a document says what is live, and keeps the parts that already say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from lpcac.core.json_values import Json
from lpcac.kinds.shapes import Shape
from lpcac.yaml_editing.list_alignment import aligned, mostly_same, moved, same

Write = Callable[[Any], Any]
"""Returns a value as it is written, such as with the escape for what would be a placeholder."""

_OPAQUE: Final = Shape("scalar", {})
_ABSENT: Final = object()


def rewritten(written: Any, means: Any, wanted: Any, shape: Shape, write: Write) -> Any:  # noqa: ANN401 - JSON
    """Return a value that means `wanted`, made of the parts of `written` that already mean that.

    Arguments:
        written: as in the document, with placeholders.
        means: the canonical value of it.
        wanted: the canonical value to reach.
        shape: of the value.
        write: applied to whatever is new.

    """
    if same(means, wanted):
        return written
    if isinstance(written, dict) and isinstance(means, dict) and isinstance(wanted, dict):
        return _map(written, means, wanted, shape, write)
    if isinstance(written, list) and isinstance(wanted, list):
        if shape.unordered:
            return _set(written, wanted, write)
        if isinstance(means, list) and len(means) == len(written):
            return _list(written, means, wanted, shape, write)
    return write(wanted)


def patch_to(written: Json, base: Json, means: Json, wanted: Json, shape: Shape, write: Write) -> Json:
    """Return the patch that makes `wanted` of the base: only what differs, `null` for what must go.

    What the existing patch says and still is right stays as written.

    Arguments:
        written: the existing patch; empty for a new one.
        base: canonical, without the patch.
        means: canonical, with the existing patch.
        wanted: canonical.
        shape: of the spec.
        write: applied to whatever is new.

    """
    patch: Json = {}
    for key in _in_order(written, {**base, **wanted}, shape):
        inner = shape.fields.get(key, _OPAQUE)
        was, now = means.get(key, _ABSENT), wanted.get(key, _ABSENT)
        original = base.get(key, _ABSENT)
        if same(was, now) and key in written:
            patch[key] = written[key]
        elif same(original, now):
            continue
        elif now is _ABSENT:
            patch[key] = None
        elif isinstance(original, dict) and isinstance(now, dict):
            inside = written.get(key)
            known = inside if isinstance(inside, dict) else {}
            patch[key] = patch_to(known, original, was if isinstance(was, dict) else {}, now, inner, write)
        elif key in written:
            patch[key] = rewritten(written[key], was, now, inner, write)
        else:
            patch[key] = write(now)
    return patch


def _map(written: Json, means: Json, wanted: Json, shape: Shape, write: Write) -> Json:
    result: Json = {}
    for key in _in_order(written, wanted, shape):
        inner = shape.fields.get(key, _OPAQUE)
        if key in wanted:
            if key in written:
                result[key] = rewritten(written[key], means.get(key, _ABSENT), wanted[key], inner, write)
            elif not same(means.get(key, _ABSENT), wanted[key]):
                result[key] = write(wanted[key])
        elif key not in means:  # Canonically it means nothing: an empty optional list, say.
            result[key] = written[key]
    return result


def _set(written: list[Any], wanted: list[Any], write: Write) -> list[Any]:
    expected = [write(item) for item in wanted]
    kept = [item for item in written if item in expected]
    return [*kept, *(item for item in expected if item not in kept)]


def _list(written: list[Any], means: list[Any], wanted: list[Any], shape: Shape, write: Write) -> list[Any]:
    item = shape.item or _OPAQUE

    def alike(one: Any, other: Any) -> bool:  # noqa: ANN401 - JSON
        by = shape.matched_by or ()
        is_map = isinstance(one, dict) and isinstance(other, dict)
        return (is_map and bool(by) and all(one.get(f) == other.get(f) for f in by)) or mostly_same(one, other)

    pairs = aligned(means, wanted, alike)
    twins = moved(means, wanted, pairs)
    sources = [(twins.get(new) if old is None else old, new) for old, new in pairs if new is not None]
    return [
        write(wanted[new]) if old is None else rewritten(written[old], means[old], wanted[new], item, write)
        for old, new in sources
    ]


def _in_order(written: Mapping[str, Any], others: Mapping[str, Any], shape: Shape) -> list[str]:
    """Return all keys: the written ones unchanged, each new one after the field that is declared before it."""
    order = list(written)
    declared = [*(key for key in shape.fields if key in others), *sorted(others.keys() - shape.fields.keys())]
    last = None
    for key in declared:
        if key not in written:
            order.insert(order.index(last) + 1 if last is not None else 0, key)
        last = key
    return order
