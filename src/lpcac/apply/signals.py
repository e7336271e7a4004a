"""Ends what runs in the event loop in order on SIGINT and SIGTERM."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, TypeVar

Result = TypeVar("Result")

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
# A cancellation that is caught on its way, for example by a library, is sent again after so many seconds.
_AGAIN_AFTER = 1.0


def run_to_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Return what the coroutine returns; SIGINT and SIGTERM cancel it through the loop's own handler.

    A signal never interrupts the event loop itself, which could lose it or leave it waiting forever.

    Raises:
        KeyboardInterrupt: the work was cancelled by a signal.
    """
    signals = {number: signal.getsignal(number) for number in _SIGNALS}

    async def cancellable() -> tuple[Result, ...]:
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
        is_interrupted = False

        def cancel() -> None:
            nonlocal is_interrupted
            is_interrupted = True
            if not task.done():
                task.cancel()
                loop.call_later(_AGAIN_AFTER, cancel)

        handled = _handle(cancel)
        try:
            return (await task,)
        except asyncio.CancelledError:
            if is_interrupted:
                return ()
            raise
        finally:
            # Where `stopping` was, the loop has no handler any more, and a later signal is not handled here.
            _hand_over(handled, signals)

    result = asyncio.run(cancellable())
    if not result:
        raise KeyboardInterrupt
    return result[0]


@contextmanager
def stopping(stop: asyncio.Event, tell: Callable[[str], None]) -> Iterator[None]:
    """Set the event on SIGINT or SIGTERM while the context lasts, and say so; for the main thread's loop.

    After the context comes the report of what was done. A signal does not prevent it: SIGTERM is ignored from then on,
    and SIGINT ends the process only when it comes twice.
    """

    def interrupt() -> None:
        tell("interrupted: starting no new order, waiting for those in flight")
        stop.set()

    handled = _handle(interrupt)
    try:
        yield
    finally:
        _hand_over(handled, {signal.SIGINT: _let_pass_once, signal.SIGTERM: signal.SIG_IGN})


def _let_pass_once(_number: int, _frame: FrameType | None) -> None:
    """Finish the report, unless Ctrl-C comes a second time."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _hand_over(handled: Iterable[signal.Signals], handlers: Mapping[signal.Signals, Any]) -> None:
    """Take signals from the loop and give them to these handlers.

    They are blocked in the meantime: the loop leaves them with the action of the system, which kills the process.
    """
    loop = asyncio.get_running_loop()
    with _blocked():
        for number in handled:
            if _removed(loop, number):
                signal.signal(number, handlers[number])


@contextmanager
def _blocked() -> Iterator[None]:
    """Let the signals wait, where the system can do that: not on Windows."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _removed(loop: asyncio.AbstractEventLoop, number: signal.Signals) -> bool:
    """Take a signal from the loop; return whether it had it. On Windows, no loop has signals."""
    try:
        return loop.remove_signal_handler(number)
    except NotImplementedError:
        return True


def _handle(handler: Callable[[], None]) -> list[signal.Signals]:
    """Have the loop call the handler; return the signals for which it does."""
    loop, handled = asyncio.get_running_loop(), []
    for number in _SIGNALS:
        try:
            _add(loop, number, handler)
        except (RuntimeError, ValueError):
            # Not in the main thread, so signals are not handled here.
            continue
        handled.append(number)
    return handled


def _add(loop: asyncio.AbstractEventLoop, number: signal.Signals, handler: Callable[[], None]) -> None:
    """Have the loop call the handler; where it cannot do that itself, as on Windows, wake it."""
    try:
        loop.add_signal_handler(number, handler)
    except NotImplementedError:
        signal.signal(number, lambda _number, _frame: loop.call_soon_threadsafe(handler))
