"""How long to go on asking a Director that is in trouble, and when to ask again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import httpx

from lpcac.connectors.director.transport.answer_size import AnswerTooLargeError
from lpcac.connectors.director.transport.answers import Answer
from lpcac.core.errors import DirectorError

Result = TypeVar("Result")

_CONNECT_ATTEMPTS: Final = 5
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_SHORTEST_WAIT: Final = 0.05
# At most so much longer than a Director asks for, if it keeps asking for no time at all.
_PAUSE_AFTER_ALL: Final = 1.0
_MOST_ATTEMPTS_TOLD: Final = 999
# Once a Director is given up on, others that ask it fail at once; after so long it may be up again.
_SILENT_FOR_ALL: Final = 5.0

# A failure of these kinds happened before the request could reach the Director.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_NO_USE: Final = ("CERTIFICATE_VERIFY_FAILED", "WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST")


class PassingTroubleError(DirectorError):
    """The Director gave no usable answer this time; `retry_after` is when it says that it will, in seconds."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        """Remember how many seconds to wait, if the Director said so."""
        super().__init__(message)
        self.retry_after = retry_after


class RateLimitedError(PassingTroubleError):
    """The Director asks to come back later."""

    def __init__(self, retry_after: float | None) -> None:
        """Remember how many seconds to wait, if the Director said so."""
        message = "the Director refuses more requests for now (HTTP 429); try again later, or lower --in-flight"
        super().__init__(message, retry_after)


class UnusableAnswerError(PassingTroubleError):
    """The Director answers a read with success and with what makes no sense, as a gateway or half an answer does."""


class SilentDirectorError(DirectorError):
    """The Director has given no usable answer for as long as someone was ready to wait."""


def raise_for_passing_trouble(answer: Answer, what: str) -> None:
    """Raise the error that asking again may cure, if the answer is one."""
    if answer.status == httpx.codes.TOO_MANY_REQUESTS:
        raise RateLimitedError(answer.retry_after)
    if httpx.codes.is_server_error(answer.status):
        message = f"the Director answers HTTP {answer.status} to {what}; look at its health and run again"
        raise PassingTroubleError(message, answer.retry_after)


class Silence:
    """For how long one Director, though asked, has given no usable answer; shared by all that ask it."""

    def __init__(self) -> None:
        """Start with nothing asked."""
        self._since: float | None = None
        self._asking = 0
        self._last_attempt = 0.0
        self.was_ever_heard = False

    @property
    def now(self) -> float:
        """Return the loop's time."""
        return asyncio.get_running_loop().time()

    def begin(self) -> None:
        """Count one more that asks; the silence begins with the first one."""
        self._asking += 1
        is_first = self._asking == 1
        if self._since is None or (is_first and self.now - self._last_attempt > _SILENT_FOR_ALL):
            self._since = self.now

    def end(self) -> None:
        """Count one less that asks."""
        self._asking -= 1
        self._last_attempt = self.now

    @property
    def is_asked_by_others(self) -> bool:
        """Tell whether more than one waits for an answer."""
        return self._asking > 1

    def heard(self) -> None:
        """End the silence: a usable answer came."""
        self.was_ever_heard = True
        self._since = self.now if self._asking else None

    def left(self, patience: float) -> float:
        """Return for how many seconds more an answer is waited for."""
        return patience if self._since is None else self._since + patience - self.now

    async def bounded(self, work: Coroutine[Any, Any, Result], patience: float) -> Result:
        """Return what the work returns; end it when the Director has been silent for too long.

        Raises:
            SilentDirectorError: it was ended.
        """
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                if (left := self.left(patience)) <= 0:
                    message = "no answer"
                    raise SilentDirectorError(message)
                await asyncio.wait({task}, timeout=left)
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            elif not task.cancelled():
                # The caller may have been cancelled at the moment of the answer; asyncio shows an error that nobody
                # read as a traceback.
                task.exception()


@dataclass
class Attempts:
    """The attempts of one call: decides whether there is one more, and after how many seconds."""

    silence: Silence
    patience: float
    connection_errors: tuple[type[httpx.TransportError], ...] = (httpx.TransportError,)
    made: int = field(default=0, init=False)

    def pause_after(self, error: Exception) -> float | None:
        """Return the seconds until the next attempt; `None` when there is none."""
        self.made += 1
        if not self._may_pass(error):
            return None
        asked_for = error.retry_after if isinstance(error, PassingTroubleError) else None
        usual = self._usual_pause()
        pause = usual if asked_for is None else max(asked_for, min(usual, _PAUSE_AFTER_ALL))
        left = self.silence.left(self.patience)
        if asked_for is None and 0 < left <= pause and self.silence.is_asked_by_others:
            # One of the others may get an answer in time.
            return left
        return pause if pause < left else None

    def most(self, error: Exception, seconds: float, pause: float) -> int:
        """Return how many attempts there can be in all, if each takes as many seconds as the last one did."""
        if self._is_address_in_doubt(error):
            return _CONNECT_ATTEMPTS
        most, left = self.made, self.silence.left(self.patience) - pause
        while left > 0 and most < _MOST_ATTEMPTS_TOLD:
            left -= max(seconds, _SHORTEST_WAIT) + min(_FIRST_PAUSE * 2**most, _LONGEST_PAUSE)
            most += 1
        return most

    def _may_pass(self, error: Exception) -> bool:
        if isinstance(error, PassingTroubleError):
            return True
        if not isinstance(error, self.connection_errors) or _is_hopeless(error):
            return False
        return not self._is_address_in_doubt(error) or self.made < _CONNECT_ATTEMPTS

    def _is_address_in_doubt(self, error: Exception) -> bool:
        """Tell whether there may never have been a Director: then the wait is short."""
        return isinstance(error, NEVER_SENT) and not self.silence.was_ever_heard

    def _usual_pause(self) -> float:
        grown = _FIRST_PAUSE * 2.0 ** min(self.made - 1, 10)
        return min(grown + random.uniform(0, _FIRST_PAUSE), _LONGEST_PAUSE)  # noqa: S311 - jitter


def _is_hopeless(error: Exception) -> bool:
    if isinstance(error, (httpx.UnsupportedProtocol, AnswerTooLargeError)):
        return True
    return any(sign in str(error) for sign in _NO_USE)
