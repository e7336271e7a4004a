"""What strangers wrote is read in time that grows with its size, within limits, and without a traceback."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lpcac.action.nightly.issue_state import read_state
from lpcac.action.plan_record.encoding import RecordError, find_record, shown_digest
from lpcac.core.files import Folders
from lpcac.directory_map.directory_map import Client
from lpcac.directory_map.parser import read_map
from lpcac.documents.human_comments import is_words, says_something
from lpcac.documents.reader import read_documents
from lpcac.models import registry
from lpcac.planning.targets.loaded_clients import load_client

HEAD = (
    b"apiVersion: logpoint-cac/v1\nkind: DirectoryMap\n"
    b"directors: {m: {url: 'https://d.example', token_env: TOKEN}}\nclients:\n"
)
REST = b"director: m, pool: p, logpoints: '*'"


def folders(count: int) -> Folders:
    return Folders(frozenset({"clients", "bases", *(f"clients/c{i}" for i in range(count))}))


def read(content: bytes) -> object:
    return read_documents(content, "a.yaml")


def read_a_map(content: bytes, count: int = 1) -> object:
    return read_map(content, "lpcac.yaml", folders(count), registry())


def lines(template: bytes, count: int) -> bytes:
    return b"".join(template.replace(b"#", b"%d" % i) for i in range(count))


def load(*files: bytes, base: bytes = b"") -> object:
    from lpcac.composition.layers import read_layer  # noqa: PLC0415 - only here

    client = Client("acme", "clients/acme", "m", "p", "*", vars={f"v{i}": 1 for i in range(300)})
    bases = [read_layer([("base.yaml", base)], registry(), "bases/b")]
    named = [(f"{index}.yaml", content) for index, content in enumerate(files)]
    return load_client(client, named, registry(), bases=bases)


PATCH = b"---\napiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: patch-#, patch: true}\nspec: {}\n"
REPO = (
    b"---\napiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: repo-#}\n"
    b"spec: {paths: [{path: /a, retention_days: 1}]}\n"
)
ODD_NAME = REPO.replace(b"repo-#", b"'${logpoint}#'")
ODD_VARIABLE = REPO.replace(b"/a", b"'/${vars.x#}'")
CRITERION = b"    - {type: KeyPresent, key: k, repo: ropo-#}\n"
ROUTES = (
    b"---\napiVersion: logpoint-cac/v1\nkind: RoutingPolicy\nmetadata: {name: r}\n"
    b"spec:\n  catch_all: repo-1\n  routing_criteria:\n"
)

ATTACKS: dict[str, tuple[int, Callable[[int], object]]] = {
    "blanks in a comment": (20_000, lambda n: shown_digest(" " * n)),
    "empty comments": (2_000, lambda n: says_something(b"#\n" * n)),
    "editors' comments": (2_000, lambda n: says_something(b"# yaml-language-server: x\n" * n)),
    "blank comments": (2_000, lambda n: says_something(b"#" + b" " * n)),
    "directives": (2_000, lambda n: read(b"%\n" * n + b"a: [")),
    "broken documents": (500, lambda n: read(b"---\n\x01\n" * n)),
    "duplicate keys": (2_000, lambda n: read(b"a: 1\n" * n)),
    "open lists": (2_000, lambda n: read(b"[" * n)),
    "open placeholders": (
        4_000,
        lambda n: read_a_map(HEAD + b"  - {path: clients/*, director: m, pool: '%s'}" % (b"${" * n)),
    ),
    "open placeholders in a text": (
        4_000,
        lambda n: read_a_map(HEAD + b"  - {path: clients/*, director: m, pool: '%s', logpoints: '*'}\n" % (b"${" * n)),
    ),
    "clients without a folder": (
        200,
        lambda n: read_a_map(HEAD + lines(b"  - {name: x#, path: clients/x#, " + REST + b"}\n", n), 300),
    ),
    "patterns": (50, lambda n: read_a_map(HEAD + lines(b"  - {path: clients/c#*, " + REST + b"}\n", n), 500)),
    "variables": (
        1_000,
        lambda n: read_a_map(
            HEAD + b"  - {name: c, path: clients/c0, " + REST + b", vars: {" + lines(b"v#: 1, ", n) + b"}}\n"
        ),
    ),
    "bases": (
        500,
        lambda n: read_a_map(HEAD + b"  - {path: clients/c*, " + REST + b", bases: [" + lines(b"b#, ", n) + b"]}\n"),
    ),
    "long paths": (
        1_000,
        lambda n: read_a_map(HEAD + b"  - {name: c, path: '" + b"a/" * n + b"', " + REST + b"}\n"),
    ),
    "accepted drift of nobody": (
        200,
        lambda n: read_a_map(
            HEAD
            + b"  - {path: clients/c*, "
            + REST
            + b"}\naccept:\n"
            + lines(b"  - {kind: Repo, name: x, client: 'x*#', reason: r, until: '2027-01-01'}\n", n),
            300,
        ),
    ),
    "misspelt repos": (100, lambda n: load(lines(REPO, 200) + ROUTES + lines(CRITERION, n))),
    "patches of nothing": (100, lambda n: load(lines(PATCH, n), base=lines(REPO, 200))),
    "patches of what may be": (100, lambda n: load(lines(PATCH, n), base=lines(ODD_NAME, 200))),
    "unknown variables": (100, lambda n: load(lines(ODD_VARIABLE, n))),
}


def cpu_seconds(work: Callable[[int], object], size: int) -> float:
    """Return what the work takes; garbage collection looks at what other tests left, so it is kept out of it."""
    gc.disable()
    try:
        start = time.process_time()
        work(size)
        return time.process_time() - start
    finally:
        gc.enable()


@pytest.mark.parametrize("attack", ATTACKS)
def test_input_of_twice_the_size_takes_about_twice_as_long(attack: str) -> None:
    size, work = ATTACKS[attack]
    work(1)  # What is made once is made now.
    # The square of the ratio tells a square from a line; the constant is for what any call takes.
    once = min(cpu_seconds(work, size) for _ in range(3))
    # What else the machine does makes a run longer, never shorter: one that is short enough is enough.
    most = 9 * once + 0.05
    assert any(cpu_seconds(work, 4 * size) < most for _ in range(3)), f"{once:.3f} s, and over {most:.3f} s for 4 x"


def test_eighty_kilobytes_of_empty_comments_are_read_at_once() -> None:
    start = time.process_time()
    assert not says_something(b"#\n" * 40_000)
    assert time.process_time() - start < 2


def test_a_thousand_entries_without_a_folder_are_told_beside_a_thousand_folders_at_once() -> None:
    content = HEAD + lines(b"  - {name: x#, path: clients/x#, " + REST + b"}\n", 1_000)
    start = time.process_time()
    _, findings = read_map(content, "lpcac.yaml", folders(1_000), registry())
    assert len(findings) == 1_000
    assert 'did you mean "clients/c' in findings[0].message
    assert time.process_time() - start < 8


def test_a_map_of_more_than_ten_thousand_entries_is_refused() -> None:
    entry = b"  - {name: c#, path: c/#, " + REST + b"}\n"
    most = Folders(frozenset({"c", *(f"c/{number}" for number in range(10_000))}))
    assert read_map(HEAD + lines(entry, 10_000), "lpcac.yaml", most, registry())[0] is not None
    found, findings = read_map(HEAD + lines(entry, 10_001), "lpcac.yaml", folders(1), registry())
    assert found is None
    assert any("10000" in finding.message for finding in findings), findings[:3]


def test_a_map_whose_patterns_stand_for_too_much_is_refused() -> None:
    content = HEAD + lines(b"  - {path: clients/*x#, " + REST + b"}\n", 1_000)
    _, findings = read_map(content, "lpcac.yaml", folders(3_000), registry())
    assert [finding.code for finding in findings if finding.is_error] == ["map-size"]


YAML_PIECES = st.sampled_from(
    [
        "- ",
        "? ",
        ": ",
        "#",
        "\n",
        "\n  ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "!!int ",
        "!x ",
        "|\n",
        ">-\n",
        "'",
        '"',
        "${client}",
        "${",
        "$${",
        "}",
        "a",
        "kind: ",
        "metadata: ",
        "spec: ",
        "clients:\n",
        "\t",
        "\x00",
        "\ufeff",
        "\x85",
        "\u2028",
        "<<: ",
        "1e999",
        "0o7",
        "1:30",
        "2024-01-01",
        "~",
        "null",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(YAML_PIECES, max_size=60).map("".join))
MAPS = st.lists(
    st.one_of(
        YAML_PIECES,
        st.sampled_from(["  - {path: clients/*, director: m}\n", "name: c\n", "accept:\n", "pool: '${client}'\n"]),
    ),
    max_size=30,
).map("".join)


def within_a_moment(work: Callable[[], object]) -> None:
    start = time.process_time()
    work()
    assert time.process_time() - start < 5


@given(TEXTS)
@example("%\n" * 50)
@example("a: &a [*a]")
@example("\ud800")
def test_any_text_is_read_as_yaml_or_gives_findings(text: str) -> None:
    content = text.encode(errors="surrogatepass")
    within_a_moment(lambda: read(content))
    within_a_moment(lambda: load(content))


@given(st.binary())
def test_any_bytes_are_read_as_yaml_or_give_findings(content: bytes) -> None:
    within_a_moment(lambda: read(content))
    within_a_moment(lambda: read_a_map(content))


@given(MAPS)
def test_any_map_is_read_or_gives_findings(text: str) -> None:
    within_a_moment(lambda: read_a_map(HEAD + text.encode(errors="surrogatepass"), 3))


@given(TEXTS)
def test_any_comment_is_words_or_is_none(text: str) -> None:
    within_a_moment(lambda: (is_words(f"#{text}"), says_something(text.encode(errors="surrogatepass"))))


RECORD_PIECES = st.sampled_from(
    ["<!-- lpcac:record:v1 ", "<!-- lpcac:record:v2 ", "eJwrAQAAeQB5", "e30=", "=", " -->", "\n", " ", "\r", "[", "-->"]
)


@given(st.one_of(st.text(), st.lists(RECORD_PIECES, max_size=40).map("".join)))
@example("\n<!-- lpcac:record:v1  -->")
def test_any_comment_holds_a_plan_record_or_is_refused(text: str) -> None:
    def found() -> None:
        with suppress(RecordError):
            find_record(text)

    within_a_moment(found)


@given(
    st.one_of(
        st.text(),
        st.binary().map(lambda raw: f"<!-- lpcac:drift:v1 {__import__('base64').b64encode(raw).decode()} -->"),
    )
)
def test_any_issue_holds_a_state_or_none(text: str) -> None:
    within_a_moment(lambda: read_state("drift", text))
