"""Deployments and check runs of the fake GitHub."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.fakes.github import Deployment, Repository

DEPLOYMENTS = "/repos/acme/siem/deployments"
READY = {"ref": "main", "auto_merge": False, "required_contexts": []}


@pytest.fixture
def deploy(client: httpx.Client, repository: Repository) -> Callable[..., Deployment]:
    """Make deployments through the API."""

    def make(environment: str = "acme", state: str | None = None, **more: Any) -> Deployment:
        made = client.post(DEPLOYMENTS, json={**READY, "environment": environment, **more})
        assert made.status_code == 201
        if state is not None:
            assert client.post(made.json()["statuses_url"], json={"state": state}).status_code == 201
        return repository.deployments[-1]

    return make


Deploy = Callable[..., Deployment]


def test_a_success_makes_the_earlier_success_of_its_environment_inactive(deploy: Deploy) -> None:
    first = deploy(state="success")
    other = deploy("beta", state="success")
    second = deploy(state="success")
    assert first.states == ["success", "inactive"]
    assert other.states == ["success"]
    assert second.states == ["success"]


def test_the_history_of_a_deployment_is_told_newest_first(client: httpx.Client, deploy: Deploy) -> None:
    first = deploy(state="in_progress")
    client.post(f"{DEPLOYMENTS}/{first.id}/statuses", json={"state": "success"})
    deploy(state="success")
    statuses = client.get(f"{DEPLOYMENTS}/{first.id}/statuses").json()
    assert [status["state"] for status in statuses] == ["inactive", "success", "in_progress"]


@pytest.mark.parametrize("state", ["failure", "in_progress", "queued"])
def test_only_a_success_becomes_inactive(deploy: Deploy, state: str) -> None:
    first = deploy(state=state)
    deploy(state="success")
    assert first.states == [state]


def test_a_failure_makes_nothing_inactive(deploy: Deploy) -> None:
    first = deploy(state="success")
    deploy(state="failure")
    assert first.states == ["success"]


@pytest.mark.parametrize("kind", ["transient_environment", "production_environment"])
def test_transient_and_production_deployments_stay_active(deploy: Deploy, kind: str) -> None:
    first = deploy(state="success", **{kind: True})
    deploy(state="success")
    assert first.states == ["success"]


def test_the_environment_called_production_is_one(deploy: Deploy) -> None:
    first = deploy("production", state="success")
    deploy("production", state="success")
    assert first.states == ["success"]


def test_a_status_can_leave_the_others_active(client: httpx.Client, deploy: Deploy) -> None:
    first, second = deploy(state="success"), deploy()
    client.post(f"{DEPLOYMENTS}/{second.id}/statuses", json={"state": "success", "auto_inactive": False})
    assert first.states == ["success"]


@pytest.mark.parametrize("payload", [{"record": {"digest": "abc"}}, '{"record": 1}', {}])
def test_a_payload_comes_back_as_it_was_given(client: httpx.Client, deploy: Deploy, payload: Any) -> None:
    made = deploy(payload=payload)
    assert client.get(f"{DEPLOYMENTS}/{made.id}").json()["payload"] == payload


def test_a_status_keeps_its_log_and_description(client: httpx.Client, deploy: Deploy) -> None:
    statuses = f"{DEPLOYMENTS}/{deploy().id}/statuses"
    body = {"state": "success", "log_url": "http://localhost/run/1", "description": "a" * 140}
    made = client.post(statuses, json=body).json()
    assert (made["log_url"], made["target_url"], made["description"]) == (
        body["log_url"],
        body["log_url"],
        body["description"],
    )
    assert client.post(statuses, json={**body, "description": "a" * 141}).status_code == 422


def test_deployments_are_listed_newest_first_in_pages_by_what_is_asked(
    client: httpx.Client, repository: Repository, deploy: Deploy
) -> None:
    made = [deploy("acme" if number % 2 else "beta").id for number in range(8)]
    sha = repository.push("topic", {"x.yaml": "x: 1\n"}).after
    deploy(ref=sha)

    def found(**query: str) -> list[int]:
        return [entry["id"] for entry in client.get(DEPLOYMENTS, params=query).json()]

    assert found(environment="acme", ref="main") == made[1::2][::-1]
    assert found(sha=sha) == found()[:1]
    assert found(environment="beta", per_page="3", page="2") == made[0:1]


def test_a_job_must_say_that_it_needs_no_checks_its_own_has_not_ended(
    client: httpx.Client, repository: Repository
) -> None:
    refused = client.post(DEPLOYMENTS, json={"ref": "main", "environment": "acme"})
    assert (refused.status_code, refused.json()["message"]) == (
        409,
        "Conflict: Commit status checks failed for main.",
    )
    assert repository.deployments == []


def test_checks_that_are_asked_for_must_be_green(client: httpx.Client, repository: Repository) -> None:
    body = {**READY, "required_contexts": ["ci"]}
    check = {"name": "ci", "head_sha": repository.git.sha("main"), "status": "completed"}
    assert client.post(DEPLOYMENTS, json=body).status_code == 409
    client.post("/repos/acme/siem/check-runs", json={**check, "conclusion": "success"})
    assert client.post(DEPLOYMENTS, json=body).status_code == 201


def test_a_branch_that_lags_behind_is_merged_instead_of_deployed(client: httpx.Client, repository: Repository) -> None:
    repository.push("topic", {"x.yaml": "x: 1\n"})
    repository.push("main", {"y.yaml": "y: 1\n"})
    body = {"ref": "topic", "required_contexts": []}
    assert client.post(DEPLOYMENTS, json=body).status_code == 202
    assert client.post(DEPLOYMENTS, json=body).status_code == 201
    assert client.post(DEPLOYMENTS, json={**READY, "ref": "topic"}).status_code == 201


def test_a_branch_that_conflicts_is_refused(client: httpx.Client, repository: Repository) -> None:
    repository.push("topic", {"map.yaml": "x: 1\n"})
    repository.push("main", {"map.yaml": "y: 1\n"})
    refused = client.post(DEPLOYMENTS, json={"ref": "topic", "required_contexts": []})
    assert (refused.status_code, refused.json()["message"]) == (409, "Conflict merging main into topic.")


def test_an_unknown_ref_is_refused(client: httpx.Client, repository: Repository) -> None:
    assert client.post(DEPLOYMENTS, json={**READY, "ref": "nothing"}).status_code == 422
    assert repository.deployments == []


def test_an_active_deployment_is_deleted_only_when_it_is_alone(client: httpx.Client, deploy: Deploy) -> None:
    first = deploy(state="success")
    second = deploy(state="success")
    assert client.delete(f"{DEPLOYMENTS}/{second.id}").status_code == 422
    assert client.delete(f"{DEPLOYMENTS}/{first.id}").status_code == 204
    assert client.delete(f"{DEPLOYMENTS}/{second.id}").status_code == 204


def test_a_check_run_is_told_for_its_commit(client: httpx.Client, repository: Repository) -> None:
    sha = repository.git.sha("main")
    body = {"name": "lpcac", "head_sha": sha, "status": "in_progress"}
    own = client.post("/repos/acme/siem/check-runs", json=body).json()["url"]
    output = {"title": "Refused", "summary": "Not reviewed"}
    client.patch(own, json={"conclusion": "failure", "output": output})
    (run,) = client.get(f"/repos/acme/siem/commits/{sha}/check-runs").json()["check_runs"]
    assert (run["status"], run["conclusion"], run["output"]["title"]) == ("completed", "failure", "Refused")
