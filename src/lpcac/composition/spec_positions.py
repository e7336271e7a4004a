"""Positions of the values of a canonical spec, looked up in what was written only when asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lpcac.core.findings import Position
from lpcac.core.json_pointers import parts_of, pointer_to, value_below
from lpcac.core.json_values import Json
from lpcac.documents.document import Places
from lpcac.kinds.shapes import Shape


class SpecPositions(Mapping[str, Position]):
    """Position of every value by its JSON pointer below the document.

    A pointer to nothing gives the closest value around it. Items of a sorted list are found by value.
    """

    __slots__ = ("_places", "_shape", "_spec", "_written")

    def __init__(self, places: Places, shape: Shape, written: Json, spec: Json) -> None:
        """Keep what a look-up needs: the document as written, and the spec that pointers lead through."""
        self._places, self._shape, self._written, self._spec = places, shape, written, spec

    def __getitem__(self, pointer: str) -> Position:
        """Return the position of the value at the pointer."""
        return self._places.value_at(pointer_to(self._as_written(parts_of(pointer))))

    def __iter__(self) -> Iterator[str]:
        """Yield the pointers of all values of the canonical spec."""
        yield from _pointers("/spec", self._spec)

    def __len__(self) -> int:
        """Return how many values the canonical spec holds."""
        return sum(1 for _ in self)

    def _as_written(self, parts: list[str]) -> list[str]:
        """Return the way through the document as written that leads to the same values."""
        if parts[:1] != ["spec"]:
            return parts
        result: list[str] = ["spec"]
        shape: Shape | None = self._shape
        written, spec = self._written.get("spec"), self._spec
        for part in parts[1:]:
            index = part
            if shape and shape.unordered and isinstance(spec, list) and isinstance(written, list):
                value = value_below(spec, [part])
                index = str(written.index(value)) if value in written else part
            shape = _inner(shape, part)
            spec, written = value_below(spec, [part]), value_below(written, [index])
            result.append(index)
        return result


def _inner(shape: Shape | None, part: str) -> Shape | None:
    if shape is None:
        return None
    return shape.fields.get(part) if shape.part == "object" else shape.item


def _pointers(pointer: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    yield pointer
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, child in children:
        yield from _pointers(pointer + pointer_to([part]), child)
