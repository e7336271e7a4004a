"""The hooks for pre-commit, and the file with which `init` uses them."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from lpcac.installation.answers import ActionVersion, Answers
from lpcac.installation.files import DEPENDABOT, PRE_COMMIT, installation_files
from lpcac.main import app, run

ROOT = Path(__file__).parents[2]
HOOKS: dict[str, Any] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
FILES = installation_files(Answers("https://director.example.com", ActionVersion("octo/tools", "1f" * 20, "v0.1.0")))


def test_a_hook_runs_a_command_that_exists_from_the_package() -> None:
    assert set(HOOKS) == {"lpcac-validate", "lpcac-test"}
    for hook in HOOKS.values():
        program, command = shlex.split(hook["entry"])
        assert (program, hook["language"]) == ("lpcac", "python")
        assert command in typer.main.get_group(app).commands


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_about_files_of_lpcac_alone(hook: str) -> None:
    pattern = HOOKS[hook]["files"]
    for name in ("lpcac.yaml", "clients/acme/a.yaml", "bases/standard/b.yml", "north/clients/c/d.yaml"):
        assert re.search(pattern, name), name
    for name in (".github/workflows/merge.yml", ".pre-commit-config.yaml", "docs/mkdocs.yml", ".lpcac/init.json"):
        assert not re.search(pattern, name), name


def test_init_uses_every_hook_at_the_commit_of_the_release() -> None:
    [repository] = yaml.safe_load(FILES[PRE_COMMIT])["repos"]
    assert (repository["repo"], repository["rev"]) == ("https://github.com/octo/tools", "1f" * 20)
    assert {hook["id"] for hook in repository["hooks"]} == set(HOOKS)


def test_the_hook_sees_what_is_wrong_in_a_changed_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "clients").mkdir()
    file = tmp_path / "clients" / "a.yaml"
    file.write_text("apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: a}\nspec: {pats: []}\n")
    with pytest.raises(SystemExit) as ended:
        run([*shlex.split(HOOKS["lpcac-validate"]["entry"])[1:], str(file)])
    assert ended.value.code == 3
    assert "pats" in capsys.readouterr().out


def test_dependabot_understands_what_init_writes(tmp_path: Path) -> None:
    (tmp_path / "dependabot.yml").write_text(FILES[DEPENDABOT])
    program = Path(sys.executable).parent / "check-jsonschema"
    command = [program, "--builtin-schema", "vendor.dependabot", tmp_path / "dependabot.yml"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("days", [30, "thirty"])
def test_a_changed_patch_is_checked_with_the_base_that_it_patches(
    days: object, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "lpcac.yaml": "apiVersion: logpoint-cac/v1\nkind: DirectoryMap\n"
        "directors: {main: {url: 'https://d.example.com', token_env: T}}\n"
        "clients: [{name: a, path: clients/a, bases: [bases/b], director: main, pool: p, logpoints: [l]}]\n",
        "bases/b/repos.yaml": "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: r}\n"
        "spec: {paths: [{path: /a, retention_days: 1}]}\n",
        "clients/a/patch.yaml": "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: r, patch: true}\n"
        f"spec: {{paths: [{{path: /a, retention_days: {days}}}]}}\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        run([*shlex.split(HOOKS["lpcac-validate"]["entry"])[1:], "clients/a/patch.yaml"])
    shown = capsys.readouterr()
    assert ended.value.code == (0 if days == 30 else 3), shown
    assert ("clients/a/patch.yaml:4:" in shown.out) is (days != 30), shown


@pytest.mark.parametrize("changed", ["lpcac.yaml", "rules/short.yaml"])
def test_a_change_of_the_map_or_of_a_rule_is_checked_with_all_clients(
    changed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "lpcac.yaml": "apiVersion: logpoint-cac/v1\nkind: DirectoryMap\n"
        "directors: {main: {url: 'https://d.example.com', token_env: T}}\nrules: [rules]\n"
        "clients: [{name: a, path: clients/a, director: main, pool: p, logpoints: [l]}]\n",
        "rules/short.yaml": "apiVersion: logpoint-cac/v1\nkind: Rule\nmetadata: {name: short}\n"
        "spec: {title: Short, why: Why, kinds: [Repo], severity: error, message: too long,"
        " schema: {properties: {metadata: {properties: {name: {maxLength: 3}}}}}}\n",
        "clients/a/repos.yaml": "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: long}\n"
        "spec: {paths: [{path: /a, retention_days: 1}]}\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        run(["validate", changed])
    shown = capsys.readouterr()
    assert "1 resource in 1 file: " in shown.out, shown
    assert (ended.value.code, "too long" in shown.out) == (3, True), shown
