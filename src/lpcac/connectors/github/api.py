"""GitHub through PyGithub: one repository, narrow verbs, every text that is sent freed of secrets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

from lpcac.connectors.github.conversions import comment_of, deployment_of, issue_of, pull_request_of
from lpcac.connectors.github.port import Comment, Deployment, GitHubError, Identity, Issue, PullRequest
from lpcac.connectors.github.retries import Calls, Sleep
from lpcac.core.json_values import Json
from lpcac.core.redaction import Redactor

if TYPE_CHECKING:
    from github.Deployment import Deployment as ApiDeployment
    from github.Issue import Issue as ApiIssue
    from github.IssueComment import IssueComment
    from github.PaginatedList import PaginatedList
    from github.Repository import Repository

_TASK: Final = "lpcac"
_DESCRIPTION_LIMIT: Final = 140
_TITLE_LIMIT: Final = 256
# A lost create is among the newest of its kind.
_LOOKED_THROUGH: Final = 30
_GONE: Final = 404
_EXISTS: Final = 422


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
        sleep: Sleep = time.sleep,
        seconds_between_writes: float = 0.25,
    ) -> None:
        """Prepare to ask; nothing is imported or sent yet.

        Arguments:
            repository: `owner/name`.
            identity: who the token writes as; what is looked for after a lost answer is theirs.
            sleep: waits for seconds.
        """
        redactor.hide(token.get_secret_value() if token else None)
        self._name, self._token, self._api_url = repository, token, api_url
        self._identity = identity or Identity()
        self._redactor = redactor
        self._pace = seconds_between_writes
        self._calls = Calls(redactor, sleep)

    @cached_property
    def _repository(self) -> Repository:
        from github import Auth, Github  # noqa: PLC0415 - slow to import, and only the action needs it

        client = Github(
            auth=Auth.Token(self._token.get_secret_value()) if self._token else None,
            base_url=self._api_url,
            user_agent="lpcac",
            per_page=100,
            retry=None,
            lazy=True,
            seconds_between_requests=0,
            seconds_between_writes=self._pace,
        )
        return client.get_repo(self._name)

    def comments(self, number: int) -> Iterator[Comment]:
        """Yield every comment of an issue or pull request, oldest first."""
        found = self._pages("read the comments", lambda: self._repository.get_issue(number).get_comments())
        return map(comment_of, found)

    def add_comment(self, number: int, body: str) -> Comment:
        """Add a comment."""
        text = self._redactor.clean(body)

        def there() -> Comment | None:
            mine = (each for each in self.comments(number) if self._identity.wrote(each.author))
            return next((each for each in mine if each.body.strip() == text.strip()), None)

        def create() -> Comment:
            return comment_of(self._repository.get_issue(number).create_comment(text))

        return self._calls.create("comment on the pull request", create, there)

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Replace a comment's text."""
        text = self._redactor.clean(body)

        def edit() -> Comment:
            raw = self._comment_to_change(comment)
            raw.edit(text)
            return comment_of(raw)

        return self._calls.read("edit its comment", edit)

    def delete_comment(self, comment: Comment) -> None:
        """Delete a comment; one that is gone already is no error."""
        try:
            self._calls.read("delete a second copy of its comment", lambda: self._comment_to_change(comment).delete())
        except GitHubError as error:
            if error.status != _GONE:
                raise

    def _comment_to_change(self, comment: Comment) -> IssueComment:
        from github.IssueComment import IssueComment  # noqa: PLC0415 - as above

        url = f"{self._repository.url}/issues/comments/{comment.id}"
        return IssueComment(self._repository.requester, {}, {"url": url, "id": comment.id}, completed=True)

    def pull_request(self, number: int) -> PullRequest:
        """Return a pull request."""

        def get() -> PullRequest:
            raw = self._repository.get_pull(number)
            return pull_request_of(raw.complete())

        return self._calls.read("read the pull request", get)

    def pull_requests_of(self, commit: str) -> Sequence[PullRequest]:
        """Return the pull requests that a commit came from."""
        found = self._pages("find the pull request", lambda: self._repository.get_commit(commit).get_pulls())
        return [pull_request_of(each) for each in found]

    def wait(self, seconds: float) -> None:
        """Give GitHub time to know what it was just told."""
        self._calls.sleep(seconds)

    def tip(self, branch: str) -> str:
        """Return the newest commit of a branch."""
        return self._calls.read("read the branch", lambda: str(self._repository.get_branch(branch).commit.sha))

    def deployments(self, environment: str | None) -> Iterator[Deployment]:
        """Yield the deployments to an environment, or to any, newest first."""
        chosen = {} if environment is None else {"environment": environment}
        found = self._pages(
            "read the deployments (permission deployments: read)",
            lambda: self._repository.get_deployments(task=_TASK, **chosen),
        )
        return map(deployment_of, found)

    def states(self, deployment: Deployment) -> Sequence[str]:
        """Return every state that the deployment ever had."""
        found = self._pages("read a deployment's states", lambda: self._deployment(deployment).get_statuses())
        return [str(each.state) for each in found]

    def create_deployment(self, environment: str, commit: str, payload: Json, description: str) -> Deployment:
        """Record that an attempt begins."""

        def there() -> Deployment | None:
            newest = islice(self.deployments(environment), _LOOKED_THROUGH)
            same = (each for each in newest if each.sha == commit and each.payload == payload)
            return next((each for each in same if not self.states(each)), None)

        def create() -> Deployment:
            return deployment_of(
                self._repository.create_deployment(
                    ref=commit,
                    task=_TASK,
                    auto_merge=False,  # GitHub would merge the default branch into what is to be deployed.
                    required_contexts=[],  # Branch protection asked for checks already, before the merge.
                    payload=payload,
                    environment=environment,
                    description=self._line(description),
                )
            )

        return self._calls.create("record a deployment (permission deployments: write)", create, there)

    def add_state(self, deployment: Deployment, state: str, description: str, log_url: str) -> None:
        """Record how an attempt goes."""

        def there() -> bool | None:
            return True if state in self.states(deployment) else None

        def create() -> bool:
            self._deployment(deployment).create_status(
                state,
                target_url=log_url,
                description=self._line(description),
                # Other attempts keep their state; the newest success decides.
                auto_inactive=False,
            )
            return True

        self._calls.create("record a deployment's state (permission deployments: write)", create, there)

    def _deployment(self, deployment: Deployment) -> ApiDeployment:
        from github.Deployment import Deployment as ApiDeployment  # noqa: PLC0415 - as above

        url = f"{self._repository.url}/deployments/{deployment.id}"
        return ApiDeployment(self._repository.requester, {}, {"url": url, "id": deployment.id}, completed=True)

    def own_issues(self, *labels: str) -> Sequence[Issue]:
        """Return the issues that this tool opened, oldest first, open and closed, pull requests left out.

        Both ways lead to them: people take labels off, and not every GitHub finds what an app's bot created.
        """
        asked: list[dict[str, Any]] = [{"creator": self._identity.login}, *({"labels": [label]} for label in labels)]
        found: dict[int, Issue] = {}
        for by in asked:
            listed = self._pages(
                "read the issues (permission issues: write)", partial(self._repository.get_issues, state="all", **by)
            )
            found |= {each.number: issue_of(each) for each in listed if each.pull_request is None}
        return [found[number] for number in sorted(found) if self._identity.wrote(found[number].author)]

    def create_issue(self, title: str, body: str, label: str) -> Issue:
        """Open an issue."""
        text, name = self._redactor.clean(body), self._redactor.clean(title)[:_TITLE_LIMIT]

        def there() -> Issue | None:
            return next((each for each in self.own_issues(label) if each.body.strip() == text.strip()), None)

        def create() -> Issue:
            return issue_of(self._repository.create_issue(name, text, labels=[label]))

        return self._calls.create("open an issue (permission issues: write)", create, there)

    def edit_issue(self, issue: Issue, *, body: str | None = None, is_open: bool | None = None) -> None:
        """Change what is given of an issue."""
        changes: dict[str, Any] = {}
        if body is not None:
            changes["body"] = self._redactor.clean(body)
        if is_open is not None:
            changes |= {
                "state": "open" if is_open else "closed",
                "state_reason": "reopened" if is_open else "completed",
            }
        self._calls.read(
            "edit an issue (permission issues: write)", lambda: self._issue_to_change(issue).edit(**changes)
        )

    def label_issue(self, issue: Issue, label: str) -> None:
        """Put a label on an issue, beside those that it has."""
        self._calls.read(
            "label an issue (permission issues: write)", lambda: self._issue_to_change(issue).add_to_labels(label)
        )

    def _issue_to_change(self, issue: Issue) -> ApiIssue:
        from github.Issue import Issue as ApiIssue  # noqa: PLC0415 - as above

        url = f"{self._repository.url}/issues/{issue.number}"
        return ApiIssue(self._repository.requester, {}, {"url": url, "number": issue.number}, completed=True)

    def ensure_label(self, name: str, color: str, description: str) -> None:
        """Create a label unless the repository has it."""

        def create() -> None:
            self._repository.create_label(name, color, description)

        try:
            self._calls.read("read a label", lambda: self._repository.get_label(name).complete())
        except GitHubError as error:
            if error.status != _GONE:
                raise
            try:
                self._calls.read("create a label (permission issues: write)", create)
            except GitHubError as refused:
                # Another run was faster.
                if refused.status != _EXISTS:
                    raise

    def _pages(self, what: str, call: Callable[[], PaginatedList[Any]]) -> Iterator[Any]:
        """Yield everything on all pages, however long a page is; one that is asked for again is not seen twice."""
        found = self._calls.read(what, call)
        index = 0
        while True:
            try:
                each = self._calls.read(what, lambda position=index: found[position])  # type: ignore[misc]
            except IndexError:
                return
            yield each
            index += 1

    def _line(self, text: str) -> str:
        return self._redactor.clean(text)[:_DESCRIPTION_LIMIT]
