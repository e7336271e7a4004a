"""Edits a YAML file of several documents; what it returns says exactly what was asked, or there is nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml.nodes import Node

from lpcac.core.json_values import Json
from lpcac.documents.document import Document
from lpcac.documents.human_comments import says_something
from lpcac.documents.reader import read_documents
from lpcac.yaml_editing.comments import Comments, commented_out, full_line_words, own_comments
from lpcac.yaml_editing.emitter import block_text
from lpcac.yaml_editing.list_alignment import same
from lpcac.yaml_editing.spans import CannotSpliceError, line_end, line_start, node_end, roots_of
from lpcac.yaml_editing.splicing import Splice, spliced, splices

_BOM: Final = b"\xef\xbb\xbf"
_START: Final = re.compile(r"---(?=[ \t\r\n]|\Z)")
_NOTHING_SAID: Final = re.compile(r"[ \t]*(#.*)?\r?\n?")


class CannotEditError(Exception):
    """The file cannot be edited without a risk for what it says; the text completes "not changed: "."""


def edited(content: bytes, changes: Mapping[int, Json | None], additions: Sequence[Json] = ()) -> bytes:
    """Return the file's content with some documents changed, removed or added, and every other character as it was.

    The result has been read back: it says what was asked, and nothing else changed.

    Arguments:
        content: of the file, which must be readable.
        changes: by number of the document, empty ones not counted, what it should say; `None` removes it.
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


def has_words(content: bytes, index: int) -> bool:
    """Tell whether there are, or may be, people's comments in a document of the file or right above it."""
    text = content.removeprefix(_BOM).decode()
    try:
        roots = roots_of(text)
        return _place_of(text, roots, index).has_words
    except (CannotSpliceError, IndexError):
        return True


def says_nothing(content: bytes) -> bool:
    """Tell whether a file holds neither a document nor a comment for people, so that it can go."""
    return not read_documents(content, "")[0] and not says_something(content)


def _judge(
    content: bytes, before: Sequence[Document], changes: Mapping[int, Json | None], additions: Sequence[Json]
) -> None:
    """Raise `CannotEditError` unless the content says what it should; PyYAML is the judge of every edit."""
    expected: list[Any] = [changes.get(index, document.value) for index, document in enumerate(before)]
    expected = [value for index, value in enumerate(expected) if index not in changes or value is not None]
    after, findings = read_documents(content, "")
    if any(finding.code == "yaml-size" for finding in findings):
        message = "a document in it would be over 1 MiB"
        raise CannotEditError(message)
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
            pieces += _removal(_place_of(text, roots, index))
        else:
            pieces += splices(text, roots[index], before[index].value, value)
    return pieces


@dataclass(frozen=True)
class _Place:
    """Where a document is in its file.

    Arguments:
        marker: start of its `---` line; where its own first line starts, if it has none.
        start: where its own first line starts.
    """

    text: str
    root: Node
    marker: int
    start: int
    end: int

    @property
    def has_words(self) -> bool:
        """Tell whether there are comments for people in it, or right above it."""
        is_introduced = full_line_words(self.text, own_comments(self.text, self.marker), self.marker)
        return is_introduced or bool(Comments(self.text, self.root).within(self.marker, self.end))


def _place_of(text: str, roots: Sequence[Node], index: int) -> _Place:
    previous = node_end(text, roots[index - 1]) if index else 0
    root = roots[index]
    start = line_start(text, root.start_mark.index)
    above = start
    while above > previous and not _START.match(text, above):
        above = line_start(text, above - 1)
        if not _START.match(text, above) and not _NOTHING_SAID.fullmatch(text[above : line_end(text, above)]):
            break
    marker = above if _START.match(text, above) else start
    return _Place(text, root, marker, start, line_end(text, node_end(text, root)))


def _removal(place: _Place) -> list[Splice]:
    """Return the splices that remove a document, its `---` line and what is between the two.

    Comments above it stay. With words in it or right above it, it becomes a comment itself: they would be hard to
    understand without it.
    """
    if not place.has_words:
        return [Splice(place.marker, place.end, "")]
    body = commented_out(place.text[place.start : place.end], 0)
    if place.marker == place.start:
        return [Splice(place.start, place.end, body)]
    marker_end = line_end(place.text, place.marker)
    said = place.text[place.marker : marker_end].removeprefix("---").strip()
    return [Splice(place.marker, marker_end, f"{said}\n" if said else ""), Splice(place.start, place.end, body)]


def _appended(text: str, document: str, newline: str) -> str:
    if not text.strip():
        return document
    if not text.endswith("\n"):
        text += newline
    return f"{text}---{newline}{document}"
