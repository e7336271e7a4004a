"""Exchanges with the fake GitHub are compared with GitHub's own description of its API."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.fakes.github import FakeGitHub, Repository, fake_github
from tests.fakes.github.description import operations, packages
from tests.fakes.github.description.false_alarms import FALSE_ALARMS
from tests.fakes.github.description.packages import PackagesMissingError

REPOSITORY = "/repos/acme/siem"


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "issues", {"title": "Drift", "colour": "red"}, "GitHub knows no 'colour' here"),
        ("POST", "issues", {"title": ["Drift"]}, "is not valid under any of the given schemas"),
        ("POST", "issues", {"title": "Drift", "labels": [{"nam": "a"}]}, "GitHub knows no 'nam' here"),
        ("POST", "issues", {"body": "Drift"}, "'title' is a required property"),
        ("POST", "issues", None, "request body: it is missing"),
        ("GET", "issues?label=lpcac%2Fdrift", None, "'label' is no parameter of this operation"),
        ("GET", "issues?state=opened", None, "'opened' is not one of"),
        ("GET", "issues?per_page=many", None, "'many' is not of type 'integer'"),
        ("GET", "isues", None, "GitHub has no such operation"),
        ("GET", "milestones", None, "the fake does not serve issues/list-milestones"),
        ("GET", "commits/main/status", None, "the fake does not serve repos/get-combined-status-for-ref"),
    ],
)
def test_a_request_that_github_does_not_describe_is_noticed(
    github: FakeGitHub, client: httpx.Client, repository: Repository, method: str, path: str, body: Any, words: str
) -> None:
    arguments = {} if body is None else {"json": body}
    client.request(method, f"{REPOSITORY}/{path}", **arguments)
    noticed = github.differences()
    assert any(words in difference for difference in noticed), noticed
    assert repository.archived is False


def test_an_answer_that_github_does_not_describe_is_noticed(github: FakeGitHub, client: httpx.Client) -> None:
    github.repository("acme/siem")
    github.faults.answer("GET", f"{REPOSITORY}/labels", [{"id": "one", "shape": "round"}])
    github.faults.answer("GET", f"{REPOSITORY}/labels", [], status=206)
    client.get(f"{REPOSITORY}/labels")
    client.get(f"{REPOSITORY}/labels")
    noticed = "\n".join(github.differences())
    assert "answer: 0/id: 'one' is not of type 'integer'" in noticed
    assert "answer/0: GitHub knows no 'shape' here" in noticed
    assert "206 is no status of this operation" in noticed


def asked(github: FakeGitHub, path: str) -> int:
    """Ask for something that may not exist and return the status."""
    headers = {"Authorization": f"Bearer {github.token()}"}
    return httpx.get(f"{github.api_url}{path}", headers=headers).status_code


def test_the_test_that_caused_a_difference_fails_with_all_of_them(tmp_path: Path) -> None:
    with ExitStack() as stack:
        github = stack.enter_context(fake_github(directory=str(tmp_path)))
        statuses = [asked(github, path) for path in ("/nothing", "/nowhere")]
        told = r"(?s)GET /nothing -> 404: GitHub has no.*GET /nowhere -> 404: GitHub has no"
        with pytest.raises(AssertionError, match=told):
            stack.pop_all().close()
    assert statuses == [404, 404]


def test_a_failure_of_the_test_itself_is_told_first(tmp_path: Path) -> None:
    fake = fake_github(directory=str(tmp_path))
    assert asked(fake.__enter__(), "/nothing") == 404
    assert fake.__exit__(ZeroDivisionError, ZeroDivisionError(), None) is False


def test_a_mistake_of_the_fake_fails_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        github = stack.enter_context(fake_github(directory=str(tmp_path)))
        monkeypatch.delattr(github.repository("acme/siem"), "git")
        status = asked(github, f"{REPOSITORY}/branches/main")
        with pytest.raises(AssertionError, match="the fake GitHub failed"):
            stack.pop_all().close()
    assert status == 500


def test_a_prepared_description_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "CACHE", tmp_path)
    first = operations.described([("GET", "/user")])
    second = operations.described([("GET", "/user")])
    assert len(list(tmp_path.glob("*.pickle"))) == 1
    assert first.operations == second.operations
    assert (tmp_path / ".gitignore").read_text() == "*\n"


def test_only_what_github_describes_can_be_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "CACHE", tmp_path)
    with pytest.raises(LookupError, match="has no operation"):
        operations.described([("GET", "/nothing")])


def test_without_the_packages_one_line_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    monkeypatch.setattr(packages, "PACKAGES", tmp_path / "node_modules" / "@octokit")
    with pytest.raises(PackagesMissingError, match=r"is missing: run `make assets`$"):
        operations.described([("GET", "/user")])


def test_every_false_alarm_has_a_reason() -> None:
    assert all(alarm.reason for alarm in FALSE_ALARMS)
