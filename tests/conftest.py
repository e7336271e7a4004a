"""What holds for every test."""

from __future__ import annotations

import gc
import itertools
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.skips import (
    absent,
    absent_system,
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_terminal_summary,
)

__all__ = [
    "absent",
    "absent_system",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_terminal_summary",
]

# `dev` is for whoever waits for the answer, `ci` for what has to hold before a change lands, `thorough` for what runs
# each night; choose one with `--hypothesis-profile`. How long one example takes says nothing on a machine that runs
# other tests beside it.
for name, examples in (("dev", 20), ("ci", 50), ("thorough", 500)):
    settings.register_profile(name, max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "dev")


_numbers = itertools.count()


def pytest_collection_finish() -> None:
    """Collect garbage seldom, and leave out all modules and tests, none of which is garbage: a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one test more at a time than there are cores: there is always one that waits."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.fixture(autouse=True)
def _own_state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what lpcac remembers between runs apart from the user's and from other tests'."""
    # What `mktemp` numbers it finds by a look at all that it has made. Few tests need the folder, and lpcac makes it.
    folder = tmp_path_factory.getbasetemp() / "state" / str(next(_numbers))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder
