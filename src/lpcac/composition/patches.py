"""Applies patches to a base's documents; every value keeps the position it came from.

Maps merge, lists and scalars replace, null removes a key (JSON merge patch, RFC 7396); `spec: null` drops the resource.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from lpcac.core.findings import Position
from lpcac.core.json_pointers import parts_of, pointer_to, value_below
from lpcac.core.json_values import Json, same_json
from lpcac.documents.document import Document
from lpcac.kinds.shapes import Shape

_OPAQUE = Shape("scalar", {})
_METADATA = Shape("object", dict.fromkeys(("name", "description", "labels", "patch"), _OPAQUE))


def is_patch(value: object) -> bool:
    """Tell whether a document's value declares itself a patch."""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    return isinstance(metadata, dict) and metadata.get("patch") is True


def is_drop(patch: Document) -> bool:
    """Tell whether the patch drops its resource."""
    return "spec" in patch.value and patch.value["spec"] is None


def merged(below: Any, patch: Any) -> Any:  # noqa: ANN401 - any plain value
    """Return the value below as the patch makes it; neither argument is changed."""
    if not isinstance(patch, dict):
        return patch
    result = dict(below) if isinstance(below, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def patched(below: Document, patch: Document) -> Document:
    """Return the document below as the patch makes it; the patch must be a document of the same kind and name."""
    adjustment = _adjustment(patch.value)
    value = merged(below.value, adjustment)
    # A value that the patch repeats unchanged does not count as patched.
    changed = [p for p in _leaves(adjustment, ()) if not same_json(value_below(value, p), value_below(below.value, p))]
    return replace(
        below,
        value=value,
        places=_MergedPlaces(below, patch, adjustment),
        is_readable=below.is_readable and patch.is_readable,
        patched=tuple(dict.fromkeys((*below.patched, *map(pointer_to, changed)))),
    )


def removals_of_unknown_keys(patch: Document, spec: Shape) -> Iterator[tuple[str, str, Collection[str]]]:
    """Yield (pointer, key, known keys) for each key that the patch removes and that no document of the kind has."""
    whole = Shape("object", {"apiVersion": _OPAQUE, "kind": _OPAQUE, "metadata": _METADATA, "spec": spec})
    for parts in _leaves(patch.value, ()):
        shape = whole
        for part in parts[:-1]:
            shape = shape.fields.get(part, _OPAQUE)
        if value_below(patch.value, parts) is None and shape.part == "object" and parts[-1] not in shape.fields:
            yield pointer_to(parts), parts[-1], shape.fields


def _adjustment(value: Json) -> Json:
    """Return what a patch changes: all but what says that it is one, and of what."""
    metadata = {key: inner for key, inner in value["metadata"].items() if key not in ("name", "patch")}
    others = {key: inner for key, inner in value.items() if key not in ("kind", "metadata")}
    return ({"metadata": metadata} if metadata else {}) | others


def _leaves(value: Any, parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:  # noqa: ANN401 - any plain value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*parts, key))
    else:
        yield parts


class _MergedPlaces:
    """The places of a patched document: each value's in the document it came from, a removed key's in the patch."""

    __slots__ = ("_adjustment", "_below", "_patch")

    def __init__(self, below: Document, patch: Document, adjustment: Json) -> None:
        self._below, self._patch, self._adjustment = below, patch, adjustment

    def value_at(self, pointer: str) -> Position:
        """Return where the value starts."""
        return self._source(pointer).places.value_at(pointer)

    def key_at(self, pointer: str) -> Position:
        """Return where the value's key starts."""
        return self._source(pointer).places.key_at(pointer)

    def text_at(self, pointer: str) -> str | None:
        """Return the scalar as typed if it was typed without quotes."""
        return self._source(pointer).places.text_at(pointer)

    def _source(self, pointer: str) -> Document:
        ours: Any = self._adjustment
        theirs: Any = self._below.value
        for part in parts_of(pointer):
            if not isinstance(ours, dict):
                break
            if part not in ours:
                # A map that the patch brought has nothing below it either.
                return self._below if isinstance(theirs, dict) else self._patch
            ours = ours[part]
            theirs = theirs.get(part) if isinstance(theirs, dict) else None
        is_shared_map = isinstance(ours, dict) and isinstance(theirs, dict)
        return self._below if is_shared_map else self._patch
