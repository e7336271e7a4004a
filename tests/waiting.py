"""Waits for what another thread or process does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

WaitUntil = Callable[[Callable[[], object]], None]
# In seconds; long, for a machine may be busy with other tests.
_LONGEST = 120


@pytest.fixture
def wait_until() -> WaitUntil:
    """Wait for a condition of another thread or process, and fail when it does not come true."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + _LONGEST
        pause = threading.Event()
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true"
            pause.wait(0.005)

    return wait
