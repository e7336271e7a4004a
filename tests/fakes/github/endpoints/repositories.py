"""Who asks, how much they may ask, and repositories with their branches and commits."""

from tests.fakes.github.documents.addresses import moment
from tests.fakes.github.documents.commits import branch_document, commit_document, content_document, rule_documents
from tests.fakes.github.documents.repositories import (
    full_repository_document,
    permission_document,
    person_document,
)
from tests.fakes.github.http.messages import Answer, Call, Refusal, not_found
from tests.fakes.github.http.routing import Routes

routes = Routes()


@routes.serves("GET", "/user")
def get_authenticated_user(call: Call) -> Answer:
    """Say who asks; neither a job's token nor an app's installation may know."""
    if call.token.is_of_a_bot:
        raise Refusal(403, "Resource not accessible by integration")
    since = moment(call.world.now()) or ""
    return Answer(200, person_document(call.addresses, call.token.account, since))


@routes.serves("GET", "/repos/{owner}/{repo}/branches/{branch}", "contents")
def get_branch(call: Call) -> Answer:
    name = call.parameters["branch"]
    sha = call.repository.git.resolve(f"refs/heads/{name}")
    if sha is None:
        raise Refusal(404, "Branch not found")
    return Answer(200, branch_document(call.addresses, call.repository, name, sha))


@routes.serves("GET", "/repos/{owner}/{repo}/rules/branches/{branch}", "metadata")
def get_branch_rules(call: Call) -> Answer:
    return Answer(200, rule_documents(call.repository))


@routes.serves("GET", "/repos/{owner}/{repo}/commits/{ref}", "contents")
def get_commit(call: Call) -> Answer:
    name = call.parameters["ref"]
    sha = call.repository.git.resolve(name)
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {name}")
    return Answer(200, commit_document(call.addresses, call.repository, sha))


@routes.serves("GET", "/repos/{owner}/{repo}/contents/{path}", "contents")
def get_content(call: Call) -> Answer:
    """Give a file's content; folders and links are not served."""
    commit, path = call.query.get("ref", ""), call.parameters["path"]
    sha = call.repository.git.resolve(commit)
    if sha is None:
        raise Refusal(404, f"No commit found for the ref {commit}")
    found = call.repository.git.files(sha).get(path)
    if found is None:
        raise not_found()
    return Answer(200, content_document(call.addresses, call.repository, sha, path, found))


@routes.serves("GET", "/repos/{owner}/{repo}", "metadata")
def get_repository(call: Call) -> Answer:
    return Answer(200, full_repository_document(call.addresses, call.repository, call.token))


@routes.serves("GET", "/repos/{owner}/{repo}/collaborators/{username}/permission", "metadata")
def get_collaborator_permission(call: Call) -> Answer:
    """Say what somebody may do; of a name that nobody has, GitHub says that it was not found."""
    account = call.world.find_account(call.parameters["username"])
    if account is None:
        raise not_found()
    return Answer(200, permission_document(call.addresses, account, call.repository.role_of(account)))
