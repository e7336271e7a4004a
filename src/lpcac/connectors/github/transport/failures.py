"""The message when a request to GitHub fails: what, where, why and what to do next, in one line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from lpcac.connectors.github.port import GitHubError, GitHubForbiddenError, GitHubLimitError
from lpcac.connectors.github.transport.limits import Limit, Timing
from lpcac.connectors.github.transport.requests import Answer, Request

_LONGEST_REASON: Final = 300
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_GONE: Final = 410
_SERVER_ERROR: Final = 500
_AGAIN: Final = "run this job again"


def refused(request: Request, answer: Answer, attempts: int) -> GitHubError:
    """Return the error for an answer that is final."""
    message = f"{_place(request)}: {status_of(answer)}{_times(attempts)}: {_next_step(request, answer)}"
    kind = GitHubForbiddenError if answer.status in (_UNAUTHORIZED, _FORBIDDEN) else GitHubError
    return kind(message, answer.status)


def lost(request: Request, reason: str, attempts: int) -> GitHubError:
    """Return the error for a connection that broke each time."""
    return GitHubError(f"{_place(request)}: no answer ({reason}){_times(attempts)}: {_AGAIN}")


def broken(request: Request, answer: Answer, attempts: int) -> GitHubError:
    """Return the error for an answer that is not what GitHub describes."""
    said = answer.headers.get("content-type", "no content type").split(";")[0]
    message = (
        f"{_place(request)}: the answer is not what GitHub describes (HTTP {answer.status}, {said})"
        f"{_times(attempts)}: see that no proxy answers in GitHub's place, and {_AGAIN}"
    )
    return GitHubError(message, answer.status)


def moved(request: Request, answer: Answer) -> GitHubError:
    """Return the error for a redirection, which a repository's new name brings."""
    message = f"{_place(request)}: HTTP {answer.status} redirects; was the repository renamed? {_AGAIN.capitalize()}"
    return GitHubError(message, answer.status)


def limited(request: Request, limit: Limit, answer: Answer, timing: Timing) -> GitHubLimitError:
    """Return the error for a limit that lasts longer than a job should wait."""
    name = "the requests of this hour are used up" if limit.is_primary else "too much was sent at once"
    ends = None
    if limit.seconds is not None:
        ends = datetime.fromtimestamp(timing.wall(), UTC) + timedelta(seconds=limit.seconds)
    message = f"{_place(request)}: {status_of(answer)}: {name}; {_after(ends)}"
    return GitHubLimitError(message, answer.status, ends)


def no_room(what: str, needed: int, left: int, ends: datetime | None) -> GitHubLimitError:
    """Return the error for a budget that does not take what is still to be sent.

    Arguments:
        what: what is short: requests or writes.
        ends: when the hour ends; `None` where even a whole hour would not do.
    """
    begin = f"GitHub accepts {left} more {what} this hour, but {needed} are needed"
    if ends is None:
        return GitHubLimitError(
            f"{begin}, more than any hour allows: choose fewer clients at once with the input clients"
        )
    return GitHubLimitError(f"{begin}; {_after(ends)}", ends=ends)


def status_of(answer: Answer) -> str:
    """Return an answer's status with GitHub's reason for it."""
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = ""
    reason = _reason(answer.text)
    words = f" ({reason})" if reason and reason.lower() != phrase.lower() else ""
    return f"HTTP {answer.status} {phrase}".rstrip() + words


def _after(ends: datetime | None) -> str:
    when = "later" if ends is None else f"after {ends:%Y-%m-%d %H:%M:%S} UTC"
    return f"{_AGAIN} {when}"


def _place(request: Request) -> str:
    return f"GitHub: cannot {request.what}: {request.method} {request.path}"


def _times(attempts: int) -> str:
    return f" ({attempts} attempts)" if attempts > 1 else ""


def _reason(text: str) -> str:
    """Return GitHub's own words, with those about single fields; an HTML page has none for people."""
    try:
        content: object = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(content, dict):
        return ""
    errors = content.get("errors")
    details = [each.get("message") for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    words = [str(content.get("message") or ""), *(str(each) for each in details if each)]
    return " ".join("; ".join(filter(None, words)).split())[:_LONGEST_REASON]


def _next_step(request: Request, answer: Answer) -> str:
    permissions = " or ".join(f"`{each}`" for each in request.permissions)
    needed = f"the permission {permissions}" if permissions else "the permission for it"
    if answer.status == _UNAUTHORIZED:
        return "give the input github-token a token that is valid"
    if answer.status == _FORBIDDEN:
        return f"give the job {needed}"
    if answer.status == _NOT_FOUND:
        return f"see that it is still there, and that the job has {needed}"
    if answer.status == _GONE:
        return "turn it on in the repository's settings"
    if answer.status >= _SERVER_ERROR:
        return f"{_AGAIN}; https://www.githubstatus.com shows problems at GitHub"
    return _AGAIN
