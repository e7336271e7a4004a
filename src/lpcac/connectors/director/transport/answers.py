"""Answers of the Director as values, whatever their shape, and its own words in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx
from pydantic_core import from_json

from lpcac.core.text.safe_text import shortened


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; `body` is the decoded JSON, or `None` where there was no valid JSON.

    Arguments:
        retry_after: seconds to wait before the next request, if the answer says so.
        location: where a redirect leads, without query.
    """

    status: int
    body: Any
    retry_after: float | None = field(default=None, compare=False)
    location: str = field(default="", compare=False)


def answer_of(response: httpx.Response, content: bytes) -> Answer:
    """Return the answer that a response, its content read, holds."""
    return Answer(response.status_code, _decoded(content), _retry_after(response), _location(response))


_WORDY: Final[tuple[str, ...]] = ("message", "errors", "error", "detail", "details", "reason")
_DEEPEST: Final = 4


def words_in(body: Any, depth: int = 0) -> list[str]:  # noqa: ANN401 - decoded JSON
    """Return the human words of a decoded answer."""
    if depth > _DEEPEST or body is None or isinstance(body, bool):
        return []
    if isinstance(body, dict):
        chosen: list[Any] = [body[key] for key in _WORDY if body.get(key)] or list(body.values())
        return [word for value in chosen for word in words_in(value, depth + 1)]
    if isinstance(body, list):
        return [word for value in body for word in words_in(value, depth + 1)]
    return [str(body)] if str(body).strip() else []


def _decoded(content: bytes) -> Any:  # noqa: ANN401 - decoded JSON
    """Return the JSON in the body; neither NaN nor half a character counts, which could not be written again."""
    try:
        return from_json(content, allow_inf_nan=False)
    except ValueError:
        return None


def _location(response: httpx.Response) -> str:
    """Return where a redirect leads; its query is left out, as it may hold a secret of someone's."""
    found: str = response.headers.get("Location", "")
    return shortened(found.partition("?")[0].partition("#")[0])


def _retry_after(response: httpx.Response) -> float | None:
    """Read `Retry-After`, given in seconds or as a date; a date counts from the answer's own `Date`."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    at = _moment(value)
    if at is None:
        return None
    # The clock of whoever answers may be ahead of this machine's; both dates are by that clock.
    sent = _moment(response.headers.get("Date", ""))
    return max(0.0, (at - (sent or datetime.now(UTC))).total_seconds())


def _moment(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return at if at.tzinfo else None
