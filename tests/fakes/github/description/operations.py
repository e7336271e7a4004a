"""The operations of GitHub's description that the fake serves, prepared once and kept for later processes."""

import functools
import hashlib
import json
import pickle
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.fakes.github.description.packages import make_cache, published_file, write_at_once
from tests.fakes.github.description.schemas import Schemas

FILE = ("openapi", "generated", "api.github.com.json")
METHODS = ("get", "post", "put", "patch", "delete")
FORMAT = 1
"""To be raised when the prepared form changes."""

UNUSED = frozenset({"example", "examples", "x-github-breaking-changes"})
"""Parts of a schema that say nothing about what is valid."""

SCHEMA_IN_THE_FILE = "#/components/schemas/"
NAMED_SCHEMA = "urn:github:"
"""Stands before a schema's name where another refers to it."""


@dataclass(frozen=True)
class Operation:
    """One operation as GitHub describes it; its schemas refer to named ones as `urn:github:name`."""

    method: str
    template: str
    name: str
    documentation: str | None
    parameters: tuple[dict[str, Any], ...]
    body: dict[str, Any] | None
    body_is_required: bool
    answers: dict[int, dict[str, Any] | None]
    """The schema of each status, None for one that is described without a body."""


@dataclass(frozen=True)
class Description:
    """What GitHub publishes of its API, as far as it is needed."""

    names: dict[tuple[str, str], str]
    """Of every operation there is: method and template, and GitHub's name for it."""
    operations: dict[tuple[str, str], Operation]
    schemas: dict[str, Any]

    def find(self, method: str, path: str) -> str | None:
        """Return the template that a path belongs to, the one with the fewest parameters."""
        if (method, path) not in self._found:
            fitting = (key[1] for key, pattern in self.patterns if key[0] == method and pattern.fullmatch(path))
            self._found[method, path] = next(fitting, None)
        return self._found[method, path]

    @functools.cached_property
    def _found(self) -> dict[tuple[str, str], str | None]:
        return {}

    @functools.cached_property
    def checked_schemas(self) -> Schemas:
        return Schemas(self.schemas)

    @functools.cached_property
    def patterns(self) -> list[tuple[tuple[str, str], re.Pattern[str]]]:
        ordered = sorted(self.names, key=lambda key: (key[1].count("{"), -len(key[1])))
        return [(key, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(key[1])))) for key in ordered]


def described(served: Iterable[tuple[str, str]]) -> Description:
    """Return GitHub's description of the served operations, from the cache when it is there."""
    wanted = sorted(served)
    source = published_file(*FILE)
    stamp = source.stat()
    identity = json.dumps([FORMAT, stamp.st_size, stamp.st_mtime_ns, wanted])
    cached = make_cache() / f"{hashlib.sha256(identity.encode()).hexdigest()[:16]}.pickle"
    if cached.exists():
        loaded: Description = pickle.loads(cached.read_bytes())
        return loaded
    prepared = _prepare(json.loads(source.read_bytes()), wanted)
    write_at_once(cached, pickle.dumps(prepared))
    return prepared


def _prepare(document: dict[str, Any], wanted: list[tuple[str, str]]) -> Description:
    names = {
        (method.upper(), template): operation["operationId"]
        for template, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }
    unknown = [key for key in wanted if key not in names]
    if unknown:
        raise LookupError(f"GitHub's description has no operation {unknown}")
    operations = {key: _operation(document, *key) for key in wanted}
    schemas = dict(_schemas_reached(document, operations.values()))
    return Description(names, operations, schemas)


def _operation(document: dict[str, Any], method: str, template: str) -> Operation:
    found = document["paths"][template][method.lower()]
    body = found.get("requestBody")
    return Operation(
        method,
        template,
        found["operationId"],
        found.get("externalDocs", {}).get("url"),
        tuple(_renamed(_followed(document, parameter)) for parameter in found.get("parameters", [])),
        _json_schema(_followed(document, body)) if body else None,
        bool(body and body.get("required")),
        {int(status): _json_schema(_followed(document, answer)) for status, answer in found["responses"].items()},
    )


def _json_schema(described_part: dict[str, Any]) -> dict[str, Any] | None:
    schema = described_part.get("content", {}).get("application/json", {}).get("schema")
    return None if schema is None else _renamed(schema)


def _followed(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        part = functools.reduce(lambda node, name: node[name], part["$ref"].removeprefix("#/").split("/"), document)
    return part


def _schemas_reached(document: dict[str, Any], operations: Iterable[Operation]) -> Iterator[tuple[str, Any]]:
    """Yield every named schema that the operations use, directly or through others."""
    waiting: list[Any] = [[op.parameters, op.body, list(op.answers.values())] for op in operations]
    seen: set[str] = set()
    while waiting:
        for reference in _references(waiting.pop()):
            if reference not in seen:
                seen.add(reference)
                schema = _renamed(document["components"]["schemas"][reference.removeprefix(NAMED_SCHEMA)])
                waiting.append(schema)
                yield reference, schema


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        children: Iterable[Any] = node.values()
    else:
        children = node if isinstance(node, (list, tuple)) else ()
    for child in children:
        yield from _references(child)


def _renamed(node: Any) -> Any:
    """Return a schema whose references stand for themselves, whatever document it is put into."""
    if isinstance(node, list):
        return [_renamed(entry) for entry in node]
    if isinstance(node, str) and node.startswith(SCHEMA_IN_THE_FILE):
        return NAMED_SCHEMA + node.removeprefix(SCHEMA_IN_THE_FILE)
    if not isinstance(node, dict):
        return node
    renamed = {key: _renamed(value) for key, value in node.items() if key not in UNUSED}
    if isinstance(node.get("properties"), dict):  # whose names are members, not words of the schema
        renamed["properties"] = {name: _renamed(schema) for name, schema in node["properties"].items()}
    return renamed
