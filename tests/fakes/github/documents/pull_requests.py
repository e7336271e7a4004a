"""Pull requests as GitHub shows them."""

from typing import Any

from tests.fakes.github.documents.addresses import Addresses, moment, node_id
from tests.fakes.github.documents.issues import label_document, page_of_issue
from tests.fakes.github.documents.repositories import account_document, repository_document
from tests.fakes.github.domain.git_repository import Change
from tests.fakes.github.domain.pull_requests import PullRequest, Review
from tests.fakes.github.domain.repository import Repository

EMPTY_FILE = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"

WORD_OF_GIT = {"A": "added", "C": "copied", "D": "removed", "M": "modified", "R": "renamed", "T": "changed"}


def pull_request_document(addresses: Addresses, pull: PullRequest) -> dict[str, Any]:
    """Return the schema `pull-request-simple`, as lists show it."""
    repository = pull.repository
    own, page = f"{addresses.repository(repository)}/pulls/{pull.number}", page_of_issue(addresses, pull)
    issue = f"{addresses.repository(repository)}/issues/{pull.number}"
    head = pull.head_sha
    places = {
        "self": own,
        "html": page,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{own}/comments",
        "review_comment": f"{addresses.repository(repository)}/pulls/comments{{/number}}",
        "commits": f"{own}/commits",
        "statuses": f"{addresses.repository(repository)}/statuses/{head}",
    }
    assignees = [account_document(addresses, account) for account in pull.assignees]
    return {
        "url": own,
        "id": pull.id,
        "node_id": node_id("PullRequest", pull.id),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        **{f"{name}_url": places[name] for name in places if name not in ("self", "html")},
        "number": pull.number,
        "state": pull.state,
        "locked": pull.locked,
        "title": pull.title,
        "user": account_document(addresses, pull.author),
        "body": pull.body,
        # In pull requests GitHub's description allows no null there.
        "labels": [
            {**(known := label_document(addresses, repository, label)), "description": known["description"] or ""}
            for label in pull.labels
        ],
        "milestone": None,
        "active_lock_reason": None,
        "created_at": moment(pull.created_at),
        "updated_at": moment(pull.updated_at),
        "closed_at": moment(pull.closed_at),
        "merged_at": moment(pull.merged_at),
        "merge_commit_sha": pull.merge_commit_sha,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "requested_reviewers": [],
        "requested_teams": [],
        "head": _side(addresses, pull.head_repository, pull.head_branch, head),
        "base": _side(addresses, repository, pull.base_branch, pull.base_sha),
        "_links": {name: {"href": place} for name, place in places.items()},
        "author_association": pull.author.association,
        "auto_merge": None,
        "draft": pull.draft,
    }


def full_pull_request_document(addresses: Addresses, pull: PullRequest) -> dict[str, Any]:
    """Return the schema `pull-request`, as it is shown alone."""
    files = changed_files(addresses, pull)
    is_open = pull.state == "open"
    return {
        **pull_request_document(addresses, pull),
        "merged": pull.is_merged,
        "mergeable": pull.is_mergeable if is_open else None,
        "rebaseable": pull.is_mergeable if is_open else None,
        "mergeable_state": ("clean" if pull.is_mergeable else "dirty") if is_open else "unknown",
        "merged_by": None if pull.merged_by is None else account_document(addresses, pull.merged_by),
        "comments": len(pull.comments),
        "review_comments": 0,
        "maintainer_can_modify": pull.is_from_a_fork,
        "commits": len(pull.commits()),
        "additions": sum(file["additions"] for file in files),
        "deletions": sum(file["deletions"] for file in files),
        "changed_files": len(files),
    }


def changed_files(addresses: Addresses, pull: PullRequest) -> list[dict[str, Any]]:
    """Return the schema `diff-entry` of every file, compared with the merge base as GitHub does."""
    changes = pull.repository.git.compared(pull.base_sha, pull.head_sha)
    return [_file(addresses, pull, change) for change in changes]


def _file(addresses: Addresses, pull: PullRequest, change: Change) -> dict[str, Any]:
    page, head = addresses.page(pull.repository), pull.head_sha
    document: dict[str, Any] = {
        "sha": change.blob if change.blob.strip("0") else EMPTY_FILE,
        "filename": change.path,
        "status": WORD_OF_GIT[change.letter],
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": f"{page}/blob/{head}/{change.path}",
        "raw_url": f"{page}/raw/{head}/{change.path}",
        "contents_url": f"{addresses.repository(pull.repository)}/contents/{change.path}?ref={head}",
    }
    if change.previous is not None:
        document["previous_filename"] = change.previous
    return document


def _side(addresses: Addresses, repository: Repository, branch: str, sha: str) -> dict[str, Any]:
    return {
        "label": f"{repository.owner.login}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": account_document(addresses, repository.owner),
        "repo": repository_document(addresses, repository),
    }


def review_document(addresses: Addresses, pull: PullRequest, review: Review) -> dict[str, Any]:
    """Return the schema `pull-request-review`."""
    own = f"{addresses.repository(pull.repository)}/pulls/{pull.number}"
    page = f"{page_of_issue(addresses, pull)}#pullrequestreview-{review.id}"
    return {
        "id": review.id,
        "node_id": node_id("PullRequestReview", review.id),
        "user": account_document(addresses, review.author),
        "body": "",
        "state": review.state,
        "html_url": page,
        "pull_request_url": own,
        "_links": {"html": {"href": page}, "pull_request": {"href": own}},
        "submitted_at": moment(review.submitted_at),
        "commit_id": review.commit,
        "author_association": "COLLABORATOR",
    }
