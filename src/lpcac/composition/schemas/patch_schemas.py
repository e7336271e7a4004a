"""JSON Schemas of files, made from those of the models: with placeholders and patches where they are allowed.

What they accept is what `lpcac.composition.document_shape` calls well-formed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lpcac.composition.placeholders import PLACEHOLDER_PATTERN
from lpcac.core.json_values import Json

PLACEHOLDER: Final = "Placeholder"

_PLACEHOLDER_REF: Final[Json] = {"$ref": f"#/$defs/{PLACEHOLDER}"}
_NULL: Final[Json] = {"type": "null"}
_SCALARS: Final = ("string", "integer", "number", "boolean")
_ANNOTATIONS: Final = ("title", "description", "default", "examples")
_TIES: Final = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
_IS_PATCH: Final[Json] = {
    "type": "object",
    "properties": {"metadata": {"type": "object", "properties": {"patch": {"const": True}}, "required": ["patch"]}},
    "required": ["metadata"],
}
_PLACEHOLDER_SCHEMA: Final[Json] = {
    "title": PLACEHOLDER,
    "description": "Text with a placeholder; a text that is one placeholder takes the type of its value.",
    "type": "string",
    "pattern": PLACEHOLDER_PATTERN,
    "examples": ["${vars.hot_days}", "${client}", "${pool}", "${logpoint}"],
}


def file_definitions(definitions: Mapping[str, Json]) -> Json:
    """Return the definitions as files may write them, each with that of a patch for it.

    Arguments:
        definitions: of the models; everything but the documents themselves, and those that pass for them.
    """
    result: Json = {}
    for name, definition in definitions.items():
        result[name] = _relaxed(definition)
        result[_patch_name(name)] = _patch_of(definition, definitions)
    return result | {PLACEHOLDER: _PLACEHOLDER_SCHEMA}


def file_document(document: Json) -> Json:
    """Return the schema of a whole document as files may write it, `$defs` left out.

    Arguments:
        document: schema of the model of a document: with apiVersion, kind, metadata and spec.
    """
    properties = document["properties"]
    whole = {name: {"$ref": properties[name]["$ref"]} for name in ("metadata", "spec")}
    patch = {name: {"$ref": _patch_name(schema["$ref"])} for name, schema in whole.items()}
    described = {name: {k: v for k, v in properties[name].items() if k != "$ref"} for name in whole}
    described["metadata"].setdefault("description", "What the document says of the resource itself.")
    return {
        **{key: value for key, value in document.items() if key not in ("properties", "required", "$defs")},
        "properties": properties | described,
        "required": ["kind", "metadata"],
        "if": _IS_PATCH,
        "then": {"properties": patch | {"spec": {"anyOf": [patch["spec"], _NULL]}}},
        "else": {"properties": whole, "required": ["apiVersion", "spec"]},
    }


def reachable(root: Json, definitions: Mapping[str, Json]) -> Json:
    """Return those of the definitions that the schema needs, sorted by name."""
    needed: set[str] = set()
    pending: list[Any] = [root]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name in definitions and name not in needed:
                needed.add(name)
                pending.append(definitions[name])
            pending += part.values()
        elif isinstance(part, list):
            pending += part
    return {name: definitions[name] for name in sorted(needed)}


def _patch_name(name: str) -> str:
    return f"{name}Patch"


def _relaxed(schema: Json) -> Json:
    """Return the schema with placeholders allowed for every scalar in it."""
    if _is_object(schema):
        return _guarded(schema) | _with_inner(schema, _relaxed)
    if "anyOf" in schema:
        options = [_relaxed_option(option) for option in schema["anyOf"]]
        if any(_is_scalar(option) for option in schema["anyOf"]):
            options.append(_PLACEHOLDER_REF)
        return schema | {"anyOf": options}
    if _is_scalar(schema):
        return _one_of(schema, [_without_annotations(schema), _PLACEHOLDER_REF])
    return _relaxed_option(schema)


def _relaxed_option(schema: Json) -> Json:
    if _is_object(schema):
        return _relaxed(schema)
    return schema | {"items": _relaxed(schema["items"])} if "items" in schema else schema


def _guarded(schema: Json) -> Json:
    """Return an object's schema whose ties between values count only while none of them is a placeholder."""
    ties = {key: schema[key] for key in _TIES if key in schema}
    others = {key: value for key, value in schema.items() if key not in ties}
    if not ties:
        return others
    return others | {"if": {"additionalProperties": {"not": _PLACEHOLDER_REF}}, "then": ties}


def _patch_of(schema: Json, definitions: Mapping[str, Json]) -> Json:
    """Return the schema of what a patch says of an object: any part of it, null for what it removes."""
    result = {key: value for key, value in schema.items() if key not in (*_TIES, "required")}
    result |= _with_inner(schema, lambda inner: _removable(inner, definitions))
    if "patch" in schema.get("properties", {}):
        own = schema["properties"]
        result["properties"] |= {"name": _relaxed(own["name"]), "patch": own["patch"]}
        result["required"] = ["name", "patch"]
    if "title" in schema:
        result["title"] = _patch_name(schema["title"])
    return result


def _removable(schema: Json, definitions: Mapping[str, Json]) -> Json:
    schema = {key: value for key, value in schema.items() if key != "default"}
    options = schema.get("anyOf", [_without_annotations(schema)])
    wanted = [_patch_option(option, definitions) for option in options if option != _NULL]
    if any(_is_scalar(option) for option in options):
        wanted.append(_PLACEHOLDER_REF)
    return _one_of(schema, [*wanted, _NULL])


def _patch_option(schema: Json, definitions: Mapping[str, Json]) -> Json:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name in definitions and _is_object(definitions[name]):
        return {"$ref": _patch_name(schema["$ref"])}
    return _patch_of(schema, definitions) if _is_object(schema) else _relaxed_option(schema)


def _with_inner(schema: Json, change: Any) -> Json:  # noqa: ANN401 - a schema to a schema
    return {
        part: {name: change(inner) for name, inner in schema[part].items()}
        for part in ("properties", "patternProperties")
        if part in schema
    }


def _one_of(schema: Json, options: list[Json]) -> Json:
    return {key: schema[key] for key in _ANNOTATIONS if key in schema} | {"anyOf": options}


def _without_annotations(schema: Json) -> Json:
    return {key: value for key, value in schema.items() if key not in _ANNOTATIONS}


def _is_object(schema: Json) -> bool:
    return schema.get("type") == "object"


def _is_scalar(schema: Json) -> bool:
    return schema.get("type") in _SCALARS
