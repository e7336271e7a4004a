"""Deployments and their statuses."""

from typing import Any

from tests.fakes.github.documents.deployments import deployment_document, deployment_status_document
from tests.fakes.github.domain.accounts import ACTIONS_BOT
from tests.fakes.github.domain.deployments import Deployment
from tests.fakes.github.domain.git_repository import MergeConflictError
from tests.fakes.github.endpoints.limits import LONGEST_STATUS_DESCRIPTION
from tests.fakes.github.http.messages import Answer, Call, Refusal, invalid, not_found
from tests.fakes.github.http.paging import page_of
from tests.fakes.github.http.routing import Routes

routes = Routes()

ALL = "/repos/{owner}/{repo}/deployments"
ONE = f"{ALL}/{{deployment_id}}"
STATUSES = f"{ONE}/statuses"
STATES = ("error", "failure", "inactive", "in_progress", "queued", "pending", "success")
RIGHT = "deployments"


@routes.serves("GET", ALL, RIGHT)
def list_deployments(call: Call) -> Answer:
    filters = {name: call.query[name] for name in ("sha", "ref", "task", "environment") if call.query.get(name)}
    chosen = [
        deployment
        for deployment in reversed(call.repository.deployments)
        if all(getattr(deployment, name) == value for name, value in filters.items())
    ]
    return page_of(call, chosen, lambda deployment: deployment_document(call.addresses, deployment))


@routes.serves("POST", ALL, RIGHT)
def create_deployment(call: Call) -> Answer:
    body = call.body
    ref = body.get("ref")
    if not isinstance(ref, str):
        raise Refusal(422, 'Invalid request.\n\n"ref" wasn\'t supplied.')
    if call.repository.git.resolve(ref) is None:
        raise Refusal(422, f"No ref found for: {ref}")
    if body.get("auto_merge", True) and _bring_up_to_date(call, ref):
        return Answer(202, {"message": f"Auto-merged {call.repository.default_branch} into {ref} on deployment."})
    _check_contexts(call, ref, body.get("required_contexts"))
    environment = body.get("environment") or "production"
    deployment = call.repository.deploy(
        environment,
        ref=ref,
        by=call.login,
        task=body.get("task", "deploy"),
        payload=body.get("payload", ""),
        description=body.get("description", ""),
        transient=body.get("transient_environment", False),
        production=body.get("production_environment", environment == "production"),
    )
    document = deployment_document(call.addresses, deployment)
    return Answer(201, document, {"Location": document["url"]})


@routes.serves("GET", STATUSES, RIGHT)
def list_statuses(call: Call) -> Answer:
    deployment = _deployment(call)
    newest_first = deployment.statuses[::-1]
    return page_of(call, newest_first, lambda status: deployment_status_document(call.addresses, deployment, status))


@routes.serves("POST", STATUSES, RIGHT)
def create_status(call: Call) -> Answer:
    deployment, body = _deployment(call), call.body
    if body.get("state") not in STATES:
        raise invalid("DeploymentStatus", "state", "invalid")
    if len(body.get("description") or "") > LONGEST_STATUS_DESCRIPTION:
        told = f"description is too long (maximum is {LONGEST_STATUS_DESCRIPTION} characters)"
        raise invalid("DeploymentStatus", "description", "custom", told)
    words: dict[str, str] = {
        name: body[name] for name in ("description", "environment", "environment_url") if body.get(name)
    }
    status = deployment.add_status(
        body["state"],
        call.login,
        auto_inactive=body.get("auto_inactive", True),
        log_url=body.get("log_url") or body.get("target_url") or "",
        **words,
    )
    document = deployment_status_document(call.addresses, deployment, status)
    return Answer(201, document, {"Location": document["url"]})


@routes.serves("GET", ONE, RIGHT)
def get_deployment(call: Call) -> Answer:
    return Answer(200, deployment_document(call.addresses, _deployment(call)))


@routes.serves("DELETE", ONE, RIGHT)
def delete_deployment(call: Call) -> Answer:
    deployment = _deployment(call)
    is_alone = len(call.repository.deployments_to(deployment.environment)) == 1
    if deployment.state != "inactive" and not is_alone:
        told = "We cannot delete an active deployment unless it is the only deployment in a given environment."
        raise Refusal(422, told)
    call.repository.deployments.remove(deployment)
    return Answer(204)


def _bring_up_to_date(call: Call, ref: str) -> bool:
    """Merge the default branch into a branch that lacks some of it, and say whether that was needed."""
    repository = call.repository
    git, default = repository.git, f"refs/heads/{repository.default_branch}"
    tip = git.resolve(f"refs/heads/{ref}")
    if tip is None or git.contains(tip, default):
        return False
    base = git.sha(default)
    words = f"Merge {repository.default_branch} into {ref}"
    try:
        merged = git.write_commit(git.merged_tree(tip, base), [tip, base], words, "GitHub")
    except MergeConflictError as error:
        raise Refusal(409, f"Conflict merging {repository.default_branch} into {ref}.") from error
    git.set_ref(f"refs/heads/{ref}", merged)
    return True


def _check_contexts(call: Call, ref: str, required: list[str] | None) -> None:
    """Refuse while checks are not green.

    Without `required_contexts` every check counts, and the job that asks is one that has not ended.
    """
    sha = call.repository.git.sha(ref)
    states = {run.name: run.conclusion for run in call.repository.check_runs if run.head_sha == sha}
    if required is None and call.login == ACTIONS_BOT:
        states["the running job"] = None
    waited_for = states if required is None else required
    missing = [name for name in waited_for if states.get(name) not in ("success", "neutral", "skipped")]
    if missing:
        contexts = [{"context": name, "state": states.get(name) or "pending"} for name in missing]
        told: dict[str, Any] = {"resource": "Deployment", "field": "required_contexts", "code": "invalid"}
        raise Refusal(409, f"Conflict: Commit status checks failed for {ref}.", [{"contexts": contexts, **told}])


def _deployment(call: Call) -> Deployment:
    number = call.number("deployment_id")
    for deployment in call.repository.deployments:
        if deployment.id == number:
            return deployment
    raise not_found()
