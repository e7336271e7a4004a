"""When a test is skipped because something is missing here, and the lines at the end that count those tests."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NoReturn

import pytest

SYSTEM_MARKERS = frozenset({"container", "browser", "runner"})
"""Tests with one of these markers need root, a browser, or what GitHub's runners have; `make test-system` runs them."""

Absent = Callable[[str], NoReturn]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--no-skips`."""
    parser.addoption("--no-skips", action="store_true", help="fail tests that cannot run here instead of skipping them")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Refuse a test that may be skipped in CI and that `make test-system` would not run either."""
    unmarked = [
        item.nodeid
        for item in items
        if "absent_system" in getattr(item, "fixturenames", ()) and not SYSTEM_MARKERS & set(item.keywords)
    ]
    if unmarked:
        raise pytest.UsageError(f"these tests need one of the markers {sorted(SYSTEM_MARKERS)}: {', '.join(unmarked)}")


@pytest.fixture(scope="session")
def absent(pytestconfig: pytest.Config) -> Absent:
    """Give what ends a test for want of a tool: skipped, or failed in CI, where every tool has to be there."""
    return _absent(fails=bool(os.environ.get("CI")) or pytestconfig.getoption("--no-skips"))


@pytest.fixture(scope="session")
def absent_system(pytestconfig: pytest.Config) -> Absent:
    """Give what ends a test for want of root and the like: skipped by `make test`, failed by `make test-system`."""
    return _absent(fails=pytestconfig.getoption("--no-skips"))


def _absent(*, fails: bool) -> Absent:
    def end(reason: str) -> NoReturn:
        if fails:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)

    return end


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped, why, and how to run them."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason, count in Counter(map(_reason, skipped)).most_common():
        terminalreporter.line(f"{count} skipped: {reason}")
    if system := sum(not SYSTEM_MARKERS.isdisjoint(report.keywords) for report in skipped):
        terminalreporter.line(f"To run {system} of them: sudo make test-system (it needs root, Chromium, curl and jq)")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return text.removeprefix("Skipped: ")
