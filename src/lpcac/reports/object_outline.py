"""A created or deleted object, whole: a field a row, and each item of an ordered list on a numbered row of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lpcac.core.json_values import Json
from lpcac.core.text.safe_text import escaped
from lpcac.kinds.defaults import without_defaults
from lpcac.models import registry
from lpcac.planning.plan import Change
from lpcac.reports.field_values import items_text, value_text


@dataclass(frozen=True)
class OutlineRow:
    """One row.

    Arguments:
        depth: how many rows it belongs to: 0 for a field of the object, 1 for an item of its list.
        path: where it is in the object, as changed fields are named: `routing_criteria[2]`.
        label: what comes before the value: `catch_all:`, or `2.` for an item.
        value: empty for a list whose items follow. Spaces inside a value are `UNBROKEN` ones.
    """

    depth: int
    path: str
    label: str
    value: str


def object_outline(change: Change, limit: int | None = None) -> Iterator[OutlineRow]:
    """Yield everything that a created or deleted object holds, but for what is the default.

    Arguments:
        limit: characters of one value; `None` for all of them.
    """
    shape = registry().shapes.get(change.key.kind)
    spec = change.after or change.before or {}
    for name, value in (without_defaults(spec, shape) if shape else spec).items():
        yield from _field(0, escaped(name), name, value, limit)


def _field(depth: int, path: str, name: str, value: Any, limit: int | None) -> Iterator[OutlineRow]:  # noqa: ANN401
    label = f"{escaped(name)}:"
    if not isinstance(value, list) or not value:
        yield OutlineRow(depth, path, label, value_text(value, limit))
    elif all(isinstance(item, dict) for item in value):
        yield OutlineRow(depth, path, label, "")
        for number, item in enumerate(value, start=1):
            yield from _item(depth + 1, f"{path}[{number}]", number, item, limit)
    else:
        yield OutlineRow(depth, path, label, items_text(value, limit))


def _item(depth: int, path: str, number: int, item: Json, limit: int | None) -> Iterator[OutlineRow]:
    """Yield an item on one row; lists of objects within it follow, deeper."""
    inner = {name: value for name, value in item.items() if _holds_objects(value)}
    yield OutlineRow(depth, path, f"{number}.", value_text({n: v for n, v in item.items() if n not in inner}, limit))
    for name, value in inner.items():
        yield from _field(depth + 1, f"{path}.{escaped(name)}", name, value, limit)


def _holds_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
