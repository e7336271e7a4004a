"""One repository: its Git data, its labels, issues, pull requests and deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.github.domain.accounts import ACTIONS_BOT, Account
from tests.fakes.github.domain.checks import CheckRun
from tests.fakes.github.domain.deployments import Deployment
from tests.fakes.github.domain.git_repository import NO_COMMIT, Files, GitRepository
from tests.fakes.github.domain.issues import Issue, Label
from tests.fakes.github.domain.pull_requests import PullRequest, Push

if TYPE_CHECKING:
    from tests.fakes.github.domain.world import World

COLOR_OF_AN_UNKNOWN_LABEL = "ededed"


class Repository:
    """A repository as its people use it; the methods act without asking for rights."""

    def __init__(
        self,
        world: World,
        full_name: str,
        git: GitRepository,
        *,
        private: bool = True,
        parent: Repository | None = None,
    ) -> None:
        owner, _, name = full_name.partition("/")
        self.world = world
        self.id = world.next_id()
        self.owner: Account = world.account(owner, None if parent else "Organization")
        self.name = name
        self.git = git
        self.private = private
        self.parent = parent
        self.created_at = world.now()
        self.archived = False
        self.has_issues = True
        self.actions_may_open_pull_requests = False
        """The setting "Allow GitHub Actions to create and approve pull requests", off at first."""
        self.roles: dict[str, str] = {}
        """What people may do, by login, where it is not what their standing says."""
        self.required_checks: list[str] = []
        """Checks that a ruleset requires on every branch."""
        self.requires_pull_requests = False
        """Whether a ruleset requires pull requests on every branch."""
        self.deployments: list[Deployment] = []
        self.check_runs: list[CheckRun] = []
        self._labels: dict[str, Label] = {}
        self._issues: dict[int, Issue] = {}

    def role_of(self, account: Account) -> str:
        """Return `admin`, `maintain`, `write`, `triage`, `read` or `none`."""
        usual = "write" if account.association == "MEMBER" else "none" if self.private else "read"
        return self.roles.get(account.login, usual)

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def default_branch(self) -> str:
        return self.git.default_branch

    @property
    def clone_url(self) -> str:
        """What `git clone` takes."""
        return self.git.path

    # Labels

    @property
    def labels(self) -> list[Label]:
        return list(self._labels.values())

    def label(self, name: str) -> Label:
        return self._labels[name.lower()]

    def has_label(self, name: str) -> bool:
        return name.lower() in self._labels

    def create_label(self, name: str, color: str = COLOR_OF_AN_UNKNOWN_LABEL, description: str | None = None) -> Label:
        label = Label(self.world.next_id(), name, color, description)
        self._labels[name.lower()] = label
        return label

    def find_or_create_label(self, name: str) -> Label:
        return self.label(name) if self.has_label(name) else self.create_label(name)

    def rename_label(self, old: str, new: str) -> None:
        label = self._labels.pop(old.lower())
        for issue in self._issues.values():
            issue.label_names = [new if name == label.name else name for name in issue.label_names]
        label.name = new
        self._labels[new.lower()] = label

    def delete_label(self, name: str) -> None:
        for issue in self._issues.values():
            issue.label_names = [kept for kept in issue.label_names if kept.lower() != name.lower()]
        del self._labels[name.lower()]

    # Issues

    def issues_and_pull_requests(self) -> list[Issue]:
        return list(self._issues.values())

    def issues(self, *, label: str | None = None, state: str | None = None) -> list[Issue]:
        """Return the issues that are no pull requests, oldest first."""
        return [
            issue
            for issue in self._issues.values()
            if not isinstance(issue, PullRequest)
            and (state is None or issue.state == state)
            and (label is None or issue.has_label(label))
        ]

    def find_issue(self, number: int) -> Issue | None:
        """Return the issue or pull request of that number."""
        return self._issues.get(number)

    def issue(self, number: int) -> Issue:
        return self._issues[number]

    def open_issue(self, by: str, title: str, body: str | None = None, labels: tuple[str, ...] = ()) -> Issue:
        issue = Issue(**self._opening(by, title, body))
        self._issues[issue.number] = issue
        if labels:
            issue.label(*labels)
        return issue

    # Pull requests

    @property
    def pull_requests(self) -> list[PullRequest]:
        return [issue for issue in self._issues.values() if isinstance(issue, PullRequest)]

    def pull_request(self, number: int) -> PullRequest:
        return next(pull for pull in self.pull_requests if pull.number == number)

    def open_pull_request(
        self,
        head: str,
        *,
        title: str = "Change the configuration",
        body: str | None = None,
        by: str | None = None,
        base: str | None = None,
        source: Repository | None = None,
        draft: bool = False,
    ) -> PullRequest:
        """Ask to merge a branch of this repository, or of the fork `source`."""
        author = by or (source.owner.login if source else "alice")
        pull_request = PullRequest(
            **self._opening(author, title, body),
            base_branch=base or self.default_branch,
            head_branch=head,
            head_repository=source or self,
            draft=draft,
        )
        self._issues[pull_request.number] = pull_request
        pull_request.follow_branches()
        return pull_request

    def pull_requests_of_commit(self, sha: str) -> list[PullRequest]:
        """Return the merged one that brought a commit to the default branch, else the open ones that hold it."""
        if self.git.contains(f"refs/heads/{self.default_branch}", sha):
            return [pull for pull in self.pull_requests if sha in pull.introduced]
        return [pull for pull in self.pull_requests if pull.state == "open" and sha in pull.commits()]

    # Commits

    def push(
        self,
        branch: str,
        files: Files,
        *,
        by: str = "alice",
        message: str = "Change the configuration",
        start: str | None = None,
    ) -> Push:
        """Push one commit to a branch, which begins at `start` (else the default branch) when it is new."""
        before = self.git.resolve(f"refs/heads/{branch}")
        after = self.git.commit(branch, files, message=message, author=by, start=start)
        return self._pushed(branch, before, after, by)

    def force_push(self, branch: str, sha: str, *, by: str = "alice") -> Push:
        """Move a branch to another commit, whatever it held."""
        before = self.git.resolve(f"refs/heads/{branch}")
        self.git.set_ref(f"refs/heads/{branch}", sha)
        return self._pushed(branch, before, sha, by, forced=True)

    def fork(self, owner: str) -> Repository:
        """Return that person's own copy."""
        return self.world.fork(self, owner)

    def deploy(self, environment: str, *, ref: str | None = None, by: str = ACTIONS_BOT, **words: Any) -> Deployment:
        """Record a deployment."""
        named = ref or self.default_branch
        moment = self.world.now()
        deployment = Deployment(
            self, self.world.next_id(), self.git.sha(named), named, environment, self.world.account(by), moment, moment
        )
        for name, value in words.items():
            setattr(deployment, name, value)
        self.deployments.append(deployment)
        return deployment

    def deployments_to(self, environment: str) -> list[Deployment]:
        """Return the deployments to an environment, newest first."""
        return [found for found in reversed(self.deployments) if found.environment == environment]

    def _opening(self, by: str, title: str, body: str | None) -> dict[str, Any]:
        moment = self.world.now()
        return {
            "repository": self,
            "id": self.world.next_id(),
            "number": max(self._issues, default=0) + 1,
            "author": self.world.account(by),
            "title": title,
            "body": body,
            "created_at": moment,
            "updated_at": moment,
        }

    def _pushed(self, branch: str, before: str | None, after: str, by: str, *, forced: bool = False) -> Push:
        push = Push(self, branch, before or NO_COMMIT, after, by, forced)
        if before is not None:
            self.settle_merged(push)
        return push

    def settle_merged(self, push: Push) -> None:
        """Mark the pull requests as merged whose commits a push brought to their base, whoever meant them."""
        for pull in self.pull_requests:
            is_of_branch = pull.state == "open" and pull.base_branch == push.branch
            if is_of_branch and self.git.contains(push.after, pull.last_head):
                pull.settle(push.after, push.by, push.commits)
