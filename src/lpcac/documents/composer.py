"""Composes YAML text into nodes with the C parser, quickly and without crashing on hostile input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from lpcac.documents.scalars import MAP, SEQ, STR, plain_tag

MAX_NESTING: Final = 64
MAX_DOCUMENT_BYTES: Final = 1024 * 1024

_MANY: Final = 2000


class Mark(Protocol):
    """A place in the text, as both of PyYAML's parsers give it; counted from 0."""

    line: int
    column: int


class _Loader(yaml.CSafeLoader):
    """PyYAML's safe C loader with a caching resolver; used only for composing."""

    def resolve(self, kind: type[Node], value: str, implicit: tuple[bool, bool]) -> str:
        if kind is ScalarNode:
            return plain_tag(value) if implicit[0] else STR
        return MAP if kind is MappingNode else SEQ

    # Tags by path are not used; the composer asks for them at every node.
    def descend_resolver(self, current_node: Node | None, current_index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


def compose(content: bytes) -> Iterator[Node]:
    """Yield the root node of every document; raise `yaml.YAMLError` where the text stops being YAML."""
    return yaml.compose_all(content, Loader=_Loader)


def may_nest_deeply(content: bytes) -> bool:
    """Tell whether enough collections may open to exhaust the recursive composer's stack.

    Nesting by indentation alone needs no such characters, but its depth grows with the square root of the
    size: within the largest document it is harmless.
    """
    return sum(map(content.count, (b"[", b"{", b"-", b"?"))) > _MANY


def too_deep(content: bytes) -> tuple[int, int] | None:
    """Return line and column (from 0) where nesting first exceeds the limit.

    It follows the parser's events, which do not recurse.
    """
    depth = 0
    for event in yaml.parse(content, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_NESTING:
                return line_and_column(event.start_mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def unclosed(content: bytes) -> tuple[str, int, int] | None:
    """Return the innermost bracket that is open where the text stops being YAML, with line and column (from 0)."""
    opened: list[tuple[str, int, int]] = []
    try:
        for event in yaml.parse(content, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                bracket = "{" if isinstance(event, yaml.MappingStartEvent) else "["
                opened.append((bracket if event.flow_style else "", *line_and_column(event.start_mark)))
            elif isinstance(event, yaml.CollectionEndEvent):
                opened.pop()
    except yaml.YAMLError:
        return opened[-1] if opened and opened[-1][0] else None
    return None


def line_and_column(mark: Mark | None) -> tuple[int, int]:
    """Return line and column (from 0) of a mark; the start where there is none."""
    return (mark.line, mark.column) if mark else (0, 0)


class AliasTroubleError(Exception):
    """Aliases make this node unusable."""

    def __init__(self, node: Node, code: str, message: str) -> None:
        """Say which node, and why."""
        super().__init__(message)
        self.node, self.code, self.message = node, code, message


def check_aliases(root: Node) -> None:
    """Raise `AliasTroubleError` for an alias within itself, and for aliases that expand to over 1 MiB.

    Sizes are computed once per node, so a bomb is measured without being expanded.
    """
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()
    pending: list[tuple[Node, bool]] = [(root, False)]
    while pending:
        node, children_done = pending.pop()
        if id(node) in sizes:
            continue
        if not isinstance(node, CollectionNode):
            sizes[id(node)] = len(node.value) + 1
        elif children_done:
            open_nodes.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes[id(child)] for child in children(node))
            if sizes[id(node)] > MAX_DOCUMENT_BYTES:
                message = "with its aliases written out, this is over 1 MiB"
                raise AliasTroubleError(node, "yaml-alias-bomb", message)
        elif id(node) in open_nodes:
            message = "an alias is inside the value that it repeats"
            raise AliasTroubleError(node, "yaml-recursive-alias", message)
        else:
            open_nodes.add(id(node))
            pending.append((node, True))
            pending.extend((child, False) for child in children(node))


def children(node: Node) -> list[Node]:
    """Return the nodes directly below; of a map, keys and values."""
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, CollectionNode) else []
