"""What tokens of the fake GitHub may do."""

from collections.abc import Callable

import httpx
import pytest
from tests.fakes.github import FakeGitHub, Repository, permissions_of_a_workflow

REPOSITORY = "/repos/acme/siem"

MakeClient = Callable[..., httpx.Client]


@pytest.fixture(autouse=True)
def _an_issue(repository: Repository) -> None:
    repository.open_issue("alice", "Something")


@pytest.mark.parametrize("login", ["github-actions[bot]", "lpcac[bot]"])
def test_a_bot_cannot_ask_who_it_is(make_client: MakeClient, login: str) -> None:
    refused = make_client(login=login).get("/user")
    assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")


def test_a_person_can_ask_who_they_are(make_client: MakeClient) -> None:
    shown = make_client(login="alice").get("/user").json()
    assert (shown["login"], shown["type"]) == ("alice", "User")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("issues/1/comments", {"body": "Plan"}),
        ("issues", {"title": "Drift"}),
        ("labels", {"name": "lpcac/drift"}),
        ("deployments", {"ref": "main", "required_contexts": []}),
        ("git/refs", {"ref": "refs/heads/adopt", "sha": "main"}),
    ],
)
def test_a_token_that_only_reads_cannot_write(
    make_client: MakeClient, repository: Repository, path: str, body: dict[str, object]
) -> None:
    reading = dict.fromkeys(("issues", "pull_requests", "deployments", "contents"), "read")
    refused = make_client(permissions=reading).post(f"{REPOSITORY}/{path}", json=body)
    assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")
    assert "write" in refused.headers["x-accepted-github-permissions"]
    assert (len(repository.issues()), repository.labels, repository.deployments) == (1, [], [])


def test_the_right_to_pull_requests_is_enough_to_comment(make_client: MakeClient) -> None:
    client = make_client(permissions=permissions_of_a_workflow({"pull-requests": "write"}))
    assert client.post(f"{REPOSITORY}/issues/1/comments", json={"body": "Plan"}).status_code == 201
    assert client.get(f"{REPOSITORY}/deployments").status_code == 403


def test_a_public_repository_can_be_read_without_rights(github: FakeGitHub, make_client: MakeClient) -> None:
    github.repository("acme/open", private=False)
    client = make_client(permissions={})
    assert client.get("/repos/acme/open/deployments").status_code == 200
    assert client.get(f"{REPOSITORY}/deployments").status_code == 403


def test_a_repository_out_of_reach_is_not_found(make_client: MakeClient) -> None:
    assert make_client(repositories=["acme/other"]).get(REPOSITORY).status_code == 404


def test_an_unknown_token_is_refused(github: FakeGitHub) -> None:
    address = f"{github.api_url}{REPOSITORY}"
    refused = httpx.get(address, headers={"Authorization": "Bearer nothing"})
    assert (refused.status_code, refused.json()["message"]) == (401, "Bad credentials")
    assert httpx.get(address).status_code == 401


def test_a_client_must_name_itself(client: httpx.Client) -> None:
    assert client.get(REPOSITORY, headers={"User-Agent": ""}).status_code == 403


def test_an_archived_repository_takes_nothing_more(client: httpx.Client, repository: Repository) -> None:
    repository.archived = True
    assert client.post(f"{REPOSITORY}/issues", json={"title": "Drift"}).status_code == 403
    assert client.get(REPOSITORY).json()["archived"] is True


def test_a_refusal_names_the_documentation_of_what_was_refused(client: httpx.Client) -> None:
    told = client.get(f"{REPOSITORY}/issues/99/comments").json()
    assert told["documentation_url"].endswith("/rest/issues/comments#list-issue-comments")


def test_every_answer_tells_what_is_left_of_the_hour(client: httpx.Client) -> None:
    first, second = client.get(REPOSITORY), client.get(REPOSITORY)
    left = [int(answer.headers["x-ratelimit-remaining"]) for answer in (first, second)]
    assert left[0] == left[1] + 1


def test_the_job_of_a_pull_request_from_a_fork_only_reads(github: FakeGitHub, repository: Repository) -> None:
    fork = repository.fork("mallory")
    fork.push("topic", {"x.yaml": "x: 1\n"}, by="mallory")
    repository.push("topic", {"x.yaml": "x: 1\n"})
    pulls = [repository.open_pull_request("topic", source=source) for source in (fork, None)]
    statuses = []
    for pull in pulls:
        token = github.token_of_job(github.events.pull_request(pull), {"pull-requests": "write"})
        address = f"{github.api_url}{REPOSITORY}/issues/{pull.number}/comments"
        headers = {"Authorization": f"Bearer {token}"}
        statuses.append(httpx.post(address, json={"body": "Plan"}, headers=headers).status_code)
        assert httpx.get(address, headers=headers).status_code == 200
    assert statuses == [403, 201]


def test_what_a_workflow_writes_must_be_a_level() -> None:
    with pytest.raises(ValueError, match="issues: all"):
        permissions_of_a_workflow({"issues": "all"})
