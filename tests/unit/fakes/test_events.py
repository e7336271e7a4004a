"""Events, runner environments and checkouts of the fake GitHub."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.github import FakeGitHub, PullRequest, Repository, event_payload
from tests.fakes.github.domain.git_files import run_git
from tests.fakes.github.domain.git_repository import NO_COMMIT
from tests.fakes.github.fixtures import MakeGitHub


@pytest.fixture
def pull(repository: Repository) -> PullRequest:
    repository.push("topic", {"acme/new.yaml": "c: 3\n"}, by="carol")
    repository.push("main", {"later.yaml": "x: 1\n"})
    return repository.open_pull_request("topic", by="carol")


def test_a_payload_is_githubs_example_with_changes() -> None:
    payload = event_payload("pull_request", "opened", number=7, pull_request={"number": 7, "title": "Mine"})
    assert (payload["number"], payload["pull_request"]["title"]) == (7, "Mine")
    assert payload["pull_request"]["base"]["ref"]


def test_an_event_that_github_would_not_send_is_refused() -> None:
    with pytest.raises(AssertionError, match="number: 'seven' is not of type 'integer'"):
        event_payload("pull_request", "opened", number="seven")
    with pytest.raises(LookupError, match="no example of pull_request exploded"):
        event_payload("pull_request", "exploded")


@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened", "closed"])
def test_a_pull_request_event_tells_of_the_real_commits(
    github: FakeGitHub, repository: Repository, pull: PullRequest, action: str
) -> None:
    if action == "closed":
        pull.close()
    event = github.events.pull_request(pull, action)
    told = event.payload["pull_request"]
    assert (event.payload["action"], event.payload["number"]) == (action, pull.number)
    assert told["head"]["sha"] == repository.git.sha("topic")
    assert told["base"]["sha"] == repository.git.sha("main")
    assert (event.sha, event.ref) == (pull.test_merge_sha, "refs/pull/1/merge")
    assert event.payload["repository"]["full_name"] == "acme/siem"


def test_a_merged_pull_request_is_told_as_merged(github: FakeGitHub, pull: PullRequest) -> None:
    push = pull.merge("squash")
    told = github.events.pull_request(pull, "closed").payload["pull_request"]
    assert (told["merged"], told["merge_commit_sha"]) == (True, push.after)


def test_a_fork_is_told_as_another_repository(github: FakeGitHub, repository: Repository) -> None:
    fork = repository.fork("mallory")
    fork.push("topic", {"new.yaml": "x: 1\n"}, by="mallory")
    event = github.events.pull_request(repository.open_pull_request("topic", source=fork))
    assert event.is_from_a_fork
    assert event.payload["pull_request"]["head"]["repo"]["full_name"] == "mallory/siem"
    assert event.payload["repository"]["full_name"] == "acme/siem"


def test_conflicts_start_no_workflow(github: FakeGitHub, repository: Repository, pull: PullRequest) -> None:
    repository.push("main", {"acme/new.yaml": "c: 4\n"})
    with pytest.raises(LookupError, match="has conflicts"):
        github.events.pull_request(pull)


def test_a_push_event_lists_its_commits(github: FakeGitHub, pull: PullRequest) -> None:
    push = pull.merge("rebase")
    event = github.events.push(push)
    assert (event.payload["before"], event.payload["after"]) == (push.before, push.after)
    assert [commit["id"] for commit in event.payload["commits"]] == push.commits
    assert (event.sha, event.ref) == (push.after, "refs/heads/main")


def test_a_pushed_commit_names_its_files(github: FakeGitHub, repository: Repository) -> None:
    push = repository.push("main", {"map.yaml": "clients: 1\n", "acme/repos.yaml": None, "new file.yaml": "x: 1\n"})
    (commit,) = github.events.push(push).payload["commits"]
    named = {name: commit[name] for name in ("added", "removed", "modified")}
    assert named == {"added": ["new file.yaml"], "removed": ["acme/repos.yaml"], "modified": ["map.yaml"]}


def test_a_merge_commit_names_what_it_brought(github: FakeGitHub, pull: PullRequest) -> None:
    commits = github.events.push(pull.merge("merge")).payload["commits"]
    assert [commit["added"] for commit in commits] == [["acme/new.yaml"], ["acme/new.yaml"]]


def test_a_new_branch_has_nothing_before_it(github: FakeGitHub, repository: Repository) -> None:
    payload = github.events.push(repository.push("new", {"x.yaml": "x: 1\n"})).payload
    assert (payload["before"], payload["created"]) == (NO_COMMIT, True)


def test_the_merge_queue_tells_of_its_trial(github: FakeGitHub, pull: PullRequest) -> None:
    group = pull.enqueue()
    event = github.events.merge_group(group)
    assert event.payload["merge_group"]["head_sha"] == group.head_sha == event.sha
    assert event.ref == group.head_ref
    assert "pull_request" not in event.payload


def test_a_schedule_tells_only_when(github: FakeGitHub, repository: Repository) -> None:
    event = github.events.schedule(repository, "0 2 * * *")
    assert (event.payload, event.sha) == ({"schedule": "0 2 * * *"}, repository.git.sha("main"))


def test_a_workflow_by_hand_has_its_inputs(github: FakeGitHub, repository: Repository) -> None:
    event = github.events.workflow_dispatch(repository, {"command": "plan"}, by="dora")
    assert (event.payload["inputs"], event.actor) == ({"command": "plan"}, "dora")


def test_every_address_is_the_fakes_own(make_github: MakeGitHub) -> None:
    github = make_github(prefix="/api/v3")
    repository = github.repository("acme/siem")
    text = json.dumps(github.events.push(repository.push("main", {"x.yaml": "x: 1\n"})).payload)
    assert "https://" not in text.replace("https://avatars.githubusercontent.com", "")
    assert f'"{github.api_url}/repos/acme/siem"' in text


def test_the_environment_of_a_pull_request(github: FakeGitHub, pull: PullRequest, tmp_path: Path) -> None:
    event = github.events.pull_request(pull)
    job = github.job(event, tmp_path / "job", run_id=7, attempt=2, inputs={"github-token": "secret"})
    told = job.environment
    assert {name: told[f"GITHUB_{name}"] for name in ("EVENT_NAME", "REF", "REF_NAME", "BASE_REF", "HEAD_REF")} == {
        "EVENT_NAME": "pull_request",
        "REF": "refs/pull/1/merge",
        "REF_NAME": "1/merge",
        "BASE_REF": "main",
        "HEAD_REF": "topic",
    }
    assert (told["GITHUB_SHA"], told["GITHUB_API_URL"]) == (pull.test_merge_sha, github.api_url)
    assert (told["GITHUB_RUN_ID"], told["GITHUB_RUN_ATTEMPT"]) == ("7", "2")
    assert told["INPUT_GITHUB-TOKEN"] == "secret"
    assert json.loads(Path(told["GITHUB_EVENT_PATH"]).read_bytes()) == event.payload
    assert all(isinstance(value, str) for value in told.values())


def test_a_pull_request_is_checked_out_as_its_test_merge(github: FakeGitHub, pull: PullRequest, tmp_path: Path) -> None:
    workspace = github.job(github.events.pull_request(pull), tmp_path / "job").check_out()
    assert run_git(workspace, "rev-parse", "HEAD") == pull.test_merge_sha
    assert run_git(workspace, "rev-parse", "--abbrev-ref", "HEAD") == "HEAD"
    assert {"later.yaml", "acme", "map.yaml"} <= set(os.listdir(workspace))
    assert run_git(workspace, "rev-parse", "origin/main") == pull.base_sha


def test_a_push_is_checked_out_as_its_branch_at_its_commit(
    github: FakeGitHub, repository: Repository, pull: PullRequest, tmp_path: Path
) -> None:
    push = pull.merge("squash")
    repository.push("main", {"even-later.yaml": "x: 1\n"})
    workspace = github.job(github.events.push(push), tmp_path / "job").check_out()
    assert run_git(workspace, "rev-parse", "HEAD") == push.after
    assert run_git(workspace, "rev-parse", "--abbrev-ref", "HEAD") == "main"
    assert int(run_git(workspace, "rev-list", "--count", "HEAD")) > 1


def test_a_merge_group_is_checked_out_as_its_trial(github: FakeGitHub, pull: PullRequest, tmp_path: Path) -> None:
    group = pull.enqueue()
    workspace = github.job(github.events.merge_group(group), tmp_path / "job").check_out()
    assert run_git(workspace, "rev-parse", "HEAD") == group.head_sha


def test_a_second_attempt_begins_with_an_empty_workspace(github: FakeGitHub, pull: PullRequest, tmp_path: Path) -> None:
    event = github.events.pull_request(pull)
    workspace = github.job(event, tmp_path / "job").check_out()
    Path(workspace, "left-over.txt").write_text("old", encoding="utf-8")
    again = github.job(event, tmp_path / "job", attempt=2)
    assert again.check_out() == workspace
    assert "left-over.txt" not in os.listdir(workspace)


def test_a_checkout_can_be_shallow(github: FakeGitHub, pull: PullRequest, tmp_path: Path) -> None:
    workspace = github.job(github.events.pull_request(pull), tmp_path / "job").check_out(depth=1)
    assert run_git(workspace, "rev-list", "--count", "HEAD") == "1"


def test_what_a_step_leaves_is_read_back(github: FakeGitHub, repository: Repository, tmp_path: Path) -> None:
    job = github.job(github.events.schedule(repository), tmp_path / "job")
    written: dict[str, Any] = {
        "GITHUB_OUTPUT": "a=1=2\nb<<END\nx=1\n\ny<<z\nEND\nc=<<\n",
        "GITHUB_STEP_SUMMARY": "# Hi\n",
    }
    for name, text in written.items():
        Path(job.environment[name]).write_text(text, encoding="utf-8")
    assert job.outputs == {"a": "1=2", "b": "x=1\n\ny<<z", "c": "<<"}
    assert job.summary == "# Hi\n"


@pytest.mark.parametrize("wrong", ["nonsense\n", "a<<END\nnever ends\n"])
def test_outputs_that_the_runner_refuses_are_refused(
    github: FakeGitHub, repository: Repository, tmp_path: Path, wrong: str
) -> None:
    job = github.job(github.events.schedule(repository), tmp_path / "job")
    Path(job.environment["GITHUB_OUTPUT"]).write_text(wrong, encoding="utf-8")
    with pytest.raises(ValueError, match=r"Invalid format|not found"):
        _ = job.outputs
