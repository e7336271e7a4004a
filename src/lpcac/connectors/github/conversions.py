"""GitHub's JSON as the values that the activities know."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from lpcac.connectors.github.port import Approval, Author, Comment, Deployment, Issue, PullRequest
from lpcac.connectors.github.transport.requests import BrokenAnswerError


def author_of(raw: Any) -> Author:  # noqa: ANN401 - JSON, checked here
    """Return who wrote something; the author of what a deleted account wrote is nobody."""
    if raw is None:
        return Author("", 0)
    return Author(_text(raw, "login"), _number(raw, "id"), raw.get("type") == "Bot")


def comment_of(raw: Any) -> Comment:  # noqa: ANN401 - as above
    """Return a comment."""
    return Comment(
        _number(raw, "id"),
        _optional_text(raw, "body"),
        author_of(raw["user"]),
        _optional_text(raw, "html_url"),
        _moment(raw, "updated_at"),
        _last_number(_optional_text(raw, "issue_url")),
    )


def _last_number(address: str) -> int:
    """Return the number that an issue's address ends with."""
    number = address.rsplit("/", 1)[-1]
    return int(number) if number.isascii() and number.isdecimal() else 0


def pull_request_of(raw: Any) -> PullRequest:  # noqa: ANN401 - as above
    """Return a pull request."""
    merged = _moment(raw, "merged_at")
    return PullRequest(
        _number(raw, "number"),
        _text(raw["head"], "sha"),
        merged is not None,
        _optional_text(raw, "merge_commit_sha") or None,
        frozenset(_text(label, "name") for label in raw["labels"]),
        _text(raw["base"], "ref"),
        _optional_text(raw, "html_url"),
        merged,
        raw["state"] == "open",
        _text(merger, "login") if (merger := raw.get("merged_by")) else "",
        author_of(opener) if (opener := raw.get("user")) else None,
        _text(source, "full_name") if (source := raw["head"].get("repo")) else "",
    )


def review_of(raw: Any) -> tuple[str, Approval]:  # noqa: ANN401 - as above
    """Return a review's state, and what it would be as an approval."""
    approval = Approval(author_of(raw["user"]), _optional_text(raw, "commit_id"), _moment(raw, "submitted_at"))
    return _text(raw, "state"), approval


def standing_approvals(reviews: Iterable[tuple[str, Approval]]) -> list[Approval]:
    """Return the approvals among reviews that nobody dismissed and whose author did not ask for changes since.

    Arguments:
        reviews: oldest first, as GitHub lists them.
    """
    valid: list[Approval] = []
    for state, review in reviews:
        if state == "APPROVED":
            valid.append(review)
        elif state == "CHANGES_REQUESTED":
            valid = [each for each in valid if each.author != review.author]
    return valid


def may_write_of(raw: Any) -> bool:  # noqa: ANN401 - as above
    """Tell whether a collaborator's permission lets them push; GitHub calls the role "maintain" "write" here."""
    return _text(raw, "permission") in ("admin", "write")


def deployment_of(raw: Any) -> Deployment:  # noqa: ANN401 - as above
    """Return a deployment; a payload that is no object, which anyone may have made, counts as empty."""
    created = _moment(raw, "created_at")
    if created is None:
        raise BrokenAnswerError
    return Deployment(
        _number(raw, "id"),
        _text(raw, "sha"),
        _optional_text(raw, "environment"),
        _object(raw.get("payload")),
        author_of(raw["creator"]),
        created,
        _optional_text(raw, "task"),
    )


def _object(payload: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Return a payload; GitHub's description allows the object itself and its JSON as text."""
    if isinstance(payload, str):
        try:
            payload = json.loads(payload)
        except (ValueError, RecursionError):
            return {}
    return payload if isinstance(payload, dict) else {}


def issue_of(raw: Any) -> Issue | None:  # noqa: ANN401 - as above
    """Return an issue, `None` for a pull request, which GitHub lists as one."""
    if raw.get("pull_request") is not None:
        return None
    return Issue(
        _number(raw, "number"),
        _text(raw, "title"),
        _optional_text(raw, "body"),
        raw["state"] == "open",
        author_of(raw["user"]),
        _optional_text(raw, "html_url"),
        frozenset(label if isinstance(label, str) else _text(label, "name") for label in raw["labels"]),
        bool(raw.get("locked")),
    )


def one_issue_of(raw: Any) -> Issue:  # noqa: ANN401 - as above
    """Return an issue that was asked for as one."""
    found = issue_of(raw)
    if found is None:
        raise BrokenAnswerError
    return found


def something(raw: Any) -> bool:  # noqa: ANN401 - as above
    """Require an answer, whatever it holds."""
    if not isinstance(raw, dict | list):
        raise BrokenAnswerError
    return True


def nothing(_raw: Any) -> None:  # noqa: ANN401 - as above
    """Require nothing."""


def state_of(raw: Any) -> str:  # noqa: ANN401 - as above
    """Return a deployment's state."""
    return _text(raw, "state")


def tip_of(raw: Any) -> str:  # noqa: ANN401 - as above
    """Return the newest commit of a branch."""
    return _text(raw["commit"], "sha")


def content_of(raw: Any) -> bytes | None:  # noqa: ANN401 - as above
    """Return a file's content; `None` for a folder or anything else that is no file."""
    if isinstance(raw, list) or raw["type"] != "file":
        return None
    # GitHub leaves out what has more than 1 MB.
    if raw["encoding"] != "base64":
        raise BrokenAnswerError
    return b64decode(_text(raw, "content"))


def _text(raw: Any, name: str) -> str:  # noqa: ANN401 - as above
    value = raw[name]
    if not isinstance(value, str):
        raise BrokenAnswerError
    return value


def _optional_text(raw: Any, name: str) -> str:  # noqa: ANN401 - as above
    return "" if raw.get(name) is None else _text(raw, name)


def _number(raw: Any, name: str) -> int:  # noqa: ANN401 - as above
    value = raw[name]
    if not isinstance(value, int):
        raise BrokenAnswerError
    return value


def _moment(raw: Any, name: str) -> datetime | None:  # noqa: ANN401 - as above
    """Return a time, which GitHub always tells with its zone."""
    text = _optional_text(raw, name)
    found = datetime.fromisoformat(text) if text else None
    if found is not None and found.tzinfo is None:
        raise BrokenAnswerError
    return found
