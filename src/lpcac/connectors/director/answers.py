"""Answers of the Director as values, whatever their shape, and its own words in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx
from pydantic_core import from_json


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; `body` is the decoded JSON, or `None` where there was no valid JSON."""

    status: int
    body: Any
    retry_after: float | None = field(default=None, compare=False)


def answer_of(response: httpx.Response, content: bytes) -> Answer:
    """Return the answer that a response, its content read, holds."""
    return Answer(response.status_code, _decoded(content), _retry_after(response))


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


def _retry_after(response: httpx.Response) -> float | None:
    """Read `Retry-After`, given in seconds or as a date."""
    value = response.headers.get("Retry-After", "")
    if value.isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at.tzinfo else None
