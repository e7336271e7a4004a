"""The one policy for every request to GitHub: its pace, what is retried, what is read back, what is final.

What happened decides, for every request:

- A server error, a broken connection or an incomplete answer: retried with growing pauses. A create is looked
  for first, since it may have been carried out.
- A limit: waited for if it ends within two minutes, else reported. Nothing more is sent until it ends.
- Any other refusal: final.

Requests go out one at a time, as GitHub asks for, and no faster than its secondary limits allow.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any, Final, Protocol, TypeVar

from lpcac.connectors.github.port import Budget, GitHubError, GitHubForbiddenError, GitHubLimitError
from lpcac.connectors.github.transport import failures
from lpcac.connectors.github.transport.limits import Limit, Pace, Timing, budget_of, limit_of, seconds_in, server_time
from lpcac.connectors.github.transport.requests import Answer, BrokenAnswerError, LostAnswerError, Request

Result = TypeVar("Result")
Parse = Callable[[Any], Result]
"""Turns the answer's JSON into a value; raises `BrokenAnswerError`, `KeyError`, `TypeError` or `ValueError`."""

_ATTEMPTS: Final = 5
_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 15.0
# GitHub's advice when a secondary limit names no time: wait at least a minute, and longer each time.
_UNTOLD_LIMIT_WAIT: Final = 60.0
# Seconds. A limit that lasts longer is reported: the job should end and be run again.
_LONGEST_LIMIT_WAIT: Final = 150.0
# Seconds of a whole run, over all of its requests.
_MOST_LIMIT_WAIT: Final = 900.0
_MOST_TROUBLE_WAIT: Final = 180.0
_ROOM: Final = 20
# Seconds; a shorter wait is not logged.
_LONG_ENOUGH_TO_TELL: Final = 5.0

_TIMEOUT: Final = 408
_REDIRECTION: Final = 300
_REFUSAL: Final = 400
_SERVER_ERROR: Final = 500


class Transport(Protocol):
    """Sends one request, once."""

    def send(self, request: Request) -> Answer:
        """Return the answer, whatever it is; raises `LostAnswerError`."""


@dataclass(frozen=True)
class _Trouble:
    """Why an attempt is no success.

    Arguments:
        error: what is raised if it was the last one.
        reason: why, in a few words.
        pause: for how many seconds to wait before the next attempt; `None` when another one would not help.
        is_limit: whether a limit is waited for.
        is_uncertain: whether the request may have been carried out.
    """

    error: GitHubError
    reason: str = ""
    pause: float | None = None
    is_limit: bool = False
    is_uncertain: bool = False


@dataclass
class Calls:
    """Sends requests under the policy; one run has one of these.

    Arguments:
        clean: takes secrets out of what GitHub says.
        say: tells people what is waited for.
    """

    transport: Transport
    clean: Callable[[str], str]
    say: Callable[[str], None] = lambda _line: None
    timing: Timing = field(default_factory=Timing)
    _lock: RLock = field(default_factory=RLock)
    _pace: Pace = field(init=False)
    _budget: Budget = field(default_factory=Budget)
    _server_time: datetime | None = None
    _waited_for_limits: float = 0.0
    _waited_in_trouble: float = 0.0
    _closed: dict[bool, tuple[float, GitHubLimitError]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin to count."""
        self._pace = Pace(self.timing)

    def ask(self, request: Request, parse: Parse[Result]) -> Result:
        """Send a request that does no harm when it is carried out twice, and return what the answer says.

        Raises:
            GitHubError: it did not succeed.
        """
        return self._made(request, parse, lambda: None)

    def create(self, request: Request, parse: Parse[Result], find: Callable[[], Result | None]) -> Result:
        """Send a request that must be carried out only once, and return what the answer says.

        Arguments:
            find: looks for what a request whose answer was lost has created; `None` if there is nothing.

        Raises:
            GitHubError: it did not succeed.
        """
        return self._made(request, parse, find)

    def pages(self, request: Request, parse: Parse[Result]) -> Iterator[Result]:
        """Yield each entry of a list; a page is asked for when its first entry is needed.

        Raises:
            GitHubError: a page could not be read.
        """
        query: Any = {"per_page": "100", **request.query}
        seen = []
        while query is not None and query not in seen:
            seen.append(query)
            entries, query = self._sent(request.at(query), lambda content: _entries(content, parse), lambda: None)
            yield from entries

    def budget(self) -> Budget:
        """Return how much GitHub still takes within the hour, as of its last answer."""
        writes = None if self._budget.limit is None else self._pace.writes_left
        return replace(self._budget, writes=writes)

    def clock(self) -> datetime:
        """Return what time it is at GitHub, to the second, as of its last answer: the runner's clock may be wrong."""
        return self._server_time or self._now()

    def reserve(self, requests: int, writes: int) -> None:
        """See `lpcac.connectors.github.port.GitHubPort.reserve`."""
        with self._lock:
            known = self.budget()
            if known.limit is None or known.remaining is None or known.resets is None:
                return
            pause = 0.0
            if known.remaining < requests + _ROOM:
                ends = known.resets if requests + _ROOM <= known.limit else None
                pause = (known.resets - self._now()).total_seconds() + 1
                if ends is None or pause > _LONGEST_LIMIT_WAIT:
                    raise failures.no_room("requests", requests + _ROOM, known.remaining, ends)
            for_writes = self._pace.wait_for_writes(writes + _ROOM)
            if for_writes is None or for_writes > _LONGEST_LIMIT_WAIT:
                ends = None if for_writes is None else self._now() + timedelta(seconds=for_writes)
                raise failures.no_room("writes", writes + _ROOM, self._pace.writes_left, ends)
            self._wait(
                max(pause, for_writes), "continuing: its limits do not yet allow what this run still has to send"
            )

    def _made(self, request: Request, parse: Parse[Result], find: Callable[[], Result | None]) -> Result:
        return self._sent(request, parse, find)[0]

    def _sent(self, request: Request, parse: Parse[Result], find: Callable[[], Result | None]) -> tuple[Result, Any]:
        """Return what the answer says, and the query of the next page."""
        with self._lock:
            for attempt in range(1, _ATTEMPTS + 1):
                found = self._tried(request, parse, attempt)
                if not isinstance(found, _Trouble):
                    return found
                if found.pause is None or attempt == _ATTEMPTS or not self._may_wait(found):
                    raise self._cleaned(found.error) from None
                self._wait(found.pause, f"trying again; cannot {request.what} now: {found.reason}")
                if found.is_uncertain and (there := find()) is not None:
                    return there, None
        raise AssertionError

    def _tried(self, request: Request, parse: Parse[Result], attempt: int) -> tuple[Result, Any] | _Trouble:
        """Send a request once; return what the answer says or why it says nothing."""
        self._keep_pace(request)
        self._pace.note(request)
        try:
            answer = self.transport.send(request)
        except LostAnswerError as error:
            failure = failures.lost(request, str(error), attempt)
            return _Trouble(failure, str(error), _backoff(attempt), is_uncertain=True)
        budget = budget_of(answer)
        # What answers in GitHub's place, such as a proxy in trouble, does not know its limits.
        if budget.limit is not None or answer.status < _REDIRECTION:
            self._budget = budget
            self._server_time = datetime.fromtimestamp(int(server_time(answer, self.timing)), UTC)
        if answer.status >= _REDIRECTION:
            return self._refused(request, answer, attempt)
        try:
            return parse(json.loads(answer.text) if answer.text else None), answer.next_page
        except (BrokenAnswerError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            failure = failures.broken(request, answer, attempt)
            return _Trouble(failure, "broken answer", _backoff(attempt), is_uncertain=True)

    def _refused(self, request: Request, answer: Answer, attempt: int) -> _Trouble:
        if answer.status < _REFUSAL:
            return _Trouble(failures.moved(request, answer))
        if (limit := limit_of(answer, self.timing)) is not None:
            return self._limited(request, limit, answer, attempt)
        error = failures.refused(request, answer, attempt)
        if answer.status < _SERVER_ERROR and answer.status != _TIMEOUT:
            return _Trouble(error)
        asked = seconds_in(answer.headers.get("retry-after"))
        # Retrying at once, as some proxies ask, does not help.
        pause = min(asked, _LONGEST_WAIT) if asked else _backoff(attempt)
        return _Trouble(error, failures.status_of(answer), pause, is_uncertain=True)

    def _limited(self, request: Request, limit: Limit, answer: Answer, attempt: int) -> _Trouble:
        error = failures.limited(request, limit, answer, self.timing)
        pause = limit.seconds
        if pause is None:
            pause = min(_UNTOLD_LIMIT_WAIT * attempt, _LONGEST_LIMIT_WAIT)
        elif pause == 0:
            pause = _backoff(attempt)
        elif pause > _LONGEST_LIMIT_WAIT:
            self._close(request, error, pause, is_for_all=limit.is_primary)
            return _Trouble(error)
        return _Trouble(error, failures.status_of(answer), pause, is_limit=True)

    def _keep_pace(self, request: Request) -> None:
        """Wait until the request may be sent.

        Raises:
            GitHubLimitError: a limit lasts longer than a job should wait.
        """
        ends, error = self._closed.get(request.is_write, (0.0, None))
        if error is not None and self.timing.monotonic() < ends:
            raise self._cleaned(error)
        # Where GitHub has no limits, as Enterprise Server by default, nothing has to be kept.
        wait = 0.0 if self._budget.limit is None else self._pace.wait_needed(request)
        if wait > _LONGEST_LIMIT_WAIT:
            ends_at = self._now() + timedelta(seconds=wait)
            raise failures.no_room("writes", 1, 0, ends_at)
        self._wait(wait, "continuing: its limits allow no more this minute")

    def _wait(self, seconds: float, reason: str) -> None:
        if seconds <= 0:
            return
        if seconds >= _LONG_ENOUGH_TO_TELL:
            self.say(self.clean(f"GitHub: waiting {seconds:.0f} s before {reason}"))
        self.timing.sleep(seconds)

    def _close(self, request: Request, error: GitHubLimitError, seconds: float, *, is_for_all: bool) -> None:
        """Send no more of what a limit is about until it ends: GitHub asks for that."""
        ends = self.timing.monotonic() + seconds
        for is_write in (True,) if request.is_write and not is_for_all else (True, False):
            self._closed[is_write] = (ends, error)

    def _may_wait(self, trouble: _Trouble) -> bool:
        """Tell whether the run still has the patience, and use it up."""
        pause = trouble.pause or 0.0
        if trouble.is_limit:
            self._waited_for_limits += pause
            return self._waited_for_limits <= _MOST_LIMIT_WAIT
        self._waited_in_trouble += pause
        return self._waited_in_trouble <= _MOST_TROUBLE_WAIT

    def _cleaned(self, error: GitHubError) -> GitHubError:
        text = self.clean(str(error))
        if isinstance(error, GitHubLimitError):
            return GitHubLimitError(text, error.status, error.ends)
        kind = GitHubForbiddenError if isinstance(error, GitHubForbiddenError) else GitHubError
        return kind(text, error.status)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.timing.wall(), UTC)


def _entries(content: object, parse: Parse[Result]) -> list[Result]:
    if not isinstance(content, list):
        raise BrokenAnswerError
    return [parse(each) for each in content]


def _backoff(attempt: int) -> float:
    longest = min(_FIRST_WAIT * 2.0 ** (attempt - 1), _LONGEST_WAIT)
    return longest * random.uniform(0.75, 1.0)  # noqa: S311 - jitter
