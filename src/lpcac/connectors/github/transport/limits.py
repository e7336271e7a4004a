"""What GitHub's answers say about its limits, and how fast this run may write.

Source of the numbers: "Rate limits for the REST API" in GitHub's documentation.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from lpcac.connectors.github.port import Budget
from lpcac.connectors.github.transport.requests import Answer, Request

MINUTE: Final = 60.0
HOUR: Final = 3600.0

WRITES_A_MINUTE: Final = 80
WRITES_AN_HOUR: Final = 500
"""GitHub counts what creates content, and does not say which requests do: every write counts here."""
_POINTS_A_MINUTE: Final = 900
_READ_POINTS: Final = 1
_WRITE_POINTS: Final = 5

# Seconds; what leaves a window at the very moment of the next request may be counted in it.
_ROUNDING: Final = 0.05

_FORBIDDEN: Final = 403
_TOO_MANY: Final = 429
# How GitHub's messages about secondary limits differ from other refusals, as its own clients do.
_SECONDARY: Final = ("secondary rate limit", "abuse detection", "please wait a few minutes")
_PRIMARY: Final = "api rate limit exceeded"


@dataclass(frozen=True)
class Timing:
    """The time as a run of the action sees it; tests turn it.

    Arguments:
        monotonic: seconds since some moment; never goes back.
        wall: seconds since 1970.
        sleep: waits for seconds.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Limit:
    """A refusal because of too many requests.

    Arguments:
        is_primary: whether the hour's requests are used up; else too much was sent at once.
        seconds: how long it lasts; `None` where GitHub does not say.
    """

    is_primary: bool
    seconds: float | None


def limit_of(answer: Answer, timing: Timing) -> Limit | None:
    """Return the limit that an answer tells of, `None` if it tells of none."""
    if answer.status not in (_FORBIDDEN, _TOO_MANY):
        return None
    text = answer.text.lower()
    retry_after = seconds_in(answer.headers.get("retry-after"))
    is_used_up = answer.headers.get("x-ratelimit-remaining") == "0"
    is_told = is_used_up or retry_after is not None or _PRIMARY in text or any(words in text for words in _SECONDARY)
    if answer.status == _FORBIDDEN and not is_told:
        return None
    is_primary = _PRIMARY in text or (is_used_up and not any(words in text for words in _SECONDARY))
    if retry_after is None and is_used_up:
        reset = seconds_in(answer.headers.get("x-ratelimit-reset"))
        # A second more: GitHub tells whole seconds.
        retry_after = None if reset is None else max(0.0, reset - server_time(answer, timing)) + 1
    return Limit(is_primary, retry_after)


def budget_of(answer: Answer) -> Budget:
    """Return what an answer's headers say; nothing where there is no limit."""
    limit = seconds_in(answer.headers.get("x-ratelimit-limit"))
    remaining = seconds_in(answer.headers.get("x-ratelimit-remaining"))
    reset = seconds_in(answer.headers.get("x-ratelimit-reset"))
    if limit is None or remaining is None or reset is None:
        return Budget()
    return Budget(int(limit), int(remaining), datetime.fromtimestamp(reset, UTC))


def seconds_in(header: str | None) -> float | None:
    """Return a header's whole number of at most ten digits, `None` where it holds none."""
    return float(header) if header and header.isascii() and header.isdecimal() and len(header) <= 10 else None  # noqa: PLR2004


def server_time(answer: Answer, timing: Timing) -> float:
    """Return what time it is at GitHub: the runner's clock may be wrong."""
    try:
        return parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return timing.wall()


@dataclass
class Pace:
    """Keeps a run within GitHub's secondary limits, as far as it uses them up by itself."""

    timing: Timing
    _points: deque[tuple[float, int]] = field(default_factory=deque)
    _writes: deque[float] = field(default_factory=deque)

    def wait_needed(self, request: Request) -> float:
        """Return for how many seconds a request must wait."""
        now = self.timing.monotonic()
        self._forget(now)
        waits = [0.0, self._until_points_fit(now, _points_of(request))]
        if request.is_write:
            minute = [at for at in self._writes if at > now - MINUTE]
            if len(minute) >= WRITES_A_MINUTE:
                waits.append(minute[-WRITES_A_MINUTE] + MINUTE - now)
            if len(self._writes) >= WRITES_AN_HOUR:
                waits.append(self._writes[-WRITES_AN_HOUR] + HOUR - now)
        return max(waits) + _ROUNDING if max(waits) > 0 else 0.0

    def wait_for_writes(self, count: int) -> float | None:
        """Return in how many seconds this many writes fit into the hour; `None` if they never do."""
        now = self.timing.monotonic()
        self._forget(now)
        over = len(self._writes) + count - WRITES_AN_HOUR
        if over <= 0:
            return 0.0
        return self._writes[over - 1] + HOUR - now if over <= len(self._writes) else None

    @property
    def writes_left(self) -> int:
        """Return how many writes the hour still takes."""
        self._forget(self.timing.monotonic())
        return max(0, WRITES_AN_HOUR - len(self._writes))

    def note(self, request: Request) -> None:
        """Count a request that is sent now."""
        now = self.timing.monotonic()
        self._points.append((now, _points_of(request)))
        if request.is_write:
            self._writes.append(now)

    def _until_points_fit(self, now: float, points: int) -> float:
        over = sum(each for _, each in self._points) + points - _POINTS_A_MINUTE
        for at, each in self._points:
            if over <= 0:
                break
            over -= each
            if over <= 0:
                return at + MINUTE - now
        return 0.0

    def _forget(self, now: float) -> None:
        while self._points and self._points[0][0] <= now - MINUTE:
            self._points.popleft()
        while self._writes and self._writes[0] <= now - HOUR:
            self._writes.popleft()


def _points_of(request: Request) -> int:
    return _WRITE_POINTS if request.is_write else _READ_POINTS
