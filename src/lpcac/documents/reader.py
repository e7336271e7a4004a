"""Reads YAML bytes into documents, with a finding for everything that is not plain YAML.

Only text, numbers, booleans, null, lists and maps are read. A file is composed as a whole if possible. If it has
errors, it is split at its `---` lines, so that one bad document does not hide another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

import yaml

from lpcac.core.findings import Finding, Position
from lpcac.core.text.safe_text import shortened
from lpcac.documents.composer import (
    MAX_DOCUMENT_BYTES,
    MAX_NESTING,
    compose,
    line_and_column,
    may_nest_deeply,
    too_deep,
    unclosed,
)
from lpcac.documents.document import Document, OnePlace
from lpcac.documents.folder_entries import about_content
from lpcac.documents.node_positions import NodePlaces, Part, is_empty
from lpcac.documents.plain_values import MAX_PROBLEMS, Problem, plain_value, pointers_to

_UTF8_BOM: Final = b"\xef\xbb\xbf"
_UTF16_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
# A `---` in the first column ends a document even inside a scalar; directives belong to what follows.
_DOCUMENT_START: Final = re.compile(rb"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

_ADVICE: Final = (
    ("mapping values are not allowed", "quote a text that holds a colon, and check the indentation"),
    ("cannot start any token", "indent with spaces, not tabs, and quote a text that starts with @, ` or %"),
    ("alias", "quote a text that starts with *"),
    ("anchor", "quote a text that starts with &, and use the name of an anchor once"),
)
"""What usually lies behind the parser's words."""

# A value that begins with `*`, `&` or `!` is read as one of these; values of events are not shown.
_GIVEN_NAME: Final = re.compile(r"\b(alias|anchor|handle) '[^']*'")
_MORE: Final = f"more than {MAX_PROBLEMS - 1} problems in this document: the rest is not shown"

_RESOURCE_KEYS: Final = frozenset({"/apiVersion", "/kind", "/metadata", "/spec"})
_MOST_KEYS_BY_MISTAKE: Final = 2
"""So many keys of a resource are not written twice by mistake: they belong to another resource."""

Read = tuple[list[Document], list[Finding]]


def read_documents(content: bytes, file: str) -> Read:
    """Return every document of a YAML file in order, and a finding for each thing in it that cannot be read.

    A document that cannot be read at all is there with the value None and `is_readable` False. Empty documents
    are left out.
    """
    content = content.removeprefix(_UTF8_BOM)
    if spoilt := about_content(content, file):
        return _unreadable(spoilt)
    is_harmless = len(content) <= MAX_DOCUMENT_BYTES and not may_nest_deeply(content)
    if not is_harmless or content.startswith(_UTF16_BOMS):
        return _read_apart(content, file)
    try:
        return _composed(content, file, 0)
    except yaml.YAMLError as error:
        documents, findings = _read_apart(content, file)
        if findings:
            return documents, findings
        # Each document is valid alone but not together, for example with an alias to another document's anchor.
        return documents, [_syntax_finding(error, content, file, 0)]


def _read_apart(content: bytes, file: str) -> Read:
    documents: list[Document] = []
    findings: list[Finding] = []
    line = 0
    for part in _parts(content):
        more_documents, more_findings = _read_part(part, file, line)
        documents += more_documents
        findings += more_findings
        line += part.count(b"\n")
    return documents, findings


def _parts(content: bytes) -> Iterator[bytes]:
    starts = [_with_directives(content, match.start()) for match in _DOCUMENT_START.finditer(content)]
    bounds = [0, *(start for start in starts if start), len(content)]
    for start, end in pairwise(bounds):
        yield content[start:end]


def _with_directives(content: bytes, start: int) -> int:
    """Return where the directives right before a document's `---` begin."""
    while start:
        line_start = content.rfind(b"\n", 0, start - 1) + 1
        if not content.startswith(b"%", line_start):
            break
        start = line_start
    return start


def _read_part(part: bytes, file: str, line: int) -> Read:
    if len(part) > MAX_DOCUMENT_BYTES:
        return _unreadable(Finding("yaml-size", "the document is over 1 MiB", Position(file, line + 1)))
    try:
        part.decode()
    except UnicodeDecodeError as error:
        message = f"byte 0x{part[error.start]:02x} is not UTF-8: save the file as UTF-8"
        return _unreadable(Finding("yaml-encoding", message, _place_of(part[: error.start], file, line)))
    try:
        place = too_deep(part) if may_nest_deeply(part) else None
        if place is None:
            return _composed(part, file, line)
    except yaml.YAMLError as error:
        return _unreadable(_syntax_finding(error, part, file, line))
    message = f"nested more than {MAX_NESTING} levels deep"
    return _unreadable(Finding("yaml-nesting", message, _position(*place, file, line)))


def _unreadable(finding: Finding) -> Read:
    position = finding.position or Position("")
    return [Document(None, position, OnePlace(position), is_readable=False)], [finding]


def _composed(content: bytes, file: str, lines_before: int) -> Read:
    part = Part(content, file, lines_before)
    documents: list[Document] = []
    findings: list[Finding] = []
    has_aliases = b"*" in content
    for root in compose(content):
        if is_empty(root):
            continue
        value, problems = plain_value(root, has_aliases=has_aliases)
        is_readable = not problems or not any(problem.is_fatal for problem in problems)
        place = part.place_of(root)
        documents.append(Document(value, place, NodePlaces(part, len(documents), root), is_readable))
        if problems:
            pointers = pointers_to(root, [problem.node for problem in problems])
            found = [_finding(problem, part, pointers[problem.node]) for problem in problems]
            findings += _with_missing_separators(found, place)
        if len(problems) == MAX_PROBLEMS:
            findings.append(Finding("too-many-problems", _MORE, place))
    return documents, findings


def _with_missing_separators(findings: list[Finding], place: Position) -> list[Finding]:
    """Return the findings, with one in the place of those about a second resource that no `---` separates."""
    twice = [each for each in findings if each.code == "yaml-duplicate-key" and each.pointer in _RESOURCE_KEYS]
    if len({each.pointer for each in twice}) < _MOST_KEYS_BY_MISTAKE:
        return findings
    first = next(each.pointer for each in twice)
    starts = [
        replace(
            each,
            code="yaml-missing-separator",
            message=f"another resource begins here, and the one that begins on line {place.line} has not ended: put a "
            "line with --- in between",
        )
        for each in twice
        if each.pointer == first
    ]
    return [*starts, *(each for each in findings if each not in twice)]


def _finding(problem: Problem, part: Part, pointer: str) -> Finding:
    message = problem.message
    if problem.earlier:
        message += f" (first on line {part.place_of(problem.earlier).line})"
    return Finding(problem.code, message, part.place_of(problem.node), pointer)


def _syntax_finding(error: yaml.YAMLError, content: bytes, file: str, line: int) -> Finding:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        where = line_and_column(mark)
        if (bracket := unclosed(content)) and bracket[1] < where[0]:
            return _unclosed_finding(bracket, _position(*where, file, line), line)
        position = _position(*where, file, line)
        words = _GIVEN_NAME.sub(r"\1", ", ".join(filter(None, (error.problem, error.context))))
        hint = next((f": {advice}" for problem, advice in _ADVICE if problem in words), "")
        return Finding("yaml-syntax", f"not valid YAML: {shortened(words, 160)}{hint}", position)
    text = content.decode(errors="replace")
    if match := _CONTROL.search(text):
        code_point = f"U+{ord(match.group()):04X}"
        message = f"control character {code_point} is not allowed: remove it"
        return Finding("yaml-control-character", message, _place_of(text[: match.start()].encode(), file, line))
    return Finding("yaml-syntax", f"not valid YAML: {shortened(str(error), 160)}", Position(file, line + 1))


def _unclosed_finding(bracket: tuple[str, int, int], noticed: Position, line: int) -> Finding:
    """Return the finding at the bracket, where the correction is needed.

    Arguments:
        noticed: where the text stops being YAML.
        line: how many lines there are before this document.
    """
    opening, *where = bracket
    closing = {"{": "}", "[": "]"}[opening]
    position = _position(where[0], where[1], noticed.file, line)
    message = (
        f"not valid YAML: the {opening} that opens on line {position.line} is not closed: there is a {closing} or a "
        f"comma missing before line {noticed.line}, column {noticed.column}"
    )
    return Finding("yaml-syntax", message, position)


def _position(line: int, column: int, file: str, lines_before: int) -> Position:
    return Position(file, line + 1 + lines_before, column + 1)


def _place_of(before: bytes, file: str, lines_before: int) -> Position:
    line_start = before.rfind(b"\n") + 1
    column = len(before[line_start:].decode(errors="replace")) + 1
    return Position(file, before.count(b"\n") + 1 + lines_before, column)
