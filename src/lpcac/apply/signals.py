"""Lets an apply end in order when the process is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping(stop: asyncio.Event, tell: Callable[[str], None]) -> Iterator[None]:
    """Set the event on SIGINT or SIGTERM while the context lasts, and say so; for the main thread's loop."""
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        tell("interrupted: nothing new is started, what is in flight is settled")
        stop.set()

    handled = []
    for number in _SIGNALS:
        try:
            loop.add_signal_handler(number, interrupt)
        except (RuntimeError, ValueError):
            # Not in the main thread, so not this process's business.
            continue
        handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
