"""The generated reference is complete, and a field without its text does not pass."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
import yaml
from website.reference import pages as generator
from website.reference.fields import fields_of
from website.reference.kind_facts import DELETED, FACTS
from website.reference.pages import pages

from lpcac.core.codes import SECTIONS
from lpcac.core.errors import ExitCode
from lpcac.kinds.fields import Spec
from lpcac.models import registry

ROOT = Path(__file__).parents[2]
PAGES = pages()
SITE = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(registry().kinds))
def test_every_field_of_a_kind_says_what_it_is_what_a_change_destroys_and_its_source(kind: str) -> None:
    text = PAGES[f"reference/kinds/{kind}.md"]
    sections = re.split(r"^### ", text, flags=re.MULTILINE)[1:]
    assert [s.splitlines()[0] for s in sections] == [
        f"`{field.path}`" for field in fields_of(registry().kinds[kind].spec, registry().kinds[kind].example["spec"])
    ]
    for section in sections:
        assert re.search(r"- Type: \S.*\n- (Required|Default: \S)", section), section
        assert re.search(r"- Example: \S.*\n- A change destroys: \S.*\n- Source: chapter \d", section), section
    assert DELETED[kind] in text


def test_a_field_without_its_text_stops_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    without = {path: fact for path, fact in FACTS["Repo"].items() if path != "paths"}
    monkeypatch.setattr(generator, "FACTS", {**FACTS, "Repo": without})
    with pytest.raises(LookupError, match=r"kind_facts\.py and the model of Repo differ in paths"):
        pages()


def test_a_field_without_a_docstring_stops_the_reference() -> None:
    class Bare(Spec):
        """Something."""

        kind: Literal["Bare"]

    with pytest.raises(LookupError, match="kind lacks its meaning"):
        [generator._field(field) for field in fields_of(Bare, {"kind": "Bare"})]


def test_every_code_and_exit_code_has_its_section() -> None:
    headings = set(re.findall(r"^### (\S+)$", PAGES["reference/codes.md"], re.MULTILINE))
    assert headings == {code for section in SECTIONS.values() for code in section}
    codes = re.findall(r"^## (\d+)$", PAGES["reference/exit-codes.md"], re.MULTILINE)
    assert codes == [str(int(code)) for code in ExitCode]


def test_every_page_is_in_the_sites_navigation() -> None:
    """A strict build checks the same, and all links; this needs no MkDocs."""
    written = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert sorted(re.findall(r"([\w/.-]+\.md)$", SITE, re.MULTILINE)) == sorted(written | PAGES.keys())


def test_the_site_loads_nothing_from_elsewhere() -> None:
    configured = yaml.safe_load(SITE)
    assert configured["theme"]["font"] is False
    assert configured["strict"] is True
    assert not {"extra_javascript", "extra_css"} & configured.keys()


def test_the_site_is_built_so_that_a_broken_link_stops_it() -> None:
    """With --quiet, MkDocs counts no warnings, and --strict stops at none."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"mkdocs build(.*)", makefile) == [" --strict"]
