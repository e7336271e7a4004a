"""What the README claims."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main
import yaml

from lpcac.composition.document_shape import form_findings
from lpcac.composition.patches import is_patch
from lpcac.composition.validation import validate
from lpcac.connectors.files.maps import folders_beside
from lpcac.core.errors import ExitCode
from lpcac.core.findings import Severity
from lpcac.core.resources import ResourceKey
from lpcac.directory_map.parser import parse_map
from lpcac.documents.reader import read_documents
from lpcac.main import app
from lpcac.models import registry

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_group(app).commands
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)


def test_every_command_stands_in_the_table_and_no_other() -> None:
    assert sorted(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)) == sorted(set(COMMANDS) - {"action"})


def test_every_kind_is_named() -> None:
    assert [kind for kind in registry().kinds if f"`{kind}`" not in README] == []


def test_every_exit_code_is_named() -> None:
    line = re.search(r"Exit codes: (.*?)\. `lpcac", README, re.DOTALL)
    assert line is not None
    assert [int(code) for code in re.findall(r"\b(\d+) ", line[1])] == [int(code) for code in ExitCode]


def _options_used() -> list[tuple[str, str]]:
    lines = (line for _, block in BLOCKS for line in block.splitlines() if line.startswith("lpcac "))
    inline = re.findall(r"`lpcac ([^`]+)`", README)
    calls = [shlex.split(line, comments=True)[1:] for line in lines] + [shlex.split(text) for text in inline]
    return [(call[0], word.split("=")[0]) for call in calls for word in call[1:] if word.startswith("--")]


@pytest.mark.parametrize(("command", "option"), sorted({pair for pair in _options_used() if pair[0] in COMMANDS}))
def test_every_option_that_is_shown_exists(command: str, option: str) -> None:
    assert option in {name for parameter in COMMANDS[command].params for name in parameter.opts} | {"--help"}


def test_every_linked_file_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("block", [text for language, text in BLOCKS if language == "yaml"])
def test_every_yaml_example_is_valid(block: str, tmp_path: Path) -> None:
    if "kind" not in yaml.safe_load(block):  # Part of a map.
        block = f"apiVersion: logpoint-cac/v1\nkind: DirectoryMap\ndirectors: {{}}\n{block}"
    if yaml.safe_load(block)["kind"] == "DirectoryMap":
        for folder in ("clients/acme-corp", "clients/globex"):
            (tmp_path / folder).mkdir(parents=True)
        written, findings = parse_map(block.encode(), "lpcac.yaml")
        assert (written is not None, findings) == (True, [])
        assert written is not None
        folders = folders_beside(tmp_path / "lpcac.yaml", written.depth)
        # A part of a map may speak of clients that another part declares.
        assert [f for f in written.expanded(folders, registry())[1] if f.severity is Severity.ERROR] == []
        return
    documents, findings = read_documents(block.encode(), "README.md")
    if is_patch(documents[0].value):
        assert (findings, [form_findings(document, registry()) for document in documents]) == ([], [()])
        return
    external = frozenset(ResourceKey("Repo", name) for name in ("system", "system_verbose"))
    assert (findings, validate(documents, registry(), external).findings) == ([], ())
