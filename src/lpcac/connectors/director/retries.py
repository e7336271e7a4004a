"""How long to go on asking a Director that is in trouble, and how to say why it gave no answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import httpx

from lpcac.connectors.director.answer_size import AnswerTooLargeError
from lpcac.connectors.director.answers import Answer
from lpcac.core.errors import DirectorError

READ_ATTEMPTS: Final = 9
LONGEST_RETRY_AFTER: Final = 120.0
_CONNECT_ATTEMPTS: Final = 5
_RATE_LIMIT_ATTEMPTS: Final = 40

# A failure of these kinds happened before the request could reach the Director.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class RateLimitedError(DirectorError):
    """The Director asks to come back later."""

    def __init__(self, retry_after: float | None) -> None:
        """Remember how many seconds to wait, if the Director said so."""
        super().__init__("the Director refuses more requests for now (HTTP 429); try again later, or lower --in-flight")
        self.retry_after = retry_after


class ServerTroubleError(DirectorError):
    """The Director answered a read, or the renewal of the token, with a 5xx status."""

    def __init__(self, what: str, status: int, retry_after: float | None) -> None:
        """Remember what was asked and how many seconds to wait, if the Director said so."""
        super().__init__(f"the Director answers HTTP {status} to {what}; look at its health and run again")
        self.retry_after = retry_after


@dataclass
class RetryPolicy:
    """Decides whether to try once more, and after how many seconds; one for each call."""

    attempts: int
    connection_errors: tuple[type[httpx.TransportError], ...] = (httpx.TransportError,)
    _seen: int = 0
    _limited: int = 0

    def __call__(self, error: Exception) -> bool | float:
        """Return whether to try once more after the error, or after how many seconds."""
        if isinstance(error, RateLimitedError):
            self._limited += 1
            return self._limited < _RATE_LIMIT_ATTEMPTS and _wait(error.retry_after)
        self._seen += 1
        if isinstance(error, ServerTroubleError):
            return self._seen < self.attempts and _wait(error.retry_after)
        if isinstance(error, NEVER_SENT) and isinstance(error, self.connection_errors):
            return self._seen < _CONNECT_ATTEMPTS and not _is_hopeless(error)
        if isinstance(error, AnswerTooLargeError):
            return False
        return isinstance(error, self.connection_errors) and self._seen < self.attempts


def _wait(retry_after: float | None) -> bool | float:
    return True if retry_after is None else retry_after <= LONGEST_RETRY_AFTER and max(retry_after, 0.05)


def _is_hopeless(error: httpx.TransportError) -> bool:
    return isinstance(error, httpx.UnsupportedProtocol) or "CERTIFICATE_VERIFY_FAILED" in str(error)


def raise_for_passing_trouble(answer: Answer, what: str) -> None:
    """Raise the error that asking again may cure, if the answer is one."""
    if answer.status == httpx.codes.TOO_MANY_REQUESTS:
        raise RateLimitedError(answer.retry_after)
    if httpx.codes.is_server_error(answer.status):
        raise ServerTroubleError(what, answer.status, answer.retry_after)


def cause(error: httpx.TransportError) -> str:
    """Return in plain words why no answer came, and what to do about it."""
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "its certificate is not trusted; name your CA's certificates with --ca-bundle"
    table: tuple[tuple[type[httpx.TransportError], str], ...] = (
        (httpx.ConnectTimeout, "no connection within the time-out; check the address and the network"),
        (httpx.ProxyError, "the proxy does not let the connection through; check HTTPS_PROXY and NO_PROXY"),
        (httpx.ConnectError, "no connection; check DIRECTOR_URL, the network and that the Director is up"),
        (httpx.TimeoutException, "no answer within the time-out; see --timeout"),
    )
    words = next((words for kind, words in table if isinstance(error, kind)), "the connection broke; run again")
    return f"{words} ({text})" if text else words
