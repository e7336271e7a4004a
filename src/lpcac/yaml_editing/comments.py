"""The comments in a YAML text: where people's words are, and how a part of the text becomes a comment itself."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from lpcac.documents.human_comments import is_words
from lpcac.yaml_editing.spans import column_of, line_end, line_start, node_end

_COMMENT: Final = re.compile(r"(?:^|(?<=[ \t\r\n]))#[^\r\n]*")
_FULL_LINE: Final = re.compile(r"[ \t]*(#[^\r\n]*)")
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")


class Comments:
    """The comments in one document's text."""

    def __init__(self, text: str, root: Node) -> None:
        """Find the document's scalars: a `#` in one of them starts no comment."""
        self._text = text
        self._scalars = sorted(_scalars(text, root))
        self._starts = [start for start, _ in self._scalars]

    def within(self, start: int, end: int) -> list[str]:
        """Return the comments that say something to people, each from its `#` on."""
        found: list[str] = []
        while start < end and (comment := _COMMENT.search(self._text, start, end)):
            index = bisect_right(self._starts, comment.start()) - 1
            scalar_end = self._scalars[index][1] if index >= 0 else 0
            if comment.start() < scalar_end:
                start = scalar_end
            else:
                start = comment.end()
                found += [comment[0].rstrip()] if is_words(comment[0]) else []
        return found


def own_comments(text: str, index: int) -> int:
    """Return the start of the comment lines directly above a line and indented as it is, or of that line itself."""
    start, column = line_start(text, index), column_of(text, index)
    while start:
        above = line_start(text, start - 1)
        comment = _FULL_LINE.match(text, above)
        if comment is None or column_of(text, comment.start(1)) != column:
            break
        start = above
    return start


def full_line_words(text: str, start: int, end: int) -> bool:
    """Tell whether lines of comments say something to people."""
    return any(is_words(comment[1]) for line in _LINE.findall(text[start:end]) if (comment := _FULL_LINE.match(line)))


def commented_out(lines: str, column: int) -> str:
    """Return the lines as comments that start in this column, with plain line feeds."""
    margin = " " * column
    return "".join(
        f"{margin}# {line.removeprefix(margin)}" if line.strip() else line
        for line in _LINE.findall(lines.replace("\r\n", "\n"))
    )


def _scalars(text: str, root: Node) -> Iterator[tuple[int, int]]:
    """Yield the span of each scalar; of a block scalar without its first line, which may end in a comment."""
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, MappingNode):
            pending += [part for pair in node.value for part in pair]
        elif isinstance(node, CollectionNode):
            pending += node.value
        elif isinstance(node, ScalarNode):
            start = int(node.start_mark.index)
            yield (line_end(text, start) if node.style in ("|", ">") else start), node_end(text, node)
