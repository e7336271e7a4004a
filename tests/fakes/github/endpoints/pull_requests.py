"""Pull requests: list, open, read, change, merge, and those of a commit."""

from typing import Any

from tests.fakes.github.documents.commits import commit_document
from tests.fakes.github.documents.pull_requests import (
    changed_files,
    full_pull_request_document,
    pull_request_document,
    review_document,
)
from tests.fakes.github.domain.accounts import ACTIONS_BOT
from tests.fakes.github.domain.git_repository import MergeConflictError
from tests.fakes.github.domain.pull_requests import PullRequest
from tests.fakes.github.domain.repository import Repository
from tests.fakes.github.endpoints.limits import check_title_and_body
from tests.fakes.github.http.messages import Answer, Call, Refusal, invalid, not_found
from tests.fakes.github.http.paging import page_of
from tests.fakes.github.http.routing import Routes

routes = Routes()

ALL = "/repos/{owner}/{repo}/pulls"
ONE = f"{ALL}/{{pull_number}}"
OF_A_COMMIT = "/repos/{owner}/{repo}/commits/{commit_sha}/pulls"
RIGHT = "pull_requests"


@routes.serves("GET", OF_A_COMMIT, RIGHT)
def list_pull_requests_of_commit(call: Call) -> Answer:
    sha = call.repository.git.resolve(call.parameters["commit_sha"])
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {call.parameters['commit_sha']}")
    return _page(call, call.repository.pull_requests_of_commit(sha))


@routes.serves("GET", ALL, RIGHT)
def list_pull_requests(call: Call) -> Answer:
    chosen = [pull for pull in call.repository.pull_requests if _is_asked_for(call, pull)]
    sort = call.query.get("sort", "created")
    direction = call.query.get("direction", "desc" if sort == "created" else "asc")
    chosen.sort(
        key=lambda pull: (pull.updated_at if sort == "updated" else pull.created_at, pull.number),
        reverse=direction == "desc",
    )
    return _page(call, chosen)


@routes.serves("POST", ALL, RIGHT)
def open_pull_request(call: Call) -> Answer:
    if call.login == ACTIONS_BOT and not call.repository.actions_may_open_pull_requests:
        raise Refusal(403, "GitHub Actions is not permitted to create or approve pull requests.")
    body = call.body
    title, head, base = body.get("title", ""), body.get("head", ""), body.get("base", "")
    check_title_and_body("PullRequest", title, body.get("body"))
    source, branch = _head(call, head)
    _check_branches(call, (source, branch), base)
    pull = call.repository.open_pull_request(
        branch,
        title=title,
        body=body.get("body"),
        by=call.login,
        base=base,
        source=None if source is call.repository else source,
        draft=bool(body.get("draft", False)),
    )
    document = full_pull_request_document(call.addresses, pull)
    return Answer(201, document, {"Location": document["url"]})


@routes.serves("GET", ONE, RIGHT)
def get_pull_request(call: Call) -> Answer:
    return Answer(200, full_pull_request_document(call.addresses, _pull(call)))


@routes.serves("PATCH", ONE, RIGHT)
def update_pull_request(call: Call) -> Answer:
    pull, body = _pull(call), call.body
    check_title_and_body("PullRequest", body.get("title"), body.get("body"))
    pull.edit(body.get("title"), body.get("body"))
    pull.base_branch = body.get("base", pull.base_branch)
    if body.get("state") == "closed":
        pull.close(call.login, reason=None)
    elif body.get("state") == "open" and not pull.is_merged:
        pull.reopen()
    return Answer(200, full_pull_request_document(call.addresses, pull))


@routes.serves("GET", f"{ONE}/files", RIGHT)
def list_files(call: Call) -> Answer:
    return page_of(call, changed_files(call.addresses, _pull(call)), lambda document: document)


@routes.serves("GET", f"{ONE}/commits", RIGHT)
def list_commits(call: Call) -> Answer:
    return page_of(call, _pull(call).commits(), lambda sha: commit_document(call.addresses, call.repository, sha))


@routes.serves("GET", f"{ONE}/reviews", RIGHT)
def list_reviews(call: Call) -> Answer:
    pull = _pull(call)
    return page_of(call, pull.reviews, lambda review: review_document(call.addresses, pull, review))


@routes.serves("GET", f"{ONE}/merge", RIGHT)
def check_if_merged(call: Call) -> Answer:
    if not _pull(call).is_merged:
        raise not_found()
    return Answer(204)


@routes.serves("PUT", f"{ONE}/merge", "contents")
def merge(call: Call) -> Answer:
    pull, body = _pull(call), call.body
    if pull.state != "open" or pull.draft:
        raise Refusal(405, "Pull Request is not mergeable")
    if body.get("sha", pull.head_sha) != pull.head_sha:
        raise Refusal(409, "Head branch was modified. Review and try the merge again.")
    try:
        push = pull.merge(body.get("merge_method", "merge"), call.login, body.get("commit_title"))
    except MergeConflictError as error:
        raise Refusal(405, "Pull Request is not mergeable") from error
    return Answer(200, {"sha": push.after, "merged": True, "message": "Pull Request successfully merged"})


def _page(call: Call, pulls: list[PullRequest]) -> Answer:
    return page_of(call, pulls, lambda pull: pull_request_document(call.addresses, pull))


def _is_asked_for(call: Call, pull: PullRequest) -> bool:
    head = f"{pull.head_repository.owner.login}:{pull.head_branch}"
    # GitHub ignores a `head` that names no owner.
    asked = call.query.get("head", "")
    return (
        call.query.get("state", "open") in ("all", pull.state)
        and (":" not in asked or asked.lower() == head.lower())
        and call.query.get("base", pull.base_branch) == pull.base_branch
    )


def _head(call: Call, head: str) -> tuple[Repository, str]:
    """Return the repository and the branch that `owner:branch` or `branch` names."""
    owner, colon, branch = head.partition(":")
    if not colon:
        return call.repository, head
    for repository in call.world.repositories.values():
        is_related = repository is call.repository or repository.parent is call.repository
        if is_related and repository.owner.login.lower() == owner.lower():
            return repository, branch
    raise invalid("PullRequest", "head", "invalid")


def _check_branches(call: Call, head: tuple[Repository, str], base: str) -> None:
    source, branch = head
    target = call.repository
    if target.git.resolve(f"refs/heads/{base}") is None:
        raise invalid("PullRequest", "base", "invalid")
    tip = source.git.resolve(f"refs/heads/{branch}")
    if tip is None:
        raise invalid("PullRequest", "head", "invalid")
    for pull in target.pull_requests:
        is_same = (pull.head_repository, pull.head_branch, pull.base_branch) == (source, branch, base)
        if pull.state == "open" and is_same:
            told: dict[str, Any] = {
                "resource": "PullRequest",
                "code": "custom",
                "message": f"A pull request already exists for {source.owner.login}:{branch}.",
            }
            raise Refusal(422, "Validation Failed", [told])
    if source is target and target.git.contains(f"refs/heads/{base}", tip):
        told = {"resource": "PullRequest", "code": "custom", "message": f"No commits between {base} and {branch}"}
        raise Refusal(422, "Validation Failed", [told])


def _pull(call: Call) -> PullRequest:
    pull = call.repository.find_issue(call.number("pull_number"))
    if not isinstance(pull, PullRequest):
        raise not_found()
    return pull
