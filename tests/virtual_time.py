"""Time that passes at once: an event loop whose clock jumps to whatever is due next."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass
class VirtualClock:
    """Seconds that only a loop moves on; several loops, one after the other, may share it."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop for code that waits for nothing but time: every wait is over at once, and counted all the same."""

    def __init__(self, clock: VirtualClock | None = None) -> None:
        super().__init__()
        self.clock = clock or VirtualClock()

    @property
    def now(self) -> float:
        return self.clock.now

    def time(self) -> float:
        return self.clock.now

    def _run_once(self) -> None:
        waiting = [handle.when() for handle in self._scheduled if not handle.cancelled()]  # type: ignore[attr-defined]
        if not self._ready and not self._stopping:  # type: ignore[attr-defined]
            assert waiting, "everything waits for something that is never going to happen"
            self.clock.now = max(self.clock.now, min(waiting))
        super()._run_once()  # type: ignore[misc]


def run_virtually(work: Coroutine[Any, Any, T], clock: VirtualClock | None = None) -> T:
    """Run a coroutine in virtual time, which begins where the clock stands."""
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(clock)) as runner:
        return runner.run(work)
