"""What is valid in a document but probably a mistake: warnings, which make nothing invalid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lpcac.core.findings import Finding, Severity
from lpcac.core.json_pointers import pointer_to, readable_path
from lpcac.core.json_values import Json
from lpcac.core.text.confusables import confusable_words, is_mixed, with_escapes
from lpcac.core.text.safe_text import holds_unseen, quoted
from lpcac.documents.document import Document
from lpcac.kinds.kind import Kind

UNSEEN: Final = "invisible-characters"
"""Code of the finding that a text holds characters that nobody sees."""
CONFUSABLE_LETTERS: Final = "confusable-letters"
"""Code of the finding that a text holds letters of another script that look like ASCII letters."""

_Parts = tuple[str | int, ...]


def remarks(document: Document, kind: Kind, spec: Json, subject: str) -> Iterator[Finding]:
    """Yield a warning for everything in a valid document that is probably a mistake.

    Arguments:
        spec: canonical.
        subject: what the messages are about, such as `Repo "system"`.
    """
    for remark in kind.remarks(spec):
        pointer = f"/spec{remark.pointer}"
        position = document.places.value_at(pointer)
        yield Finding(remark.code, f"{subject}: {remark.message}", position, pointer, Severity.WARNING)
    name = (("metadata", "name"), document.value["metadata"]["name"])
    for parts, text in (name, *_texts(document.value["spec"], ("spec",))):
        for code, what in _odd_letters(text, is_name=parts == name[0]):
            pointer = pointer_to(parts)
            path = readable_path(parts[1:] if parts[0] == "spec" else parts)
            message = f"{subject}: {path} holds {what}{document.origin_of(pointer)}"
            yield Finding(code, message, document.places.value_at(pointer), pointer, Severity.WARNING)


def _odd_letters(text: str, *, is_name: bool) -> Iterator[tuple[str, str]]:
    """Yield the code and the words for what a reader does not see, or takes for something else."""
    if holds_unseen(text):
        yield UNSEEN, f"characters that cannot be seen ({quoted(text)}): remove them unless they are meant"
    words = confusable_words(text)
    # Other texts may be of any language, with words that happen to have such letters only.
    if any(is_mixed(word) for word in words) or (words and is_name):
        what = f"letters of another script that look like ASCII letters ({quoted(with_escapes(text))})"
        yield CONFUSABLE_LETTERS, f"{what}: write them in ASCII unless they are meant"


def _texts(value: Any, parts: _Parts) -> Iterator[tuple[_Parts, str]]:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*parts, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*parts, index))
    elif isinstance(value, str):
        yield parts, value
