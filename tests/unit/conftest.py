"""Time that passes at once: an event loop whose clock jumps to whatever is due next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest
from tests.unit.director_double import director, orders_on

__all__ = ["director", "orders_on"]

T = TypeVar("T")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop for code that waits for nothing but time: every wait is over at once, and counted all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        waiting = [handle.when() for handle in self._scheduled if not handle.cancelled()]  # type: ignore[attr-defined]
        if not self._ready and not self._stopping:  # type: ignore[attr-defined]
            assert waiting, "everything waits for something that is never going to happen"
            self.now = max(self.now, min(waiting))
        super()._run_once()  # type: ignore[misc]


@pytest.fixture
def virtually() -> Callable[[Coroutine[Any, Any, T]], T]:
    """Give what runs a coroutine in virtual time."""

    def run(work: Coroutine[Any, Any, T]) -> T:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            return runner.run(work)

    return run
