"""The events of a repository of the fake: GitHub's examples with that repository's own commits and numbers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.github.documents.addresses import Addresses
from tests.fakes.github.documents.commits import pushed_commit_document
from tests.fakes.github.documents.pull_requests import full_pull_request_document
from tests.fakes.github.documents.repositories import account_document, repository_document
from tests.fakes.github.domain.git_repository import NO_COMMIT
from tests.fakes.github.domain.pull_requests import MergeGroup, PullRequest, Push
from tests.fakes.github.domain.repository import Repository
from tests.fakes.github.events.examples import event_payload, example_of, fitted


@dataclass(frozen=True)
class Event:
    """What starts a workflow: the payload, and what the runner derives from it."""

    name: str
    payload: dict[str, Any]
    repository: Repository
    sha: str
    """The commit that the workflow runs on."""
    ref: str
    actor: str
    base_ref: str = ""
    """The branch that a pull request wants to change."""
    head_ref: str = ""
    """The branch of a pull request."""
    is_from_a_fork: bool = False
    """The job gets no secrets, and a token that only reads."""


class Events:
    """Makes the events of a fake GitHub."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    def pull_request(
        self, pull: PullRequest, action: str = "opened", *, by: str | None = None, before: str = NO_COMMIT
    ) -> Event:
        """Tell of a pull request; `before` is the head that a `synchronize` replaced."""
        sha = pull.merge_commit_sha if pull.is_merged else pull.test_merge_sha
        if sha is None:
            raise LookupError(f"#{pull.number} has conflicts: GitHub starts no workflow")
        actor = by or pull.author.login
        changes: dict[str, Any] = {
            "number": pull.number,
            "pull_request": full_pull_request_document(self._addresses, pull),
        }
        if action == "synchronize":
            changes |= {"before": before, "after": pull.head_sha}
        payload = self._payload("pull_request", action, pull.repository, actor, changes)
        return Event(
            "pull_request",
            payload,
            pull.repository,
            sha,
            f"refs/pull/{pull.number}/merge",
            actor,
            base_ref=pull.base_branch,
            head_ref=pull.head_branch,
            is_from_a_fork=pull.is_from_a_fork,
        )

    def push(self, push: Push) -> Event:
        """Tell of commits on a branch."""
        repository = push.repository
        commits = [
            pushed_commit_document(self._addresses, repository, repository.git.read(sha)) for sha in push.commits
        ]
        changes: dict[str, Any] = {
            "ref": push.ref,
            "before": push.before,
            "after": push.after,
            "base_ref": None,
            "created": push.before == NO_COMMIT,
            "deleted": False,
            "forced": push.forced,
            "compare": f"{self._addresses.page(repository)}/compare/{push.before[:12]}...{push.after[:12]}",
            "commits": commits,
            "head_commit": pushed_commit_document(self._addresses, repository, repository.git.read(push.after)),
            "pusher": {"name": push.by, "email": f"{push.by}@example.com"},
        }
        payload = self._payload("push", None, repository, push.by, changes)
        return Event("push", payload, repository, push.after, push.ref, push.by)

    def merge_group(self, group: MergeGroup) -> Event:
        """Tell that the merge queue wants to know whether a pull request may land."""
        repository = group.repository
        commit = pushed_commit_document(self._addresses, repository, repository.git.read(group.head_sha))
        people = {name: {key: commit[name][key] for key in ("name", "email")} for name in ("author", "committer")}
        shown = {name: commit[name] for name in ("id", "tree_id", "message", "timestamp")}
        changes = {
            "merge_group": {
                "head_sha": group.head_sha,
                "head_ref": group.head_ref,
                "base_sha": group.base_sha,
                "base_ref": group.base_ref,
                "head_commit": {**shown, **people},
            }
        }
        actor = group.pull_request.author.login
        payload = self._payload("merge_group", "checks_requested", repository, actor, changes)
        return Event("merge_group", payload, repository, group.head_sha, group.head_ref, actor)

    def schedule(self, repository: Repository, cron: str = "0 3 * * *") -> Event:
        """Tell that the time has come."""
        branch = f"refs/heads/{repository.default_branch}"
        payload = event_payload("schedule", schedule=cron)
        return Event("schedule", payload, repository, repository.git.sha(branch), branch, repository.owner.login)

    def workflow_dispatch(
        self,
        repository: Repository,
        inputs: Mapping[str, str] | None = None,
        *,
        by: str = "alice",
        on: str | None = None,
    ) -> Event:
        """Tell that somebody started the workflow by hand, with what they typed, on a branch or the default one."""
        branch = f"refs/heads/{on or repository.default_branch}"
        changes: dict[str, Any] = {"inputs": dict(inputs or {}), "ref": branch}
        payload = self._payload("workflow_dispatch", None, repository, by, changes)
        return Event("workflow_dispatch", payload, repository, repository.git.sha(branch), branch, by)

    def _payload(
        self, name: str, action: str | None, repository: Repository, by: str, changes: dict[str, Any]
    ) -> dict[str, Any]:
        """Return a payload in which every address is the fake's own."""
        example = example_of(name, action)
        sender = account_document(self._addresses, repository.world.account(by))
        shown_repository = repository_document(self._addresses, repository)
        shown_repository["owner"] |= {"name": repository.owner.login, "email": None}  # which `push` tells as well
        common = {"repository": shown_repository, "sender": sender}
        shown = fitted({**common, **changes}, example)
        if name in ("workflow_dispatch", "merge_group"):  # their examples have other inputs and other people
            shown |= changes
        payload = event_payload(name, action, **shown)
        if "organization" in payload:
            payload["organization"]["login"] = repository.owner.login
        text = json.dumps(payload)
        for published, own in (
            ("https://api.github.com", self._addresses.api),
            ("https://github.com", self._addresses.web),
        ):
            text = text.replace(published, own)
        adapted: dict[str, Any] = json.loads(text)
        return adapted
