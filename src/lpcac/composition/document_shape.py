"""What a document must look like before anything is patched or filled: what the JSON Schemas check too.

A document is well-formed when the model accepts it, where

- a text with a placeholder fits wherever a value fits, and what ties the values of a map together is not judged
  while one of them holds a placeholder;
- a patch may leave out and null whatever can be reached through maps, and `spec: null` drops the resource.

Whether a placeholder has a value, a patch a target and a reference an object is found when a client is composed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lpcac.composition.patches import is_patch
from lpcac.composition.placeholders import holds_placeholder
from lpcac.composition.validation import check, subject_of
from lpcac.core.findings import Finding
from lpcac.core.json_values import Json
from lpcac.documents.document import Document
from lpcac.documents.model_errors import explain, locate
from lpcac.kinds.envelope import envelope
from lpcac.kinds.kind import Kind
from lpcac.kinds.registry import Registry

_TIES: Final = ("value_error", "assertion_error")
"""What a model says of several of its fields together."""
_NO_SCALAR: Final = ("missing", "model_type", "model_attributes_type", "dict_type", "list_type")
"""What a model says of a key that is not there, or where a map or a list belongs, which no variable is."""
_FILLED: Final = (("metadata",), ("spec",))
_PATCH_MARK: Final = ("metadata", "patch")
_INDISPENSABLE: Final = (("kind",), ("metadata",), ("metadata", "name"))
"""What tells which resource a patch is for."""


def form_findings(document: Document, registry: Registry) -> tuple[Finding, ...]:
    """Return the document's errors that no patch or placeholder value can fix."""
    kind_name = document.value.get("kind") if isinstance(document.value, dict) else None
    kind = registry.kinds.get(kind_name) if isinstance(kind_name, str) else None
    if kind is None or not document.is_readable:
        return check(document, registry).findings
    if is_patch(document.value) and document.value.get("spec", "") is None and document.places.text_at("/spec") == "":
        message = (
            f"{subject_of(document, kind.name)}: spec is empty: write `spec: null` to drop the resource, "
            "or add the fields to change"
        )
        return (Finding("empty-patch", message, document.places.key_at("/spec"), "/spec"),)
    try:
        envelope(kind).model_validate(document.value)
    except ValidationError as error:
        model, subject = envelope(kind), subject_of(document, kind.name)
        return tuple(explain(error, document, model, subject, keep=_keeps(document.value)))
    return ()


def is_well_formed(value: Json, kind: Kind) -> bool:
    """Tell whether a document's value is well-formed for the kind."""
    try:
        envelope(kind).model_validate(value)
    except ValidationError as error:
        return not any(map(_keeps(value), error.errors(include_url=False)))
    return True


def unless_filled(value: Json) -> Callable[[ErrorDetails], bool]:
    """Return what tells whether an error of a model is one whatever placeholders stand for.

    Arguments:
        value: of the document, which nothing patches.
    """

    def keeps(error: ErrorDetails) -> bool:
        return error["type"] in _NO_SCALAR or not holds_placeholder(locate(value, error["loc"])[1])

    return keeps


def _keeps(value: Json) -> Callable[[ErrorDetails], bool]:
    """Return what tells whether an error of the model is one whatever the value is patched or filled with."""
    patch = is_patch(value)

    def keeps(error: ErrorDetails) -> bool:
        kind, location = error["type"], error["loc"]
        _, found = locate(value, location)
        if kind == "extra_forbidden" or location[-1:] == ("[key]",) or location == _PATCH_MARK:
            return True
        may_be_filled = location[:1] in _FILLED and kind not in _NO_SCALAR
        if may_be_filled and holds_placeholder(found):
            return False
        if kind in _TIES and isinstance(found, dict) and any(map(holds_placeholder, found.values())):
            return False
        return not (patch and _may_wait(kind, location, found))

    return keeps


def _may_wait(kind: str, location: tuple[str | int, ...], found: object) -> bool:
    """Tell whether what is below the patch, or next to it, can still make it valid."""
    if any(isinstance(part, int) for part in location) or location in _INDISPENSABLE:
        return False
    if kind == "missing" or (kind in _TIES and isinstance(found, dict)):
        return True
    return found is None and location[:1] != ("apiVersion",)
