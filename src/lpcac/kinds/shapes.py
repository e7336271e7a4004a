"""What the markers on the fields of a spec say, as a tree parallel to the JSON value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import (
    BaseModel,
)
from pydantic.fields import FieldInfo

from lpcac.kinds.fields import Matched, Meaning, Ref, Unordered
from lpcac.kinds.kind import Kept

Part = Literal["object", "list", "scalar"]

REQUIRED: Final = object()
"""The default of a field that has none."""


@dataclass(frozen=True)
class Shape:
    """What the markers on a spec's fields say, as a tree parallel to the JSON value."""

    part: Part
    fields: Mapping[str, Shape]
    item: Shape | None = None
    ref: str | None = None
    unordered: bool = False
    matched_by: tuple[str, ...] | None = None
    meaning: str | None = None
    kept: Kept | None = None
    default: Any = REQUIRED
    """What a field holds where it is left out."""

    def references(self) -> Iterator[str]:
        """Yield every kind or inventory this part refers to."""
        if self.ref:
            yield self.ref
        for child in (*self.fields.values(), *([self.item] if self.item else [])):
            yield from child.references()


def shape_of(spec: type[BaseModel]) -> Shape:
    """Return the shape of a spec model, read from its annotations."""
    return Shape("object", {field.alias or name: _field_shape(field) for name, field in spec.model_fields.items()})


def _field_shape(field: FieldInfo) -> Shape:
    shape = _annotation_shape(field.annotation, tuple(field.metadata))
    return shape if field.is_required() else replace(shape, default=field.get_default(call_default_factory=True))


def _annotation_shape(annotation: object, markers: tuple[object, ...]) -> Shape:
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _annotation_shape(inner, (*markers, *more))
    if get_origin(annotation) in (Union, UnionType):
        shapes = [_annotation_shape(arg, markers) for arg in get_args(annotation) if arg is not type(None)]
        return shapes[0] if len(shapes) == 1 else _union_shape(shapes)
    if get_origin(annotation) is list:
        matched = next((m.by for m in markers if isinstance(m, Matched)), None)
        unordered = any(isinstance(m, Unordered) for m in markers)
        item = _annotation_shape(get_args(annotation)[0], tuple(m for m in markers if isinstance(m, Ref)))
        return Shape("list", {}, item=item, unordered=unordered, matched_by=matched)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return shape_of(annotation)
    ref = next((m.kind for m in markers if isinstance(m, Ref)), None)
    meaning = next((m.words for m in markers if isinstance(m, Meaning)), None)
    return Shape("scalar", {}, ref=ref, meaning=meaning, kept=next((m for m in markers if isinstance(m, Kept)), None))


def _union_shape(shapes: list[Shape]) -> Shape:
    """Return the shape of what is one of several: an object with the fields of all, anything else opaque."""
    if all(shape.part == "object" for shape in shapes):
        return Shape("object", {name: field for shape in shapes for name, field in shape.fields.items()})
    return Shape("scalar", {})
