"""GitHub's limits on what people write."""

from typing import Any

from tests.fakes.github.http.messages import Refusal, invalid

LONGEST_BODY = 65_536
LONGEST_TITLE = 256
LONGEST_LABEL_NAME = 50
LONGEST_LABEL_DESCRIPTION = 100
LONGEST_STATUS_DESCRIPTION = 140


def check_comment_body(body: object) -> str:
    """Return a comment's text; GitHub counts characters, not bytes."""
    if not isinstance(body, str):
        raise Refusal(422, "Invalid request.\n\nFor 'properties/body', nil is not a string.")
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field")
    if len(body) > LONGEST_BODY:
        told = f"Body is too long (maximum is {LONGEST_BODY} characters)"
        raise invalid("IssueComment", "data", "unprocessable", told)
    return body


def check_title_and_body(resource: str, title: Any, body: Any) -> None:
    """Refuse a title or body that is too long; None is one that does not change."""
    if title is not None and not str(title).strip():
        raise invalid(resource, "title", "missing_field")
    if title is not None and len(str(title)) > LONGEST_TITLE:
        raise invalid(resource, "title", "custom", f"title is too long (maximum is {LONGEST_TITLE} characters)")
    if body is not None and len(body) > LONGEST_BODY:
        raise invalid(resource, "body", "custom", f"body is too long (maximum is {LONGEST_BODY} characters)")
