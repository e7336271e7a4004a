"""Compares two canonical specs field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lpcac.core.json_values import Json, same_json
from lpcac.kinds.shapes import Shape
from lpcac.planning.diff.item_matching import matched
from lpcac.planning.plan import FieldChange
from lpcac.yaml_editing.list_alignment import same

_OPAQUE = Shape("scalar", {})


def field_changes(before: Json, after: Json, shape: Shape) -> tuple[FieldChange, ...]:
    """Return every field that differs, in the order of the declared fields; empty exactly when the specs are equal.

    Items of ordered lists are recognised by their identifying fields, so that an inserted item is one change and
    not a change of everything behind it. Their paths read `paths[2 /cold_nfs].retention_days`: position (from 1, in
    the new list, or in the old one for a removed item) and identity.
    """
    return tuple(_objects("", before, after, shape))


def _values(path: str, before: Any, after: Any, shape: Shape) -> Iterator[FieldChange]:  # noqa: ANN401 - JSON
    if same_json(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _objects(path, before, after, shape)
    elif shape.unordered and _is_list_or_absent(before) and _is_list_or_absent(after):
        yield from _sets(path, before or [], after or [])
    elif shape.matched_by and _is_list_or_absent(before) and _is_list_or_absent(after):
        yield from _matched(path, before or [], after or [], shape)
    else:
        yield FieldChange(path, before, after)


def _is_list_or_absent(value: object) -> bool:
    return value is None or isinstance(value, list)


def _objects(path: str, before: Json, after: Json, shape: Shape) -> Iterator[FieldChange]:
    declared = [name for name in shape.fields if name in before or name in after]
    others = sorted((before.keys() | after.keys()) - set(declared))
    for name in (*declared, *others):
        inner = f"{path}.{name}" if path else name
        yield from _values(inner, before.get(name), after.get(name), shape.fields.get(name, _OPAQUE))


def _sets(path: str, before: list[Any], after: list[Any]) -> Iterator[FieldChange]:
    for gone in before:
        if not any(same_json(gone, each) for each in after):
            yield FieldChange(f"{path}[{gone}]", gone, None)
    for new in after:
        if not any(same_json(new, each) for each in before):
            yield FieldChange(f"{path}[{new}]", None, new)


def _matched(path: str, before: list[Json], after: list[Json], shape: Shape) -> Iterator[FieldChange]:
    by, item = shape.matched_by or (), shape.item or _OPAQUE
    pairs = matched(before, after, shape, same)
    for old, new in pairs:
        if old is None and new is not None:
            yield FieldChange(_item_path(path, new + 1, after[new], by), None, after[new])
        elif old is not None and new is None:
            yield FieldChange(_item_path(path, old + 1, before[old], by), before[old], None)
        elif old is not None and new is not None:
            yield from _objects(_item_path(path, new + 1, after[new], by), before[old], after[new], item)
    kept = [(old, new) for old, new in pairs if old is not None and new is not None]
    if kept != sorted(kept):
        yield _order_change(f"{path} (order)", [(old, _identity_text(before[old], by)) for old, _ in kept])


def _order_change(path: str, items: list[tuple[int, str]]) -> FieldChange:
    """Return the change of an order.

    Arguments:
        items: position in the old list and identity of each, in the new order.
    """
    was, now = [text for _, text in sorted(items)], [text for _, text in items]
    if was == now:
        # Twins changed places: only where they were tells them apart.
        was, now = ([f"{text} (item {old + 1})" for old, text in order] for order in (sorted(items), items))
    return FieldChange(path, was, now)


def _item_path(path: str, position: int, item: Json, by: tuple[str, ...]) -> str:
    return f"{path}[{position} {_identity_text(item, by)}]"


def _identity_text(item: Json, by: tuple[str, ...]) -> str:
    return "=".join(str(item[field]) for field in by if item.get(field) is not None)
