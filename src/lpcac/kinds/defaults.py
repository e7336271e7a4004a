"""What a spec says beyond its defaults."""

from __future__ import annotations

from typing import Any

from lpcac.core.json_values import Json, same_json
from lpcac.kinds.shapes import Shape


def without_defaults(spec: Json, shape: Shape) -> Json:
    """Return the spec without the fields that hold what they would hold if they were left out, at any depth.

    Arguments:
        spec: canonical.
        shape: of the spec.
    """
    return {
        name: _inner(value, shape.fields.get(name))
        for name, value in spec.items()
        if name not in shape.fields or not _is_default(value, shape.fields[name])
    }


def _inner(value: Any, shape: Shape | None) -> Any:  # noqa: ANN401 - JSON
    if shape is not None and isinstance(value, dict):
        return without_defaults(value, shape)
    if shape is not None and isinstance(value, list):
        return [_inner(item, shape.item) for item in value]
    return value


def _is_default(value: Any, shape: Shape) -> bool:  # noqa: ANN401 - JSON
    # A null that is written out clears something, and is no default.
    return value is not None and same_json(value, shape.default)
