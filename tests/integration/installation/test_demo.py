"""The demo, as `make demo` runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def _demo(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lpcac.main", "demo", *arguments]
    environment = {**os.environ, "COLUMNS": "100"}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=90, check=False
    )


def test_the_demo_goes_from_yaml_to_a_live_pipeline_and_finds_drift() -> None:
    ended = _demo("examples/simple")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = iter(ended.stdout.splitlines())
    for expected in (
        "$ lpcac validate examples/simple",
        "files: valid",
        "$ lpcac test examples/simple",
        "5 cases: 5 passed",
        "FAIL windows / failed logons are kept for a year",
        "5 cases: 3 passed, 2 failed",
        "(exit code 3: a test failed)",
        "$ lpcac plan examples/simple --pool=pool-acme --logpoint=lp-01",
        "26 to create on 1 target, 1 risk.",
        "$ lpcac apply examples/simple",
        "Applied: 26 done on 1 target",
        "$ lpcac plan examples/simple",
        "Nothing to do: 1 target is as declared.",
        "$ lpcac drift examples/simple",
        'changed: Repo "security"',
        "live 7, declared 90",
        "(exit code 2: differences found)",
    ):
        assert any(expected in line for line in told), f"{expected!r} does not follow in:\n{ended.stdout}"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    ended = _demo("clients/acme", cwd=tmp_path)
    assert ended.returncode == 64
    assert ended.stderr == (
        "error: clients/acme is not a folder: name a folder with resources, or none for the example\n"
    )


def test_the_example_in_the_package_is_the_one_in_the_repository() -> None:
    """`lpcac demo` needs it where there is no clone; tests/packaging/test_distributions.py runs it there."""
    shown, packaged = ROOT / "examples" / "simple", ROOT / "src" / "lpcac" / "cli" / "example"
    assert {file.name: file.read_bytes() for file in packaged.iterdir()} == {
        file.name: file.read_bytes() for file in shown.iterdir()
    }, "copy it: cp examples/simple/*.yaml src/lpcac/cli/example/"
