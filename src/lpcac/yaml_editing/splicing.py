"""Changes values inside a YAML text: only the characters of what changed, so that everything else stays as it was.

A round trip through an emitter keeps comments, but lays out every line again and loses the comment above an item that
goes. Here the text is cut open at the places that the parser names.

No comment is lost. Lines that go and have comments become comments themselves, so that the words stay next to
what they are about; comments inside a value that is replaced move above it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lpcac.yaml_editing.comments import Comments, commented_out, full_line_words, own_comments
from lpcac.yaml_editing.emitter import block_text, flow_text
from lpcac.yaml_editing.list_alignment import Pair, aligned, mostly_same, moved, same
from lpcac.yaml_editing.spans import (
    CannotSpliceError,
    above_comments,
    colon_end,
    column_of,
    dash_of,
    entry_end,
    indentation,
    is_block,
    is_first_on_line,
    line_end,
    line_start,
    node_end,
)


class Splice(NamedTuple):
    """A piece of text in the place of another; both indexes are the same for what is only inserted."""

    start: int
    end: int
    text: str


def splices(text: str, root: Node, old: Any, new: Any) -> list[Splice]:  # noqa: ANN401 - any plain value
    """Return what to replace in the text so that the document says `new` where it said `old`.

    Raises:
        CannotSpliceError: the document is laid out in a way in which that cannot be done.

    """
    cut = _Cut(text, Comments(text, root))
    cut.change(root, old, new)
    return cut.splices


def spliced(text: str, pieces: Sequence[Splice]) -> str:
    """Return the text with every piece in its place; the pieces must not overlap."""
    parts: list[str] = []
    done = 0
    # By place alone: what is inserted at one place keeps its sequence.
    for piece in sorted(pieces, key=lambda piece: piece[:2]):
        parts += text[done : piece.start], piece.text
        done = piece.end
    return "".join(parts) + text[done:]


class _Cut:
    """Collects the splices of one document."""

    def __init__(self, text: str, comments: Comments) -> None:
        self.text, self.comments = text, comments
        self.splices: list[Splice] = []

    def change(self, node: Node, old: Any, new: Any) -> None:  # noqa: ANN401 - any plain value
        """Make the node say `new`; raise `CannotSpliceError` when it must be replaced as a whole."""
        if same(old, new):
            return
        if isinstance(node, MappingNode) and isinstance(new, dict) and old.keys() & new.keys():
            (self._block_map if is_block(node) else self._flow_map)(node, old, new)
        elif isinstance(node, SequenceNode) and isinstance(new, list) and old and new:
            pairs = aligned(old, new, mostly_same)
            (self._block_list if is_block(node) else self._flow_list)(node, old, new, pairs)
        elif isinstance(node, ScalarNode) and node.value and not isinstance(new, dict | list):
            self._put(node.start_mark.index, node_end(self.text, node), flow_text(new, node.style or ""))
        else:
            raise CannotSpliceError

    def _put(self, start: int, end: int, text: str) -> None:
        if words := self.comments.within(start, end):
            line = line_start(self.text, start)
            margin = indentation(self.text, line)
            self.splices.append(Splice(line, line, "".join(f"{margin}{comment}\n" for comment in words)))
        self.splices.append(Splice(start, end, text))

    def _take_out(self, start: int, end: int, first: int) -> None:
        """Take out whole lines; if they hold comments, or have some right above, make them comments instead.

        Arguments:
            first: index of their first character that is no space.
        """
        is_told = self.comments.within(start, end) or full_line_words(self.text, own_comments(self.text, first), start)
        left = commented_out(self.text[start:end], column_of(self.text, first)) if is_told else ""
        self.splices.append(Splice(start, end, left))

    def _put_lines(self, index: int, text: str) -> None:
        """Insert whole lines where a line starts, or at the end of a text whose last line is not ended."""
        if index and self.text[index - 1] != "\n":
            text = "\n" + text.removesuffix("\n")
        self._put(index, index, text)

    def _or_whole(self, change: Callable[[], None], replace: Callable[[], None]) -> None:
        """Change a part in place, or replace it where that cannot be done."""
        before = len(self.splices)
        try:
            change()
        except CannotSpliceError:
            del self.splices[before:]
            replace()

    # -- maps

    def _block_map(self, node: MappingNode, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        entries = {key.value: (key, value) for key, value in node.value}
        column = column_of(self.text, node.value[0][0].start_mark.index)
        for name, (key, value) in entries.items():
            if name in new:
                self._entry(key, value, old[name], new[name], lambda e: _indented(block_text(e), column).strip())
            elif is_first_on_line(self.text, key.start_mark.index):
                first = int(key.start_mark.index)
                end = line_end(self.text, entry_end(self.text, key, value))
                self._take_out(line_start(self.text, first), end, first)
            else:
                raise CannotSpliceError
        for behind, names in _insertions(list(entries), list(new)):
            added = _indented(block_text({name: new[name] for name in names}), column)
            if behind is not None:
                self._put_lines(line_end(self.text, entry_end(self.text, *entries[behind])), added)
            else:
                kept = next(key for name, (key, _) in entries.items() if name in new)
                self._put(kept.start_mark.index, kept.start_mark.index, added.lstrip() + " " * column)

    def _flow_map(self, node: MappingNode, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        entries = {key.value: (key, value) for key, value in node.value}
        for name, (key, value) in entries.items():
            if name in new:
                self._entry(key, value, old[name], new[name], _flow_entry)
        spans = {n: (key.start_mark.index, entry_end(self.text, key, value)) for n, (key, value) in entries.items()}
        added = [
            (behind, [_flow_entry({name: new[name]}) for name in names])
            for behind, names in _insertions(list(entries), list(new))
        ]
        self._flow(spans, set(entries) - new.keys(), added)

    def _entry(
        self,
        key: Node,
        value: Node,
        old: Any,  # noqa: ANN401 - any plain value
        new: Any,  # noqa: ANN401 - any plain value
        rendered: Callable[[Mapping[str, Any]], str],
    ) -> None:
        def replace() -> None:
            colon, first = colon_end(self.text, key), int(value.start_mark.index)
            is_below = is_block(value) and not self.text[colon : line_end(self.text, colon)].split("#")[0].strip()
            if is_below and (not new or not isinstance(new, dict | list)):
                self._put(colon, colon, f" {flow_text(new)}")
                self._take_out(line_start(self.text, first), line_end(self.text, node_end(self.text, value)), first)
            else:
                self._put(key.start_mark.index, entry_end(self.text, key, value), rendered({key.value: new}))

        self._or_whole(lambda: self.change(value, old, new), replace)

    # -- lists

    def _block_list(self, node: SequenceNode, old: list[Any], new: list[Any], pairs: Sequence[Pair]) -> None:
        items, behind = node.value, None
        dashes = {i: dash_of(self.text, items[i]) for i, _ in pairs if i is not None}
        if not all(is_first_on_line(self.text, dash) for dash in dashes.values()):
            raise CannotSpliceError
        model = next((i for i, j in pairs if i is not None and j is not None), 0)
        start = self.text[line_start(self.text, dashes[model]) : items[model].start_mark.index]
        twins = moved(old, new, pairs)
        for i, j in pairs:
            if i is not None and j is not None:
                self._item(items[i], old[i], new[j])
                behind = i
            elif i is not None:
                self._remove_item(items[i], dashes[i], has_moved=i in twins.values())
            elif j is not None:
                neighbour = items[model if behind is None else behind]
                lines = start + _item_text(new[j], len(start), is_flow=not is_block(neighbour)) + "\n"
                if j in twins:
                    lines = self._item_lines(items[twins[j]], dashes[twins[j]])
                if behind is None:
                    self._put_lines(above_comments(self.text, dashes[model]), lines)
                else:
                    self._put_lines(line_end(self.text, node_end(self.text, items[behind])), lines)

    def _remove_item(self, item: Node, dash: int, *, has_moved: bool) -> None:
        end = line_end(self.text, node_end(self.text, item))
        if has_moved:
            self.splices.append(Splice(own_comments(self.text, dash), end, ""))
        else:
            self._take_out(line_start(self.text, dash), end, dash)

    def _item_lines(self, item: Node, dash: int) -> str:
        """Return the lines of an item as they are, its own comments included."""
        lines = self.text[own_comments(self.text, dash) : line_end(self.text, node_end(self.text, item))]
        return lines.replace("\r\n", "\n").removesuffix("\n") + "\n"

    def _flow_list(self, node: SequenceNode, old: list[Any], new: list[Any], pairs: Sequence[Pair]) -> None:
        if not any(i is not None and j is not None for i, j in pairs):
            raise CannotSpliceError
        spans = {i: (item.start_mark.index, node_end(self.text, item)) for i, item in enumerate(node.value)}
        insertions: dict[int | None, list[str]] = {}
        behind = None
        for i, j in pairs:
            if i is not None and j is not None:
                self._item(node.value[i], old[i], new[j])
                behind = i
            elif j is not None:
                insertions.setdefault(behind, []).append(flow_text(new[j]))
        gone = {i for i, j in pairs if i is not None and j is None}
        self._flow(spans, gone, list(insertions.items()))

    def _item(self, item: Node, old: Any, new: Any) -> None:  # noqa: ANN401 - any plain value
        def replace() -> None:
            column = column_of(self.text, item.start_mark.index)
            rendered = _item_text(new, column, is_flow=not is_block(item))
            self._put(item.start_mark.index, node_end(self.text, item), rendered)

        self._or_whole(lambda: self.change(item, old, new), replace)

    # -- what is between brackets

    def _flow(
        self, spans: Mapping[Any, tuple[int, int]], gone: set[Any], added: Sequence[tuple[Any, list[str]]]
    ) -> None:
        """Take entries out and put others behind the ones they follow, with one comma between any two."""
        names = list(spans)
        last = next(name for name in reversed(names) if name not in gone)
        for name, following in pairwise(names[: names.index(last) + 1]):
            if name in gone:
                self._put(spans[name][0], spans[following][0], "")
        if last != names[-1]:
            self._put(spans[last][1], spans[names[-1]][1], "")
        for behind, texts in added:
            if behind is None:
                first = spans[next(name for name in names if name not in gone)][0]
                self._put(first, first, ", ".join(texts) + ", ")
            else:
                self._put(spans[behind][1], spans[behind][1], "".join(f", {text}" for text in texts))


def _insertions(old: Sequence[str], new: Sequence[str]) -> list[tuple[str | None, list[str]]]:
    """Return the new keys in groups, each with the old key that it follows."""
    groups: list[tuple[str | None, list[str]]] = []
    behind: str | None = None
    for name in new:
        if name in old:
            behind = name
        elif groups and groups[-1][0] == behind:
            groups[-1][1].append(name)
        else:
            groups.append((behind, [name]))
    return groups


def _item_text(value: Any, column: int, *, is_flow: bool) -> str:  # noqa: ANN401 - any plain value
    """Return a list's item as it follows its dash, laid out as its neighbours are."""
    if is_flow or not isinstance(value, dict) or not value:
        return flow_text(value)
    return _indented(block_text(value), column).strip()


def _flow_entry(entry: Mapping[str, Any]) -> str:
    return flow_text(dict(entry))[1:-1]


def _indented(lines: str, column: int) -> str:
    return "".join(f"{' ' * column}{line}" for line in lines.splitlines(keepends=True))
