"""What the pages show exists, is valid, and is what the program says."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from tests.docs.pages import ROOT, Block, Page, pages

from lpcac.composition.document_shape import form_findings
from lpcac.composition.patches import is_patch
from lpcac.composition.validation import validate
from lpcac.connectors.files.maps import folders_beside
from lpcac.core.errors import ExitCode
from lpcac.core.findings import Severity
from lpcac.core.resources import ResourceKey
from lpcac.directory_map.parser import parse_map
from lpcac.directory_map.schema import MapDocument
from lpcac.documents.reader import read_documents
from lpcac.main import app
from lpcac.models import registry

PAGES = {page.name: page for page in pages()}
README = PAGES["README.md"].text
COMMAND_LINE = PAGES["docs/command-line.md"].text
COMMANDS = typer.main.get_group(app).commands
DOCUMENTS_OF_OUR_OWN = {*registry().kinds, "DirectoryMap"}


def test_every_command_stands_in_the_table_and_no_other() -> None:
    assert sorted(re.findall(r"^\| `(\w+)` \|", COMMAND_LINE, re.MULTILINE)) == sorted(set(COMMANDS) - {"action"})


def test_the_package_and_the_site_name_the_same_repository() -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert f"repo_url: {urls['Repository']}\n" in site
    assert f"site_url: {urls['Documentation']}\n" in site
    assert urls["Changelog"].startswith(urls["Repository"])


def test_every_kind_is_named_in_the_readme() -> None:
    assert [kind for kind in registry().kinds if f"`{kind}`" not in README] == []


def test_every_exit_code_is_named() -> None:
    line = re.search(r"Exit codes: (.*?)\. `lpcac", COMMAND_LINE, re.DOTALL)
    assert line is not None
    assert [int(code) for code in re.findall(r"\b(\d+) ", line[1])] == [int(code) for code in ExitCode]


def test_the_readme_is_for_visitors() -> None:
    assert len(README.splitlines()) <= 130
    assert re.search(r"^!\[", README, re.MULTILINE)


def options_used() -> set[tuple[str, str, str]]:
    """Every option of lpcac that a page shows, with the page and the command."""
    used = set()
    for page in PAGES.values():
        lines = [line.strip() for block in page.blocks for line in block.text.splitlines()]
        calls = [line.removeprefix("$ ") for line in lines if re.match(r"(\$ )?lpcac ", line)]
        calls += re.findall(r"`lpcac ([^`]+)`", page.text.replace("\n", " "))
        for call in calls:
            command, *words = shlex.split(call.removeprefix("lpcac "), comments=True) or [""]
            used |= {(page.name, command, word.partition("=")[0]) for word in words if word.startswith("--")}
    return used


def test_every_option_that_is_shown_exists() -> None:
    used = {(page, command, option) for page, command, option in options_used() if command in COMMANDS}
    assert len(used) > 30
    known = {name: {o for parameter in c.params for o in parameter.opts} | {"--help"} for name, c in COMMANDS.items()}
    assert {each for each in used if each[2] not in known[each[1]]} == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_linked_file_exists(name: str) -> None:
    page = PAGES[name]
    # The reference is generated; a strict build of the site checks links to it.
    links = [link for link in page.links if not link.partition("reference/")[1]]
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []


def yaml_blocks() -> list[Any]:
    found = [
        (page, n, block) for page in PAGES.values() for n, block in enumerate(page.blocks) if block.language == "yaml"
    ]
    return [pytest.param(page, block, id=f"{page.name}-{n}") for page, n, block in found if "lint/" not in page.name]


@pytest.mark.parametrize(("page", "block"), yaml_blocks())
def test_every_yaml_example_is_valid(page: Page, block: Block, tmp_path: Path) -> None:
    """Examples of lint codes are checked where the codes are: tests/unit/lint."""
    first = next(iter(yaml.safe_load_all(block.text)), None)
    if isinstance(first, dict) and "kind" not in first and first.keys() <= MapDocument.model_fields.keys():
        director = "{url: https://director.example.com, token_env: DIRECTOR_TOKEN}"
        part = "" if "directors" in first else f"directors: {{main: {director}}}\n"
        assert_valid_map(f"apiVersion: logpoint-cac/v1\nkind: DirectoryMap\n{part}{block.text}", tmp_path)
    elif isinstance(first, dict) and first.get("kind") == "DirectoryMap":
        assert_valid_map(block.text, tmp_path)
    elif isinstance(first, dict) and first.get("kind") in DOCUMENTS_OF_OUR_OWN:
        documents, findings = read_documents(block.text.encode(), page.name)
        if is_patch(documents[0].value):
            assert (findings, [form_findings(document, registry()) for document in documents]) == ([], [()])
            return
        external = frozenset(ResourceKey("Repo", name) for name in ("system", "system_verbose"))
        declared = frozenset(ResourceKey(d.value["kind"], d.value["metadata"]["name"]) for d in documents)
        assert (findings, validate(documents, registry(), external - declared).findings) == ([], ())


def assert_valid_map(text: str, folder: Path) -> None:
    for name in ("clients/acme-corp", "clients/globex"):
        (folder / name).mkdir(parents=True)
    written, findings = parse_map(text.encode(), "lpcac.yaml")
    assert (written is not None, findings) == (True, [])
    assert written is not None
    folders = folders_beside(folder / "lpcac.yaml", written.depth)
    # A part of a map may speak of clients that another part declares.
    assert [f for f in written.expanded(folders, registry())[1] if f.severity is Severity.ERROR] == []
