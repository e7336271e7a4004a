"""Each activity as the container runs it: a process, its exit code and its streams."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.action.recorded import endings
from tests.action.scene import JOB_PERMISSIONS, Scene, client, directory_map, policies, repo
from tests.fakes.github import Event, FakeGitHub, Job
from tests.waiting import WaitUntil

from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import running

_LONGEST = 120


def started(scene: Scene, event: Event, **inputs: str) -> tuple[subprocess.Popen[str], Job]:
    """Start the action in a process of its own and return it with its job."""
    token = scene.github.token(JOB_PERMISSIONS[event.name])  # type: ignore[arg-type]
    given = {"github-token": token, "director-token": scene.director.token, **inputs}
    job = scene.github.job(event, scene.folder / f"process-{len(os.listdir(scene.folder))}", inputs=given)
    job.check_out()
    process = subprocess.Popen(
        [sys.executable, "-m", "lpcac.main", "action"],
        cwd=job.workspace,
        env={"PATH": os.environ["PATH"], "HOME": str(scene.folder), **job.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return process, job


def run_process(scene: Scene, event: Event, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action in a process of its own and return how it ended."""
    process, _ = started(scene, event, **inputs)
    out, err = process.communicate(timeout=_LONGEST)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


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


def test_a_merge_that_is_told_to_stop_records_what_it_did_and_the_next_attempt_does_the_rest(
    github: FakeGitHub, tmp_path: Path, wait_until: WaitUntil
) -> None:
    with running(SimulatorOptions(order_delay=0.3)) as director:
        files = {"lpcac.yaml": directory_map(director.url, client("acme", "pool-acme")), "clients/acme/.keep": ""}
        scene = Scene(github, director, github.repository("octo/clients", files), tmp_path)
        pull = scene.propose("more", {"clients/acme/policies.yaml": policies(8)})
        assert scene.review(pull).code == 0
        push = pull.merge()
        event = scene.github.events.push(push)

        process, job = started(scene, event, **{"in-flight": "1"})
        wait_until(lambda: scene.director_writes() or process.poll() is not None)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=_LONGEST)

        assert process.returncode == 1, out + err
        assert "Traceback" not in out + err
        assert "interrupted" in out + err
        assert "7 skipped" in job.summary
        assert endings(scene, "acme") == ["skipped"]
        assert len({f"p{each}" for each in range(8)} & set(scene.logpoint().names("RoutingPolicy"))) == 1

        again = scene.pushed(push)

        assert again.code == 0, again.log
        assert endings(scene, "acme") == ["skipped", "done"]


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
