"""The demo, as `make demo` runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _demo(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lpcac.main", "demo", *arguments]
    environment = {**os.environ, "COLUMNS": "100"}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=90, check=False
    )


def test_the_demo_goes_from_yaml_to_a_live_pipeline_and_finds_drift() -> None:
    ended = _demo()
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
        "26 to create on 1 target.",
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


def test_outside_of_a_clone_the_demo_says_what_it_needs(tmp_path: Path) -> None:
    ended = _demo(cwd=tmp_path)
    assert ended.returncode == 64
    assert ended.stderr == (
        "error: examples/simple is not a folder: run the demo in a clone of lpcac, or name a folder with resources\n"
    )
