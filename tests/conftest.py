"""What holds for every test."""

from __future__ import annotations

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

# How long one example takes says nothing on a machine that runs other tests beside it.
settings.register_profile("lpcac", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lpcac")


@pytest.fixture(autouse=True)
def _own_state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what lpcac remembers between runs apart from the user's and from other tests'."""
    folder = tmp_path_factory.mktemp("state", numbered=True)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder
