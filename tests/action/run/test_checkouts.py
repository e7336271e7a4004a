"""Ways to check out that workflows choose: they work, or end in one line that says how to check out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.action.scene import Ran, Scene, repo
from tests.fakes.github import Job

ADVICE = "check out with fetch-depth: 0 and without filter or sparse-checkout"


def into_folder(job: Job) -> None:
    """Do as `path: configuration` of actions/checkout does, with another repository beside it."""
    workspace = Path(job.workspace)
    names = os.listdir(workspace)
    (workspace / "configuration").mkdir()
    for name in names:
        (workspace / name).rename(workspace / "configuration" / name)
    git(workspace, "init", "--quiet", "tools")


def shallow(job: Job) -> None:
    """Do as `fetch-depth: 1` does, which is the default."""
    job.check_out(depth=1)


def partial(*folders: str) -> Callable[[Job], None]:
    """Do as `filter: blob:none` does, with `sparse-checkout` for folders."""

    def check_out(job: Job) -> None:
        workspace, origin = Path(job.workspace), f"file://{job.event.repository.clone_url}"
        git(Path(job.event.repository.clone_url), "config", "uploadpack.allowFilter", "true")
        git(Path(job.event.repository.clone_url), "config", "uploadpack.allowAnySHA1InWant", "true")
        git(workspace, "rm", "--quiet", "-r", "--force", ".")
        git(workspace, "clone", "--quiet", "--no-checkout", "--filter=blob:none", origin, "partial")
        sparse = workspace / "partial"
        git(sparse, "fetch", "--quiet", "--filter=blob:none", "origin", f"+{job.event.sha}:refs/remotes/pull/1/merge")
        git(sparse, "sparse-checkout", "set", *folders)
        git(sparse, "checkout", "--quiet", "--detach", job.event.sha)

    return check_out


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def error_of(ran: Ran) -> str:
    """Return the one line that is the run's annotation."""
    (line,) = [line for line in ran.log.splitlines() if line.startswith("::error")]
    assert "Traceback" not in ran.log
    return line


IN_FOLDER = {"map": "configuration/lpcac.yaml"}


def test_a_checkout_in_a_folder_is_reviewed_and_merged_like_any_other(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})

    reviewed = scene.review(pull, inputs=IN_FOLDER, before=into_folder)
    merged = scene.merge(pull, inputs=IN_FOLDER, before=into_folder)

    assert (reviewed.code, merged.code) == (0, 0), reviewed.log + merged.log
    assert "system" in scene.logpoint().names("Repo")
    assert scene.night(inputs=IN_FOLDER, before=into_folder).code == 0


@pytest.mark.parametrize("named", ["lpcac.yaml", "elsewhere/deep/lpcac.yaml"])
def test_a_map_outside_of_the_checkout_is_told_with_what_to_write(scene: Scene, named: str) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})

    ran = scene.review(pull, inputs={"map": named}, before=into_folder)

    assert ran.code == 64
    assert "start the input map with it (path/lpcac.yaml)" in error_of(ran)


def test_a_pull_request_in_a_shallow_checkout_is_told_how_to_check_out(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})

    ran = scene.review(pull, before=shallow)

    assert ran.code == 64
    assert ADVICE in error_of(ran)


def test_a_merge_in_a_shallow_checkout_is_told_how_to_check_out_and_writes_nothing(applied: Scene) -> None:
    pull = applied.propose("longer", {"clients/acme/repos.yaml": repo("system", 60) + "---\n" + repo("security")})
    assert applied.review(pull).code == 0
    written = applied.director_writes()

    ran = applied.merge(pull, before=shallow)

    assert ran.code == 1
    assert ADVICE in ran.summary
    assert "Director can be reached" not in ran.summary
    assert applied.director_writes() == written


@pytest.mark.parametrize("folders", [["clients"], ["nothing"]])
def test_a_partial_or_sparse_checkout_is_told_how_to_check_out(applied: Scene, folders: list[str]) -> None:
    pull = applied.propose("less", {"clients/acme/repos.yaml": repo("system")})
    ran = applied.review(pull, inputs={"map": "partial/lpcac.yaml"}, before=partial(*folders))

    assert ADVICE in ran.log + ran.summary
    assert ran.code != 0
    assert "Traceback" not in ran.log


def test_a_sync_into_a_sparse_checkout_is_refused(applied: Scene) -> None:
    def sparse(job: Job) -> None:
        git(Path(job.workspace), "sparse-checkout", "set", "nothing")

    ran = applied.by_hand("sync", {"clients": "acme"}, before=sparse)

    assert ran.code == 64
    assert ADVICE in error_of(ran)
    assert not (Path(ran.job.workspace) / "clients").exists()
