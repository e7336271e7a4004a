"""What an editor shows in a repository that `init` set up: every document of a file is checked and completed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from tests.editor.language_server import PROGRAM, LanguageServer, Opened

from lpcac.cli.commands.offline.schema import schema_texts
from lpcac.installation.answers import ActionVersion, Answers
from lpcac.installation.files import SCHEMA_FOLDER, SETTINGS, installation_files

ROOT = Path(__file__).parents[2]
TEXT = """\
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {name: system}
spec: {paths: [{path: /data_hot, retention_days: 90}]}
---
apiVersion: logpoint-cac/v1
kind: PipelineTest
metadata: {name: logons}
spec: {via: windows, cases: [{name: one, event: {a: b}, expect: {repo: system}}]}
---
apiVersion: logpoint-cac/v1
kind: RoutingPolicy
metadata:
  name: windows
spec:
  catch_all: system
  routing_criteria:
    - type: KeyPresent
      key: event_type
      repo: system
"""
LINES = TEXT.splitlines()


def place(text: str, after: str = "") -> tuple[int, int]:
    """Return line and column of a text in the third document, behind `after`."""
    line = next(number for number, found in enumerate(LINES) if number > 9 and text in found)
    return line, LINES[line].index(after) + len(after) if after else LINES[line].index(text)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[LanguageServer]:
    """Start the server of an editor that opened the repository."""
    if not (ROOT / PROGRAM).exists():
        absent: Callable[[str], NoReturn] = request.getfixturevalue("absent")
        absent("yaml-language-server is missing: run `make assets`")
    folder = tmp_path_factory.mktemp("repository")
    answers = Answers("https://director.example.com", ActionVersion("octo/tools", "1f" * 20, "v0.1.0"))
    files = installation_files(answers)
    schemas = {f"{SCHEMA_FOLDER}/{name}": text for name, text in schema_texts().items()}
    for name, text in {**files, **schemas}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with LanguageServer(ROOT, folder, json.loads(files[SETTINGS])) as started:
        yield started


def marked(file: Opened) -> list[tuple[int, str]]:
    """Return line and message of each diagnostic."""
    return [(each["range"]["start"]["line"], each["message"]) for each in file.diagnostics]


@pytest.mark.parametrize("example", sorted((ROOT / "examples").rglob("*.yaml")), ids=lambda path: path.name)
def test_an_example_has_no_diagnostics(example: Path, server: LanguageServer) -> None:
    # What a modeline of the file says would come first.
    text = example.read_text(encoding="utf-8").replace("# yaml-language-server", "# ")
    name = "lpcac.yaml" if example.name == "lpcac.yaml" else f"clients/{example.parent.name}/{example.name}"
    assert marked(server.open(text, name)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("catch_all", "catch_al", "catch_al is not allowed"),
        ("type: KeyPresent", "type: KeyPresnt", '"KeyPresent", "KeyPresentValueMatches"'),
        ("name: windows", "name: None", "must be a name on one line"),
        ("kind: RoutingPolicy", "kind: RoutingPolicies", '"RoutingPolicy"'),
    ],
)
def test_a_mistake_in_the_third_document_is_shown_in_its_line_and_words(
    old: str, new: str, told: str, server: LanguageServer
) -> None:
    head, _, third = TEXT.rpartition("---\n")
    found = marked(server.open(f"{head}---\n{third.replace(old, new)}"))
    assert (place(old)[0], True) in [(line, told in message) for line, message in found], found
    assert min(line for line, _ in found) >= place("apiVersion")[0]


def test_the_map_is_checked_too(server: LanguageServer) -> None:
    text = "apiVersion: logpoint-cac/v1\nkind: DirectoryMap\ndirectors: {main: {url: ftp://x, token_env: A}}\n"
    told = "must be an address such as https://director.example.com"
    assert (2, told) in marked(server.open(text, "lpcac.yaml"))


def test_the_documentation_shows_the_settings_that_init_writes() -> None:
    answers = Answers("https://director.example.com", ActionVersion("octo/tools", "1f" * 20, "v0.1.0"))
    shown = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8").partition("```json\n")[2].partition("```")[0]
    assert shown == installation_files(answers)[SETTINGS]


def test_a_value_of_an_enumeration_comes_before_placeholders(server: LanguageServer) -> None:
    labels = [item["label"] for item in server.open(TEXT).complete(*place("type: Key", "type: "))]
    assert labels[:2] == ["KeyPresent", "KeyPresentValueMatches"]
    assert all(label.startswith("${") for label in labels[2:])


def test_keys_and_kinds_are_completed_in_the_third_document(server: LanguageServer) -> None:
    typed = server.open(TEXT.replace("      repo: system\n", "      \n"))
    assert {"repo", "drop", "value"} <= {item["label"] for item in typed.complete(len(LINES) - 1, 6)}
    started = server.open(TEXT.replace("kind: RoutingPolicy", "kind: "))
    kinds = {item["label"] for item in started.complete(*place("kind:", "kind: "))}
    assert {"Repo", "RoutingPolicy", "PipelineTest"} <= kinds


def test_a_new_document_can_begin_as_a_snippet_of_its_kind(server: LanguageServer) -> None:
    text = TEXT.rpartition("---\n")[0] + "---\nR"
    offered: dict[str, Any] = {item["label"]: item for item in server.open(text).complete(text.count("\n"), 1)}
    snippet = offered["RoutingPolicy"]["insertText"]
    assert "apiVersion: logpoint-cac/v1" in snippet
    assert "kind: RoutingPolicy" in snippet


def test_what_is_under_the_pointer_is_explained_in_the_third_document(server: LanguageServer) -> None:
    assert "Repo for events that match no criterion." in server.open(TEXT).hover(*place("catch_all"))
