"""Pull requests as GitHub shows them."""

from typing import Any

from tests.fakes.github.documents.addresses import Addresses, moment, node_id
from tests.fakes.github.documents.issues import label_document, page_of_issue
from tests.fakes.github.documents.repositories import account_document, repository_document
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
    git = pull.repository.git
    span = f"{pull.base_sha}...{pull.head_sha}"
    named = git.ask("diff", "--raw", "-z", "--abbrev=40", "--find-renames", span).split("\0")
    counted = git.ask("diff", "--numstat", "-z", "--find-renames", span).split("\0")
    counts = iter(counted)
    entries = iter(named)
    files = []
    for entry in entries:
        if not entry.startswith(":"):
            continue
        *_, blob, word = entry.split()
        previous = next(entries) if word[0] in "RC" else None
        name = next(entries)
        added, deleted, in_place = next(counts).split("\t")
        if not in_place:  # a rename is followed by both names
            next(counts)
            next(counts)
        files.append(_file(addresses, pull, (name, previous, WORD_OF_GIT[word[0]], blob), (added, deleted)))
    return files


def _file(
    addresses: Addresses,
    pull: PullRequest,
    named: tuple[str, str | None, str, str],
    counted: tuple[str, str],
) -> dict[str, Any]:
    name, previous, status, blob = named
    added, deleted = (int(number) if number.isdigit() else 0 for number in counted)
    page, head = addresses.page(pull.repository), pull.head_sha
    document: dict[str, Any] = {
        "sha": blob if blob.strip("0") else EMPTY_FILE,
        "filename": name,
        "status": status,
        "additions": added,
        "deletions": deleted,
        "changes": added + deleted,
        "blob_url": f"{page}/blob/{head}/{name}",
        "raw_url": f"{page}/raw/{head}/{name}",
        "contents_url": f"{addresses.repository(pull.repository)}/contents/{name}?ref={head}",
    }
    if previous is not None:
        document["previous_filename"] = previous
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
