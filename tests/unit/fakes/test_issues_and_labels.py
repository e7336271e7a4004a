"""Issues and labels of the fake GitHub."""

import httpx
import pytest
from tests.fakes.github import ACTIONS_BOT, FakeGitHub, Repository

REPOSITORY = "/repos/acme/siem"
ISSUES = f"{REPOSITORY}/issues"


def titles(client: httpx.Client, **query: str) -> list[str]:
    return [issue["title"] for issue in client.get(ISSUES, params=query).raise_for_status().json()]


def test_issues_are_listed_newest_first_and_open_ones_only(client: httpx.Client, repository: Repository) -> None:
    for title in ("one", "two", "three"):
        repository.open_issue("alice", title)
    repository.issue(2).close()
    assert titles(client) == ["three", "one"]
    assert titles(client, state="closed") == ["two"]
    assert titles(client, state="all", direction="asc") == ["one", "two", "three"]


def test_issues_are_found_by_label_and_by_creator(client: httpx.Client, repository: Repository) -> None:
    repository.open_issue("alice", "by hand", labels=("lpcac/drift",))
    client.post(ISSUES, json={"title": "by the job", "labels": ["lpcac/drift", "night"]})
    repository.open_issue("alice", "other")
    assert titles(client, labels="lpcac/drift") == ["by the job", "by hand"]
    assert titles(client, labels="lpcac/drift,night") == ["by the job"]
    assert titles(client, labels="lpcac/drift", creator=ACTIONS_BOT) == ["by the job"]


def test_pull_requests_are_issues_too(client: httpx.Client, repository: Repository) -> None:
    repository.push("topic", {"new.yaml": "a: 1\n"})
    repository.open_pull_request("topic", title="a pull request")
    (listed,) = client.get(ISSUES).json()
    assert listed["pull_request"]["url"].endswith("/pulls/1")
    assert repository.issues() == []


def test_issues_come_in_pages(client: httpx.Client, repository: Repository) -> None:
    for number in range(35):
        repository.open_issue("alice", f"issue {number}")
    page = client.get(ISSUES)
    assert len(page.json()) == 30
    assert len(client.get(page.links["next"]["url"]).json()) == 5


def test_an_issue_is_closed_and_reopened(github: FakeGitHub, client: httpx.Client, repository: Repository) -> None:
    own = client.post(ISSUES, json={"title": "Drift"}).json()["url"]
    github.travel(days=1)
    closed = client.patch(own, json={"state": "closed", "state_reason": "completed"}).json()
    assert (closed["state"], closed["state_reason"], closed["closed_by"]["login"]) == (
        "closed",
        "completed",
        ACTIONS_BOT,
    )
    assert closed["closed_at"] > closed["created_at"]
    reopened = client.patch(own, json={"state": "open"}).json()
    assert (reopened["state"], reopened["state_reason"], reopened["closed_at"]) == ("open", "reopened", None)
    assert len(repository.issues()) == 1


def test_a_person_closes_and_reopens_by_hand(client: httpx.Client, repository: Repository) -> None:
    issue = repository.open_issue(ACTIONS_BOT, "Drift")
    issue.close("alice", "not_planned")
    assert client.get(f"{ISSUES}/1").json()["state_reason"] == "not_planned"
    issue.reopen()
    assert client.get(f"{ISSUES}/1").json()["state"] == "open"


@pytest.mark.parametrize(("title", "body"), [("a" * 257, ""), ("", ""), ("fine", "a" * 65_537)])
def test_what_is_too_long_or_missing_is_refused(
    client: httpx.Client, repository: Repository, title: str, body: str
) -> None:
    assert client.post(ISSUES, json={"title": title, "body": body}).status_code == 422
    assert repository.issues() == []


def test_an_unknown_label_comes_into_being_on_an_issue(client: httpx.Client, repository: Repository) -> None:
    client.post(ISSUES, json={"title": "Drift", "labels": ["lpcac/drift"]})
    label = client.get(f"{REPOSITORY}/labels/lpcac%2Fdrift").json()
    assert (label["name"], label["color"]) == ("lpcac/drift", "ededed")
    assert client.post(f"{ISSUES}/1/labels", json={"labels": ["night"]}).json()[1]["name"] == "night"
    assert repository.issue(1).label_names == ["lpcac/drift", "night"]


@pytest.mark.parametrize("name", ["lpcac%2Fdrift", "lpcac/drift"])
def test_a_label_with_a_slash_is_found_either_way(client: httpx.Client, repository: Repository, name: str) -> None:
    repository.create_label("lpcac/drift", "d73a4a", "Differs from Git")
    assert client.get(f"{REPOSITORY}/labels/{name}").json()["description"] == "Differs from Git"


def test_an_unknown_label_is_not_found(client: httpx.Client, repository: Repository) -> None:
    assert repository.labels == []
    assert client.get(f"{REPOSITORY}/labels/nothing").status_code == 404


def test_a_label_exists_once_whatever_its_case(client: httpx.Client, repository: Repository) -> None:
    assert client.post(f"{REPOSITORY}/labels", json={"name": "Drift", "color": "d73a4a"}).status_code == 201
    again = client.post(f"{REPOSITORY}/labels", json={"name": "drift", "color": "d73a4a"})
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "already_exists")
    assert len(repository.labels) == 1


@pytest.mark.parametrize("wrong", [{"color": "#d73a4a"}, {"name": "a" * 51}, {"description": "a" * 101}])
def test_a_label_that_breaks_a_limit_is_refused(
    client: httpx.Client, repository: Repository, wrong: dict[str, str]
) -> None:
    assert client.post(f"{REPOSITORY}/labels", json={"name": "a", "color": "d73a4a", **wrong}).status_code == 422
    assert repository.labels == []


def test_labels_are_changed_and_taken_off(client: httpx.Client, repository: Repository) -> None:
    issue = repository.open_issue("alice", "Drift", labels=("a", "b"))
    assert client.delete(f"{ISSUES}/1/labels/a").status_code == 200
    assert client.delete(f"{ISSUES}/1/labels/a").status_code == 404
    client.patch(f"{REPOSITORY}/labels/b", json={"new_name": "c", "description": "renamed"})
    assert issue.label_names == ["c"]
    client.put(f"{ISSUES}/1/labels", json={"labels": ["d"]})
    assert [label["name"] for label in client.get(f"{ISSUES}/1/labels").json()] == ["d"]
    client.delete(f"{REPOSITORY}/labels/d")
    assert issue.label_names == []


def test_issues_can_be_disabled(client: httpx.Client, repository: Repository) -> None:
    repository.open_issue("alice", "from before")
    repository.push("topic", {"new.yaml": "a: 1\n"})
    repository.open_pull_request("topic", title="a pull request")
    repository.has_issues = False
    assert client.post(ISSUES, json={"title": "Drift"}).status_code == 410
    assert titles(client) == ["a pull request"]


def test_a_locked_issue_takes_no_comment_of_a_bot_and_is_changed_all_the_same(
    client: httpx.Client, repository: Repository
) -> None:
    issue = repository.open_issue("alice", "Drift")
    issue.locked = True
    refused = client.post(f"{ISSUES}/1/comments", json={"body": "x"})
    assert (refused.status_code, issue.comments) == (403, [])
    assert client.patch(f"{ISSUES}/1", json={"state": "closed"}).json()["locked"] is True
    assert issue.state == "closed"
