"""The image of a release: pushed, named by its digest in action.yml, pulled by that name and run, as a job would."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from release.project import Project
from tests.packaging.registry import registry_on_loopback

pytestmark = pytest.mark.container
ROOT = Path(__file__).parents[2]


def test_a_pushed_image_runs_by_the_digest_that_action_yml_names(engine: Any, image: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "action.yml", tmp_path)
    digest = tmp_path / "digest"
    (tmp_path / "registry").mkdir()
    with registry_on_loopback(tmp_path / "registry") as registry:
        quickly = ("--tls-verify=false", "--compression-format=zstd")
        engine.podman("push", "--quiet", *quickly, f"--digestfile={digest}", image, f"{registry}/octo/lpcac:1.2.3")
        Project(tmp_path).pin_image(f"{registry}/octo/lpcac@{digest.read_text(encoding='utf-8').strip()}")
        runs = yaml.safe_load((tmp_path / "action.yml").read_text(encoding="utf-8"))["runs"]
        named = runs["image"].removeprefix("docker://")
        engine.podman("pull", "--quiet", "--tls-verify=false", named)
    assert (runs["using"], set(runs)) == ("docker", {"using", "image"})
    command_line = engine.run(
        named, "validate", "/examples/simple", options=["--volume", f"{ROOT}/examples:/examples:ro"]
    )
    assert (command_line.returncode, "valid" in command_line.stdout) == (0, True), command_line.stderr
    # Without arguments it is the action, which misses the runner's variables here.
    as_an_action = engine.run(named)
    assert (as_an_action.returncode, "GITHUB_" in as_an_action.stderr + as_an_action.stdout) == (64, True)
