"""Git refs: read, make, move, delete."""

from typing import Any

from tests.fakes.github.documents.commits import ref_document
from tests.fakes.github.http.messages import Answer, Call, Refusal, not_found
from tests.fakes.github.http.routing import Routes

routes = Routes()

ALL = "/repos/{owner}/{repo}/git/refs"
ONE = f"{ALL}/{{ref}}"
READ = "/repos/{owner}/{repo}/git/ref/{ref}"
RIGHT = "contents"


@routes.serves("GET", READ, RIGHT)
def get_ref(call: Call) -> Answer:
    ref = f"refs/{call.parameters['ref']}"
    sha = call.repository.git.resolve(ref)
    if sha is None:
        raise not_found()
    return Answer(200, ref_document(call.addresses, call.repository, ref, sha))


@routes.serves("POST", ALL, RIGHT)
def create_ref(call: Call) -> Answer:
    ref, sha = str(call.body.get("ref", "")), str(call.body.get("sha", ""))
    git = call.repository.git
    if not ref.startswith("refs/") or ref.count("/") < 2:
        raise Refusal(422, "Reference name must start with 'refs/' and have at least two slashes.")
    if git.resolve(ref) is not None:
        raise Refusal(422, "Reference already exists")
    if git.resolve(sha) is None:
        raise Refusal(422, "Object does not exist")
    git.set_ref(ref, sha)
    document = ref_document(call.addresses, call.repository, ref, sha)
    return Answer(201, document, {"Location": document["url"]})


@routes.serves("PATCH", ONE, RIGHT)
def update_ref(call: Call) -> Answer:
    ref, sha = f"refs/{call.parameters['ref']}", str(call.body.get("sha", ""))
    git = call.repository.git
    old = git.resolve(ref)
    if old is None:
        raise Refusal(422, "Reference does not exist")
    if git.resolve(sha) is None:
        raise Refusal(422, "Object does not exist")
    if not call.body.get("force", False) and not git.contains(sha, old):
        raise Refusal(422, "Update is not a fast forward")
    _move(call, ref, sha)
    document: dict[str, Any] = ref_document(call.addresses, call.repository, ref, sha)
    return Answer(200, document)


@routes.serves("DELETE", ONE, RIGHT)
def delete_ref(call: Call) -> Answer:
    ref = f"refs/{call.parameters['ref']}"
    if call.repository.git.resolve(ref) is None:
        raise Refusal(422, "Reference does not exist")
    call.repository.git.delete_ref(ref)
    return Answer(204)


def _move(call: Call, ref: str, sha: str) -> None:
    if ref.startswith("refs/heads/"):
        call.repository.force_push(ref.removeprefix("refs/heads/"), sha, by=call.login)
    else:
        call.repository.git.set_ref(ref, sha)
