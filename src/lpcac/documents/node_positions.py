"""Positions of a document's values, found on demand by composing its text again.

Nodes need much more memory than values, and few positions are ever needed. So no node is kept, only the position of
the name, which every resource needs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lpcac.core.findings import Position
from lpcac.core.json_pointers import parts_of
from lpcac.documents.composer import compose
from lpcac.documents.scalars import EMPTY

_NAME: Final = "/metadata/name"


class Part:
    """Consecutive documents of a file that can be composed together.

    Arguments:
        lines_before: lines of the file before this part.
    """

    def __init__(self, content: bytes, file: str, lines_before: int) -> None:
        """Keep the text; `compose` must accept it."""
        self.content, self.file, self.lines_before = content, file, lines_before

    @cached_property
    def roots(self) -> list[Node]:
        """Return the root nodes of the documents that are not empty."""
        return [root for root in compose(self.content) if not is_empty(root)]

    @cached_property
    def _keys(self) -> dict[Node, dict[str, tuple[Node, Node]]]:
        """Return what was asked for so far: the keys of a map, by their text."""
        return {}

    def child(self, node: Node, part: str) -> tuple[Node, Node] | None:
        """Return key and value below one of the roots' nodes; a large map is gone through once, not for each key."""
        if not isinstance(node, MappingNode):
            return _child(node, part)
        if node not in self._keys:
            keys = ((key.value, (key, value)) for key, value in reversed(node.value) if isinstance(key, ScalarNode))
            self._keys[node] = dict(keys)
        return self._keys[node].get(part)

    def place_of(self, node: Node) -> Position:
        """Return where the node starts."""
        mark = node.start_mark
        return Position(self.file, mark.line + 1 + self.lines_before, mark.column + 1)


class NodePlaces:
    """The places of one document of a part; satisfies `lpcac.documents.document.Places`."""

    __slots__ = ("_index", "_name", "_part")

    def __init__(self, part: Part, index: int, root: Node) -> None:
        """Remember the place of the name, which every resource is known by."""
        self._part, self._index = part, index
        self._name = part.place_of(_find(root, _NAME, _child)[1])

    def value_at(self, pointer: str) -> Position:
        """Return where the value starts."""
        return self._name if pointer == _NAME else self._part.place_of(self._nodes_at(pointer)[1])

    def key_at(self, pointer: str) -> Position:
        """Return where the value's key starts."""
        return self._part.place_of(self._nodes_at(pointer)[0])

    def text_at(self, pointer: str) -> str | None:
        """Return the scalar as typed if it was typed without quotes."""
        node = self._nodes_at(pointer)[1]
        return node.value if isinstance(node, ScalarNode) and _is_plain(node) else None

    def _nodes_at(self, pointer: str) -> tuple[Node, Node]:
        return _find(self._part.roots[self._index], pointer, self._part.child)


def is_empty(root: Node) -> bool:
    """Tell whether the document holds nothing at all."""
    return isinstance(root, ScalarNode) and root.tag == EMPTY and not root.value and _is_plain(root)


def _is_plain(node: ScalarNode) -> bool:
    return not node.style  # The C composer says "", the Python one None.


def _find(root: Node, pointer: str, child: Callable[[Node, str], tuple[Node, Node] | None]) -> tuple[Node, Node]:
    """Return key and value, in a list the item twice; for a pointer to nothing those closest around it."""
    key = value = root
    for part in parts_of(pointer):
        found = child(value, part)
        if found is None:
            break
        key, value = found
    return key, value


def _child(node: Node, part: str) -> tuple[Node, Node] | None:
    if isinstance(node, MappingNode):
        return next(((k, v) for k, v in node.value if isinstance(k, ScalarNode) and k.value == part), None)
    if isinstance(node, SequenceNode) and part.isdecimal() and int(part) < len(node.value):
        item = node.value[int(part)]
        return item, item
    return None
