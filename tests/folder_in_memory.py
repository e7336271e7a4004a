"""A `tmp_path` in memory: on a disk, the removal of a test's many small folders can take longer than the test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_IN_MEMORY = "/dev/shm"
_NEEDED = 1 << 30


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return an empty folder that is gone after the test; with `--basetemp`, one there that stays."""
    if (request.config.getoption("basetemp") and not hasattr(request.config, "workerinput")) or not _is_usable():
        yield tmp_path_factory.mktemp("test", numbered=True)
        return
    folder = tempfile.mkdtemp(prefix="lpcac-test-", dir=_IN_MEMORY)
    yield Path(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _is_usable() -> bool:
    """Tell whether there is room in memory, for programs too."""
    if not os.path.isdir(_IN_MEMORY) or not os.access(_IN_MEMORY, os.W_OK):
        return False
    found = os.statvfs(_IN_MEMORY)
    return found.f_bavail * found.f_frsize > _NEEDED and not found.f_flag & os.ST_NOEXEC
