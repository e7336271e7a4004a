"""Finds the names of other objects in a spec."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lpcac.core.json_pointers import escaped_token
from lpcac.kinds.shapes import Shape


def references(
    shape: Shape,
    spec: Any,  # noqa: ANN401 - JSON; of a spec that is not valid, the valid parts count
    pointer: str = "/spec",
) -> Iterator[tuple[str, str, str]]:
    """Yield (JSON pointer below the document, kind or inventory referred to, name) for every reference."""
    if shape.ref:
        # An empty text refers to nothing, and is legal in places.
        if isinstance(spec, str) and spec:
            yield pointer, shape.ref, spec
    elif isinstance(spec, dict):
        for field, child in shape.fields.items():
            if (child.ref or child.part != "scalar") and field in spec:
                yield from references(child, spec[field], f"{pointer}/{escaped_token(field)}")
    elif isinstance(spec, list) and shape.item and (shape.item.ref or shape.item.part != "scalar"):
        for index, item in enumerate(spec):
            yield from references(shape.item, item, f"{pointer}/{index}")
