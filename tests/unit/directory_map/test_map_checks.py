"""What the map says of lint and rules."""

from __future__ import annotations

import pytest

from lpcac.core.files import Folders
from lpcac.core.findings import Finding
from lpcac.directory_map.directory_map import DirectoryMap
from lpcac.directory_map.parser import read_map
from lpcac.models import registry


def read(more: str) -> tuple[DirectoryMap | None, list[Finding]]:
    text = f"apiVersion: logpoint-cac/v1\nkind: DirectoryMap\ndirectors: {{}}\n{more}\n"
    return read_map(text.encode(), "lpcac.yaml", Folders(frozenset()), registry())


@pytest.mark.parametrize("level", ["off", "'off'", "notice", "warning", "error"])
def test_a_lint_code_gets_a_level_and_off_needs_no_quotes(level: str) -> None:
    found, findings = read(f"lint: {{unused-repo: {level}}}")

    assert findings == []
    assert found is not None
    assert found.lint == {"unused-repo": level.strip("'")}


def test_a_lint_code_that_there_is_not_is_told_with_what_was_meant() -> None:
    _, (finding,) = read("lint: {unused-repos: off}")

    assert str(finding) == 'lpcac.yaml:4:22: there is no lint code "unused-repos" (did you mean "unused-repo"?)'


@pytest.mark.parametrize("level", ["loud", "1", "true", "null"])
def test_another_level_is_an_error(level: str) -> None:
    found, findings = read(f"lint: {{unused-repo: {level}}}")

    assert found is None
    assert len(findings) == 1


def test_rules_are_folders_or_files_of_the_repository() -> None:
    found, findings = read("rules: [rules/, more/pci.yaml]")

    assert findings == []
    assert found is not None
    assert found.rules == ("rules", "more/pci.yaml")


@pytest.mark.parametrize("path", ["/etc", "../rules", ".git", "a:b"])
def test_rules_do_not_leave_the_repository(path: str) -> None:
    found, findings = read(f"rules: ['{path}']")

    assert found is None
    assert len(findings) == 1
