"""The action's step from beginning to end: the image, a checkout, GitHub and a Director, both on loopback.

Every job has the permissions that its workflow to copy gives it, and no others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.fakes.github import (
    Event,
    FakeGitHub,
    PullRequest,
    Repository,
    check_out,
    fake_github,
    permissions_of_a_workflow,
)

from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running

pytestmark = pytest.mark.container

ROOT = Path(__file__).parents[2]
PIPELINE = {
    f"clients/acme-corp/{path.name}": path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "examples" / "simple").glob("*.yaml"))
}
DECLARED = sum(text.count("\nkind: ") - text.count("\nkind: PipelineTest") for text in PIPELINE.values())
CLIENT = {
    "name": "acme-corp",
    "path": "clients/acme-corp",
    "director": "main",
    "pool": "pool-acme",
    "logpoints": ["lp-01"],
}


def map_of(url: str, *clients: dict[str, Any]) -> dict[str, str]:
    document = {
        "apiVersion": "logpoint-cac/v1",
        "kind": "DirectoryMap",
        "directors": {"main": {"url": url, "token_env": "DIRECTOR_TOKEN"}},
        "clients": list(clients),
    }
    return {"lpcac.yaml": yaml.safe_dump(document)}


def permissions(workflow: str, job: str) -> dict[str, Any]:
    """What a job of a workflow to copy may do."""
    text = (ROOT / "action" / "workflows" / workflow).read_text(encoding="utf-8")
    return permissions_of_a_workflow(yaml.safe_load(text)["jobs"][job]["permissions"])


@dataclass
class Place:
    """A repository on GitHub with a map, the Director that it names, and runners."""

    github: FakeGitHub
    director: Simulator
    make_runner: Callable[[], Any]
    folder: Path
    repository: Repository

    def propose(self, files: dict[str, str], *, source: Repository | None = None) -> PullRequest:
        """Open a pull request that adds the client, with these files."""
        home = source or self.repository
        home.push("onboard", {**map_of(self.director.url, CLIENT), **files}, by=home.owner.login)
        return self.repository.open_pull_request("onboard", source=source)

    def run(self, event: Event, *, token: str, **inputs: str) -> tuple[Any, Path]:
        """Check out and run the step; return how it ended, and the workspace."""
        runner = self.make_runner()
        check_out(event, str(runner.workspace))
        said = self.github.job(event, self.folder / "job").environment
        variables = {name: value for name, value in said.items() if not value.startswith(str(self.folder))}
        return runner(event.name, event.payload, variables, github_token=token, **inputs), runner.workspace

    def review(self, pull_request: PullRequest, **inputs: str) -> tuple[Any, Path]:
        """Run the step for a pull request."""
        given = {"director_token": self.director.token, **inputs}
        token = self.github.token(permissions("pull-request.yml", "plan"))
        return self.run(self.github.events.pull_request(pull_request), token=token, **given)


@pytest.fixture
def place(make_runner: Callable[[], Any], tmp_path: Path) -> Iterator[Place]:
    with (
        running(SimulatorOptions(order_delay=0.05)) as director,
        fake_github(directory=str(tmp_path / "hub")) as github,
    ):
        repository = github.repository("example/configuration", map_of(director.url))
        yield Place(github, director, make_runner, tmp_path, repository)


def test_a_pull_request_is_planned_and_commented_on(place: Place) -> None:
    pull_request = place.propose(PIPELINE)
    ended, workspace = place.review(pull_request)

    assert ended.code == 0, ended.log
    plan = json.loads((workspace / ended.outputs["plan-file"]).read_text(encoding="utf-8"))
    assert plan["digest"] == ended.outputs["digest"]
    assert int(ended.outputs["creates"]) == plan["targets"][0]["summary"]["create"] == DECLARED
    assert json.loads(ended.outputs["targets"]) == [{"client": "acme-corp", "pool": "pool-acme", "logpoint": "lp-01"}]
    (comment,) = pull_request.comments
    assert ended.outputs["comment-url"].startswith(place.github.server_url)
    assert "acme-corp" in comment.body
    assert "acme-corp" in ended.summary
    assert {request.method for request in place.director.requests} == {"GET"}
    for secret in (place.director.token, *place.github.world.tokens):
        assert secret not in ended.log + ended.summary + str(ended.outputs) + comment.body


def test_a_client_is_reviewed_merged_and_watched_and_every_output_is_set_on_the_way(place: Place, action: Any) -> None:
    pull_request = place.propose(PIPELINE)
    reviewed, _ = place.review(pull_request)
    assert reviewed.code == 0, reviewed.log

    push = place.github.events.push(pull_request.merge())
    token = place.github.token(permissions("merge.yml", "apply"))
    merged, _ = place.run(push, token=token, director_token=place.director.token)
    assert (merged.code, merged.outputs["applied"]) == (0, "true"), merged.log
    logpoint = place.director.world.pool("pool-acme").logpoint("lp-01")
    assert "system" in logpoint.names("Repo")
    assert [each.state for each in place.repository.deployments if each.task != "lpcac:map"] == [None, "success"]
    assert len(pull_request.comments) == 2

    logpoint.delete("ProcessingPolicy", logpoint.names("ProcessingPolicy")[-1])
    night = place.github.events.schedule(place.repository)
    token = place.github.token(permissions("nightly.yml", "drift"))
    watched, _ = place.run(night, token=token, director_token=place.director.token)
    assert (watched.code, watched.outputs["has-drift"]) == (0, "true"), watched.log
    assert [issue.title for issue in place.repository.issues(label="lpcac/drift")] != []

    assert {*reviewed.outputs, *merged.outputs, *watched.outputs} == action["outputs"].keys()


@pytest.mark.parametrize("command", ["plan", "validate"])
def test_somebody_looks_by_hand_with_permissions_to_read(place: Place, command: str) -> None:
    place.repository.push("main", {**map_of(place.director.url, CLIENT), **PIPELINE})
    event = place.github.events.workflow_dispatch(place.repository)
    token = place.github.token(permissions("by-hand.yml", "look"))
    given = {"command": command, "clients": "acme-corp", "director_token": place.director.token}
    ended, _ = place.run(event, token=token, **given)
    assert ended.code == 0, ended.log
    assert ended.outputs.get("creates") == {"plan": str(DECLARED)}.get(command)


def test_invalid_configuration_ends_the_step_with_three_and_an_annotation(place: Place) -> None:
    broken = {"clients/acme-corp/01-repos.yaml": PIPELINE["clients/acme-corp/01-repos.yaml"].replace("Repo", "Rope")}
    ended, _ = place.review(place.propose({**PIPELINE, **broken}))
    assert ended.code == 3, ended.log
    assert "::error file=clients/acme-corp/01-repos.yaml,line=" in ended.log


def test_a_director_that_refuses_the_token_ends_the_step_with_one(place: Place) -> None:
    ended, _ = place.review(place.propose(PIPELINE), director_token="not-this-one")
    assert ended.code == 1, ended.log
    assert "not-this-one" not in ended.log + ended.summary


def test_a_fork_without_secrets_is_planned_from_git_alone(place: Place) -> None:
    pull_request = place.propose(PIPELINE, source=place.repository.fork("mallory"))
    # GitHub turns every permission of such a job into one to read.
    token = place.github.token(dict.fromkeys(permissions("pull-request.yml", "plan"), "read"))
    ended, _ = place.run(place.github.events.pull_request(pull_request), token=token)
    assert ended.code == 0, ended.log
    assert (int(ended.outputs["creates"]), ended.outputs["comment-url"]) == (DECLARED, "")
    assert "acme-corp" in ended.summary
    assert place.director.requests == ()
    assert place.github.writes == []


def test_an_unusable_input_ends_the_step_with_sixty_four(runner: Any) -> None:
    runner.commit({"README.md": "text\n"})
    ended = runner("push", {}, command="format-the-disk")
    assert (ended.code, ended.outputs) == (64, {})
    assert "::error title=lpcac::the input command" in ended.log
