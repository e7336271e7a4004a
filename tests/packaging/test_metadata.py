"""action.yml, the settings that the program reads, and docs/action.md name the same inputs and outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from lpcac.action.inputs import ActionSettings, Inputs
from lpcac.connectors.github.events import Command

SAMPLES = {
    "command": "validate",
    "map": "other.yaml",
    "clients": "acme-corp, globex",
    "pool": "pool-acme",
    "logpoint": "lp-01",
    "patch-base": "bases/standard",
    "vars": "hot_days=90, tier=gold",
    "require-review": "false",
    "bot-login": "deployer[bot]",
    "timeout": "7.5",
    "patience": "45",
    "order-timeout": "70",
    "in-flight": "7",
    "in-flight-per-logpoint": "2",
    "max-deletes": "0",
    "max-delete-percent": "5",
    "max-issues": "3",
    "ca-bundle": "trust.pem",
    "parts": "/runner/temp/lpcac-parts",
    "share": "2",
    "shares": '{"include": [{"clients": "acme"}]}',
    "scope": "north",
    "take-over-scope": "south",
    "github-token": "ghs_0123456789",
    "director-token": "director-0123456789",
    "director-token-for": "main",
    "director-secret-key": "key-0123456789",
    "signing-key": "sign 0123456789 0123456789 0123456789",
}
SECRETS = {"director-token", "director-secret-key", "signing-key"}


def settings(**environ: str) -> Inputs:
    return ActionSettings.from_environ({"GITHUB_REPOSITORY": "example/configuration", **environ}).inputs


def variable(name: str) -> str:
    """What GitHub calls an input in the container."""
    return f"INPUT_{name.replace(' ', '_').upper()}"


def field_of(name: str) -> str:
    return name.replace("-", "_")


def test_every_input_is_a_setting_and_every_setting_an_input(action: Any) -> None:
    assert {field_of(name) for name in action["inputs"]} == set(Inputs.model_fields)


def test_every_setting_is_used(root: Path) -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (root / "src").rglob("*.py"))
    assert [name for name in Inputs.model_fields if not re.search(rf"inputs\.{name}\b", sources)] == []


def test_there_is_a_sample_of_every_input(action: Any) -> None:
    assert SAMPLES.keys() == action["inputs"].keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_an_input_reaches_its_setting_and_no_other(name: str) -> None:
    untouched, told = settings(), settings(**{variable(name): SAMPLES[name]})
    changed = {name for name in Inputs.model_fields if getattr(untouched, name) != getattr(told, name)}
    assert changed == {field_of(name)}


def test_the_defaults_mean_the_same_as_saying_nothing(action: Any) -> None:
    defaults = {variable(name): about["default"] for name, about in action["inputs"].items() if name != "github-token"}
    assert settings(**defaults) == settings()


def test_only_the_jobs_own_token_is_taken_from_an_expression(action: Any) -> None:
    evaluated = {name: about["default"] for name, about in action["inputs"].items() if "${{" in about["default"]}
    assert evaluated == {"github-token": "${{ github.token }}"}


def test_no_input_has_to_be_given(action: Any) -> None:
    # The tokens that a fork's pull request does not have are empty, not missing.
    missing = [name for name, about in action["inputs"].items() if about["required"] and not about["default"]]
    assert missing == []


def test_secrets_have_no_default_and_ask_for_a_secret(action: Any) -> None:
    for name in SECRETS:
        assert action["inputs"][name]["default"] == ""
        assert "secret" in action["inputs"][name]["description"]


def test_every_command_is_described(action: Any) -> None:
    description = action["inputs"]["command"]["description"]
    assert [command for command in Command if f'"{command}"' not in description] == []


def test_the_container_gets_no_arguments(action: Any) -> None:
    # Inputs come as variables: nothing is put together into a command line.
    assert action["runs"] == {"using": "docker", "image": "Dockerfile"}


def test_the_documentation_lists_the_inputs_as_they_are(root: Path, action: Any) -> None:
    rows = [(f"`{name}`", _default(about["default"]), about["description"]) for name, about in action["inputs"].items()]
    assert _table(root, "inputs") == _rendered(("input", "default", "meaning"), rows)


def test_the_documentation_lists_the_outputs_as_they_are(root: Path, action: Any) -> None:
    rows = [(f"`{name}`", about["description"]) for name, about in action["outputs"].items()]
    assert _table(root, "outputs") == _rendered(("output", "meaning"), rows)


def _default(value: str) -> str:
    return f"`{value}`" if value else ""


def _rendered(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(' '.join(cell.split()) for cell in line)} |" for line in lines)


def _table(root: Path, name: str) -> str:
    """Return the table of docs/action.md that stands under a heading."""
    text = (root / "docs" / "action.md").read_text(encoding="utf-8")
    _, _, after = text.partition(f"\n### The {name}\n")
    lines = after.lstrip().splitlines()
    return "\n".join(line for line in lines[: next(i for i, line in enumerate(lines) if not line.startswith("|"))])
