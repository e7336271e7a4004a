"""Every rule of the library passes what it should and refuses what it should."""

from __future__ import annotations

import pytest
from tests.unit.rules.ruled import LIBRARY, checked, repo, routing

from lpcac.workspace.check_rules import RuleFiles

CASES = {
    "pci-dss-10-5-1": ([repo(90, 275), repo(365)], [repo(90, 274), repo(89, 400)]),
    "cnil-at-most-a-year": ([repo(365), repo(400, labels="{kept-longer: court order}")], [repo(200, 166)]),
    "naming": ([repo(1), routing()], [repo(1, name="acme_System"), routing(name="windows")]),
    "no-silent-discard": (
        [routing(), routing("discard", "{reviewed: ciso 2026-03}")],
        [routing("discard"), routing("discard_raw")],
    ),
}


def library(name: str) -> RuleFiles:
    file = LIBRARY / f"{name}.yaml"
    return RuleFiles(((str(file), file.read_bytes()),))


def test_every_rule_of_the_library_has_cases() -> None:
    assert {file.stem for file in LIBRARY.glob("*.yaml")} == set(CASES)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, (good, _) in CASES.items() for text in good])
def test_what_keeps_to_a_rule_passes(name: str, text: str) -> None:
    assert checked(text, library(name)) == []


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, (_, bad) in CASES.items() for text in bad])
def test_what_breaks_a_rule_is_told(name: str, text: str) -> None:
    found = checked(text, library(name))

    assert found
    assert {finding.code for finding in found} == {"rule-broken"}
    assert all(f'rule "{name}"' in finding.message for finding in found)
