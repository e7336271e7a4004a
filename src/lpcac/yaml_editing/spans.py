"""Where a YAML node really starts and ends in its text, comments and blank lines around it left out."""

from __future__ import annotations

import re
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from lpcac.documents.scalars import EMPTY

_COMMENT: Final = re.compile(r"[ \t]*#")


class CannotSpliceError(Exception):
    """The text is laid out in a way in which this part cannot be replaced by itself."""


def roots_of(text: str) -> list[Node]:
    """Return the root node of every document that is not empty.

    Raises:
        CannotSpliceError: the text is no YAML to this parser, or repeats parts by alias, so that one place in the
            text is several values.

    """
    try:
        roots = list(YAML(typ="safe", pure=True).compose_all(text))
    except (YAMLError, ValueError) as error:
        message = "the two YAML readers disagree about it"
        raise CannotSpliceError(message) from error
    found = [root for root in roots if not _is_empty(root)]
    if any(_has_aliases(root) for root in found):
        message = "it repeats parts by alias (*)"
        raise CannotSpliceError(message)
    return found


def entry_end(text: str, key: Node, value: Node) -> int:
    """Return where a map's entry ends, also where its value is left out."""
    colon = colon_end(text, key)
    return max(colon, node_end(text, value)) if not _is_empty(value) else colon


def colon_end(text: str, key: Node) -> int:
    """Return the index behind the colon that follows a map's key."""
    return text.index(":", key.end_mark.index) + 1


def node_end(text: str, node: Node) -> int:
    """Return the index behind the last character of the node's own text."""
    if isinstance(node, ScalarNode):
        end = int(node.end_mark.index)
        # A block scalar's end mark is after the line breaks that follow it.
        return len(text[:end].rstrip()) if node.style in ("|", ">") else end
    if isinstance(node, CollectionNode) and node.flow_style:
        return int(node.end_mark.index)
    if isinstance(node, MappingNode):
        return entry_end(text, *node.value[-1])
    if isinstance(node, SequenceNode):
        last = node.value[-1]
        return dash_of(text, last) + 1 if _is_empty(last) else node_end(text, last)
    raise CannotSpliceError


def dash_of(text: str, item: Node) -> int:
    """Return the index of the dash that starts a block list's item; it must be on the item's own line."""
    start = int(item.start_mark.index)
    if _is_empty(item):
        raise CannotSpliceError
    before = text[line_start(text, start) : start].rstrip(" \t")
    if not before.endswith("-"):
        raise CannotSpliceError
    return line_start(text, start) + len(before) - 1


def line_start(text: str, index: int) -> int:
    """Return where the line of this index starts."""
    return text.rfind("\n", 0, index) + 1


def line_end(text: str, index: int) -> int:
    """Return where the next line starts; the end of the text if there is none."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def indentation(text: str, index: int) -> str:
    """Return the spaces that the line of this index starts with."""
    line = text[line_start(text, index) : line_end(text, index)]
    return line[: len(line) - len(line.lstrip(" "))]


def is_first_on_line(text: str, index: int) -> bool:
    """Tell whether only spaces come before this index on its line."""
    return not text[line_start(text, index) : index].strip(" ")


def column_of(text: str, index: int) -> int:
    """Return how many characters come before this index on its line."""
    return index - line_start(text, index)


def above_comments(text: str, index: int) -> int:
    """Return the start of the comment lines directly above the line of this index, or of that line itself."""
    start = line_start(text, index)
    while start:
        above = line_start(text, start - 1)
        if not _COMMENT.match(text, above, start):
            break
        start = above
    return start


def is_block(node: Node) -> bool:
    """Tell whether the collection is laid out by indentation."""
    return isinstance(node, CollectionNode) and not node.flow_style and bool(node.value)


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == EMPTY and not node.value and not node.style


def _has_aliases(root: Node) -> bool:
    seen: set[int] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            return True
        seen.add(id(node))
        if isinstance(node, MappingNode):
            pending += [part for pair in node.value for part in pair]
        elif isinstance(node, SequenceNode):
            pending += node.value
    return False
