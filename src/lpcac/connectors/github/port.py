"""What the activities need from GitHub, and the values its answers come as."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lpcac.core.errors import LpcacError
from lpcac.core.json_values import Json

ACTIONS_LOGIN = "github-actions[bot]"
ACTIONS_ID = 41898282
"""Who an Actions token writes as on github.com; the token cannot ask who it is."""


class GitHubError(LpcacError):
    """GitHub could not be asked, or did not do what it was asked to; with the HTTP status, 0 when there was none."""

    def __init__(self, message: str, status: int = 0) -> None:
        """Say what happened."""
        super().__init__(message)
        self.status = status


class GitHubForbiddenError(GitHubError):
    """The token may not do this."""


@dataclass(frozen=True)
class Author:
    """Who wrote something."""

    login: str
    id: int
    is_bot: bool = False


@dataclass(frozen=True)
class Identity:
    """Who this tool writes as.

    Arguments:
        login: an app's bot or a user; the Actions token's bot unless a person says otherwise.
        id: `None` where it is not known in advance.
    """

    login: str = ACTIONS_LOGIN
    id: int | None = ACTIONS_ID

    def wrote(self, author: Author) -> bool:
        """Tell whether the author is this identity."""
        return author.login.lower() == self.login.lower() and self.id in (None, author.id)


@dataclass(frozen=True)
class Comment:
    """A comment on an issue or a pull request."""

    id: int
    body: str
    author: Author
    url: str
    updated: datetime | None = None


@dataclass(frozen=True)
class PullRequest:
    """A pull request as it is now; `merged` says when it was, if it was; one that is merged or given up is not open."""

    number: int
    head: str
    is_merged: bool
    merge_commit: str | None
    labels: frozenset[str]
    base_ref: str
    url: str
    merged: datetime | None = None
    is_open: bool = True

    def has_label(self, name: str) -> bool:
        """Tell whether it carries a label; GitHub takes names in either case for one."""
        return name.lower() in {label.lower() for label in self.labels}


@dataclass(frozen=True)
class Deployment:
    """One attempt to bring a target to a commit."""

    id: int
    sha: str
    environment: str
    payload: Json
    author: Author
    created: datetime


@dataclass(frozen=True)
class Issue:
    """An issue, open or closed; in a locked one an Actions token may not comment."""

    number: int
    title: str
    body: str
    is_open: bool
    author: Author
    url: str
    labels: frozenset[str] = frozenset()
    is_locked: bool = False

    def has_label(self, name: str) -> bool:
        """Tell whether it carries a label; GitHub takes names in either case for one."""
        return name.lower() in {label.lower() for label in self.labels}


class GitHubPort(Protocol):
    """One repository on GitHub. Every method raises `GitHubError`, writes also `GitHubForbiddenError`.

    A create whose answer is lost is looked for before it is repeated.
    """

    def comments(self, number: int) -> Iterator[Comment]:
        """Yield every comment of an issue or pull request, oldest first."""

    def add_comment(self, number: int, body: str) -> Comment:
        """Add a comment."""

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Replace a comment's text."""

    def delete_comment(self, comment: Comment) -> None:
        """Delete a comment; one that is gone already is no error."""

    def pull_request(self, number: int) -> PullRequest:
        """Return a pull request."""

    def pull_requests_of(self, commit: str) -> Sequence[PullRequest]:
        """Return the pull requests that a commit came from."""

    def wait(self, seconds: float) -> None:
        """Give GitHub time to know what it was just told."""

    def tip(self, branch: str) -> str:
        """Return the newest commit of a branch."""

    def deployments(self, environment: str | None) -> Iterator[Deployment]:
        """Yield the deployments to an environment, or to any, newest first."""

    def states(self, deployment: Deployment) -> Sequence[str]:
        """Return every state that the deployment ever had."""

    def create_deployment(self, environment: str, commit: str, payload: Json, description: str) -> Deployment:
        """Record that an attempt begins."""

    def add_state(self, deployment: Deployment, state: str, description: str, log_url: str) -> None:
        """Record how an attempt goes."""

    def own_issues(self, *labels: str) -> Sequence[Issue]:
        """Return the issues that this tool opened, oldest first, open and closed, pull requests left out.

        Arguments:
            labels: what such an issue is given; people may have taken it off.
        """

    def create_issue(self, title: str, body: str, label: str) -> Issue:
        """Open an issue."""

    def edit_issue(self, issue: Issue, *, body: str | None = None, is_open: bool | None = None) -> None:
        """Change what is given of an issue."""

    def label_issue(self, issue: Issue, label: str) -> None:
        """Put a label on an issue, beside those that it has."""

    def ensure_label(self, name: str, color: str, description: str) -> None:
        """Create a label unless the repository has it."""
