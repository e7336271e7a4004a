"""What can be made to go wrong on the fake GitHub."""

import httpx
import pytest
from tests.fakes.github import ALWAYS, FakeGitHub, Repository

COMMENTS = "/repos/acme/siem/issues/1/comments"
ANY_COMMENTS = "/repos/{owner}/{repo}/issues/{issue_number}/comments"


@pytest.fixture(autouse=True)
def _an_issue(repository: Repository) -> None:
    repository.open_issue("alice", "Something")


def test_a_fault_happens_as_often_as_asked(github: FakeGitHub, client: httpx.Client) -> None:
    github.faults.fail("GET", ANY_COMMENTS, status=503, times=2)
    assert [client.get(COMMENTS).status_code for _ in range(3)] == [503, 503, 200]


def test_a_fault_concerns_its_method_and_path_only(github: FakeGitHub, client: httpx.Client) -> None:
    fault = github.faults.fail("POST", "*/comments")
    assert client.get(COMMENTS).status_code == 200
    assert client.get("/repos/acme/siem").status_code == 200
    assert client.post(COMMENTS, json={"body": "Plan"}).status_code == 502
    assert [request.path for request in fault.met] == [COMMENTS]


def test_a_failed_write_did_nothing(github: FakeGitHub, client: httpx.Client, repository: Repository) -> None:
    github.faults.fail("POST")
    client.post(COMMENTS, json={"body": "Plan"})
    assert repository.issue(1).comments == []


def test_a_failed_write_may_have_been_carried_out(
    github: FakeGitHub, client: httpx.Client, repository: Repository
) -> None:
    github.faults.fail("POST", after_effect=True)
    assert client.post(COMMENTS, json={"body": "Plan"}).status_code == 502
    assert len(repository.issue(1).comments) == 1


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_connection_can_be_lost_before_or_after_the_write(
    github: FakeGitHub, client: httpx.Client, repository: Repository, *, after_effect: bool
) -> None:
    github.faults.drop("POST", after_effect=after_effect)
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(COMMENTS, json={"body": "Plan"})
    assert len(repository.issue(1).comments) == int(after_effect)
    assert github.exchanges[-1].status is None
    assert client.get(COMMENTS).status_code == 200


def test_an_answer_can_stay_away(github: FakeGitHub, client: httpx.Client) -> None:
    github.faults.stall("GET")
    with pytest.raises(httpx.ReadTimeout):
        client.get(COMMENTS, timeout=0.05)
    assert client.get(COMMENTS).status_code == 200


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_rate_limit_says_when_to_come_back(github: FakeGitHub, client: httpx.Client, status: int) -> None:
    github.faults.secondary_rate_limit("POST", retry_after=60, status=status)
    refused = client.post(COMMENTS, json={"body": "Plan"})
    assert (refused.status_code, refused.headers["retry-after"]) == (status, "60")
    assert "secondary rate limit" in refused.json()["message"]
    assert "secondary-rate-limits" in refused.json()["documentation_url"]


def test_a_secondary_rate_limit_may_not_say_when(github: FakeGitHub, client: httpx.Client) -> None:
    github.faults.secondary_rate_limit(retry_after=None)
    assert "retry-after" not in client.get(COMMENTS).headers


def test_the_hour_can_be_used_up(github: FakeGitHub, client: httpx.Client) -> None:
    github.faults.primary_rate_limit(resets_at=2_000_000_000)
    refused = client.get(COMMENTS)
    assert (refused.status_code, refused.headers["x-ratelimit-remaining"]) == (403, "0")
    assert refused.headers["x-ratelimit-reset"] == "2000000000"


def test_github_can_lag_behind(github: FakeGitHub, client: httpx.Client, repository: Repository) -> None:
    repository.push("topic", {"x.yaml": "x: 1\n"})
    push = repository.open_pull_request("topic").merge("squash")
    github.faults.answer("GET", "*/commits/*/pulls", [])
    address = f"/repos/acme/siem/commits/{push.after}/pulls"
    assert [len(client.get(address).json()) for _ in range(2)] == [0, 1]


def test_a_person_can_act_in_between(github: FakeGitHub, client: httpx.Client, repository: Repository) -> None:
    github.faults.act("GET", ANY_COMMENTS, lambda: repository.issue(1).comment("bob", "Wait!"))
    assert [comment["body"] for comment in client.get(COMMENTS).json()] == ["Wait!"]
    assert len(client.get(COMMENTS).json()) == 1


def test_chance_decides_the_same_way_every_time(github: FakeGitHub, client: httpx.Client) -> None:
    github.faults.fail("GET", times=ALWAYS, probability=0.5)
    statuses = [client.get(COMMENTS).status_code for _ in range(20)]
    assert set(statuses) == {200, 502}
    github.faults.clear()
    assert client.get(COMMENTS).status_code == 200


def test_the_log_keeps_what_was_asked_and_answered(github: FakeGitHub, client: httpx.Client) -> None:
    client.get(COMMENTS)
    client.post(COMMENTS, json={"body": "Plan"})
    (write,) = github.writes
    assert (str(write), write.login) == (f"POST {COMMENTS} -> 201", "github-actions[bot]")
    assert write.template == ANY_COMMENTS
    assert write.request.json() == {"body": "Plan"}
    github.forget_exchanges()
    assert github.exchanges == []
