"""Which tests coverage is measured in: measuring doubles a test's time, and repetitions reach the same lines."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator

import coverage
import pytest

_STARTED_PROCESSES = "COVERAGE_PROCESS_CONFIG"
"""The variable that makes coverage measure the processes that a test starts."""


def pytest_collection_finish() -> None:
    """Keep garbage collection from looking at all modules and tests each time; none of them is garbage."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure neither a property, which runs a hundred times, nor other parameters of a test than its first."""
    if not is_repetition(item):
        return (yield)
    of_processes = os.environ.pop(_STARTED_PROCESSES, None)
    # In a process that pytest-xdist starts there are two: what measures started processes, and pytest-cov above it.
    stopped = []
    while (measuring := coverage.Coverage.current()) is not None:
        measuring.stop()
        stopped.append(measuring)
    try:
        return (yield)
    finally:
        for each in reversed(stopped):
            each.start()
        if of_processes is not None:
            os.environ[_STARTED_PROCESSES] = of_processes


def is_repetition(item: pytest.Item) -> bool:
    """Tell whether a test is a property or runs with other parameters than its first."""
    callspec = getattr(item, "callspec", None)
    is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return is_property or (callspec is not None and any(callspec.indices.values()))
