"""What may go wrong: limits, server errors, lost connections, and people who act in between."""

import fnmatch
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tests.fakes.github.http.messages import Answer, Request

RATE_LIMIT_PAGE = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"

ALWAYS = 10**9

Kind = Literal["answer", "cut", "drop", "stall", "act"]


@dataclass
class Fault:
    """Something that happens to matching requests until it has happened often enough."""

    kind: Kind
    method: str
    path: str
    left: int
    probability: float = 1.0
    after_effect: bool = False
    """The request is carried out all the same: only its answer is lost."""
    answer: Answer | None = None
    act: Callable[[], Any] | None = None
    breaks_off: bool = False
    """A cut answer announces its whole length, and the connection ends before that."""
    is_foreign: bool = False
    """The answer comes from somebody in between, so GitHub's description is no measure for it."""
    passing: int = 0
    """So many matching requests get through first."""
    only_first: bool = False
    """It happens to each different request once, and leaves repetitions of it alone."""
    met: list[Request] = field(default_factory=list)
    """The requests that it happened to."""

    def applied_to(self, answer: Answer | None) -> Answer | None:
        """Return what the client gets when this was the answer; None when it gets nothing."""
        if self.kind != "cut" or answer is None:
            return self.answer
        content = answer.content
        return replace(
            answer, sent=content[: len(content) // 2], announced=len(content) if self.breaks_off and content else None
        )

    def let_pass(self, requests: int) -> "Fault":
        """Let so many matching requests pass before it begins."""
        self.passing = requests
        return self

    def once_for_each(self) -> "Fault":
        """Happen to each different request once; what is sent again gets through."""
        self.left, self.only_first = ALWAYS, True
        return self

    def for_good(self) -> "Fault":
        """Never end."""
        self.left = ALWAYS
        return self

    def concerns(self, request: Request) -> bool:
        pattern = re.sub(r"\{\w+\}", "*", self.path)
        if self.left <= 0 or self.method not in ("*", request.method):
            return False
        if self.only_first and any(_is_same(request, each) for each in self.met):
            return False
        return fnmatch.fnmatchcase(request.path, pattern)


class Faults:
    """The faults that wait for their request; of several, the first that was asked for happens."""

    def __init__(self, seed: int = 0) -> None:
        self._waiting: list[Fault] = []
        self._chance = random.Random(seed)

    def clear(self) -> None:
        self._waiting.clear()

    @property
    def are_on_the_wire(self) -> bool:
        """Whether one of them needs a connection that it can break."""
        return any(fault.left > 0 and fault.kind not in ("answer", "act") for fault in self._waiting)

    def fail(
        self,
        method: str = "*",
        path: str = "*",
        *,
        status: int = 502,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        times: int = 1,
        probability: float = 1.0,
        after_effect: bool = False,
    ) -> Fault:
        """Answer with an error; `after_effect` when the request is carried out first."""
        shown = {"message": "Server Error"} if body is None else body
        answer = Answer(status, shown, headers or {})
        return self._wait(Fault("answer", method, path, times, probability, after_effect=after_effect, answer=answer))

    def answer(self, method: str, path: str, body: Any, *, status: int = 200, times: int = 1) -> Fault:
        """Answer with this instead, such as an empty list that GitHub has not filled yet."""
        return self._wait(Fault("answer", method, path, times, answer=Answer(status, body)))

    def cut(self, method: str = "*", path: str = "*", *, times: int = 1, breaks_off: bool = False) -> Fault:
        """Carry the request out and send half of the answer, as if it were all of it or with the connection lost."""
        return self._wait(Fault("cut", method, path, times, after_effect=True, breaks_off=breaks_off))

    def proxy_page(self, method: str = "*", path: str = "*", *, status: int = 200, times: int = 1) -> Fault:
        """Answer with a web page, as a proxy in between does that wants somebody to sign in."""
        page = b"<!DOCTYPE html><html><title>Sign in</title></html>"
        answer = Answer(status, headers={"Content-Type": "text/html"}, sent=page)
        return self._wait(Fault("answer", method, path, times, answer=answer, is_foreign=True))

    def secondary_rate_limit(
        self, method: str = "*", path: str = "*", *, retry_after: int | None = 1, status: int = 403, times: int = 1
    ) -> Fault:
        """Refuse because of too much at once; without `retry_after` the header is missing, as it can be."""
        body = {
            "documentation_url": f"{RATE_LIMIT_PAGE}#about-secondary-rate-limits",
            "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        }
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return self.fail(method, path, status=status, body=body, headers=headers, times=times)

    def primary_rate_limit(self, method: str = "*", path: str = "*", *, resets_at: int, times: int = 1) -> Fault:
        """Refuse because the hour's requests are used up until that Unix time."""
        body = {
            "message": "API rate limit exceeded for installation.",
            "documentation_url": RATE_LIMIT_PAGE,
            "status": "403",
        }
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(resets_at)}
        return self.fail(method, path, status=403, body=body, headers=headers, times=times)

    def drop(
        self,
        method: str = "*",
        path: str = "*",
        *,
        times: int = 1,
        probability: float = 1.0,
        after_effect: bool = False,
    ) -> Fault:
        """Close the connection without an answer."""
        return self._wait(Fault("drop", method, path, times, probability, after_effect=after_effect))

    def stall(self, method: str = "*", path: str = "*", *, times: int = 1, after_effect: bool = False) -> Fault:
        """Never answer: the client's own limit must end the wait."""
        return self._wait(Fault("stall", method, path, times, after_effect=after_effect))

    def act(self, method: str, path: str, act: Callable[[], Any], *, times: int = 1) -> Fault:
        """Do something just before such a request is served, such as a person who merges meanwhile."""
        return self._wait(Fault("act", method, path, times, act=act))

    def take(self, request: Request) -> Fault | None:
        """Return what happens to a request; people who act in between have acted then."""
        for fault in self._waiting:
            if not fault.concerns(request) or self._chance.random() >= fault.probability:
                continue
            if fault.passing > 0:
                fault.passing -= 1
                continue
            fault.left -= 1
            fault.met.append(request)
            if fault.act is None:
                return fault
            fault.act()
        return None

    def _wait(self, fault: Fault) -> Fault:
        self._waiting.append(fault)
        return fault


def _is_same(one: Request, other: Request) -> bool:
    parts = [(each.method, each.path, dict(each.query), each.content) for each in (one, other)]
    return parts[0] == parts[1]
