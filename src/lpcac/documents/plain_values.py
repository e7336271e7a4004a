"""Converts composed nodes to plain values; everything else is a problem with a position."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode

from lpcac.core.json_pointers import pointer_to
from lpcac.core.text.safe_text import quoted, shortened
from lpcac.documents.composer import MAX_NESTING, AliasTroubleError, check_aliases, children
from lpcac.documents.scalars import MAP, MERGE, SEQ, STR, in_words, is_supported, scalar_value

MAX_PROBLEMS: Final = 100
"""Findings for one document; a hostile one could cause hundreds of thousands."""

_STANDARD_TAGS: Final = "tag:yaml.org,2002:"
_NESTED: Final = f"nested more than {MAX_NESTING} levels deep"


class Problem(NamedTuple):
    """What is wrong with a node.

    Arguments:
        is_fatal: the value read instead is unusable.
        earlier: a node whose line belongs to the message.
    """

    node: Node
    code: str
    message: str
    is_fatal: bool = True
    earlier: Node | None = None


def plain_value(root: Node, *, has_aliases: bool) -> tuple[Any, list[Problem]]:
    """Return the plain value below the node, and every problem met on the way."""
    if has_aliases:
        try:
            check_aliases(root)
        except AliasTroubleError as trouble:
            return None, [Problem(trouble.node, trouble.code, trouble.message)]
    conversion = _Conversion()
    return conversion.value(root, 1), conversion.problems


def pointers_to(root: Node, wanted: Iterable[Node]) -> dict[Node, str]:
    """Return the JSON pointer to each of the nodes; of a key, that to its value."""
    missing = set(wanted)
    found: dict[Node, str] = {}
    seen: set[Node] = set()
    pending: list[tuple[Node, tuple[str | int, ...]]] = [(root, ())]
    while pending and missing:
        node, parts = pending.pop()
        if node in missing:
            missing.remove(node)
            found[node] = pointer_to(parts)
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, MappingNode):
            for key, value in node.value:
                below = (*parts, key.value) if isinstance(key, ScalarNode) else parts
                pending += [(value, below), (key, below)]
        else:
            pending += [(child, (*parts, index)) for index, child in enumerate(children(node))]
    return found


class _Conversion:
    """One document's conversion. It runs for every scalar of every file, so it makes few calls per scalar."""

    __slots__ = ("problems",)

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def value(self, node: Node, depth: int) -> Any:  # noqa: ANN401 - whatever the document holds
        if type(node) is ScalarNode:
            return node.value if node.tag == STR else self._scalar(node)
        if depth > MAX_NESTING:
            self._report(Problem(node, "yaml-nesting", _NESTED))
            return None
        if type(node) is MappingNode:
            return self._map(node, depth)
        if node.tag != SEQ:
            return self._unknown_tag(node)
        return [
            item.value if item.tag == STR and type(item) is ScalarNode else self.value(item, depth + 1)
            for item in node.value
        ]

    def _map(self, node: MappingNode, depth: int) -> Any:  # noqa: ANN401 - whatever the document holds
        if node.tag != MAP:
            return self._unknown_tag(node)
        result: dict[str, Any] = {}
        for key_node, item in node.value:
            key = key_node.value
            if (key_node.tag != STR or type(key_node) is not ScalarNode) and not self._is_usable_key(key_node):
                continue
            if key in result:
                self._duplicate(node, key_node)
                continue
            if item.tag == STR and type(item) is ScalarNode:
                result[key] = item.value
            else:
                result[key] = self.value(item, depth + 1)
        return result

    def _scalar(self, node: ScalarNode) -> Any:  # noqa: ANN401 - whatever the document holds
        return scalar_value(node.tag, node.value) if is_supported(node.tag) else self._unknown_tag(node)

    def _unknown_tag(self, node: Node) -> None:
        # Such a tag may be a value that begins with `!`, and values of events are not shown.
        name = f"tag {quoted(node.tag)}" if node.tag.startswith(_STANDARD_TAGS) else "a tag of your own"
        message = f"{name} is not supported: write plain text, numbers, lists and maps"
        self._report(Problem(node, "yaml-tag", message))

    def _is_usable_key(self, node: Node) -> bool:
        if not isinstance(node, ScalarNode):
            self._report(Problem(node, "yaml-key", "a key must be text, not a list or a map"))
            return False
        if node.tag == MERGE:
            message = "merge keys (<<) are not supported: write the keys out, or quote '<<' if it is a name"
            self._report(Problem(node, "yaml-merge-key", message))
            return False
        if not is_supported(node.tag):
            self._unknown_tag(node)
            return False
        value = scalar_value(node.tag, node.value)
        if not isinstance(value, str):
            self._report(Problem(node, "yaml-key", not_text("a key", node.value, value), is_fatal=False))
        return True

    def _duplicate(self, node: MappingNode, key_node: ScalarNode) -> None:
        if len(self.problems) < MAX_PROBLEMS:  # Before the search, which a hostile document would make quadratic.
            first = next(k for k, _ in node.value if isinstance(k, ScalarNode) and k.value == key_node.value)
            message = f"key {quoted(key_node.value)} is a duplicate"
            self._report(Problem(key_node, "yaml-duplicate-key", message, is_fatal=False, earlier=first))

    def _report(self, problem: Problem) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)


def not_text(what: str, typed: str, value: object) -> str:
    """Return the message about an unquoted scalar in place of text."""
    if not typed:
        return f"{what} must be text, but it is empty"
    shown = shortened(typed)
    return f"{what} must be text, but YAML reads {shown} as {in_words(value)}: quote it: '{shown}'"
