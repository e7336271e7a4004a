"""The JSON Schema of any document that a repository may hold, made of those of its kinds; and snippets for editors.

An editor binds one schema to a file, and a file may hold documents of several kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lpcac.core.json_values import Json
from lpcac.kinds.fields import API_VERSION

_LOCAL: Final = "#/$defs/"


def kind_of(schema: Json) -> str | None:
    """Return the kind of the documents that a schema accepts; `None` if it is of no kind."""
    kind = schema.get("properties", {}).get("kind", {}).get("const")
    return kind if isinstance(kind, str) else None


def any_document_schema(kinds: Mapping[str, Json]) -> Json:
    """Return the schema that accepts what one of these accepts, chosen by `kind`.

    Arguments:
        kinds: the schema of each kind.
    """
    definitions: Json = {}
    for kind, schema in kinds.items():
        document = {key: value for key, value in schema.items() if key not in ("$schema", "$defs", "examples")}
        definitions[kind] = _moved(document, kind)
        for name, part in schema.get("$defs", {}).items():
            definitions[f"{kind}.{name}"] = _moved(part, kind)
    names = sorted(kinds)
    return {
        "title": "Document",
        "description": "Any document of lpcac: a resource, a pipeline test, a rule or the directory map.",
        "type": "object",
        "properties": {
            "apiVersion": {"description": "Version of this format.", "const": API_VERSION},
            "kind": {"description": "What the document is.", "enum": names},
        },
        "required": ["kind"],
        "allOf": [
            {
                "if": {"type": "object", "properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": {"$ref": f"{_LOCAL}{name}"},
            }
            for name in names
        ],
        "examples": [example for name in names for example in kinds[name].get("examples", [])],
        "$defs": dict(sorted(definitions.items())),
    }


def snippet(example: Json) -> Json:
    """Return what an editor offers to insert for a document: the example, as VS Code and its YAML extension read it."""
    return {
        "label": f"{example['kind']}",
        "description": f"A {example['kind']}, to be adapted.",
        "body": _as_is(example),
    }


def _moved(part: Any, kind: str) -> Any:  # noqa: ANN401 - a part of a schema
    """Return a part of a kind's schema, its references leading to where the kind's definitions are now.

    References to other files are left out: an editor that cannot fetch them checks nothing at all.
    """
    if isinstance(part, list):
        return [_moved(each, kind) for each in part]
    if not isinstance(part, dict):
        return part
    moved = {key: _moved(value, kind) for key, value in part.items()}
    reference = part.get("$ref")
    if isinstance(reference, str) and reference.startswith(_LOCAL):
        moved["$ref"] = f"{_LOCAL}{kind}.{reference.removeprefix(_LOCAL)}"
    elif isinstance(reference, str):
        del moved["$ref"]
    return moved


def _as_is(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value whose texts are inserted as they are: some characters mean something in a snippet."""
    if isinstance(value, dict):
        return {_as_is(key): _as_is(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_is(each) for each in value]
    return value.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}") if isinstance(value, str) else value
