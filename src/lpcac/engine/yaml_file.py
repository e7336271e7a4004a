"""Edits a YAML file of several documents; what it returns says exactly what was asked, or there is nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ruamel.yaml.nodes import Node

from lpcac.engine.documents import Document
from lpcac.engine.list_alignment import same
from lpcac.engine.reading import read_documents
from lpcac.engine.yaml_edit import Splice, spliced, splices
from lpcac.engine.yaml_spans import CannotSpliceError, line_end, line_start, node_end, roots_of
from lpcac.engine.yaml_text import block_text
from lpcac.kinds import Json

_BOM: Final = b"\xef\xbb\xbf"
_START: Final = re.compile(r"---(?=[ \t\r\n]|\Z)")
_NOTHING_SAID: Final = re.compile(r"[ \t]*(#.*)?\r?\n?")


class CannotEditError(Exception):
    """The file cannot be edited without a risk for what it says; the text completes "it is left alone: "."""


def edited(content: bytes, changes: Mapping[int, Json | None], additions: Sequence[Json] = ()) -> bytes:
    """Return the file's content with some documents changed, removed or added, and every other character as it was.

    The result has been read back: it says what was asked, and nothing else changed.

    Arguments:
        content: of the file, which has to be readable.
        changes: by number of the document, empty ones not counted, what it is to say; `None` removes it.
        additions: documents to append.

    Raises:
        CannotEditError: that cannot be done.

    """
    before, findings = read_documents(content, "")
    if findings:
        message = "it cannot be read"
        raise CannotEditError(message)
    byte_order_mark = _BOM if content.startswith(_BOM) else b""
    text = content.removeprefix(_BOM).decode()
    try:
        pieces = _pieces(text, before, changes) if changes else []
    except CannotSpliceError as error:
        message = str(error) or "its layout is too unusual to change a part of it"
        raise CannotEditError(message) from error
    newline = "\r\n" if "\r\n" in text else "\n"
    pieces = [Splice(piece.start, piece.end, piece.text.replace("\n", newline)) for piece in pieces]
    new = spliced(text, pieces)
    for document in additions:
        new = _appended(new, block_text(document).replace("\n", newline), newline)
    result = byte_order_mark + new.encode()
    _judge(result, before, changes, additions)
    return result


def says_nothing(content: bytes) -> bool:
    """Tell whether a file holds neither a document nor a comment, so that nobody misses it."""
    lines = content.decode().splitlines()
    return all(not line.strip() or line.strip() == "---" for line in lines)


def _judge(
    content: bytes, before: Sequence[Document], changes: Mapping[int, Json | None], additions: Sequence[Json]
) -> None:
    """Raise `CannotEditError` unless the content says what it should; PyYAML is the judge, whoever did the editing."""
    expected: list[Any] = [changes.get(index, document.value) for index, document in enumerate(before)]
    expected = [value for index, value in enumerate(expected) if index not in changes or value is not None]
    after, findings = read_documents(content, "")
    if findings or not same([document.value for document in after], [*expected, *additions]):
        message = "its layout is too unusual to change a part of it"
        raise CannotEditError(message)


def _pieces(text: str, before: Sequence[Document], changes: Mapping[int, Json | None]) -> list[Splice]:
    roots = roots_of(text)
    if len(roots) != len(before):
        message = "the two YAML readers disagree about it"
        raise CannotSpliceError(message)
    pieces: list[Splice] = []
    for index, value in changes.items():
        if value is None:
            previous = node_end(text, roots[index - 1]) if index else 0
            pieces.append(_removal(text, previous, roots[index]))
        else:
            pieces += splices(text, roots[index], before[index].value, value)
    return pieces


def _removal(text: str, previous: int, root: Node) -> Splice:
    """Return what takes out a document with its `---` line and whatever stands between; comments ahead of it stay."""
    start = line_start(text, root.start_mark.index)
    above = start
    while above > previous and not _START.match(text, above):
        above = line_start(text, above - 1)
        if not _START.match(text, above) and not _NOTHING_SAID.fullmatch(text[above : line_end(text, above)]):
            break
    if _START.match(text, above):
        start = above
    return Splice(start, line_end(text, node_end(text, root)), "")


def _appended(text: str, document: str, newline: str) -> str:
    if not text.strip():
        return document
    if not text.endswith("\n"):
        text += newline
    return f"{text}---{newline}{document}"
