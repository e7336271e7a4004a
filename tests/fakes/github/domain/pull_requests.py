"""Pull requests on a real Git repository, and the ways in which they are merged."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from tests.fakes.github.domain.accounts import MERGE_QUEUE_BOT, Account
from tests.fakes.github.domain.git_repository import NO_COMMIT, Files, MergeConflictError
from tests.fakes.github.domain.issues import Issue

if TYPE_CHECKING:
    from tests.fakes.github.domain.repository import Repository

MergeMethod = Literal["merge", "squash", "rebase"]


@dataclass(frozen=True)
class Push:
    """A branch that moved, which is what a `push` event tells."""

    repository: Repository
    branch: str
    before: str
    after: str
    by: str
    forced: bool = False

    @property
    def ref(self) -> str:
        return f"refs/heads/{self.branch}"

    @property
    def commits(self) -> list[str]:
        """The new commits, oldest first."""
        if self.before == NO_COMMIT:
            return [self.after]
        return self.repository.git.between(self.before, self.after)


@dataclass
class Review:
    """What somebody said of a pull request's commit."""

    id: int
    author: Account
    state: str
    commit: str
    submitted_at: datetime


@dataclass(kw_only=True)
class PullRequest(Issue):
    """A pull request; its branch decides its head as long as it is open."""

    base_branch: str
    head_branch: str
    head_repository: Repository
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: Account | None = None
    merge_commit_sha: str | None = None
    introduced: frozenset[str] = field(default_factory=frozenset)
    """The commits that its merge added to the base branch."""
    last_head: str = ""
    last_base: str = ""
    reviews: list[Review] = field(default_factory=list)

    @property
    def is_merged(self) -> bool:
        return self.merged_at is not None

    @property
    def is_from_a_fork(self) -> bool:
        return self.head_repository is not self.repository

    @property
    def head_sha(self) -> str:
        self.follow_branches()
        return self.last_head

    @property
    def base_sha(self) -> str:
        self.follow_branches()
        return self.last_base

    @property
    def test_merge_sha(self) -> str | None:
        """The commit that a workflow checks out for the pull request, None when there are conflicts."""
        self.follow_branches()
        return self.merge_commit_sha

    @property
    def is_mergeable(self) -> bool:
        return self.test_merge_sha is not None

    def commits(self) -> list[str]:
        """The commits that it asks to merge, oldest first."""
        return self.repository.git.between(self.base_sha, self.head_sha)

    def review(self, by: str, state: str = "APPROVED") -> Review:
        """Say what a person thinks of the head: `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED` or `DISMISSED`."""
        world = self.repository.world
        review = Review(world.next_id(), world.account(by), state, self.head_sha, world.now())
        self.reviews.append(review)
        return review

    def push(self, files: Files, *, by: str | None = None, message: str = "More changes") -> Push:
        """Add a commit to its branch."""
        return self.head_repository.push(self.head_branch, files, by=by or self.author.login, message=message)

    def follow_branches(self) -> None:
        """Bring `refs/pull/N/head` and `refs/pull/N/merge` up to date while it is open."""
        if self.state != "open":
            return
        git = self.repository.git
        head = self.head_repository.git.resolve(f"refs/heads/{self.head_branch}")
        base = git.resolve(f"refs/heads/{self.base_branch}")
        if head is None or base is None or (head, base) == (self.last_head, self.last_base):
            return
        git.fetch(self.head_repository.git, head, f"refs/pull/{self.number}/head")
        self.last_head, self.last_base = head, base
        try:
            title = f"Merge {head} into {base}"
            self.merge_commit_sha = git.write_commit(git.merged_tree(base, head), [base, head], title, "GitHub")
            git.set_ref(f"refs/pull/{self.number}/merge", self.merge_commit_sha)
        except MergeConflictError:
            self.merge_commit_sha = None

    def merge(self, method: MergeMethod = "merge", by: str = "alice", title: str | None = None) -> Push:
        """Merge it at once.

        Raises:
            MergeConflictError: its changes conflict with the base branch.
        """
        base = self.base_sha
        merged = self.merged_onto(base, method, by, title)
        self.repository.git.set_ref(f"refs/heads/{self.base_branch}", merged)
        push = Push(self.repository, self.base_branch, base, merged, by)
        self.settle(merged, by, push.commits)
        self.repository.settle_merged(push)
        return push

    def merged_onto(self, base: str, method: MergeMethod, by: str, title: str | None = None) -> str:
        """Return a commit on top of `base` that holds its changes, not yet on any branch."""
        git = self.repository.git
        if method == "rebase":
            picked = [sha for sha in self.commits() if len(git.read(sha).parents) == 1]
            return git.rebased(picked, base)
        tree = git.merged_tree(base, self.head_sha)
        if method == "squash":
            return git.write_commit(tree, [base], title or f"{self.title} (#{self.number})", self.author.login)
        source = f"{self.head_repository.owner.login}/{self.head_branch}"
        words = title or f"Merge pull request #{self.number} from {source}"
        return git.write_commit(tree, [base, self.head_sha], f"{words}\n\n{self.title}", by)

    def settle(self, commit: str, by: str, introduced: list[str]) -> None:
        """Record that it is merged."""
        self.merge_commit_sha = commit
        self.introduced = frozenset(introduced)
        self.merged_at, self.merged_by = self.repository.world.now(), self.repository.world.account(by)
        self.close(by, reason=None)
        with contextlib.suppress(LookupError):  # never mergeable, so never made
            self.repository.git.delete_ref(f"refs/pull/{self.number}/merge")

    def enqueue(self, method: MergeMethod = "merge", after: MergeGroup | None = None) -> MergeGroup:
        """Put it into the merge queue, behind another pull request if one is named."""
        base = self.repository.git.sha(f"refs/heads/{self.base_branch}") if after is None else after.head_sha
        head = self.merged_onto(base, method, MERGE_QUEUE_BOT)
        branch = f"gh-readonly-queue/{self.base_branch}/pr-{self.number}-{base}"
        self.repository.git.set_ref(f"refs/heads/{branch}", head)
        return MergeGroup(self, branch, base, head, after)


@dataclass(frozen=True)
class MergeGroup:
    """A pull request in the merge queue, merged for a trial on its own branch."""

    pull_request: PullRequest
    branch: str
    base_sha: str
    head_sha: str
    after: MergeGroup | None = None

    @property
    def repository(self) -> Repository:
        return self.pull_request.repository

    @property
    def head_ref(self) -> str:
        return f"refs/heads/{self.branch}"

    @property
    def base_ref(self) -> str:
        return f"refs/heads/{self.pull_request.base_branch}"

    def merge(self) -> Push:
        """Land it, and those before it, with one push of the queue."""
        git = self.repository.git
        before = git.sha(self.base_ref)
        first = self
        while first.after is not None and not first.after.pull_request.is_merged:
            first = first.after
        if first.base_sha != before:
            raise MergeConflictError(f"{self.base_ref} moved while {self.branch} was queued")
        self._land()
        return Push(self.repository, self.pull_request.base_branch, before, self.head_sha, MERGE_QUEUE_BOT)

    def _land(self) -> None:
        if self.after is not None and not self.after.pull_request.is_merged:
            self.after._land()
        git = self.repository.git
        git.set_ref(self.base_ref, self.head_sha)
        git.delete_ref(self.head_ref)
        self.pull_request.settle(self.head_sha, MERGE_QUEUE_BOT, git.between(self.base_sha, self.head_sha))
