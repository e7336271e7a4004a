"""Asks a Director again until it gives a usable answer or patience ends, and logs each wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import httpx

from lpcac.connectors.director.transport.failures import Place, cause
from lpcac.connectors.director.transport.retries import (
    Attempts,
    PassingTroubleError,
    RateLimitedError,
    Silence,
    SilentDirectorError,
)
from lpcac.core.errors import DirectorError
from lpcac.core.text.redaction import Redactor

Result = TypeVar("Result")

# Seconds between two messages: what goes wrong for many requests at once is said once.
_SECONDS_BETWEEN_MESSAGES: Final = 1.0


def _say_nothing(_line: str) -> None:
    """Ignore the line."""


@dataclass(frozen=True)
class Listeners:
    """Receives what happens, each event in one line without secrets.

    Arguments:
        say: receives a line about each wait, while it lasts.
        warn: receives what someone has to act on.
        log: receives a line about each call; `None` where that is not wanted.
    """

    say: Callable[[str], None] = _say_nothing
    warn: Callable[[str], None] = _say_nothing
    log: Callable[[str], None] | None = None


class RetryLoop:
    """Repeats what one Director is asked; all callers share how long it has been silent."""

    def __init__(self, silence: Silence, place: Place, listeners: Listeners, redactor: Redactor) -> None:
        """Tell these listeners of every wait."""
        self._silence = silence
        self._place = place
        self._listeners = listeners
        self._redactor = redactor
        self._last_message: float | None = None

    async def repeated(self, what: str, attempt: Callable[[], Awaitable[Result]], patience: float) -> Result:
        """Return what an attempt returns, after as many as patience allows, counted over all callers."""
        attempts = Attempts(self._silence, patience)
        trouble: Exception | None = None
        self._silence.begin()
        try:
            while True:
                began = self._silence.now
                try:
                    result = await self._silence.bounded(_as_coroutine(attempt), patience)
                except (PassingTroubleError, httpx.TransportError) as error:
                    await self.pause(what, attempts, error, began)
                    trouble = error
                except SilentDirectorError as error:
                    if isinstance(trouble, PassingTroubleError):
                        raise self._given_up(trouble, attempts) from None
                    raise SilentDirectorError(f"{error} within {patience:g} s (--patience)") from None
                except DirectorError:
                    # An answer too, although not the one that was asked for.
                    self._silence.heard()
                    raise
                else:
                    self._silence.heard()
                    return result
        finally:
            self._silence.end()

    async def pause(self, what: str, attempts: Attempts, error: Exception, began: float) -> None:
        """Wait before the next attempt, and say so; raise the error when there is none."""
        pause = attempts.pause_after(error)
        if pause is None:
            if isinstance(error, PassingTroubleError):
                raise self._given_up(error, attempts) from None
            raise error
        most = attempts.most(error, self._silence.now - began, pause)
        self._tell_of_wait(what, error, pause, f"({attempts.made + 1} of {most})")
        await asyncio.sleep(pause)

    def _given_up(self, error: PassingTroubleError, attempts: Attempts) -> PassingTroubleError:
        patience = f"{attempts.patience:g} s"
        if error.retry_after is not None and error.retry_after > attempts.patience:
            words = f"it asks to wait {error.retry_after:g} s, longer than the {patience} that --patience allows"
        else:
            words = f"gave up after {patience} without a usable answer (--patience)"
        given_up = type(error)(error.retry_after) if isinstance(error, RateLimitedError) else error
        given_up.args = (f"{error}; {words}",)
        return given_up

    def _tell_of_wait(self, what: str, error: Exception, pause: float, count: str) -> None:
        now = self._silence.now
        if self._last_message is not None and now - self._last_message < _SECONDS_BETWEEN_MESSAGES:
            return
        self._last_message = now
        if isinstance(error, PassingTroubleError) and error.retry_after:
            why = f"{error.args[0].partition(';')[0]}; waiting {pause:.0f} s as it asks"
        elif isinstance(error, httpx.TransportError):
            why = self._redactor.clean(cause(error, self._place))
        else:
            why = str(error).partition(";")[0]
        self._listeners.say(
            self._redactor.clean(f"no answer from {self._place.url} to {what}, trying again {count}: {why}")
        )


async def _as_coroutine(attempt: Callable[[], Awaitable[Result]]) -> Result:
    return await attempt()
