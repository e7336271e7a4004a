"""JSON Schemas (2020-12) made from the models: they accept the documents that `document_shape` calls well-formed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from lpcac.composition.schemas.document_schema import any_document_schema, kind_of, snippet
from lpcac.composition.schemas.patch_schemas import file_definitions, file_document, reachable
from lpcac.core.json_values import Json
from lpcac.kinds.envelope import envelope
from lpcac.kinds.fields import API_VERSION
from lpcac.kinds.registry import Registry

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ANY_DOCUMENT: Final = "document.schema.json"
_WORD_START: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_MODELS: Final[Mapping[str, type[BaseModel]]] = MappingProxyType({})


def schemas(registry: Registry, extra: Mapping[str, type[BaseModel]] = _NO_MODELS) -> dict[str, Json]:
    """Return every schema by the name of its file: one per kind, one for any kind, and the extra ones.

    Where there are extra ones, `document.schema.json` is for any document that has a `kind`, the extra ones included:
    the one schema that fits every document of every file of a repository.

    `extra` maps names of schema files to models, whose examples are in their `json_schema_extra`.
    """
    result = {schema_file(name): _kind_schema(registry, name) for name in registry.kinds}
    extras = {file: {"$schema": _DIALECT, **model.model_json_schema()} for file, model in extra.items()}
    kinds = {kind: each for each in (*result.values(), *extras.values()) if (kind := kind_of(each))}
    result |= extras | {"resource.schema.json": _any_kind_schema(registry)}
    if extras:
        result[_ANY_DOCUMENT] = any_document_schema(kinds)
    return {file: _identified(file, schema) for file, schema in sorted(result.items())}


def schema_text(schema: Json) -> str:
    """Return the one spelling of a schema in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=False) + "\n"


def schema_file(kind_name: str) -> str:
    """Return the name of a kind's schema file: `RoutingPolicy` is in `routing-policy.schema.json`."""
    return f"{_WORD_START.sub('-', kind_name).lower()}.schema.json"


def _identified(file: str, schema: Json) -> Json:
    """Return the schema with its `$id`, and a snippet of each example for editors."""
    start = {"$schema": _DIALECT, "$id": f"urn:lpcac:schema:{file.removesuffix('.schema.json')}"}
    snippets = [snippet(example) for example in schema.get("examples", []) if "kind" in example]
    return start | schema | ({"defaultSnippets": snippets} if snippets else {})


def _kind_schema(registry: Registry, name: str) -> Json:
    kind = registry.kinds[name]
    model = envelope(kind).model_json_schema()
    document = file_document(model)
    definitions = reachable(document, file_definitions(model["$defs"]))
    return {"$schema": _DIALECT, **document, "examples": [kind.example], "$defs": definitions}


def _any_kind_schema(registry: Registry) -> Json:
    models = {name: envelope(kind) for name, kind in registry.kinds.items()}
    # One call for all, so that two kinds may each have, say, a `Criterion`.
    schema_of, definitions = models_json_schema([(model, "validation") for model in models.values()])
    names = sorted(models)
    documents = {schema_of[model, "validation"]["$ref"].rpartition("/")[2] for model in models.values()}
    parts = {name: part for name, part in definitions["$defs"].items() if name not in documents}
    files = file_definitions(parts) | {name: file_document(definitions["$defs"][name]) for name in documents}
    rules = [_if_kind(name, schema_of[models[name], "validation"]) for name in names]
    return {
        "$schema": _DIALECT,
        "title": "Resource",
        "description": "Declares a resource of any kind.",
        "type": "object",
        "properties": {
            "apiVersion": {"description": "Version of this format.", "const": API_VERSION},
            "kind": {"description": "Kind of the resource.", "enum": names},
            "metadata": {"description": "What the document says of the resource itself."},
            "spec": {"description": "What the resource should look like."},
        },
        "required": ["kind", "metadata"],
        "allOf": rules,
        "examples": [registry.kinds[name].example for name in names],
        "$defs": reachable({"allOf": rules}, files),
    }


def _if_kind(name: str, schema: Mapping[str, Any]) -> Json:
    return {"if": {"properties": {"kind": {"const": name}}, "required": ["kind"]}, "then": dict(schema)}
