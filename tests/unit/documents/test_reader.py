"""Reading YAML: plain values, exact places, and a finding for everything that is not plain."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from lpcac.core.findings import Finding, Position
from lpcac.documents.document import Ambiguous
from lpcac.documents.reader import read_documents


def values(content: str) -> list[object]:
    documents, findings = read_documents(content.encode(), "a.yaml")
    assert findings == []
    return [document.value for document in documents]


def findings(content: str | bytes) -> list[Finding]:
    return read_documents(content.encode() if isinstance(content, str) else content, "a.yaml")[1]


def only(content: str | bytes) -> Finding:
    (finding,) = findings(content)
    return finding


def place(finding: Finding) -> tuple[int, int]:
    assert finding.position
    return finding.position.line, finding.position.column


def test_scalars_lists_and_maps_become_plain_values() -> None:
    text = "a: x\nb: 1\nc: 1.5\nd: true\ne:\nf: [1, [2]]\ng: {h: 'no'}\ni: !!str 5\nj: |\n  two\n  lines\n"
    assert values(text) == [
        {
            "a": "x",
            "b": 1,
            "c": 1.5,
            "d": True,
            "e": None,
            "f": [1, [2]],
            "g": {"h": "no"},
            "i": "5",
            "j": "two\nlines\n",
        }
    ]


def test_documents_come_in_order_and_empty_ones_are_left_out() -> None:
    assert values("a: 1\n---\n---\n# nothing\n---\nb: 2\n...\n---\nc: 3\n") == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert values("") == values("# nothing") == values("---\n") == []


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfa: 1\nb: 2\n", b"a: 1\r\nb: 2\r\n", b"a: 1\nb: 2"])
def test_a_byte_order_mark_and_any_line_ends_are_fine(content: bytes) -> None:
    (document,), problems = read_documents(content, "a.yaml")
    assert document.value == {"a": 1, "b": 2}
    assert problems == []
    assert document.position == Position("a.yaml", 1, 1)
    assert document.places.value_at("/b") == Position("a.yaml", 2, 4)


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("010", "an octal number"),
        ("0x1F", "a hexadecimal number"),
        ("0b11", "a binary number"),
        ("1:30", "a number in base 60"),
        ("1:30.5", "a number in base 60"),
        ("1_000", "a number"),
        ("9" * 101, "a number of too many digits"),
        (".inf", "a number"),
        (".nan", "a number"),
        ("1.0e+999", "a number"),
        ("2024-01-01", "a date"),
        ("2024-01-01T10:00:00Z", "a date"),
        ("!!int x", "a number"),
        ("!!null x", "null"),
        ("!!bool x", "a boolean"),
    ],
)
def test_a_scalar_that_would_surprise_stays_undecided(typed: str, reading: str) -> None:
    assert values(f"a: {typed}") == [{"a": Ambiguous(typed.rsplit(" ", maxsplit=1)[-1], reading)}]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("=", "="),
        ("<<", "<<"),
        ("1e3", "1e3"),
        ("0o7", "0o7"),
        ("off", False),
        ("+12", 12),
        ("-0", 0),
        ("~", None),
    ],
)
def test_every_other_scalar_is_what_yaml_1_1_says(typed: str, value: object) -> None:
    assert values(f"a: {typed}") == [{"a": value}]


def test_quoting_makes_text_of_everything() -> None:
    texts = ["010", "1:30", "2024-01-01", "no", "~", "", "4625", "<<"]
    assert values(f"{texts!r}") == [texts]


def test_places_lead_to_values_and_keys_and_fall_back_to_what_is_around_them() -> None:
    text = "# first\n---\nspec:\n  a/b: [x, 'y']\n  list:\n    - key~: 4625\n"
    places = read_documents(text.encode(), "a.yaml")[0][0].places
    assert places.value_at("/spec/a~1b/1") == Position("a.yaml", 4, 12)
    assert places.key_at("/spec/a~1b") == Position("a.yaml", 4, 3)
    assert places.value_at("/spec/list/0/key~0") == Position("a.yaml", 6, 13)
    assert places.value_at("/spec/list/0/absent/deeper") == Position("a.yaml", 6, 7)
    assert places.value_at("/spec/list/7") == Position("a.yaml", 6, 5)
    assert places.key_at("/spec/a~1b/0") == Position("a.yaml", 4, 9)
    assert places.value_at("") == Position("a.yaml", 3, 1)


def test_what_was_typed_is_known_for_unquoted_scalars_only() -> None:
    places = read_documents(b"a: no\nb: 'no'\nc: [1]\n", "a.yaml")[0][0].places
    assert places.text_at("/a") == "no"
    assert places.text_at("/b") is None
    assert places.text_at("/c") is None


def test_a_duplicate_key_names_the_first_one() -> None:
    finding = only("a: 1\nb:\n  c: 1\n  c: 2\n")
    assert finding.message == 'key "c" is a duplicate (first on line 3)'
    assert (place(finding), finding.pointer, finding.code) == ((4, 3), "/b/c", "yaml-duplicate-key")


def test_a_missing_separator_is_one_finding_where_the_next_resource_begins() -> None:
    text = "kind: a\nmetadata: {}\nspec: {kind: x}\n"
    _, findings = read_documents((text * 3).encode(), "a.yaml")
    assert [(finding.code, place(finding)) for finding in findings] == [
        ("yaml-missing-separator", (4, 1)),
        ("yaml-missing-separator", (7, 1)),
    ]
    assert "the one that begins on line 1 has not ended: put a line with ---" in findings[0].message
    _, findings = read_documents(b"kind: a\nspec: {}\nkind: b\n", "a.yaml")
    assert [finding.code for finding in findings] == ["yaml-duplicate-key"]


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("1", "a number"),
        ("no", "a boolean"),
        ("2024-01-01", "a date"),
        ("~", "null"),
        ("010", "an octal number"),
    ],
)
def test_a_key_that_is_not_text_comes_with_the_hint_to_quote_it(key: str, what: str) -> None:
    finding = only(f"a:\n  {key}: x\n")
    assert finding.message == f"a key must be text, but YAML reads {key} as {what}: quote it: '{key}'"
    assert place(finding) == (2, 3)


@pytest.mark.parametrize("text", ["? [a]\n: b\n", "? {a: 1}\n: b\n", "{[a]: b}"])
def test_a_key_that_is_a_list_or_a_map_is_refused(text: str) -> None:
    assert only(text).message == "a key must be text, not a list or a map"


def test_a_missing_key_is_refused() -> None:
    assert only("? \n: x\n").message == "a key must be text, but it is empty"


def test_a_merge_key_is_not_supported_unless_it_is_quoted() -> None:
    finding = only("a: &x {b: 1}\nc:\n  <<: *x\n")
    assert finding.message.startswith("merge keys (<<) are not supported")
    assert place(finding) == (3, 3)
    assert values("'<<': 1") == [{"<<": 1}]


@pytest.mark.parametrize(
    "tagged",
    [
        "!x 1",
        "!x [1]",
        "!x {a: 1}",
        "!!binary aGk=",
        "!!set {a}",
        "!!python/name:os.system x",
        "!!omap [a: 1]",
    ],
)
def test_an_unknown_tag_is_refused_and_nothing_is_constructed(tagged: str) -> None:
    finding = only(f"a: {tagged}")
    assert finding.code == "yaml-tag"
    assert (place(finding), finding.pointer) == ((1, 4), "/a")
    assert not read_documents(f"a: {tagged}".encode(), "a.yaml")[0][0].is_readable


@pytest.mark.parametrize("text", ["!x", "!x a: b", "- !x a", "!x b: 1"])
def test_a_tag_is_found_wherever_it_stands(text: str) -> None:
    assert [finding.code for finding in findings(text)] == ["yaml-tag"]


def test_an_alias_repeats_a_value() -> None:
    assert values("a: &x [1, 2]\nb: *x\n") == [{"a": [1, 2], "b": [1, 2]}]


@pytest.mark.parametrize("text", ["a: &x [*x]", "&x {a: {b: *x}}", "- &x [1, [*x]]"])
def test_an_alias_within_itself_is_refused(text: str) -> None:
    assert only(text).code == "yaml-recursive-alias"


def test_an_alias_bomb_is_refused_without_being_expanded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 25)]
    finding = only("\n".join(lines))
    assert finding.code == "yaml-alias-bomb"
    assert finding.message == "with its aliases written out, this is over 1 MiB"


def test_a_long_text_repeated_many_times_is_a_bomb_too() -> None:
    assert only(f"a: &a {'x' * 100_000}\nb: [{'*a, ' * 20}]").code == "yaml-alias-bomb"


def test_64_levels_are_read_and_65_are_refused_where_the_65th_opens() -> None:
    assert findings("[" * 64 + "]" * 64) == []
    finding = only("a:\n  " + "[" * 64 + "]" * 64)
    assert finding.message == "nested more than 64 levels deep"
    assert place(finding) == (2, 66)


HOSTILE = {
    "flow lists": "[" * 500_000,
    "flow maps": "{a: " * 200_000,
    "block lists": "- " * 400_000,
    "complex keys": "? " * 400_000,
    "indented maps": "".join(" " * depth + "a:\n" for depth in range(1400)),
    "indented lists": "".join(" " * depth + "-\n" for depth in range(1400)),
    "just below the slow path": "[" * 1999,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_deep_nesting_is_a_finding_and_not_a_crash(text: str) -> None:
    # In a process of its own, since the failure would take the interpreter with it.
    program = "import sys; from lpcac.documents.reader import read_documents as read; "
    program += "print(read(sys.stdin.buffer.read(), 'a')[1][0].code)"
    done = subprocess.run(
        [sys.executable, "-c", program], input=text.encode(), capture_output=True, timeout=60, check=True
    )
    assert done.stdout.strip() in {b"yaml-nesting", b"yaml-syntax"}


def test_a_document_over_1_mib_is_refused_and_its_neighbours_are_read() -> None:
    giant = "b: " + "x" * 1024 * 1024
    documents, problems = read_documents(f"a: 1\n---\n{giant}\n---\nc: 1\nd: !x 1\n".encode(), "a.yaml")
    assert [document.value for document in documents] == [{"a": 1}, None, {"c": 1, "d": None}]
    assert [(problem.code, place(problem)) for problem in problems] == [
        ("yaml-size", (2, 1)),
        ("yaml-tag", (6, 4)),
    ]


def test_a_document_of_exactly_1_mib_is_read() -> None:
    assert findings("a: " + "x" * (1024 * 1024 - 3)) == []
    assert only("a: " + "x" * (1024 * 1024 - 2)).code == "yaml-size"


def test_many_small_documents_may_be_over_1_mib_together() -> None:
    assert len(values("---\na: " + "\n---\na: ".join(["x" * 1000] * 2000))) == 2000


def test_a_syntax_error_hides_neither_the_documents_nor_the_findings_around_it() -> None:
    documents, problems = read_documents(b"a: 1\n---\nb: [1\n---\nc: 3\nc: 4\n---\nd: {\n", "a.yaml")
    assert [(document.value, document.is_readable) for document in documents] == [
        ({"a": 1}, True),
        (None, False),
        ({"c": 3}, True),
        (None, False),
    ]
    assert [(problem.code, place(problem)) for problem in problems] == [
        ("yaml-syntax", (3, 4)),
        ("yaml-duplicate-key", (6, 1)),
        ("yaml-syntax", (8, 4)),
    ]


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("a:\n\tb: 1", (2, 1), "not tabs"),
        ("a: b: c", (1, 5), "quote a text that holds a colon"),
        ("a: *b", (1, 4), "quote a text that starts with *"),
        ("a: @b", (1, 4), "quote a text that starts with @"),
        ("a: 'b", (1, 6), "unexpected end of stream"),
        ("a: &b 1\nc: &b 2", (2, 4), "use the name of an anchor once"),
        ("%X\n---\na: 1", (1, 3), "directive"),
        ('a: "\\ud800"', (1, 7), "invalid Unicode"),
        ("a:\n  - {b: 1\n  - {b: 2}", (2, 5), "the { that opens on line 2 is not closed"),
        ("a: {b: [1,\n  c: 2", (1, 8), "there is a ] or a comma missing before line 3"),
        ("x: 1\n---\na: {b: 1\nc: 2", (3, 4), "the { that opens on line 3 is not closed"),
        ("a: {b: 1 c: 2}", (1, 11), "did not find expected"),
    ],
)
def test_a_syntax_error_says_where_and_what_to_do(text: str, where: tuple[int, int], words: str) -> None:
    finding = only(text)
    assert finding.message.startswith("not valid YAML: ")
    assert words in finding.message
    assert place(finding) == where


def test_an_alias_does_not_reach_another_document() -> None:
    assert only("a: &x 1\n---\nb: *x\n").code == "yaml-syntax"


def test_a_directive_belongs_to_the_document_after_it() -> None:
    documents, problems = read_documents(b"a: [\n...\n%YAML 1.1\n---\nb: 1\n", "a.yaml")
    assert [document.value for document in documents] == [None, {"b": 1}]
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("content", "where", "byte"),
    [
        (b"a: 1\n---\nb: \xc3\xbc\xff\n", (3, 5), "0xff"),
        ("a: ü".encode("latin-1"), (1, 4), "0xfc"),
        ("a: 1".encode("utf-16-le"), (1, 2), None),
        ("a: 1".encode("utf-16"), (1, 1), "0xff"),
        (b"a: \xed\xa0\x80", (1, 4), "0xed"),
    ],
)
def test_bytes_that_are_not_utf_8_are_refused(content: bytes, where: tuple[int, int], byte: str | None) -> None:
    finding = only(content)
    assert place(finding) == where
    assert finding.code == ("yaml-encoding" if byte else "yaml-control-character")
    assert byte is None or finding.message == f"byte {byte} is not UTF-8: save the file as UTF-8"


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x1b", "\x7f", "\x80", "\x9f", "\ufffe", "\uffff"])
def test_a_control_character_is_refused_in_its_place(character: str) -> None:
    finding = only(f"a: 1\n---\nb: ü{character}\n")
    assert finding.message == f"control character U+{ord(character):04X} is not allowed: remove it"
    assert place(finding) == (3, 5)


def test_findings_of_one_document_are_limited_and_say_so() -> None:
    problems = findings("a: 1\n" * 5000)
    assert len(problems) == 101
    assert problems[-1].message == "more than 99 problems in this document: the rest is not shown"


def test_what_a_message_quotes_is_inert() -> None:
    finding = only('? "a\\e[31m\\n' + "x" * 500 + '"\n: 1\n? "a\\e[31m\\n' + "x" * 500 + '"\n: 2\n')
    assert "\x1b" not in str(finding)
    assert "\n" not in str(finding)
    assert len(finding.message) < 160


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(
        st.characters(
            codec="utf-8",
            exclude_categories=["Cc", "Cs", "Zl", "Zp"],
            exclude_characters="\ufeff\ufffe\uffff",
        )
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4),
    max_leaves=20,
)


@given(value=PLAIN, flow=st.booleans())
def test_plain_values_survive_a_round_trip(*, value: object, flow: bool) -> None:
    text = yaml.safe_dump({"value": value}, default_flow_style=flow, allow_unicode=True)
    assert values(text) == [{"value": value}]


@given(st.binary(max_size=200) | st.text("ab:-?[]{}&*!|>'\"%@`#,\n \t\ufeff\x85\u2028", max_size=60).map(str.encode))
@example(b"---")
@example(b"&a")
@example(b"\xfe\xff\x00a")
def test_no_bytes_make_reading_fail(content: bytes) -> None:
    documents, problems = read_documents(content, "a.yaml")
    assert all(document.is_readable or problems for document in documents)
    assert all(problem.position and problem.position.line >= 1 for problem in problems)


def test_a_git_lfs_pointer_is_named_as_such() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00ff\nsize 12\n"
    documents, (finding,) = read_documents(pointer, "a.yaml")
    assert (finding.code, finding.position) == ("lfs-pointer", Position("a.yaml"))
    assert "Git LFS pointer" in finding.message
    assert not documents[0].is_readable


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_merge_conflict_is_named_at_its_first_line(newline: str) -> None:
    lines = ["a: 1", "<<<<<<< HEAD", "b: 2", "=======", "b: 3", ">>>>>>> theirs", ""]
    documents, (finding,) = read_documents(newline.join(lines).encode(), "a.yaml")
    assert (finding.code, finding.position) == ("merge-conflict", Position("a.yaml", 2))
    assert "resolve it" in finding.message
    assert not documents[0].is_readable
    harmless = "a: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> theirs\n"
    assert not read_documents(harmless.encode(), "a.yaml")[1]
