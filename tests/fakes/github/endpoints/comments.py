"""Comments on issues and pull requests."""

from datetime import datetime

from tests.fakes.github.documents.issues import comment_document
from tests.fakes.github.domain.issues import Comment, Issue
from tests.fakes.github.endpoints.limits import check_comment_body
from tests.fakes.github.http.messages import Answer, Call, Refusal, not_found
from tests.fakes.github.http.paging import page_of
from tests.fakes.github.http.routing import Routes

routes = Routes()

ALL = "/repos/{owner}/{repo}/issues/comments"
OF_AN_ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}/comments"
ONE = "/repos/{owner}/{repo}/issues/comments/{comment_id}"
RIGHTS = ("issues", "pull_requests")


@routes.serves("GET", OF_AN_ISSUE, *RIGHTS)
def list_comments(call: Call) -> Answer:
    since = call.query.get("since")
    comments = [
        comment
        for comment in _issue(call).comments
        if since is None or comment.updated_at >= datetime.fromisoformat(since)
    ]
    return page_of(call, comments, lambda comment: comment_document(call.addresses, comment))


@routes.serves("GET", ALL, *RIGHTS)
def list_all_comments(call: Call) -> Answer:
    comments = [comment for issue in call.repository.issues_and_pull_requests() for comment in issue.comments]
    by_update = call.query.get("sort") == "updated"
    comments.sort(key=lambda comment: comment.updated_at if by_update else comment.created_at)
    if call.query.get("direction") == "desc":
        comments.reverse()
    return page_of(call, comments, lambda comment: comment_document(call.addresses, comment))


@routes.serves("POST", OF_AN_ISSUE, *RIGHTS)
def create_comment(call: Call) -> Answer:
    issue = _issue(call)
    body = check_comment_body(call.body.get("body"))
    if issue.locked and call.token.is_of_a_bot:
        raise Refusal(403, "Unable to create comment because issue is locked.")
    document = comment_document(call.addresses, issue.comment(call.login, body))
    return Answer(201, document, {"Location": document["url"]})


@routes.serves("GET", ONE, *RIGHTS)
def get_comment(call: Call) -> Answer:
    return Answer(200, comment_document(call.addresses, _comment(call)))


@routes.serves("PATCH", ONE, *RIGHTS)
def update_comment(call: Call) -> Answer:
    comment = _comment(call)
    comment.edit(check_comment_body(call.body.get("body")))
    return Answer(200, comment_document(call.addresses, comment))


@routes.serves("DELETE", ONE, *RIGHTS)
def delete_comment(call: Call) -> Answer:
    comment = _comment(call)
    call.repository.issue(comment.issue_number).comments.remove(comment)
    return Answer(204)


def _issue(call: Call) -> Issue:
    issue = call.repository.find_issue(call.number("issue_number"))
    if issue is None:
        raise not_found()
    return issue


def _comment(call: Call) -> Comment:
    number = call.number("comment_id")
    for issue in call.repository.issues_and_pull_requests():
        for comment in issue.comments:
            if comment.id == number:
                return comment
    raise not_found()
