"""Calls to GitHub that are repeated when that helps, and never done twice when an answer was lost."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from lpcac.connectors.github.port import GitHubError, GitHubForbiddenError
from lpcac.core.redaction import Redactor

if TYPE_CHECKING:
    from github import GithubException

Result = TypeVar("Result")
Sleep = Callable[[float], None]

_ATTEMPTS: Final = 5
_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 15.0
# GitHub's advice when a secondary limit names no time: wait at least a minute.
_UNTOLD_LIMIT_WAIT: Final = 60.0
# A job that waits longer than this for a limit had better end and be run again.
_MOST_LIMIT_WAIT: Final = 900.0
_FORBIDDEN: Final = (401, 403)
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


@dataclass
class Calls:
    """Makes calls; remembers for how long limits made it wait, which is bounded over all calls.

    Arguments:
        redactor: takes secrets out of what GitHub answers.
        sleep: waits for seconds.
    """

    redactor: Redactor
    sleep: Sleep = time.sleep
    waited: float = 0.0

    def read(self, what: str, call: Callable[[], Result]) -> Result:
        """Return what the call returns; repeat it after server errors, broken connections and rate limits.

        Arguments:
            what: completes "GitHub did not let lpcac ...".

        Raises:
            GitHubError: it did not succeed.
        """
        return self._made(what, call, lambda: None)

    def create(self, what: str, call: Callable[[], Result], find: Callable[[], Result | None]) -> Result:
        """Return what the call creates; when its answer is lost, look for what it may have created before repeating it.

        Arguments:
            find: returns what the call would have created, if it is there.

        Raises:
            GitHubError: it did not succeed.
        """
        return self._made(what, call, lambda: self.read(what, find))

    def _made(self, what: str, call: Callable[[], Result], found: Callable[[], Result | None]) -> Result:
        from github import GithubException  # noqa: PLC0415 - imported when GitHub is asked for the first time
        from requests import RequestException  # noqa: PLC0415

        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return call()
            except GithubException as error:
                if (pause := self._pause(error, attempt)) is None:
                    raise self._told(what, error) from None
                uncertain = error.status >= _SERVER_ERROR
            except RequestException as error:
                pause, uncertain = _backoff(attempt), True
                if attempt == _ATTEMPTS:
                    message = f"GitHub did not let lpcac {what}: {self._words(type(error).__name__)}"
                    raise GitHubError(message) from None
            self.sleep(pause)
            if uncertain and (there := found()) is not None:
                return there
        raise AssertionError

    def _pause(self, error: GithubException, attempt: int) -> float | None:
        """Return for how many seconds to wait before the next attempt; `None` when it would not help."""
        if attempt == _ATTEMPTS:
            return None
        headers = error.headers or {}
        told = _seconds(headers.get("retry-after"))
        if error.status == _TOO_MANY or (error.status == 403 and _is_limit(error, told)):  # noqa: PLR2004
            if told is None and headers.get("x-ratelimit-remaining") == "0":
                reset = _seconds(headers.get("x-ratelimit-reset"))
                told = None if reset is None else max(0.0, reset - time.time()) + 1
            pause = _UNTOLD_LIMIT_WAIT if told is None else told
            self.waited += pause
            return pause if self.waited <= _MOST_LIMIT_WAIT else None
        if error.status >= _SERVER_ERROR:
            return min(told, _LONGEST_WAIT) if told is not None else _backoff(attempt)
        return None

    def _told(self, what: str, error: GithubException) -> GitHubError:
        data = error.data if isinstance(error.data, dict) else {}
        reason = self._words(str(data.get("message") or error.message or "no reason given"))
        message = f"GitHub did not let lpcac {what}: HTTP {error.status}: {reason}"
        if error.status in _FORBIDDEN and not _is_limit(error, _seconds((error.headers or {}).get("retry-after"))):
            return GitHubForbiddenError(message, error.status)
        return GitHubError(message, error.status)

    def _words(self, text: str) -> str:
        return self.redactor.clean(" ".join(text.split()))[:300]


def _is_limit(error: GithubException, retry_after: float | None) -> bool:
    from github import RateLimitExceededException  # noqa: PLC0415 - as above

    return isinstance(error, RateLimitExceededException) or retry_after is not None


def _backoff(attempt: int) -> float:
    longest = min(_FIRST_WAIT * 2.0 ** (attempt - 1), _LONGEST_WAIT)
    return longest * random.uniform(0.75, 1.0)  # noqa: S311 - jitter


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdecimal() else None
