"""Issues: list, open, read, change."""

from datetime import datetime
from typing import Any

from tests.fakes.github.documents.issues import issue_document, single_issue_document
from tests.fakes.github.domain.issues import Issue
from tests.fakes.github.endpoints.labels import names_of
from tests.fakes.github.endpoints.limits import check_title_and_body
from tests.fakes.github.http.messages import Answer, Call, Refusal, invalid, not_found
from tests.fakes.github.http.paging import page_of
from tests.fakes.github.http.routing import Routes

routes = Routes()

ALL = "/repos/{owner}/{repo}/issues"
ONE = f"{ALL}/{{issue_number}}"
STATES = ("open", "closed", "all")


@routes.serves("GET", ALL, "issues")
def list_issues(call: Call) -> Answer:
    """List issues and pull requests, as GitHub does, newest first; where issues are disabled, pull requests alone."""
    state = call.query.get("state", "open")
    if state not in STATES:
        raise invalid("Issue", "state", "invalid", value=state)
    repository = call.repository
    listed = repository.issues_and_pull_requests() if repository.has_issues else repository.pull_requests
    chosen = [issue for issue in listed if _is_asked_for(call, issue, state)]
    order = {
        "created": lambda issue: (issue.created_at, issue.number),
        "updated": lambda issue: (issue.updated_at, issue.number),
        "comments": lambda issue: (len(issue.comments), issue.number),
    }[call.query.get("sort", "created")]
    chosen.sort(key=order, reverse=call.query.get("direction", "desc") == "desc")
    return page_of(call, chosen, lambda issue: issue_document(call.addresses, issue))


@routes.serves("POST", ALL, "issues")
def create_issue(call: Call) -> Answer:
    _need_issues(call)
    title, body = call.body.get("title", ""), call.body.get("body")
    check_title_and_body("Issue", title, body)
    labels = names_of(call.body.get("labels") or [])
    issue = call.repository.open_issue(call.login, str(title), body, tuple(labels))
    _assign(call, issue)
    document = single_issue_document(call.addresses, issue)
    return Answer(201, document, {"Location": document["url"]})


@routes.serves("GET", ONE, "issues", "pull_requests")
def get_issue(call: Call) -> Answer:
    return Answer(200, single_issue_document(call.addresses, _issue(call)))


@routes.serves("PATCH", ONE, "issues", "pull_requests")
def update_issue(call: Call) -> Answer:
    issue, body = _issue(call), call.body
    check_title_and_body("Issue", body.get("title"), body.get("body"))
    labels = None if body.get("labels") is None else names_of(body["labels"])
    title = body.get("title")
    issue.edit(None if title is None else str(title), body.get("body"))
    if labels is not None:
        issue.set_labels(labels)
    if body.get("state") == "closed":
        issue.close(call.login, body.get("state_reason") or "completed")
    elif body.get("state") == "open":
        issue.reopen()
    _assign(call, issue)
    return Answer(200, single_issue_document(call.addresses, issue))


def _is_asked_for(call: Call, issue: Issue, state: str) -> bool:
    query = call.query
    labels = [name for name in query.get("labels", "").split(",") if name]
    since = query.get("since")
    assigned = {account.login.lower() for account in issue.assignees}
    return (
        state in ("all", issue.state)
        and all(issue.has_label(name) for name in labels)
        and query.get("creator", issue.author.login).lower() == issue.author.login.lower()
        and (since is None or issue.updated_at >= datetime.fromisoformat(since))
        and _matches_assignee(query.get("assignee"), assigned)
    )


def _matches_assignee(asked: str | None, assigned: set[str]) -> bool:
    if asked == "none":
        return not assigned
    if asked == "*":
        return bool(assigned)
    return asked is None or asked.lower() in assigned


def _assign(call: Call, issue: Issue) -> None:
    listed: list[Any] | None = call.body.get("assignees")
    if listed is not None:
        logins = [entry["login"] if isinstance(entry, dict) else entry for entry in listed]
        issue.assignees = [call.world.account(login) for login in logins]


def _issue(call: Call) -> Issue:
    issue = call.repository.find_issue(call.number("issue_number"))
    if issue is None:
        raise not_found()
    return issue


def _need_issues(call: Call) -> None:
    if not call.repository.has_issues:
        raise Refusal(410, "Issues has been disabled in this repository.")
