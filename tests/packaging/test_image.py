"""The image, built and run the way GitHub's runner does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.container

MEGABYTE = 1_000_000


def test_the_image_adds_little_to_its_base(
    engine: Any, image: str, record_property: Callable[[str, object], None]
) -> None:
    whole = engine.inspect(image)["Size"] / MEGABYTE
    added = whole - engine.inspect(engine.base())["Size"] / MEGABYTE
    record_property("image_megabytes", round(whole))
    record_property("added_megabytes", round(added))
    assert added < 220, f"lpcac, its dependencies and git add {added:.0f} MB to the base image"


def test_nothing_that_builds_or_installs_is_left_in_the_image(runner: Any) -> None:
    script = """
        for program in pip pip3 easy_install wheel gcc cc g++ make ld; do command -v $program; done
        for python in python3 /usr/local/bin/python3; do
            for module in pip setuptools wheel flit_core; do $python -c "import $module" && echo $python: $module; done
        done
        ls -d /build /root/.cache /opt/lpcac/bin/pip*
        find /var/lib/apt/lists /var/cache/apt -type f
        exit 0
    """
    found = runner.shell(script)
    assert found == ""


def test_the_image_remembers_nothing_of_the_machine_that_built_it(engine: Any, image: str) -> None:
    about = engine.inspect(image)
    assert (about["Config"]["Entrypoint"], about["Config"]["Cmd"]) == (["lpcac"], ["action"])
    assert "User" not in about["Config"]
    assert about["Config"]["Labels"]["org.opencontainers.image.title"] == "lpcac"
    assert "ca.crt" not in str(about["Config"]) + str(about["History"][-8:])


def test_git_reads_a_workspace_of_another_user(runner: Any) -> None:
    commit = runner.commit({"README.md": "text\n", "below/README.md": "text\n"})
    script = "git rev-parse HEAD; cd below && git rev-parse HEAD; stat -c %u ."
    assert runner.shell(script).split() == [commit, commit, "1001"]


def test_a_bare_repository_that_a_change_brings_is_none_to_git(runner: Any) -> None:
    runner.git("init", "--quiet", "--bare", "trap")
    assert "safe.bareRepository is 'explicit'" in runner.shell("cd trap && git rev-parse 2>&1; true")


def test_modules_in_the_workspace_are_not_imported(runner: Any) -> None:
    for name in ("typer", "lpcac", "sitecustomize", "git"):
        (runner.workspace / f"{name}.py").write_text("raise SystemExit('imported from the workspace')\n")
    assert runner.shell("lpcac --version").startswith("lpcac ")


def test_the_image_runs_with_a_read_only_file_system(runner: Any) -> None:
    runner.options = ["--read-only"]
    assert runner.shell("lpcac --version").startswith("lpcac ")
    assert "__pycache__" not in runner.shell("find /github /tmp")
