"""A client's final resources as YAML that can be read back, each value with its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from lpcac.composition.placeholders import as_literal, names_in
from lpcac.core.findings import Position
from lpcac.core.json_pointers import parts_of, pointer_to, readable_path, value_below
from lpcac.core.json_values import Json
from lpcac.core.text.safe_text import escaped
from lpcac.documents.document import Document
from lpcac.kinds.registry import Registry
from lpcac.kinds.shapes import Shape
from lpcac.yaml_editing.emitter import flow_text

_TOP = ("apiVersion", "kind", "metadata", "spec")
_METADATA = ("name", "description", "labels")
_OPAQUE = Shape("scalar", {})


def resources_yaml(documents: Iterable[Document], registry: Registry, heading: Sequence[str] = ()) -> str:
    """Return the documents, by kind and name, in a form that validates and plans as they do.

    A comment above each document says where it is declared and which files patch it. In a patched document, each value
    of metadata and spec has a comment with its source. A value from a placeholder has its source and the placeholder.

    Arguments:
        documents: valid ones, after all patches and placeholders.
        heading: lines to put on top, as comments.
    """
    lines = [f"# {escaped(line)}" for line in heading]
    for document in in_order(documents, registry):
        lines.append("---")
        lines += _document_lines(document, registry.shapes[document.value["kind"]])
    return "\n".join(lines) + "\n"


def resources_json(documents: Iterable[Document], registry: Registry) -> list[Json]:
    """Return the same as JSON values, each with its places by JSON pointer."""
    return [
        {
            "resource": document.value,
            "source": _source(document.places.value_at("/metadata/name")),
            "patched": {pointer: _source(document.places.value_at(pointer)) for pointer in document.patched},
            "filled": dict(document.filled),
        }
        for document in in_order(documents, registry)
    ]


def in_order(documents: Iterable[Document], registry: Registry) -> list[Document]:
    """Return the documents sorted so that a kind comes after what it refers to, then by name."""
    rank = {kind: number for number, kind in enumerate(registry.kinds)}
    return sorted(documents, key=lambda document: (rank[document.value["kind"]], document.value["metadata"]["name"]))


def _document_lines(document: Document, shape: Shape) -> Iterator[str]:
    patches = dict.fromkeys(document.places.value_at(pointer).file for pointer in document.patched)
    by = f", patched by {', '.join(map(escaped, patches))}" if patches else ""
    yield f"# {_place(document.places.value_at('/metadata/name'))}{by}"
    for pointer in document.patched:
        *around, last = parts_of(pointer)
        if last not in (value_below(document.value, around) or {}):
            path = readable_path([*around, last])
            yield f"# {escaped(path)} is removed: {_place(document.places.value_at(pointer))}"
    written = _Writer(document)
    whole = Shape("object", dict.fromkeys(_TOP, _OPAQUE) | {"metadata": _shape(_METADATA), "spec": shape})
    yield from written.map_lines(document.value, whole, "", "")


class _Writer:
    """Writes one document in block style, so that every value has a line for its comment."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._is_patched = bool(document.patched)

    def map_lines(self, value: Json, shape: Shape, pointer: str, indent: str) -> Iterator[str]:
        known = [key for key in shape.fields if key in value]
        for key in (*known, *(key for key in value if key not in shape.fields)):
            below = pointer + pointer_to([key])
            inner = shape.fields.get(key, _OPAQUE)
            yield from self._entry(f"{indent}{_scalar(key)}:", value[key], inner, below, f"{indent}  ")

    def _entry(self, start: str, value: Any, shape: Shape, pointer: str, indent: str) -> Iterator[str]:  # noqa: ANN401
        if isinstance(value, dict) and value:
            yield start
            yield from self.map_lines(value, shape, pointer, indent)
        elif isinstance(value, list) and value:
            yield start
            yield from self._list_lines(value, shape.item or _OPAQUE, pointer, indent)
        else:
            yield f"{start} {_empty_or_scalar(value)}{self._remark(pointer)}"

    def _list_lines(self, value: list[Any], shape: Shape, pointer: str, indent: str) -> Iterator[str]:
        for index, item in enumerate(value):
            below = f"{pointer}/{index}"
            if isinstance(item, dict) and item:
                first, *others = self.map_lines(item, shape, below, f"{indent}  ")
                yield f"{indent}- {first.removeprefix(f'{indent}  ')}"
                yield from others
            else:
                yield from self._entry(f"{indent}-", item, shape, below, f"{indent}  ")

    def _remark(self, pointer: str) -> str:
        """Return the comment with the value's source; empty if the document's comment covers it."""
        is_filled = pointer in self._document.filled
        is_everyones = pointer in ("/apiVersion", "/kind")
        if not is_filled and (not self._is_patched or is_everyones):
            return ""
        names = dict.fromkeys(names_in(self._document.filled[pointer])) if is_filled else {}
        origins = [_place(self._document.places.value_at(pointer)), *(f"${{{escaped(name)}}}" for name in names)]
        return f"  # {', '.join(origins)}"


def _empty_or_scalar(value: Any) -> str:  # noqa: ANN401 - any plain value but a map or list that holds something
    return "{}" if value == {} else "[]" if value == [] else _filled_scalar(value)


def _filled_scalar(value: Any) -> str:  # noqa: ANN401 - any scalar
    return _scalar(as_literal(value) if isinstance(value, str) else value)


@lru_cache(maxsize=8192, typed=True)
def _scalar(value: Any) -> str:  # noqa: ANN401 - any scalar
    return flow_text(value)


def _shape(names: Iterable[str]) -> Shape:
    return Shape("object", dict.fromkeys(names, _OPAQUE))


def _place(position: Position) -> str:
    return f"{escaped(position.file)}:{position.line}"


def _source(position: Position) -> Json:
    return {"file": position.file, "line": position.line}
