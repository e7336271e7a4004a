"""What `make release` and the release workflow do with the project's files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml
from release import changelog
from release.__main__ import main
from release.project import Project
from release.version import Version

ROOT = Path(__file__).parents[2]
IMAGE = f"ghcr.io/octo/lpcac@sha256:{'ab' * 32}"
DAY = date(2030, 6, 1)


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The files that a release reads and writes, in a repository of their own whose last release is 1.4.0."""
    for name in ("CHANGELOG.md", "action.yml", "src/lpcac/__init__.py", "action/workflows", "docs/action.md"):
        source, copy = ROOT / name, tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, copy) if source.is_dir() else shutil.copy(source, copy)
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 1.4.0 - 2030-05-01\n\n- It.\n", encoding="utf-8"
    )
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path)
    return Project(tmp_path)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "A change")


def told(project: Project, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["--root", str(project.root), *arguments])
    return code, capsys.readouterr().err


def test_a_version_is_cut_checked_and_pinned_from_beginning_to_end(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(project, capsys, "check", "1.5.0") == (0, "")
    project.cut(Version.parse("1.5.0"), DAY)
    commit(project.root)
    assert told(project, capsys, "verify", "1.5.0") == (0, "")
    assert main(["--root", str(project.root), "notes", "1.5.0"]) == 0
    assert capsys.readouterr().out == "### Added\n\n- A thing.\n"
    assert told(project, capsys, "pin-image", IMAGE) == (0, "")
    assert git(project.root, "diff", "--name-only") == "action.yml"


def test_cutting_writes_the_version_wherever_a_user_copies_it_and_nothing_else(project: Project) -> None:
    project.cut(Version.parse("1.5.0"), DAY)
    assert project.version == Version(1, 5, 0)
    assert list(changelog.sections(project.changelog)) == [
        ("Unreleased", ""),
        ("1.5.0 - 2030-06-01", "### Added\n\n- A thing."),
        ("1.4.0 - 2030-05-01", "- It."),
    ]
    pages = [path.read_text(encoding="utf-8") for path in project.root.rglob("*") if path.suffix in (".md", ".yml")]
    versions = {version for text in pages for version in re.findall(r"OWNER/lpcac@\w+ # (\S+?)[`\s]", text)}
    assert versions == {"v1.5.0"}
    changed = [line for line in git(project.root, "diff", "--unified=0").splitlines() if line.startswith("+ ")]
    assert all("OWNER/lpcac@" in line for line in changed)


@pytest.mark.parametrize(
    ("version", "prepare", "reason"),
    [
        ("1.4.0", "", "1.4.0 is not later than 1.4.0, which was released"),
        ("1.3.9", "", "1.3.9 is not later than 1.4.0, which was released"),
        ("1.5.0", "tag v1.5.0", "1.5.0 is not later than 1.5.0, which was released"),
        ("1.5.0", "switch --quiet --create other", "this is the branch other: release from main"),
        ("1.5.0", "update-ref refs/remotes/origin/main HEAD~0^{tree}", "main and origin/main differ"),
        ("v1.5", "", "'v1.5' is not a version: write three numbers, such as 1.2.3, without a v"),
        ("1.05.0", "", "'1.05.0' is not a version"),
    ],
)
def test_each_reason_against_a_release_is_one_line(
    project: Project, capsys: pytest.CaptureFixture[str], version: str, prepare: str, reason: str
) -> None:
    if prepare:
        git(project.root, *prepare.split())
    code, said = told(project, capsys, "check", version)
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith(f"error: {reason}")


def test_all_reasons_are_said_in_one_run(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (project.root / "CHANGELOG.md").write_text(
        "# Changelog\n\n## Unreleased\n\n## 1.4.0 - 2030-05-01\n", encoding="utf-8"
    )
    code, said = told(project, capsys, "check", "1.4.0")
    assert code == 1
    assert re.findall(r"not later than|lists nothing|not committed", said) == [
        "not later than",
        "lists nothing",
        "not committed",
    ]


@pytest.mark.parametrize("missing", ["version", "changelog", "tag"])
def test_the_workflow_releases_only_what_make_release_has_cut(
    project: Project, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    log = project.changelog
    project.cut(Version.parse("1.5.0"), DAY)
    if missing == "version":
        (project.root / "src/lpcac/__init__.py").write_text('__version__ = "1.4.9"\n', encoding="utf-8")
    elif missing == "changelog":
        (project.root / "CHANGELOG.md").write_text(log, encoding="utf-8")
    else:
        git(project.root, "tag", "v1.5.0")
    code, said = told(project, capsys, "verify", "1.5.0")
    assert (code, said.count("\n"), said.startswith("error: ")) == (1, 1, True)


def test_a_pinned_action_differs_from_the_branchs_by_its_image_alone(project: Project) -> None:
    before = yaml.safe_load((project.root / "action.yml").read_text(encoding="utf-8"))
    project.pin_image(IMAGE)
    after = yaml.safe_load((project.root / "action.yml").read_text(encoding="utf-8"))
    assert before["runs"]["image"] == "Dockerfile"
    assert after == {**before, "runs": {"using": "docker", "image": f"docker://{IMAGE}"}}


@pytest.mark.parametrize(
    "image",
    [
        "",
        "ghcr.io/octo/lpcac:1.5.0",
        f"lpcac@sha256:{'ab' * 32}",
        f"ghcr.io/octo/lpcac@sha256:{'ab' * 31}",
        f"{IMAGE} x",
    ],
)
def test_an_image_without_its_digest_is_not_pinned(
    project: Project, capsys: pytest.CaptureFixture[str], image: str
) -> None:
    code, said = told(project, capsys, "pin-image", image)
    assert (code, said.count("\n")) == (1, 1)
    assert git(project.root, "diff", "--name-only") == ""


def test_an_image_is_pinned_once(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.pin_image(IMAGE)
    assert told(project, capsys, "pin-image", IMAGE)[0] == 1


def test_a_wrong_command_line_ends_as_lpcac_does() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["publish"])
    assert ended.value.code == 64


def test_the_image_is_built_without_action_yml() -> None:
    """So the commit that names the image in action.yml has the same image as the commit it was built of."""
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert rules[1] == "*"
    assert "!action.yml" not in rules


@pytest.mark.parametrize(("pinned", "expected"), [(False, ["build --quiet --tag lpcac ."]), (True, ["pull", "tag"])])
def test_the_sharded_workflows_take_a_releases_image_and_build_a_branchs(
    project: Project, tmp_path: Path, pinned: bool, expected: list[str]
) -> None:
    shutil.copy(ROOT / "action" / "image.sh", project.root / "action")
    if pinned:
        project.pin_image(IMAGE)
        expected = [f"pull --quiet {IMAGE}", f"tag {IMAGE} lpcac"]
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "docker").write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    (programs / "docker").chmod(0o755)
    environ = {"PATH": f"{programs}:{os.environ['PATH']}"}
    script = project.root / "action" / "image.sh"
    done = subprocess.run([script, "lpcac"], env=environ, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == expected


def test_the_release_runs_without_what_a_developer_installs() -> None:
    """The workflow calls it before anything is installed."""
    script = [sys.executable, "-I", "-S", "-c", "import sys; sys.path.append('.'); import release.__main__"]
    subprocess.run(script, cwd=ROOT, check=True)


def test_the_workflows_tag_step_makes_the_commit_on_top_and_can_be_repeated(project: Project, tmp_path: Path) -> None:
    """The script of the workflow itself, run by bash as GitHub does."""
    shutil.copytree(ROOT / "release", project.root / "release", ignore=shutil.ignore_patterns("__pycache__"))
    project.cut(Version.parse("1.5.0"), DAY)
    commit(project.root)
    git(project.root, "tag", "v1", "HEAD~1")
    cut = git(project.root, "rev-parse", "HEAD")
    [script] = [
        step["run"]
        for step in yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))["jobs"]["tag"][
            "steps"
        ]
        if step.get("name") == "Name the image in action.yml, and tag that commit"
    ]
    environ = {**os.environ, "VERSION": "1.5.0", "IMAGE": IMAGE, "HOME": str(tmp_path)}
    for _ in range(2):
        git(project.root, "checkout", "--quiet", cut)
        subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], cwd=project.root, env=environ, check=True)
        assert git(project.root, "rev-parse", "v1.5.0^") == cut
        assert git(project.root, "rev-parse", "v1") == git(project.root, "rev-parse", "v1.5.0")
        assert git(project.root, "diff", "--name-only", cut, "v1.5.0") == "action.yml"
    assert f"docker://{IMAGE}" in git(project.root, "show", "v1:action.yml")
    assert "image: Dockerfile" in git(project.root, "show", "main:action.yml")
