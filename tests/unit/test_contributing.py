"""What the files for contributors claim: their commands, paths and links exist."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    *("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/action.md", "docs/architecture.md"),
    *("docs/how-to/install.md", "docs/tutorials/github.md"),
)
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z-]+):(?!=)", MAKEFILE, re.MULTILINE)
# A path in a document: in backticks, with a slash, without anything that is chosen when it is read.
PATHS = re.compile(r"`((?:src|tests|docs|schemas|examples|action|benchmarks|\.ci|\.github)/[\w./-]*)`")


def shell_lines(document: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", TEXTS[document], re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line and not line.startswith("#")]


def workflow(name: str) -> Any:
    return yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("document", [*DOCUMENTS, ".github/pull_request_template.md", ".github/workflows/ci.yml"])
def test_every_make_command_that_is_named_is_a_target(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"(?:`|^|run: |sudo )make ([a-z-]+)", text, re.MULTILINE)
    assert [name for name in named if name not in TARGETS] == []


def test_the_commands_to_try_are_those_that_ci_runs_on_a_fresh_debian() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    [line] = [line for line in script.splitlines() if ".ci/fresh-debian" in line]
    *tried, last = [word for word in shlex.split(line)[1:] if word != "-"]
    assert tried == shell_lines("README.md")[: len(tried)] == ["make demo", "make test"]
    assert last == "make walk-through"


def test_every_target_is_explained_by_make_help() -> None:
    explained = re.findall(r"^([a-z-]+):.*## \S", MAKEFILE, re.MULTILINE)
    assert explained == TARGETS
    phony = " ".join(re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)).split()
    assert sorted(phony) == sorted(TARGETS)


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md"])
def test_every_path_and_link_exists(document: str) -> None:
    links = [ROOT / Path(document).parent / link for link in re.findall(r"\]\(([^)#:]+)\)", TEXTS[document])]
    assert [link for link in links if not link.exists()] == []
    places = (ROOT, ROOT / "src" / "lpcac")
    assert [
        path for path in PATHS.findall(TEXTS[document]) if not any((place / path).exists() for place in places)
    ] == []


def test_every_file_and_folder_that_the_architecture_names_is_there() -> None:
    text = TEXTS["docs/architecture.md"]
    table = "".join(re.findall(r"^\| (`[^|]*) \|", text.partition("## The way")[0], re.MULTILINE))
    named = {*re.findall(r"`([\w/]+)`", table), *re.findall(r"`([\w/]+(?:\.py|/))`", text)}
    assert len(named) > 30
    assert sorted(name for name in named if not (ROOT / "src" / "lpcac" / name).exists()) == []


def test_the_architecture_fits_on_a_page_and_answers_ten_questions() -> None:
    text = TEXTS["docs/architecture.md"]
    assert len(text.splitlines()) <= 70
    assert len(re.findall(r"^\| .* \|$", text.partition("## Where do I change")[2], re.MULTILINE)) == 12


def test_every_command_of_contributing_starts_a_program_that_is_there() -> None:
    commands = [
        [w for w in shlex.split(line) if "=" not in w and w != "sudo"] for line in shell_lines("CONTRIBUTING.md")
    ]
    assert len(commands) > 5
    for program, *words in commands:
        assert program in ("make", "git") or (ROOT / program).exists(), program
        assert [word for word in words if word.startswith("tests/") and not (ROOT / word).exists()] == []


def test_every_hook_before_a_commit_runs_a_program_of_the_development_lock() -> None:
    configured = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repository in configured["repos"] for hook in repository["hooks"]]
    assert {hook["language"] for hook in hooks} == {"system"}
    assert [hook["entry"] for hook in hooks if not (ROOT / hook["entry"].split()[0]).exists()] == []


def test_ci_runs_the_suite_on_the_oldest_python_and_lints_on_the_later_ones() -> None:
    job = workflow("ci.yml")["jobs"]["python"]
    versions = job["strategy"]["matrix"]["python"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert versions == ["3.11", "3.12", "3.13", "3.14"]
    assert project["requires-python"] == f">={versions[0]}"
    conditions = {step["if"]: step["run"] for step in job["steps"] if "if" in step}
    assert conditions["matrix.python != '3.11'"] == "make lint"
    assert conditions["matrix.python == '3.11'"].endswith(".ci/run")


def test_each_night_properties_are_tried_with_more_examples_than_before_a_change() -> None:
    found = workflow("thorough.yml")
    assert found[True]["schedule"], "YAML 1.1 takes the key `on` for true"
    assert {step.get("run") for step in found["jobs"]["properties"]["steps"]} >= {"make thorough", "make campaign"}
    [profile] = re.findall(r"--hypothesis-profile=(\w+)", MAKEFILE)
    assert settings.get_profile(profile).max_examples >= 5 * settings.get_profile("ci").max_examples


def test_dependabot_watches_whatever_is_pinned() -> None:
    configured = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))
    ecosystems = {update["package-ecosystem"] for update in configured["updates"]}
    assert ecosystems == {"pip", "npm", "github-actions", "docker"}
