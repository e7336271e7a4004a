"""What `make test` says of the tests that it skips, and what may not be skipped."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.skips import SYSTEM_MARKERS

ROOT = Path(__file__).parents[2]
CONFTEST = """
from tests.skips import absent, absent_system, pytest_addoption, pytest_collection_modifyitems, pytest_terminal_summary
"""
TESTS = """
import pytest

@pytest.mark.container
@pytest.mark.parametrize("number", range(3))
def test_image(absent_system, number): absent_system("it needs root")

@pytest.mark.browser
def test_page(absent_system): absent_system("no chromium is installed")

def test_plain(): pass
"""
NEEDS_A_TOOL = """
def test_tool(absent): absent("actionlint is missing")
"""


def suite(folder: Path, tests: str, *options: str, ci: bool = False) -> tuple[int, list[str]]:
    """Run tests of their own; return the exit code and the lines of the output."""
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "test_it.py").write_text(tests, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  container\n  browser\n", encoding="utf-8")
    # Hypothesis and coverage have no part in it, and each process loads them anew.
    bare = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "xdist.plugin"}
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "CI": "true" if ci else "", **bare}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    done = subprocess.run(command, cwd=folder, env=environ, check=False, capture_output=True, text=True, timeout=60)
    return done.returncode, (done.stdout + done.stderr).splitlines()


@pytest.mark.parametrize("ci", [False, True], ids=["at home", "in CI"])
@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "in parallel"])
def test_the_end_counts_what_was_skipped_and_says_why_and_how_to_run_it(
    tmp_path: Path, options: tuple[str, ...], ci: bool
) -> None:
    code, lines = suite(tmp_path, TESTS, *options, ci=ci)
    assert code == 0
    assert lines[-4:-1] == [
        "3 skipped: it needs root",
        "1 skipped: no chromium is installed",
        "To run 4 of them: sudo make test-system (it needs root, Chromium, curl and jq)",
    ]


def test_make_test_system_runs_all_that_make_test_may_skip_in_ci() -> None:
    [command] = re.findall(r'pytest .*-m "([^"]*)" --no-skips$', (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(command.split(" or ")) == SYSTEM_MARKERS


def test_nothing_is_said_of_skips_where_nothing_was_skipped(tmp_path: Path) -> None:
    code, lines = suite(tmp_path, "def test_plain(): pass\n")
    assert (code, [line for line in lines if "skipped" in line]) == (0, [])


def test_no_skips_fails_what_cannot_run_here(tmp_path: Path) -> None:
    code, lines = suite(tmp_path, TESTS, "--no-skips")
    assert code == 1
    assert lines.count("it needs root") == 3


@pytest.mark.parametrize(("ci", "code"), [(False, 0), (True, 1)], ids=["at home", "in CI"])
def test_a_missing_tool_is_a_skip_at_home_and_a_failure_in_ci(tmp_path: Path, ci: bool, code: int) -> None:
    ended, lines = suite(tmp_path, NEEDS_A_TOOL, ci=ci)
    assert ended == code
    assert any("actionlint is missing" in line for line in lines)


def test_a_test_that_ci_would_never_run_is_refused(tmp_path: Path) -> None:
    code, lines = suite(tmp_path, "def test_it(absent_system): pass\n", ci=True)
    assert code == 4
    assert any(
        "these tests need one of the markers ['browser', 'container', 'runner']: test_it.py::test_it" in line
        for line in lines
    )
