"""The fields of a model as rows: where, what type, whether required, default, example and meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

Json = Any


@dataclass(frozen=True)
class Field:
    """One field of a document.

    Arguments:
        path: from the document's or the spec's top, `[]` for the items of a list, `{}` for the values of a map.
        default: as YAML would say it; empty where the field is required or absent by default.
    """

    path: str
    type: str
    is_required: bool
    default: str
    example: str
    meaning: str


def fields_of(model: type[BaseModel], example: Json) -> list[Field]:
    """Return every field of a model, parents before their parts.

    Arguments:
        example: a value of the model, where fields look for their examples.
    """
    schema = model.model_json_schema()
    return list(_object(schema, schema.get("$defs", {}), "", [example]))


def _object(schema: Json, definitions: Json, above: str, examples: list[Json]) -> Iterator[Field]:
    required = schema.get("required", [])
    for name, about in schema.get("properties", {}).items():
        path = f"{above}{name}"
        values = [each[name] for each in examples if isinstance(each, Mapping) and name in each]
        values += about.get("examples", [])
        target = _target(about, definitions)
        default = about.get("default")
        yield Field(
            path,
            _type(about, definitions),
            name in required,
            "" if default is None or default in ([], {}) else _yaml(default),
            _yaml(values[0]) if values and not isinstance(values[0], (dict, list)) else "",
            " ".join(str(about.get("description") or target.get("description", "")).split()),
        )
        yield from _parts(target, definitions, path, values)


def _parts(target: Json, definitions: Json, path: str, values: list[Json]) -> Iterator[Field]:
    """Yield the fields below one: of an object, of the items of a list, or of the values of a map."""
    if target.get("type") == "array":
        items = _target(target.get("items", {}), definitions)
        below = [item for value in values if isinstance(value, list) for item in value]
        yield from _object(items, definitions, f"{path}[].", below)
    elif "properties" in target:
        yield from _object(target, definitions, f"{path}.", values)
    elif isinstance(target.get("additionalProperties"), dict):
        entry = _target(target["additionalProperties"], definitions)
        below = [item for value in values if isinstance(value, Mapping) for item in value.values()]
        yield from _object(entry, definitions, f"{path}.NAME.", below)
    elif isinstance(target.get("patternProperties"), dict):
        [entry] = (_target(each, definitions) for each in target["patternProperties"].values())
        below = [item for value in values if isinstance(value, Mapping) for item in value.values()]
        yield from _object(entry, definitions, f"{path}.NAME.", below)


def _target(about: Json, definitions: Json) -> Json:
    """Return what a reference leads to, `null` among alternatives left out."""
    if "$ref" in about and str(about["$ref"]).startswith("#/$defs/"):
        return definitions[about["$ref"].rpartition("/")[2]]
    choices = [each for each in about.get("anyOf", []) if each.get("type") != "null"]
    return _target(choices[0], definitions) if len(choices) == 1 else about


def _type(about: Json, definitions: Json) -> str:
    schema = _target(about, definitions)
    if "enum" in schema:
        return ", ".join(f"`{_yaml(value)}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{_yaml(schema['const'])}`"
    if "anyOf" in schema or "oneOf" in schema:
        choices = [_type(each, definitions) for each in schema.get("anyOf", schema.get("oneOf", []))]
        return " or ".join(dict.fromkeys(choice for choice in choices if choice != "null"))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}), definitions)}"
    names = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "map"}
    given = schema.get("type", "any value")
    word = " or ".join(names.get(each, each) for each in given) if isinstance(given, list) else names.get(given, given)
    limits = [
        f"{words} {schema[key]}" for key, words in (("minimum", "at least"), ("maximum", "at most")) if key in schema
    ]
    return " ".join((word, *limits))


def _yaml(value: Json) -> str:
    return value if isinstance(value, str) and value.strip() == value and value else json.dumps(value)
