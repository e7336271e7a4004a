"""Editing files: exactly what was asked changes, whatever the layout."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lpcac.documents.reader import read_documents
from lpcac.yaml_editing.file_editor import CannotEditError, edited, has_words, says_nothing

texts = st.text("ab:#-'\" é\u200b{}[],&*|>%@`!?=\\0.~", max_size=6)
keys = st.sampled_from(["a", "b", "c", "d"])
scalars = texts | st.integers(-5, 5) | st.booleans() | st.none()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=10
)
documents = st.dictionaries(keys, values, max_size=4).map(lambda found: {"kind": "x", **found})


class Dumper(yaml.SafeDumper):
    """Writes no aliases, and lists with or without an indentation of their own."""

    hangs = True

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT002
        super().increase_indent(flow, indentless and not self.hangs)


@st.composite
def changed(draw: st.DrawFn, old: Any) -> Any:
    """Give a value that has something in common with the old one."""
    if isinstance(old, dict):
        kept = {key: draw(changed(value)) for key, value in old.items() if draw(st.integers(0, 4))}
        return {**kept, **draw(st.dictionaries(keys, values, max_size=1))}
    if isinstance(old, list):
        kept = [draw(changed(item)) if draw(st.booleans()) else item for item in old if draw(st.integers(0, 4))]
        where = draw(st.integers(0, len(kept)))
        return [*kept[:where], *draw(st.lists(values, max_size=1)), *kept[where:]]
    return draw(values) if not draw(st.integers(0, 3)) else old


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, list[Any], dict[int, Any], list[Any]]:
    """Give a file in any layout, what it says, what is to change and what to append."""
    old = draw(st.lists(documents, min_size=1, max_size=3))
    layout = type("Layout", (Dumper,), {"hangs": draw(st.booleans())})
    options = {
        "default_flow_style": draw(st.sampled_from([True, False, None])),
        "default_style": draw(st.sampled_from([None, "'", '"', "|", ">"])),
        "indent": draw(st.sampled_from([2, 4])),
        "width": draw(st.sampled_from([10, 40, 1000])),
    }
    between = draw(st.sampled_from(["---\n", "---\n# above\n", "# below\n---\n\n"]))
    text = draw(st.sampled_from(["", "# head\n", "---\n"]))
    text += between.join(yaml.dump(each, Dumper=layout, sort_keys=False, **options) for each in old)
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    if draw(st.booleans()):
        text = text.rstrip("\r\n")
    asked = {number: draw(changed(each)) | {"kind": "x"} for number, each in enumerate(old) if draw(st.booleans())}
    asked |= {number: None for number in range(len(old)) if draw(st.integers(0, 5)) == 0}
    return text, old, asked, draw(st.lists(documents, max_size=2))


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(edits())
def test_any_layout_can_be_edited(edit: tuple[str, list[Any], dict[int, Any], list[Any]]) -> None:
    text, old, asked, added = edit
    if [document.value for document in read_documents(text.encode(), "")[0]] != old:
        return  # The dumper itself lost something, such as a trailing line break.
    after = edited(text.encode(), asked, added)
    expected = [asked.get(number, each) for number, each in enumerate(old)]
    assert [document.value for document in read_documents(after, "")[0]] == [
        e for e in expected if e is not None
    ] + added
    for words in ("# head", "# above", "# below"):
        assert after.decode().count(words) >= text.count(words)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), edits())
def test_words_are_never_lost(data: st.DataObject, edit: tuple[str, list[Any], dict[int, Any], list[Any]]) -> None:
    """Wherever a comment can stand: behind a value, between lines, in brackets."""
    text, old, asked, added = edit
    lines = text.splitlines(keepends=True)
    for number in range(len(lines)):
        ahead, ending = lines[number].rstrip("\r\n"), lines[number][len(lines[number].rstrip("\r\n")) :]
        margin = " " * data.draw(st.integers(0, 4))
        candidates = [
            f"{ahead}  # word {number}.{ending}",
            f"{margin}# word {number}.{ending or chr(10)}{lines[number]}",
        ]
        for candidate in data.draw(st.permutations(candidates)):
            attempt = "".join([*lines[:number], candidate, *lines[number + 1 :]])
            if [document.value for document in read_documents(attempt.encode(), "")[0]] == old:
                lines[number] = candidate
                break
    text = "".join(lines)
    try:
        after = edited(text.encode(), asked, added).decode()
    except CannotEditError:
        return  # The file is left as it is.
    for number in range(len(lines)):
        assert after.count(f"# word {number}.") == text.count(f"# word {number}.")


FILE = """\
# head

---
# about a
kind: a   # what it is
list:
  # first
  - {x: 1,  y: two }   # one
  # second
  - x: 2   # two
    y: |
      text
# between
flow: [p, q,   # p and q
       r]
---
kind: b
empty:
text: >-
  folded
  text

nested:
- - 1
  - 2
- - 3
"""


def values_of(text: str) -> list[Any]:
    return [document.value for document in read_documents(text.encode(), "")[0]]


def replaced(number: int, **changes: Any) -> str:
    value = {**values_of(FILE)[number], **changes}
    return edited(
        FILE.encode(), {number: {key: inner for key, inner in value.items() if inner is not Ellipsis}}
    ).decode()


@pytest.mark.parametrize(
    ("number", "changes", "old", "new"),
    [
        (0, {"kind": "no"}, "kind: a ", 'kind: "no" '),
        (0, {"list": [{"x": 5, "y": "two"}, {"x": 2, "y": "text\n"}]}, "{x: 1,", "{x: 5,"),
        (0, {"list": [{"x": 1}, {"x": 2, "y": "text\n"}]}, "{x: 1,  y: two }", "{x: 1 }"),
        (0, {"list": [{"y": "two"}, {"x": 2, "y": "text\n"}]}, "{x: 1,  y: two }", "{y: two }"),
        (0, {"list": [{"x": 1, "z": 3, "y": "two"}, {"x": 2, "y": "text\n"}]}, "x: 1, ", "x: 1, z: 3, "),
        (0, {"list": [{"x": 1, "y": "two"}, {"x": 2, "y": "b"}]}, "|\n      text", "b"),
        (0, {"list": [{"x": 2, "y": "text\n"}]}, "  - {x: 1,", "  # - {x: 1,"),
        (0, {"flow": ["p", "q", "r", "s"]}, "r]", "r, s]"),
        (0, {"flow": ["0", "p", "q", "r"]}, "[p", '["0", p'),
        (0, {"flow": ["p", "q"]}, "flow: [p, q,   # p and q\n       r]", "# p and q\nflow: [p, q]"),
        (0, {"flow": ["q", "r"]}, "[p, ", "["),
        (0, {"flow": ...}, "flow: [p, q,   # p and q\n       r]\n", "# flow: [p, q,   # p and q\n#        r]\n"),
        (0, {"flow": []}, "flow: [p, q,   # p and q\n       r]", "# p and q\nflow: []"),
        (
            0,
            {"list": [{"x": 2, "y": "text\n"}, {"x": 1, "y": "two"}]},
            FILE[FILE.index("  # first") : FILE.index("# between")],
            "  # second\n  - x: 2   # two\n    y: |\n      text\n  # first\n  - {x: 1,  y: two }   # one\n",
        ),
        (
            0,
            {"list": []},
            FILE[FILE.index("list:") : FILE.index("# between")],
            (
                "list: []\n  # first\n  # - {x: 1,  y: two }   # one\n  # # second\n  # - x: 2   # two\n"
                "  #   y: |\n  #     text\n"
            ),
        ),
        (
            0,
            {"list": [{"z": 3}]},
            FILE[FILE.index("  # first") : FILE.index("# between")],
            (
                "  - {z: 3}\n  # first\n  # - {x: 1,  y: two }   # one\n  # second\n  # - x: 2   # two\n"
                "  #   y: |\n  #     text\n"
            ),
        ),
        (1, {"nested": None}, "nested:\n- - 1\n  - 2\n- - 3\n", "nested: null\n"),
        (1, {"empty": 1}, "empty:\n", "empty: 1\n"),
        (1, {"empty": ...}, "empty:\n", ""),
        (1, {"text": "short"}, ">-\n  folded\n  text\n", "short\n"),
        (1, {"nested": [[1, 2], [3], [4]]}, "- - 3\n", "- - 3\n- [4]\n"),
        (1, {"nested": [[3]]}, "- - 1\n  - 2\n", ""),
        (1, {"more": {"a": [1]}}, "- - 3\n", "- - 3\nmore:\n  a: [1]\n"),
    ],
)
def test_a_change_touches_its_own_characters(number: int, changes: dict[str, Any], old: str, new: str) -> None:
    assert replaced(number, **changes) == FILE.replace(old, new)


def test_a_document_that_goes_leaves_the_comments_around_it() -> None:
    end = FILE.index("---\nkind: b")
    assert edited(FILE.encode(), {1: None}).decode() == FILE[:end]


def test_a_document_that_goes_and_has_comments_becomes_one() -> None:
    start, body, end = FILE.index("---"), FILE.index("kind: a"), FILE.index("---\nkind: b")
    gone = "".join(f"# {line}" for line in FILE[body:end].splitlines(keepends=True))
    assert edited(FILE.encode(), {0: None}).decode() == f"{FILE[:start]}# about a\n{gone}{FILE[end:]}"
    assert edited(b"--- # one\na: 1\n---\nb: 1\n", {0: None}) == b"# one\n# a: 1\n---\nb: 1\n"
    assert edited(b"# one\n---\na: 1\n---\nb: 1\n", {0: None}) == b"# one\n# a: 1\n---\nb: 1\n"
    assert edited(b"a: 1\r\n---\r\nb: 1 # x\r\n", {1: None}) == b"a: 1\r\n# b: 1 # x\r\n"


def test_what_tells_an_editor_its_schema_is_no_comment_of_a_person() -> None:
    line = b"# yaml-language-server: $schema=x.json\n"
    assert edited(line + b"a: 1\n---\nb: 1\n", {0: None}) == line + b"---\nb: 1\n"
    assert not has_words(line + b"a: 1\n", 0)
    assert says_nothing(line)


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("a: '# no'\nb: x#no\n", [False]),
        ("a: |\n  # no\n", [False]),
        ("a: |  # yes\n  b\n", [True]),
        ("# yes\na: 1\n", [True]),
        ("# yes\n---\na: 1\n", [True]),
        ("# about the file\n\na: 1\n", [False]),
        ("a: 1\n# of the first or the second\n---\nb: 1\n", [False, True]),
        ("a: 1\n---\n# yes\n\nb: 1\n", [False, True]),
        ("a: &x 1\nb: *x\n", [True]),
    ],
)
def test_a_document_has_the_comments_in_it_and_right_above_it(text: str, is_told: list[bool]) -> None:
    assert [has_words(text.encode(), index) for index in range(len(is_told))] == is_told


def test_an_added_document_follows_the_last_one() -> None:
    assert edited(FILE.encode(), {}, [{"kind": "c"}]).decode() == f"{FILE}---\nkind: c\n"
    assert edited(b"", {}, [{"kind": "c"}, {"kind": "d"}]) == b"kind: c\n---\nkind: d\n"
    assert edited(b"kind: b", {}, [{"kind": "c"}]) == b"kind: b\n---\nkind: c\n"


@pytest.mark.parametrize(
    "content",
    [
        b"a: [",
        b"a: &x [1]\nb: *x\n",
        b"a: !!str 1\nb: !other 2\n",
        b"? {a: 1}\n: 2\n",
        b"kind: \xff\n",
        b"a: 1\na: 2\n",
    ],
)
def test_what_is_not_understood_is_refused(content: bytes) -> None:
    with pytest.raises(CannotEditError):
        edited(content, {0: {"a": 2}}, [])


def test_a_file_says_nothing_when_neither_a_document_nor_a_comment_is_in_it() -> None:
    assert says_nothing(b"---\n\n")
    assert not says_nothing(b"# why\n")


@pytest.mark.parametrize(
    "content",
    [
        b"kind: a\ntext: |\n  without a line break",  # A line break is part of such a text.
        b"kind: a\ntext: |+\n  without a line break",
    ],
)
def test_a_file_is_not_edited_when_what_stands_in_it_already_would_change(content: bytes) -> None:
    with pytest.raises(CannotEditError, match="layout is too unusual"):
        edited(content, {}, [{"kind": "b"}])
    (before,) = read_documents(content, "")[0]
    assert before.value["text"] == "without a line break"
