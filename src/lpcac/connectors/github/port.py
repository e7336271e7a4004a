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


class GitHubLimitError(GitHubError):
    """A limit of GitHub's is used up for longer than a job should wait; `ends` says until when, if that is known."""

    def __init__(self, message: str, status: int = 0, ends: datetime | None = None) -> None:
        """Say what happened."""
        super().__init__(message, status)
        self.ends = ends


@dataclass(frozen=True)
class Budget:
    """How much GitHub still takes within the hour, as of its last answer.

    Arguments:
        limit: requests an hour; `None` where GitHub has no limit (Enterprise Server's default), or said nothing yet.
        remaining: how many of them are left. Other jobs of the repository use the same ones.
        resets: when the hour ends.
        writes: how many writes this run may still send within the hour; `None` where there is no limit.
    """

    limit: int | None = None
    remaining: int | None = None
    resets: datetime | None = None
    writes: int | None = None


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
    """A comment on an issue or a pull request, of which it has the number."""

    id: int
    body: str
    author: Author
    url: str
    updated: datetime | None = None
    number: int = 0


@dataclass(frozen=True)
class PullRequest:
    """A pull request as it is now; one that is merged or closed is not open.

    Arguments:
        merged: when it was, if it was.
        merged_by: login of who merged it, where GitHub says so; lists leave it out.
        author: who opened it; `None` where GitHub does not say.
        head_repository: `owner/name` of where its commits come from; empty for a deleted fork.
    """

    number: int
    head: str
    is_merged: bool
    merge_commit: str | None
    labels: frozenset[str]
    base_ref: str
    url: str
    merged: datetime | None = None
    is_open: bool = True
    merged_by: str = ""
    author: Author | None = None
    head_repository: str = ""

    def has_label(self, name: str) -> bool:
        """Tell whether it carries a label; GitHub takes names in either case for one."""
        return name.lower() in {label.lower() for label in self.labels}


@dataclass(frozen=True)
class Approval:
    """Who approved a commit of a pull request, and when."""

    author: Author
    commit: str
    submitted: datetime | None


@dataclass(frozen=True)
class Deployment:
    """A deployment; of two, the one with the larger id is newer."""

    id: int
    sha: str
    environment: str
    payload: Json
    author: Author
    created: datetime
    task: str = ""


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
    """One repository on GitHub. Every method raises `GitHubError`, with one line that says what to do next.

    Whatever can be repeated without harm is repeated after trouble, and limits that end within two minutes are waited
    for. A create whose answer is lost is looked for before it is repeated.
    """

    def budget(self) -> Budget:
        """Return how much GitHub still takes; nothing is asked for that."""

    def clock(self) -> datetime:
        """Return what time it is at GitHub, as of its last answer; nothing is asked for that."""

    def reserve(self, requests: int, writes: int) -> None:
        """Do nothing if this many more fit into the limits, with 20 to spare; wait if they do within two minutes.

        Arguments:
            requests: all that are still to be sent, writes included.
            writes: how many of them are writes.

        Raises:
            GitHubLimitError: they do not fit.
        """

    def comments(self, number: int) -> Iterator[Comment]:
        """Yield every comment of an issue or pull request, oldest first."""

    def newest_comments(self) -> Sequence[Comment]:
        """Return the hundred comments of the repository that were written or edited last; one request."""

    def add_comment(self, number: int, body: str) -> Comment:
        """Add a comment."""

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Replace a comment's text."""

    def delete_comment(self, comment: Comment) -> None:
        """Delete a comment; one that is gone already is no error."""

    def pull_request(self, number: int) -> PullRequest:
        """Return a pull request."""

    def open_pull_requests(self) -> Sequence[PullRequest]:
        """Return the hundred open pull requests that changed last; one request."""

    def approvals(self, number: int) -> Sequence[Approval]:
        """Return the valid approvals of a pull request, oldest first.

        Dismissed ones do not count, nor those whose author asked for changes since.
        """

    def may_write(self, login: str) -> bool:
        """Tell whether someone may push to the repository; a stranger to GitHub may not."""

    def pull_requests_of(self, commit: str) -> Sequence[PullRequest]:
        """Return the pull requests that a commit came from."""

    def wait(self, seconds: float) -> None:
        """Give GitHub time to process what was just sent."""

    def tip(self, branch: str) -> str:
        """Return the newest commit of a branch."""

    def file_at(self, commit: str, path: str) -> bytes | None:
        """Return the content of a file as of a commit, `None` where there is no such file; at most 1 MB."""

    def deployments(self, *, environment: str | None = None, task: str | None = None) -> Iterator[Deployment]:
        """Yield the deployments of the repository, newest first; a page is asked for when it is needed.

        Arguments:
            environment: only those to this one.
            task: only those with this one.
        """

    def states(self, deployment: Deployment) -> Sequence[str]:
        """Return every state that the deployment ever had, newest first."""

    def create_deployment(
        self, ref: str, *, task: str, environment: str, payload: Json, description: str
    ) -> Deployment:
        """Record a deployment.

        Arguments:
            ref: a commit, branch or tag.
            payload: what it holds. One whose answer is lost is found again by it, so let it differ between attempts.
            description: 140 characters are kept.
        """

    def create_status(self, deployment: Deployment, state: str, *, description: str, log_url: str) -> None:
        """Give a deployment a state; the states of other deployments stay.

        Arguments:
            state: one of GitHub's: error, failure, inactive, in_progress, queued, pending, success.
            description: 140 characters are kept.
        """

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
        """Add a label to an issue."""

    def ensure_label(self, name: str, color: str, description: str) -> None:
        """Create a label unless the repository has it."""
