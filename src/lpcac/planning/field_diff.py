"""Compares two canonical specs field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lpcac.core.digests import canonical_bytes
from lpcac.core.json_values import Json, same_json
from lpcac.kinds.shapes import Shape
from lpcac.planning.plan import FieldChange

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
    old, new = dict(_identified(before, by)), dict(_identified(after, by))
    for identity, (position, value) in old.items():
        if identity not in new:
            yield FieldChange(_item_path(path, position, value, by), value, None)
    for identity, (position, value) in new.items():
        inner = _item_path(path, position, value, by)
        if identity not in old:
            yield FieldChange(inner, None, value)
        else:
            yield from _objects(inner, old[identity][1], value, item)
    kept_before = [identity for identity in old if identity in new]
    kept_after = [identity for identity in new if identity in old]
    if kept_before != kept_after:
        yield FieldChange(
            f"{path} (order)",
            [_identity_text(old[i][1], by) for i in kept_before],
            [_identity_text(new[i][1], by) for i in kept_after],
        )


def _identified(items: list[Json], by: tuple[str, ...]) -> Iterator[tuple[tuple[bytes, int], tuple[int, Json]]]:
    """Yield (identity, (position, item)); equal identities are told apart by their occurrence."""
    seen: Counter[bytes] = Counter()
    for position, item in enumerate(items, start=1):
        identity = canonical_bytes([item.get(field) for field in by])
        seen[identity] += 1
        yield (identity, seen[identity]), (position, item)


def _item_path(path: str, position: int, item: Json, by: tuple[str, ...]) -> str:
    return f"{path}[{position} {_identity_text(item, by)}]"


def _identity_text(item: Json, by: tuple[str, ...]) -> str:
    return "=".join(str(item[field]) for field in by if item.get(field) is not None)
