"""GitHub's limits on requests: so many an hour and repository, so much at once.

The numbers are those of "Rate limits for the REST API" in GitHub's documentation. It does not say which requests create
content; here every write does. A new fake only announces limits, and wide ones: `enforce` keeps them.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.fakes.github.http.messages import Answer, Request

ANNOUNCED_REQUESTS_AN_HOUR = 5_000
REQUESTS_AN_HOUR = 1_000
"""What a job's own token may send, for the whole repository."""
WRITES_A_MINUTE = 80
WRITES_AN_HOUR = 500
POINTS_A_MINUTE = 900
READ_POINTS, WRITE_POINTS = 1, 5
AT_ONCE = 100

MINUTE, HOUR = 60, 3600
PAGE = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"


@dataclass
class Window:
    """What was sent within the last so many seconds."""

    seconds: float
    most: int
    sent: deque[tuple[float, int]] = field(default_factory=deque)

    def wait(self, now: float, amount: int) -> float:
        """Return in how many seconds so much more fits; 0 when it does now."""
        while self.sent and self.sent[0][0] <= now - self.seconds:
            self.sent.popleft()
        over = sum(each for _, each in self.sent) + amount - self.most
        for at, each in self.sent:
            if over <= 0:
                break
            over -= each
            if over <= 0:
                return at + self.seconds - now
        return 0.0

    def add(self, now: float, amount: int) -> None:
        self.sent.append((now, amount))


@dataclass
class Account:
    """What one repository's jobs, or one token outside of any repository, have used up."""

    hour_ends: float = 0.0
    used: int = 0
    points: Window = field(default_factory=lambda: Window(MINUTE, POINTS_A_MINUTE))
    writes: tuple[Window, Window] = field(
        default_factory=lambda: (Window(MINUTE, WRITES_A_MINUTE), Window(HOUR, WRITES_AN_HOUR))
    )


class Limits:
    """Counts requests, tells the counts in headers, and refuses what is too much."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.is_enforced = False
        self.is_announced = True
        self.requests_an_hour = ANNOUNCED_REQUESTS_AN_HOUR
        self._now = now
        self._accounts: dict[str, Account] = defaultdict(Account)

    def enforce(self, requests_an_hour: int = REQUESTS_AN_HOUR) -> None:
        """Keep GitHub's limits from now on."""
        self.is_enforced, self.requests_an_hour = True, requests_an_hour

    def lift(self) -> None:
        """Have no limits, as GitHub Enterprise Server by default: nothing is refused and no header speaks of any."""
        self.is_enforced = self.is_announced = False

    def forget(self) -> None:
        """Begin every count anew."""
        self._accounts.clear()

    def used(self, name: str) -> int:
        """Return how many requests of this hour are used up."""
        return self._account(name).used

    def use_up(self, name: str, left: int = 0) -> None:
        """Let other jobs of a repository have sent all requests of this hour but so many."""
        self._account(name).used = self.requests_an_hour - left

    def take(self, name: str, request: Request, under_way: int) -> Answer | None:
        """Count a request, or return the refusal.

        Args:
            name: the repository's full name, else the token.
            under_way: how many requests are served at this moment.
        """
        account, now = self._account(name), self._now()
        if not self.is_enforced:
            account.used += 1
            return None
        if account.used >= self.requests_an_hour:
            return _refusal("API rate limit exceeded for installation.", "")
        is_write = request.method not in ("GET", "HEAD")
        amount = WRITE_POINTS if is_write else READ_POINTS
        windows = [(account.points, amount), *((window, 1) for window in account.writes if is_write)]
        wait = max(window.wait(now, each) for window, each in windows)
        if wait > 0 or under_way > AT_ONCE:
            told = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
            return _refusal(told, "#about-secondary-rate-limits", {"Retry-After": str(max(1, math.ceil(wait)))})
        for window, each in windows:
            window.add(now, each)
        account.used += 1
        return None

    def headers(self, name: str) -> Mapping[str, str]:
        """Return what an answer says about the hour."""
        if not self.is_announced:
            return {}
        account = self._account(name)
        return {
            "X-RateLimit-Limit": str(self.requests_an_hour),
            "X-RateLimit-Remaining": str(max(0, self.requests_an_hour - account.used)),
            "X-RateLimit-Reset": str(math.ceil(account.hour_ends)),
            "X-RateLimit-Resource": "core",
            "X-RateLimit-Used": str(account.used),
        }

    def _account(self, name: str) -> Account:
        """Return the account; its hour begins with the first request after the last one's end."""
        account, now = self._accounts[name.lower()], self._now()
        if now >= account.hour_ends:
            account.hour_ends, account.used = now + HOUR, 0
        return account


def _refusal(message: str, place: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(403, {"message": message, "documentation_url": f"{PAGE}{place}", "status": "403"}, headers or {})
