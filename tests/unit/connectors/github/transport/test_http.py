"""Requests leave through PyGithub's `Requester`, one for each that the policy sends; answers come back untouched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields

import pytest
from pydantic import SecretStr
from tests.action.policy import OutsideOfThePolicyError, only_the_policy_sends
from tests.fakes.github import ACTIONS_BOT, FakeGitHub, Repository
from tests.fakes.github.fixtures import MakeGitHub, github, make_github

from lpcac.connectors.github.api import GitHub
from lpcac.connectors.github.port import GitHubError
from lpcac.connectors.github.transport.http import Transport
from lpcac.connectors.github.transport.limits import Timing
from lpcac.connectors.github.transport.requests import Request
from lpcac.core.errors import UsageError
from lpcac.core.text.redaction import Redactor

__all__ = ["github", "make_github", "only_the_policy_sends"]


@pytest.fixture
def repository(github: FakeGitHub) -> Repository:
    return github.repository("acme/siem", {"map.yaml": "clients: {}\n"})


def port(github: FakeGitHub, slept: list[float] | None = None) -> GitHub:
    waited: list[float] = [] if slept is None else slept
    timing = Timing(lambda: sum(waited), lambda: github.now().timestamp(), waited.append)
    return GitHub("acme/siem", SecretStr(github.token()), Redactor(), api_url=github.api_url, timing=timing)


def every_value(github: FakeGitHub, repository: Repository) -> Iterator[object]:
    """Yield what each method of the port returns."""
    client = port(github)
    issue = client.create_issue("Drift", "Much", "lpcac/drift")
    yield issue
    client.ensure_label("lpcac/drift", "d93f0b", "Differs")
    client.ensure_label("new/label", "d93f0b", "Differs")
    client.edit_issue(issue, body="More", is_open=False)
    client.label_issue(issue, "new/label")
    yield from client.own_issues("lpcac/drift")
    comment = client.add_comment(issue.number, "Hello")
    yield client.edit_comment(comment, "Hello again")
    yield from client.comments(issue.number)
    client.delete_comment(comment)
    client.delete_comment(comment)
    repository.push("topic/one", {"x.yaml": "x: 1\n"})
    pull = repository.open_pull_request("topic/one")
    yield client.pull_request(pull.number)
    push = pull.merge()
    yield from client.pull_requests_of(push.after)
    assert client.tip("topic/one") == repository.git.sha("topic/one")
    deployment = client.create_deployment(
        push.after, task="lpcac", environment="lpcac", payload={"a": 1}, description="x"
    )
    client.create_status(deployment, "success", description="all", log_url="https://example.com/log")
    assert client.states(deployment) == ["success"]
    yield from client.deployments(environment="lpcac", task="lpcac")
    yield client.budget()


def test_every_answer_is_a_frozen_value_of_our_own(github: FakeGitHub, repository: Repository) -> None:
    for value in every_value(github, repository):
        assert type(value).__module__ == "lpcac.connectors.github.port"
        for each in fields(value):  # type: ignore[arg-type]
            read = getattr(value, each.name)
            assert not type(read).__module__.startswith("github"), each.name
        with pytest.raises(FrozenInstanceError):
            value.url = ""  # type: ignore[attr-defined]


def test_reading_an_attribute_sends_nothing(github: FakeGitHub, repository: Repository) -> None:
    values = list(every_value(github, repository))
    sent = len(github.exchanges)

    for value in values:
        for name in dir(value):
            getattr(value, name)

    assert len(github.exchanges) == sent


def test_a_request_beside_the_policy_is_noticed(github: FakeGitHub, repository: Repository) -> None:
    transport = Transport(github.api_url, SecretStr(github.token()))
    request = Request("read a label", "GET", f"/repos/{repository.full_name}/labels")

    with pytest.raises(OutsideOfThePolicyError):
        transport.send(request)

    assert github.exchanges == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirection_is_not_followed(github: FakeGitHub, repository: Repository, status: int) -> None:
    place = {"Location": f"{github.api_url}/repos/{repository.full_name}/pulls/1"}
    github.faults.fail("GET", "*", status=status, headers=place)

    with pytest.raises(GitHubError, match=f"HTTP {status} redirects"):
        port(github).tip("main")

    assert len(github.exchanges) == 1
    github.differences()


def test_an_answer_that_is_not_ready_is_no_answer(github: FakeGitHub, repository: Repository) -> None:
    slept: list[float] = []
    github.faults.fail("GET", "*", status=202, body={}, times=2)

    assert port(github, slept).tip("main") == repository.git.sha("main")
    assert len(slept) == 2
    github.differences()


@pytest.mark.parametrize(
    "name", ["X-RateLimit-Remaining", "X-RateLimit-Limit", "X-RateLimit-Reset", "Retry-After", "Date"]
)
@pytest.mark.parametrize("value", ["many", "-1", "1e3", "9" * 40, "", "0.5"])
def test_headers_that_nobody_understands_do_no_harm(
    github: FakeGitHub, repository: Repository, name: str, value: str
) -> None:
    body = {"message": "API rate limit exceeded"}
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1", name: value}
    github.faults.fail("GET", "*", status=403, body=body, headers=headers)

    assert port(github).tip("main") == repository.git.sha("main")


def test_an_enterprise_servers_address_has_a_path_before_the_apis(make_github: MakeGitHub) -> None:
    github = make_github(prefix="/api/v3")
    repository = github.repository("acme/siem")

    assert port(github).tip("main") == repository.git.sha("main")


@pytest.mark.parametrize("address", ["", "api.github.com", "ftp://api.github.com", "https://"])
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(UsageError, match="GITHUB_API_URL"):
        Transport(address, None)


def test_a_create_is_found_again_by_what_it_holds(github: FakeGitHub, repository: Repository) -> None:
    client, words = port(github), {"task": "lpcac", "environment": "lpcac", "description": "x"}
    earlier = repository.deploy("lpcac", task="lpcac", payload={"run": 1})
    repository.deploy("lpcac", by="alice", task="lpcac", payload={"run": 2})
    github.faults.drop("POST", "*/deployments", after_effect=True)

    made = client.create_deployment("main", payload={"run": 2}, **words)

    newest = repository.deployments[-1]
    assert (made.id, made.author.login, made.task) == (newest.id, ACTIONS_BOT, "lpcac")
    assert made.id > earlier.id
    assert len(repository.deployments) == 3


def test_an_address_where_nobody_answers_is_told() -> None:
    client = GitHub("a/b", None, Redactor(), api_url="https://127.0.0.1:9", timing=Timing(sleep=lambda _: None))

    with pytest.raises(GitHubError, match=r"no answer \(ConnectionError\) \(5 attempts\): run this job again"):
        client.tip("main")
