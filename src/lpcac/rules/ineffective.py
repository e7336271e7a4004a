"""What in a rule's schema has no effect: JSON Schema ignores a misspelt keyword, and a field that nothing has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from lpcac.core.json_pointers import pointer_to
from lpcac.core.json_values import Json
from lpcac.core.text.did_you_mean import did_you_mean
from lpcac.core.text.safe_text import quoted
from lpcac.kinds.shapes import Shape
from lpcac.rules.facts import fact_names
from lpcac.rules.schema_limits import FILES, target_of

_Path = tuple[str | int, ...]
_Shapes = tuple[Shape, ...]
"""The shapes that one place of a resource can have; empty where it can have any."""

_SAME: Final = frozenset({"not", "if", "then", "else"})
_SAME_LISTS: Final = frozenset({"allOf", "anyOf", "oneOf"})
_SAME_MAPS: Final = frozenset({"dependentSchemas"})
_ITEM: Final = frozenset({"items", "contains", "unevaluatedItems"})
_ITEM_LISTS: Final = frozenset({"prefixItems"})
_ANY: Final = frozenset({"additionalProperties", "unevaluatedProperties", "propertyNames"})
_ANY_MAPS: Final = frozenset({"patternProperties", "$defs", "definitions"})
_PLAIN: Final = frozenset(
    [
        "$ref",
        "$schema",
        "type",
        "enum",
        "const",
        "multipleOf",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "pattern",
        "format",
        "maxItems",
        "minItems",
        "uniqueItems",
        "maxContains",
        "minContains",
        "maxProperties",
        "minProperties",
        "required",
        "dependentRequired",
        "dependencies",
        "properties",
        "$comment",
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
    ]
)
_KEYWORDS: Final = _PLAIN | _SAME | _SAME_LISTS | _SAME_MAPS | _ITEM | _ITEM_LISTS | _ANY | _ANY_MAPS
"""JSON Schema 2020-12, core, applicator, validation and metadata vocabularies, and what is left of earlier drafts."""
_VENDOR: Final = "x-"
_SCALAR: Final = Shape("scalar", {})


class Ineffective(NamedTuple):
    """A key of a schema that has no effect.

    Arguments:
        pointer: of the key in the schema; of the reference to its file if it is in another file.
    """

    pointer: str
    message: str


def ineffective(whole: Json, kinds: Mapping[str, Shape]) -> Iterator[Ineffective]:
    """Yield what has no effect in a schema, each place once.

    Arguments:
        whole: a schema that is known to be contained.
        kinds: those that the rule is about, each with the shape of its spec.
    """
    shapes = tuple(_resource(kind, spec) for kind, spec in sorted(kinds.items()))
    try:
        found = list(dict.fromkeys(_Walk(whole).schema(whole, (), shapes)))
    except RecursionError:
        found = [Ineffective("", "it is nested too deep")]
    yield from found


def _resource(kind: str, spec: Shape) -> Shape:
    """Return the shape of a whole resource, as rules see it."""
    metadata = Shape("object", {"name": _SCALAR, "labels": Shape("object", {})})
    derived = Shape("object", dict.fromkeys(fact_names(kind), Shape("object", {})))
    return Shape("object", {"kind": _SCALAR, "metadata": metadata, "spec": spec, "derived": derived})


class _Walk(NamedTuple):
    """Goes through every schema within one, references followed; the caller has checked that it ends."""

    whole: Json

    def schema(self, part: Any, path: _Path, shapes: _Shapes) -> Iterator[Ineffective]:  # noqa: ANN401 - JSON
        if not isinstance(part, dict):
            return
        for key, value in part.items():
            if key not in _KEYWORDS and not key.startswith(_VENDOR):
                hint = did_you_mean(key, _KEYWORDS)
                yield Ineffective(pointer_to((*path, key)), f"the keyword {quoted(key)} has no effect{hint}")
            elif key == "properties":
                yield from self._properties(value, (*path, key), shapes)
            else:
                for inner, at, known in _inner(key, value, (*path, key), shapes):
                    yield from self.schema(inner, at, known)
        if isinstance(part.get("$ref"), str):
            yield from self._referred(part["$ref"], (*path, "$ref"), shapes)

    def _properties(self, value: Any, path: _Path, shapes: _Shapes) -> Iterator[Ineffective]:  # noqa: ANN401 - JSON
        for name, inner in value.items() if isinstance(value, dict) else ():
            known = {each for shape in shapes for each in shape.fields}
            if known and name not in known and all(shape.fields for shape in shapes):
                message = f"no resource that the rule is about has {quoted(name)} here{did_you_mean(name, known)}"
                yield Ineffective(pointer_to((*path, name)), message)
                continue
            fields = tuple(shape.fields[name] for shape in shapes if name in shape.fields)
            yield from self.schema(inner, (*path, name), fields)

    def _referred(self, reference: str, path: _Path, shapes: _Shapes) -> Iterator[Ineffective]:
        names = [name.replace("~1", "/").replace("~0", "~") for name in reference.removeprefix("#").split("/")[1:]]
        target = target_of(self.whole, reference)
        if names[1:2] != [FILES]:
            yield from self.schema(target, tuple(names), shapes)
            return
        for _, message in self.schema(target, path, shapes):
            yield Ineffective(pointer_to(path), f"{names[2]}: {message}")


def _inner(key: str, value: Any, path: _Path, shapes: _Shapes) -> Iterator[tuple[Any, _Path, _Shapes]]:  # noqa: ANN401 - JSON
    """Yield the schemas that one keyword holds, each with its place and with what it is asked about."""
    items = tuple(shape.item for shape in shapes if shape.item is not None)
    if key in _SAME | _ITEM | _ANY:
        yield value, path, shapes if key in _SAME else items if key in _ITEM else ()
    elif key in _SAME_LISTS | _ITEM_LISTS and isinstance(value, Sequence):
        known = shapes if key in _SAME_LISTS else items
        yield from ((each, (*path, number), known) for number, each in enumerate(value))
    elif key in _SAME_MAPS | _ANY_MAPS and isinstance(value, dict):
        known = shapes if key in _SAME_MAPS else ()
        yield from ((each, (*path, name), known) for name, each in value.items() if name != FILES)
