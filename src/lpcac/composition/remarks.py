"""What is legal in a document and hardly meant: warnings, which make nothing invalid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lpcac.core.findings import Finding, Severity
from lpcac.core.json_pointers import pointer_to, readable_path
from lpcac.core.json_values import Json
from lpcac.core.safe_text import holds_unseen, quoted
from lpcac.documents.document import Document
from lpcac.kinds.kind import Kind

UNSEEN: Final = "invisible-characters"
"""Code of the finding that a text holds characters that nobody sees."""

_Parts = tuple[str | int, ...]


def remarks(document: Document, kind: Kind, spec: Json, subject: str) -> Iterator[Finding]:
    """Yield a warning for everything in a valid document that is hardly meant.

    Arguments:
        spec: canonical.
        subject: what the messages are about, such as `Repo "system"`.
    """
    for remark in kind.remarks(spec):
        pointer = f"/spec{remark.pointer}"
        position = document.places.value_at(pointer)
        yield Finding(remark.code, f"{subject}: {remark.message}", position, pointer, Severity.WARNING)
    named = (("metadata", "name"), document.value["metadata"]["name"])
    for parts, text in (named, *_texts(document.value["spec"], ("spec",))):
        if holds_unseen(text):
            pointer = pointer_to(parts)
            path = readable_path(parts[1:] if parts[0] == "spec" else parts)
            message = (
                f"{subject}: {path} holds characters that cannot be seen ({quoted(text)}): remove them unless they are "
                f"meant{document.origin_of(pointer)}"
            )
            yield Finding(UNSEEN, message, document.places.value_at(pointer), pointer, Severity.WARNING)


def _texts(value: Any, parts: _Parts) -> Iterator[tuple[_Parts, str]]:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*parts, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*parts, index))
    elif isinstance(value, str):
        yield parts, value
