"""Issues, comments and labels as GitHub shows them."""

from typing import Any

from tests.fakes.github.documents.addresses import Addresses, moment, node_id, segment
from tests.fakes.github.documents.repositories import account_document
from tests.fakes.github.domain.issues import Comment, Issue, Label
from tests.fakes.github.domain.pull_requests import PullRequest
from tests.fakes.github.domain.repository import Repository


def label_document(addresses: Addresses, repository: Repository, label: Label) -> dict[str, Any]:
    """Return the schema `label`."""
    return {
        "id": label.id,
        "node_id": node_id("Label", label.id),
        "url": f"{addresses.repository(repository)}/labels/{segment(label.name)}",
        "name": label.name,
        "description": label.description,
        "color": label.color,
        "default": False,
    }


def comment_document(addresses: Addresses, comment: Comment) -> dict[str, Any]:
    """Return the schema `issue-comment`."""
    own = addresses.repository(comment.repository)
    issue = comment.repository.issue(comment.issue_number)
    return {
        "id": comment.id,
        "node_id": node_id("IssueComment", comment.id),
        "url": f"{own}/issues/comments/{comment.id}",
        "html_url": f"{page_of_issue(addresses, issue)}#issuecomment-{comment.id}",
        "issue_url": f"{own}/issues/{comment.issue_number}",
        "body": comment.body,
        "user": account_document(addresses, comment.author),
        "created_at": moment(comment.created_at),
        "updated_at": moment(comment.updated_at),
        "author_association": comment.author.association,
        "performed_via_github_app": None,
    }


def issue_document(addresses: Addresses, issue: Issue) -> dict[str, Any]:
    """Return the schema `issue`; a pull request is one with a `pull_request` member."""
    own = f"{addresses.repository(issue.repository)}/issues/{issue.number}"
    assignees = [account_document(addresses, account) for account in issue.assignees]
    document = {
        "id": issue.id,
        "node_id": node_id("Issue", issue.id),
        "url": own,
        "repository_url": addresses.repository(issue.repository),
        "labels_url": f"{own}/labels{{/name}}",
        "comments_url": f"{own}/comments",
        "events_url": f"{own}/events",
        "html_url": page_of_issue(addresses, issue),
        "number": issue.number,
        "state": issue.state,
        "state_reason": issue.state_reason,
        "title": issue.title,
        "body": issue.body,
        "user": account_document(addresses, issue.author),
        "labels": [label_document(addresses, issue.repository, label) for label in issue.labels],
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": None,
        "locked": issue.locked,
        "active_lock_reason": None,
        "comments": len(issue.comments),
        "created_at": moment(issue.created_at),
        "updated_at": moment(issue.updated_at),
        "closed_at": moment(issue.closed_at),
        "author_association": issue.author.association,
        "performed_via_github_app": None,
    }
    if isinstance(issue, PullRequest):
        page = page_of_issue(addresses, issue)
        document["pull_request"] = {
            "url": f"{addresses.repository(issue.repository)}/pulls/{issue.number}",
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": moment(issue.merged_at),
        }
        document["draft"] = issue.draft
    return document


def single_issue_document(addresses: Addresses, issue: Issue) -> dict[str, Any]:
    """Return an issue as it is shown alone, with who closed it."""
    closer = None if issue.closed_by is None else account_document(addresses, issue.closed_by)
    return {**issue_document(addresses, issue), "closed_by": closer}


def page_of_issue(addresses: Addresses, issue: Issue) -> str:
    """Return the address that a person opens."""
    kind = "pull" if isinstance(issue, PullRequest) else "issues"
    return f"{addresses.page(issue.repository)}/{kind}/{issue.number}"
