"""PyGithub's objects as the values that the activities know; nothing is asked for in doing so."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from lpcac.connectors.github.port import Author, Comment, Deployment, GitHubError, Issue, PullRequest

if TYPE_CHECKING:
    from github.Deployment import Deployment as ApiDeployment
    from github.Issue import Issue as ApiIssue
    from github.IssueComment import IssueComment
    from github.NamedUser import NamedUser
    from github.Organization import Organization
    from github.PullRequest import PullRequest as ApiPullRequest


def author_of(user: NamedUser | Organization | None) -> Author:
    """Return who wrote something; the author of what a deleted account wrote is nobody."""
    return Author("", 0) if user is None else Author(user.login or "", user.id or 0, user.type == "Bot")


def comment_of(raw: IssueComment) -> Comment:
    """Return a comment.

    Raises:
        GitHubError: the answer holds none, as the one about a repository that moved.
    """
    _require(raw.id, "the comment")
    return Comment(raw.id, raw.body or "", author_of(raw.user), raw.html_url or "", raw.updated_at)


def pull_request_of(raw: ApiPullRequest) -> PullRequest:
    """Return a pull request."""
    return PullRequest(
        raw.number,
        raw.head.sha,
        raw.merged_at is not None,
        raw.merge_commit_sha,
        frozenset(label.name for label in raw.labels),
        raw.base.ref,
        raw.html_url,
        raw.merged_at,
        raw.state == "open",
    )


def deployment_of(raw: ApiDeployment) -> Deployment:
    """Return a deployment; a payload that is no object, which anybody may have made, counts as empty."""
    _require(raw.id, "the deployment")
    # PyGithub has no value for a payload that is a text.
    payload = raw.raw_data.get("payload")
    created = raw.created_at if raw.created_at.tzinfo else raw.created_at.replace(tzinfo=UTC)
    content = payload if isinstance(payload, dict) else {}
    return Deployment(raw.id, raw.sha, raw.environment or "", content, author_of(raw.creator), created)


def issue_of(raw: ApiIssue) -> Issue:
    """Return an issue."""
    _require(raw.number, "the issue")
    return Issue(
        raw.number,
        raw.title,
        raw.body or "",
        raw.state == "open",
        author_of(raw.user),
        raw.html_url,
        frozenset(label.name for label in raw.labels),
        bool(raw.locked),
    )


def _require(number: int | None, what: str) -> None:
    """Raise unless the answer to a write says what was written: a redirection counts as success to PyGithub."""
    if not isinstance(number, int):
        raise GitHubError(f"GitHub did not say that it has {what}; was the repository renamed? Run this job again")
