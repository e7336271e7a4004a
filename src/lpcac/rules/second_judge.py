"""A second judge of documents beside the models: the generated JSON Schemas, asked by a library that shares no code.

Both were made to accept the same documents. Where they do not, one of them is wrong, and nobody knows which: then the
document counts as invalid.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, Final

import jsonschema_rs

from lpcac.composition.document_shape import form_findings
from lpcac.composition.json_schemas import schema_file, schemas
from lpcac.composition.validation import subject_of
from lpcac.core.findings import Finding
from lpcac.core.json_pointers import pointer_to
from lpcac.core.json_values import Json
from lpcac.core.safe_text import shortened
from lpcac.documents.document import Ambiguous, Document
from lpcac.kinds.registry import Registry

JUDGES_DIFFER: Final = "judges-differ"

# The schemas are lpcac's own; the limit is for texts that a stranger could make up for their patterns.
_PATTERNS: Final = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)


class SecondJudge:
    """Checks documents against the schemas of their kinds."""

    def __init__(self, registry: Registry, known: dict[str, Json] | None = None) -> None:
        """Compile the generated schemas, or those that are given by the name of their file."""
        self._registry = registry
        self._validators = _generated(registry) if known is None else _compiled(registry, known)

    def findings(self, documents: Iterable[Document]) -> Iterator[Finding]:
        """Yield a finding for each document about which models and schemas do not say the same."""
        for document in documents:
            kind = document.value.get("kind") if isinstance(document.value, dict) else None
            if document.is_readable and isinstance(kind, str) and kind in self._validators and _is_json(document.value):
                yield from self._compared(document, kind)

    def _compared(self, document: Document, kind: str) -> Iterator[Finding]:
        by_model = form_findings(document, self._registry)
        by_schema = list(islice(self._validators[kind].iter_errors(document.value), 1))
        if bool(by_model) == bool(by_schema):
            return
        subject = subject_of(document, kind)
        if by_schema:
            pointer = pointer_to(tuple(by_schema[0].instance_path))
            told, place = shortened(by_schema[0].message, 160), document.places.value_at(pointer)
            message = f"{subject}: the models accept it, the JSON Schema does not: {told}"
        else:
            pointer, place = by_model[0].pointer, by_model[0].position or document.position
            message = f"{subject}: the JSON Schema accepts it, the models do not: {by_model[0].message}"
        yield Finding(JUDGES_DIFFER, f"{message}; please report this", place, pointer)


@cache
def _generated(registry: Registry) -> Mapping[str, jsonschema_rs.Draft202012Validator]:
    return _compiled(registry, schemas(registry))


def _compiled(registry: Registry, files: Mapping[str, Json]) -> Mapping[str, jsonschema_rs.Draft202012Validator]:
    return {
        kind: jsonschema_rs.Draft202012Validator(
            files[schema_file(kind)], validate_formats=False, pattern_options=_PATTERNS, offline=True
        )
        for kind in registry.kinds
    }


def _is_json(value: Any) -> bool:  # noqa: ANN401 - any plain value
    """Tell whether a value can be shown to a judge of JSON: all but what YAML itself cannot decide about."""
    if isinstance(value, dict):
        return all(map(_is_json, value.values()))
    if isinstance(value, list):
        return all(map(_is_json, value))
    return not isinstance(value, Ambiguous) and not (isinstance(value, float) and not math.isfinite(value))
