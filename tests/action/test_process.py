"""Each activity as the container runs it: a process, its exit code and its streams."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.action.scene import JOB_PERMISSIONS, Scene, repo
from tests.fakes.github import Event


def run_process(scene: Scene, event: Event, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action in a process of its own and return how it ended."""
    token = scene.github.token(JOB_PERMISSIONS[event.name])  # type: ignore[arg-type]
    given = {"github-token": token, "director-token": scene.director.token, **inputs}
    job = scene.github.job(event, scene.folder / f"process-{len(os.listdir(scene.folder))}", inputs=given)
    job.check_out()
    return subprocess.run(
        [sys.executable, "-m", "lpcac.main", "action"],
        cwd=job.workspace,
        env={"PATH": os.environ["PATH"], "HOME": str(scene.folder), **job.environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_pull_request_a_merge_and_a_night_run_as_processes(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})

    reviewed = run_process(scene, scene.github.events.pull_request(pull))
    assert reviewed.returncode == 0, reviewed.stdout + reviewed.stderr
    merged = run_process(scene, scene.github.events.push(pull.merge()))
    assert merged.returncode == 0, merged.stdout + merged.stderr
    assert "system" in scene.logpoint().names("Repo")
    night = run_process(scene, scene.github.events.schedule(scene.repository))
    assert night.returncode == 0, night.stdout + night.stderr


@pytest.mark.parametrize(("command", "code"), [("validate", 3), ("plan", 3), ("apply", 4), ("drift", 0)])
def test_every_command_by_hand_runs_as_a_process(scene: Scene, command: str, code: int) -> None:
    if command in ("apply", "drift"):
        scene.repository.push("main", {"clients/acme/repos.yaml": repo("system")})

    ran = run_process(scene, scene.github.events.workflow_dispatch(scene.repository), command=command)

    assert ran.returncode == code, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_merge_group_runs_as_a_process(scene: Scene) -> None:
    group = scene.propose("more", {"clients/acme/repos.yaml": repo("system")}).enqueue()

    ran = run_process(scene, scene.github.events.merge_group(group))

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_outside_of_github_the_command_says_what_it_is_for() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "lpcac.main", "action"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 64
    assert "GITHUB_REPOSITORY" in ran.stderr


def test_help_imports_neither_github_nor_git() -> None:
    code = """
import sys
try:
    from lpcac.main import run
    run(["--help"])
finally:
    assert not {"github", "git", "httpx"} & set(sys.modules), list(sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
