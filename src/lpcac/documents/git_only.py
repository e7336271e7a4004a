"""Documents that stay in Git: they are read with resources, but are not resources. They never reach a Director."""

from __future__ import annotations

from typing import Final

from lpcac.documents.document import Document

PIPELINE_TEST: Final = "PipelineTest"
RULE: Final = "Rule"

_KINDS: Final = (PIPELINE_TEST, RULE)


def is_aside(document: Document) -> bool:
    """Tell whether the document is a test or a rule, whatever else is wrong with it."""
    return aside_kind(document) is not None


def aside_kind(document: Document) -> str | None:
    """Return which of these documents it is, `None` for a resource."""
    kind = document.value.get("kind") if isinstance(document.value, dict) else None
    return kind if isinstance(kind, str) and kind in _KINDS else None
