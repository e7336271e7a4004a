"""A second check of documents, next to the models: the generated JSON Schemas, in a library that shares no code.

Both were made to accept the same documents. Where they do not, one of them is wrong, and nobody knows which: then the
document counts as invalid.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

import jsonschema_rs
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lpcac.composition.document_shape import form_findings, unless_filled
from lpcac.composition.placeholders import holds_placeholder
from lpcac.composition.schemas.json_schemas import schema_file, schemas
from lpcac.composition.validation import subject_of
from lpcac.core.findings import Finding
from lpcac.core.json_pointers import pointer_to
from lpcac.core.json_values import Json
from lpcac.core.text.safe_text import shortened
from lpcac.directory_map.schema import MapDocument
from lpcac.documents.document import Ambiguous, Document
from lpcac.documents.git_only import PIPELINE_TEST, RULE
from lpcac.documents.model_errors import explain, locate
from lpcac.kinds.registry import Registry
from lpcac.pipeline_tests.cases import with_texts
from lpcac.pipeline_tests.document import PipelineTestDocument
from lpcac.rules.document import RuleDocument

JUDGES_DIFFER: Final = "judges-differ"

_MAP: Final = "DirectoryMap"
_MODELS: Final[Mapping[str, type[BaseModel]]] = MappingProxyType(
    {PIPELINE_TEST: PipelineTestDocument, RULE: RuleDocument, _MAP: MapDocument}
)
"""By kind, the models of what is no resource."""
_RULE_SCHEMA: Final = ("spec", "schema")
_MOST_ERRORS: Final = 100

# The schemas are lpcac's own; the limit is for texts that a stranger could make up for their patterns.
_PATTERNS: Final = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000)


class SecondJudge:
    """Checks documents against the schemas of their kinds: resources and patches, tests, rules and the map."""

    def __init__(self, registry: Registry, known: dict[str, Json] | None = None) -> None:
        """Compile the generated schemas, or those that are given by the name of their file."""
        self._registry = registry
        self._validators = _generated(registry) if known is None else _compiled(registry, known)

    def findings(self, documents: Iterable[Document]) -> Iterator[Finding]:
        """Yield a finding for each document about which models and schemas do not say the same."""
        for document in documents:
            kind = document.value.get("kind") if isinstance(document.value, dict) else None
            if document.is_readable and isinstance(kind, str) and kind in self._validators:
                yield from self._compared(document, kind)

    def _compared(self, document: Document, kind: str) -> Iterator[Finding]:
        by_model, value = self._by_model(document, kind)
        if not _is_json(value):
            return
        known = {finding.pointer for finding in by_model}
        errors = islice(self._validators[kind].iter_errors(value), _MOST_ERRORS)
        by_schema = next((error for error in errors if not _is_excused(error, value, kind, known)), None)
        if bool(by_model) == (by_schema is not None):
            return
        subject = subject_of(document, kind)
        if by_schema is not None:
            pointer = pointer_to(tuple(by_schema.instance_path))
            reason, place = shortened(by_schema.message, 160), document.places.value_at(pointer)
            message = f"{subject}: the models accept it, the JSON Schema does not: {reason}"
        else:
            pointer, place = by_model[0].pointer, by_model[0].position or document.position
            message = f"{subject}: the JSON Schema accepts it, the models do not: {by_model[0].message}"
        yield Finding(JUDGES_DIFFER, f"{message}; please report this", place, pointer)

    def _by_model(self, document: Document, kind: str) -> tuple[list[Finding], Json]:
        """Return what the models find, and the value to show to the schema: in tests, values of events are text."""
        if kind in self._registry.kinds:
            return [*form_findings(document, self._registry)], document.value
        texts, troubles = with_texts(document) if kind == PIPELINE_TEST else (document, [])
        try:
            _MODELS[kind].model_validate(texts.value)
        except ValidationError as error:
            keep = _all if kind == _MAP else unless_filled(texts.value)
            found = explain(error, texts, _MODELS[kind], subject_of(document, kind), keep=keep)
            return [*troubles, *found], document.value if troubles else texts.value
        return troubles, document.value if troubles else texts.value


def _validator(schema: Json, *, is_secret: bool) -> jsonschema_rs.Draft202012Validator:
    """Return what checks against a schema.

    Arguments:
        is_secret: whether no message may show a value.
    """
    mask = "the value" if is_secret else None
    return jsonschema_rs.Draft202012Validator(
        schema, validate_formats=False, pattern_options=_PATTERNS, offline=True, mask=mask
    )


def _all(_detail: ErrorDetails) -> bool:
    return True


def _is_excused(error: jsonschema_rs.ValidationError, value: Json, kind: str, found: Collection[str]) -> bool:
    """Tell whether an error is about what a placeholder stands for, or about a rule's own schema, which is compiled.

    Arguments:
        found: pointers to what the models find wrong, including a placeholder where no variable fits.
    """
    path = tuple(error.instance_path)
    if kind == RULE and path[:2] == _RULE_SCHEMA and len(path) > len(_RULE_SCHEMA):
        return True
    is_filled = kind in (RULE, PIPELINE_TEST) and holds_placeholder(locate(value, path)[1])
    return is_filled and pointer_to(path) not in found


@cache
def _generated(registry: Registry) -> Mapping[str, jsonschema_rs.Draft202012Validator]:
    return _compiled(registry, schemas(registry, {schema_file(kind): model for kind, model in _MODELS.items()}))


def _compiled(registry: Registry, files: Mapping[str, Json]) -> Mapping[str, jsonschema_rs.Draft202012Validator]:
    return {
        kind: _validator(files[schema_file(kind)], is_secret=kind == PIPELINE_TEST)
        for kind in (*registry.kinds, *_MODELS)
        if schema_file(kind) in files
    }


def _is_json(value: Any) -> bool:  # noqa: ANN401 - any plain value
    """Tell whether a value can be checked as JSON: all except what is ambiguous in YAML."""
    if isinstance(value, dict):
        return all(map(_is_json, value.values()))
    if isinstance(value, list):
        return all(map(_is_json, value))
    return not isinstance(value, Ambiguous) and not (isinstance(value, float) and not math.isfinite(value))
