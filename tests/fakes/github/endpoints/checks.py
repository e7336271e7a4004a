"""Check runs."""

from datetime import datetime
from typing import Any

from tests.fakes.github.documents.deployments import check_run_document
from tests.fakes.github.domain.checks import CheckRun
from tests.fakes.github.http.messages import Answer, Call, Refusal, not_found
from tests.fakes.github.http.paging import page_of
from tests.fakes.github.http.routing import Routes

routes = Routes()

ALL = "/repos/{owner}/{repo}/check-runs"
ONE = f"{ALL}/{{check_run_id}}"
OF_A_COMMIT = "/repos/{owner}/{repo}/commits/{ref}/check-runs"
MOST_ANNOTATIONS = 50
RIGHT = "checks"


@routes.serves("POST", ALL, RIGHT)
def create_check_run(call: Call) -> Answer:
    body = call.body
    sha = call.repository.git.resolve(str(body.get("head_sha", "")))
    if sha is None or not body.get("name"):
        raise Refusal(422, 'Invalid request.\n\n"name" and a known "head_sha" are needed.')
    run = CheckRun(call.world.next_id(), body["name"], sha)
    _change(call, run)
    call.repository.check_runs.append(run)
    document = check_run_document(call.addresses, call.repository, run)
    return Answer(201, document, {"Location": document["url"]})


@routes.serves("GET", ONE, RIGHT)
def get_check_run(call: Call) -> Answer:
    return Answer(200, check_run_document(call.addresses, call.repository, _run(call)))


@routes.serves("PATCH", ONE, RIGHT)
def update_check_run(call: Call) -> Answer:
    run = _run(call)
    _change(call, run)
    return Answer(200, check_run_document(call.addresses, call.repository, run))


@routes.serves("GET", OF_A_COMMIT, RIGHT)
def list_check_runs(call: Call) -> Answer:
    sha = call.repository.git.resolve(call.parameters["ref"])
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {call.parameters['ref']}")
    asked = call.query.get("check_name")
    runs = [run for run in call.repository.check_runs if run.head_sha == sha and asked in (None, run.name)]
    page = page_of(call, runs, lambda run: check_run_document(call.addresses, call.repository, run))
    return Answer(200, {"total_count": len(runs), "check_runs": page.body}, page.headers)


def _change(call: Call, run: CheckRun) -> None:
    body: dict[str, Any] = call.body
    output = body.get("output") or {}
    annotations = output.get("annotations") or []
    if len(annotations) > MOST_ANNOTATIONS:
        raise Refusal(422, f"Invalid request.\n\nNo more than {MOST_ANNOTATIONS} annotations are allowed.")
    for name in ("name", "status", "conclusion", "external_id", "details_url"):
        setattr(run, name, body.get(name, getattr(run, name)))
    for name in ("title", "summary", "text"):
        setattr(run, name, output.get(name, getattr(run, name)))
    run.annotations += annotations
    run.started_at = _moment(body.get("started_at")) or run.started_at or call.world.now()
    if run.conclusion is not None:
        run.status = "completed"
        run.completed_at = _moment(body.get("completed_at")) or call.world.now()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _run(call: Call) -> CheckRun:
    number = call.number("check_run_id")
    for run in call.repository.check_runs:
        if run.id == number:
            return run
    raise not_found()
