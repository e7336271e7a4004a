"""One repository on GitHub: few operations, secrets removed from every text, every request under one policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final
from urllib.parse import quote

from pydantic import SecretStr

from lpcac.connectors.github.branches import BranchRules, branch_rules
from lpcac.connectors.github.conversions import (
    comment_of,
    content_of,
    deployment_of,
    issue_of,
    may_write_of,
    nothing,
    one_issue_of,
    pull_request_of,
    review_of,
    something,
    standing_approvals,
    state_of,
    tip_of,
)
from lpcac.connectors.github.port import (
    Approval,
    Budget,
    Comment,
    Deployment,
    GitHubError,
    Identity,
    Issue,
    PullRequest,
)
from lpcac.connectors.github.transport.http import Transport
from lpcac.connectors.github.transport.limits import Timing
from lpcac.connectors.github.transport.requests import Request
from lpcac.connectors.github.transport.retries import Calls
from lpcac.core.json_values import Json
from lpcac.core.text.redaction import Redactor

_DESCRIPTION_LIMIT: Final = 140
_TITLE_LIMIT: Final = 256
# A lost create is among the newest of its kind.
_LOOKED_THROUGH: Final = 30
_NEWEST: Final = 100
_GONE: Final = 404
_EXISTS: Final = 422
# GitHub has a pull request's comments where it has an issue's.
_COMMENT: Final = ("pull-requests: write", "issues: write")
_COMMIT: Final = re.compile(r"[0-9a-f]{40,64}")


class GitHub:
    """One repository; satisfies `lpcac.connectors.github.port.GitHubPort`."""

    def __init__(
        self,
        repository: str,
        token: SecretStr | None,
        redactor: Redactor,
        *,
        api_url: str = "https://api.github.com",
        identity: Identity | None = None,
        timing: Timing | None = None,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        """Prepare to ask; nothing is imported or sent yet.

        Arguments:
            repository: `owner/name`.
            identity: who the token writes as; what is looked for after a lost answer is theirs.
            timing: the clock, and how to wait.
            say: tells people what is waited for.

        Raises:
            UsageError: the API's address is none.
        """
        redactor.hide(token.get_secret_value() if token else None)
        self._path = f"/repos/{repository}"
        self._identity = identity or Identity()
        self._redactor = redactor
        self._timing = timing or Timing()
        self._calls = Calls(Transport(api_url, token), redactor.clean, say, self._timing)

    def budget(self) -> Budget:
        """Return how much GitHub still takes."""
        return self._calls.budget()

    def clock(self) -> datetime:
        """Return what time it is at GitHub, as of its last answer."""
        return self._calls.clock()

    def reserve(self, requests: int, writes: int) -> None:
        """Do nothing if this many more fit into the limits."""
        self._calls.reserve(requests, writes)

    def wait(self, seconds: float) -> None:
        """Give GitHub time to process what was just sent."""
        self._timing.sleep(seconds)

    def comments(self, number: int) -> Iterator[Comment]:
        """Yield every comment of an issue or pull request, oldest first."""
        asked = self._request("read the comments", "GET", f"/issues/{number}/comments", permissions=_COMMENT)
        return self._calls.pages(asked, comment_of)

    def newest_comments(self) -> Sequence[Comment]:
        """Return the hundred comments of the repository that were written or edited last; one request."""
        asked = self._request(
            "read the newest comments",
            "GET",
            "/issues/comments",
            query={"sort": "updated", "direction": "desc"},
            permissions=("pull-requests: read",),
        )
        return list(islice(self._calls.pages(asked, comment_of), _NEWEST))

    def add_comment(self, number: int, body: str) -> Comment:
        """Add a comment."""
        text = self._redactor.clean(body)

        def there() -> Comment | None:
            mine = (each for each in self.comments(number) if self._identity.wrote(each.author))
            return next((each for each in mine if each.body.strip() == text.strip()), None)

        asked = self._request(
            f"comment on #{number}",
            "POST",
            f"/issues/{number}/comments",
            body={"body": text},
            permissions=_COMMENT,
        )
        return self._calls.create(asked, comment_of, there)

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Replace a comment's text."""
        asked = self._request(
            "edit its comment",
            "PATCH",
            f"/issues/comments/{comment.id}",
            body={"body": self._redactor.clean(body)},
            permissions=("pull-requests: write",),
        )
        return self._calls.ask(asked, comment_of)

    def delete_comment(self, comment: Comment) -> None:
        """Delete a comment; one that is gone already is no error."""
        asked = self._request(
            "delete a second copy of its comment",
            "DELETE",
            f"/issues/comments/{comment.id}",
            permissions=("pull-requests: write",),
        )
        try:
            self._calls.ask(asked, nothing)
        except GitHubError as error:
            if error.status != _GONE:
                raise

    def pull_request(self, number: int) -> PullRequest:
        """Return a pull request."""
        asked = self._request(
            f"read pull request #{number}", "GET", f"/pulls/{number}", permissions=("pull-requests: read",)
        )
        return self._calls.ask(asked, pull_request_of)

    def open_pull_requests(self) -> Sequence[PullRequest]:
        """Return the hundred open pull requests that changed last; one request."""
        asked = self._request(
            "read the open pull requests",
            "GET",
            "/pulls",
            query={"state": "open", "sort": "updated", "direction": "desc"},
            permissions=("pull-requests: read",),
        )
        return list(islice(self._calls.pages(asked, pull_request_of), _NEWEST))

    def approvals(self, number: int) -> Sequence[Approval]:
        """Return the valid approvals of a pull request, oldest first."""
        asked = self._request(
            f"read the reviews of #{number}", "GET", f"/pulls/{number}/reviews", permissions=("pull-requests: read",)
        )
        return standing_approvals(self._calls.pages(asked, review_of))

    def may_write(self, login: str) -> bool:
        """Tell whether someone may push to the repository."""
        asked = self._request(
            "read what a reviewer may do",
            "GET",
            f"/collaborators/{quote(login, safe='')}/permission",
            permissions=("metadata: read",),
        )
        try:
            return self._calls.ask(asked, may_write_of)
        except GitHubError as error:
            if error.status == _GONE:
                return False
            raise

    def pull_requests_of(self, commit: str) -> Sequence[PullRequest]:
        """Return the pull requests that a commit came from."""
        asked = self._request(
            f"find the pull request of commit {commit[:12]}",
            "GET",
            f"/commits/{commit}/pulls",
            permissions=("pull-requests: read",),
        )
        return list(self._calls.pages(asked, pull_request_of))

    def tip(self, branch: str) -> str:
        """Return the newest commit of a branch."""
        path = f"/branches/{quote(branch, safe='')}"
        return self._calls.ask(self._request("read the branch", "GET", path, permissions=("contents: read",)), tip_of)

    def file_at(self, commit: str, path: str) -> bytes | None:
        """Return the content of a file as of a commit, `None` where there is no such file; at most 1 MB."""
        asked = self._request(
            f"read {path} of commit {commit[:12]}",
            "GET",
            f"/contents/{quote(path)}",
            query={"ref": commit},
            permissions=("contents: read",),
        )
        try:
            return self._calls.ask(asked, content_of)
        except GitHubError as error:
            if error.status == _GONE:
                return None
            raise

    def rules_of(self, branch: str) -> BranchRules:
        """Return what is required before a branch changes."""
        return branch_rules(self._calls, self._path, branch)

    def deployments(self, *, environment: str | None = None, task: str | None = None) -> Iterator[Deployment]:
        """Yield the deployments of the repository, newest first."""
        chosen = {"environment": environment, "task": task}
        query = {name: value for name, value in chosen.items() if value is not None}
        asked = self._request(
            "read the deployments", "GET", "/deployments", query=query, permissions=("deployments: read",)
        )
        return self._calls.pages(asked, deployment_of)

    def states(self, deployment: Deployment) -> Sequence[str]:
        """Return every state that the deployment ever had, newest first."""
        path = f"/deployments/{deployment.id}/statuses"
        asked = self._request("read a deployment's states", "GET", path, permissions=("deployments: read",))
        return list(self._calls.pages(asked, state_of))

    def create_deployment(
        self, ref: str, *, task: str, environment: str, payload: Json, description: str
    ) -> Deployment:
        """Record a deployment."""

        def there() -> Deployment | None:
            newest = islice(self.deployments(environment=environment, task=task), _LOOKED_THROUGH)
            mine = (each for each in newest if self._identity.wrote(each.author))
            same = (each for each in mine if each.payload == payload and each.sha == _commit(each, ref))
            # One with a state is an earlier attempt's.
            return next((each for each in same if not self.states(each)), None)

        body = {
            "ref": ref,
            "task": task,
            "auto_merge": False,  # GitHub would merge the default branch into what is deployed.
            "required_contexts": [],  # Branch protection asked for checks already, before the merge.
            "payload": payload,
            "environment": environment,
            "description": self._line(description),
        }
        asked = self._request(
            "record a deployment", "POST", "/deployments", body=body, permissions=("deployments: write",)
        )
        return self._calls.create(asked, deployment_of, there)

    def create_status(self, deployment: Deployment, state: str, *, description: str, log_url: str) -> None:
        """Give a deployment a state."""

        def there() -> str | None:
            return state if state in self.states(deployment) else None

        body = {
            "state": state,
            "log_url": log_url,
            "description": self._line(description),
            # Other attempts keep their state; the newest success decides.
            "auto_inactive": False,
        }
        path = f"/deployments/{deployment.id}/statuses"
        asked = self._request(
            "record a deployment's state", "POST", path, body=body, permissions=("deployments: write",)
        )
        self._calls.create(asked, state_of, there)

    def own_issues(self, *labels: str) -> Sequence[Issue]:
        """Return the issues that this tool opened, oldest first, open and closed, pull requests left out.

        Both ways lead to them: people take labels off, and not every GitHub finds what an app's bot created.
        """
        found: dict[int, Issue] = {}
        for by in ({"creator": self._identity.login}, *({"labels": label} for label in labels)):
            asked = self._request(
                "read the issues", "GET", "/issues", query={"state": "all", **by}, permissions=("issues: write",)
            )
            found |= {each.number: each for each in self._calls.pages(asked, issue_of) if each is not None}
        return [found[number] for number in sorted(found) if self._identity.wrote(found[number].author)]

    def create_issue(self, title: str, body: str, label: str) -> Issue:
        """Open an issue."""
        text = self._redactor.clean(body)

        def there() -> Issue | None:
            return next((each for each in self.own_issues(label) if each.body.strip() == text.strip()), None)

        content = {"title": self._redactor.clean(title)[:_TITLE_LIMIT], "body": text, "labels": [label]}
        asked = self._request("open an issue", "POST", "/issues", body=content, permissions=("issues: write",))
        return self._calls.create(asked, one_issue_of, there)

    def edit_issue(self, issue: Issue, *, body: str | None = None, is_open: bool | None = None) -> None:
        """Change what is given of an issue."""
        changes: dict[str, str] = {}
        if body is not None:
            changes["body"] = self._redactor.clean(body)
        if is_open is not None:
            changes |= {
                "state": "open" if is_open else "closed",
                "state_reason": "reopened" if is_open else "completed",
            }
        path = f"/issues/{issue.number}"
        asked = self._request(
            f"edit issue #{issue.number}", "PATCH", path, body=changes, permissions=("issues: write",)
        )
        self._calls.ask(asked, one_issue_of)

    def label_issue(self, issue: Issue, label: str) -> None:
        """Add a label to an issue."""
        path = f"/issues/{issue.number}/labels"
        asked = self._request(
            f"label issue #{issue.number}", "POST", path, body={"labels": [label]}, permissions=("issues: write",)
        )
        # A label that is there already stays.
        self._calls.ask(asked, something)

    def ensure_label(self, name: str, color: str, description: str) -> None:
        """Create a label unless the repository has it."""
        path = f"/labels/{quote(name, safe='')}"
        try:
            self._calls.ask(self._request("read a label", "GET", path, permissions=("issues: write",)), something)
        except GitHubError as error:
            if error.status != _GONE:
                raise
            self._create_label(name, color, description)

    def _create_label(self, name: str, color: str, description: str) -> None:
        body = {"name": name, "color": color, "description": description}
        try:
            self._calls.ask(
                self._request("create a label", "POST", "/labels", body=body, permissions=("issues: write",)), something
            )
        except GitHubError as refused:
            # Another run was faster, or the answer to an earlier attempt was lost.
            if refused.status != _EXISTS:
                raise

    def _request(
        self,
        what: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        permissions: Sequence[str] = (),
    ) -> Request:
        return Request(what, method, f"{self._path}{path}", query or {}, body, permissions)

    def _line(self, text: str) -> str:
        return self._redactor.clean(text)[:_DESCRIPTION_LIMIT]


def _commit(deployment: Deployment, ref: str) -> str:
    """Return the commit that a deployment of a ref has: a branch's or tag's is known to GitHub alone."""
    return ref if _COMMIT.fullmatch(ref) else deployment.sha
