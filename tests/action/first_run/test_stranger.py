"""A stranger's start: what the README and docs/action.md say, done to the letter in a new repository."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.demo_action.runner import Ended, Runner
from tests.fakes.github import FakeGitHub, Issue, PullRequest, Push, Repository

from lpcac.simulator.server import Simulator

ROOT = Path(__file__).parents[3]
SECTION = re.search(
    r"^## On GitHub\n(.*?)^## ", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)
README = SECTION[1] if SECTION else ""
START = (ROOT / "docs" / "action.md").read_text(encoding="utf-8").partition("## Start\n")[2].partition("\n## ")[0]
MAP, CLIENT = re.findall(r"```yaml\n(.*?)```", START, re.DOTALL)
TO_REPLACE = "OWNER/lpcac@0000000000000000000000000000000000000000"
A_RELEASE = f"octo/lpcac@{'1f' * 20}"
FOLDER, POOL, LOGPOINT = "clients/acme-corp", "pool-acme", "lp-01"


def workflows_named_in(text: str) -> list[str]:
    """Return the paths of the workflows that a text says to copy."""
    return re.findall(r"\[`[\w-]+\.yml`\]\((?:\.\./)?(action/workflows/[\w-]+\.yml)\)", text)


def with_their_director(directory_map: str, director: Simulator) -> str:
    """Return the map, their Director's address in the place of the invented one."""
    assert directory_map.count("https://director.example.com") == 1
    return directory_map.replace("https://director.example.com", director.url)


@dataclass
class Stranger:
    """Somebody who has read the README and has a GitHub repository, a Director and its token."""

    github: FakeGitHub
    director: Simulator
    runner: Runner
    repository: Repository
    first_push: Push

    def propose_the_client(self) -> PullRequest:
        """Open the pull request of step 4."""
        pipeline = {
            f"{FOLDER}/{path.name}": path.read_text(encoding="utf-8")
            for path in sorted((ROOT / "examples" / "simple").glob("*.yaml"))
        }
        with_the_client = with_their_director(MAP.replace("clients: []\n", CLIENT), self.director)
        self.repository.push("acme-corp", {"lpcac.yaml": with_the_client, **pipeline})
        return self.repository.open_pull_request("acme-corp", title="Onboard acme-corp")

    def reviewed(self, pull: PullRequest) -> Ended:
        [ended] = self.runner.run(self.github.events.pull_request(pull))
        return ended

    def merged(self, pull: PullRequest) -> Ended:
        [ended] = self.runner.run(self.github.events.push(pull.merge()))
        return ended

    def night(self) -> Ended:
        [ended] = self.runner.run(self.github.events.schedule(self.repository))
        return ended

    def drift_issues(self) -> list[Issue]:
        return self.repository.issues(label="lpcac/drift")


@pytest.fixture
def stranger(github: FakeGitHub, director: Simulator, tmp_path: Path) -> Stranger:
    """Return a stranger who has done steps 1 to 3."""
    workflows = {
        f".github/workflows/{Path(path).name}": (ROOT / path).read_text(encoding="utf-8")
        for path in workflows_named_in(README)
    }
    assert all(TO_REPLACE in text for text in workflows.values())
    copied = {path: text.replace(TO_REPLACE, A_RELEASE) for path, text in workflows.items()}
    [secret] = re.findall(r"repository's secret `(\w+)`", README)
    repository = github.repository("octo/clients")
    runner = Runner(github, {secret: director.token}, tmp_path / "runs")
    files = {**copied, "lpcac.yaml": with_their_director(MAP, director)}
    return Stranger(github, director, runner, repository, repository.push("main", files))


def test_the_readme_and_the_documentation_say_the_same() -> None:
    assert workflows_named_in(README) == workflows_named_in(START.partition("**2.")[0])
    assert [Path(path).name for path in workflows_named_in(README)] == ["pull-request.yml", "merge.yml", "nightly.yml"]
    assert re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) == [MAP]
    assert "`DIRECTOR_TOKEN`" in README
    assert "`DIRECTOR_TOKEN`" in START
    assert f"`{TO_REPLACE}`" in README


def test_the_first_push_applies_nothing_and_is_green(stranger: Stranger) -> None:
    [ended] = stranger.runner.run(stranger.github.events.push(stranger.first_push))

    assert ended.code == 0, ended.log
    assert [each for each in stranger.director.requests if each.method != "GET"] == []
    assert stranger.repository.deployments == []


def test_a_pull_request_a_merge_and_the_nights_go_as_the_readme_says(stranger: Stranger) -> None:
    pull = stranger.propose_the_client()

    reviewed = stranger.reviewed(pull)

    assert (reviewed.planned.name, reviewed.code) == ("lpcac plan", 0), reviewed.log
    [comment] = pull.comments
    assert comment.author.login == "github-actions[bot]"
    creates = int(reviewed.outputs["creates"])
    assert creates > 0
    assert f"{creates} to create on 1 target" in comment.body.splitlines()[1]
    assert "```mermaid" in comment.body
    assert Path(reviewed.job.workspace, reviewed.outputs["plan-file"]).is_file()
    assert [each for each in stranger.director.requests if each.method != "GET"] == []

    merged = stranger.merged(pull)

    assert (merged.planned.name, merged.code) == ("lpcac apply", 0), merged.log
    assert f"{creates} done" in pull.comments[1].body
    *_, deployment = (each for each in stranger.repository.deployments if each.task != "lpcac:map")
    assert (deployment.environment, deployment.state) == ("lpcac", "success")
    logpoint = stranger.director.world.pool(POOL).logpoint(LOGPOINT)
    assert {"windows", "linux"} <= set(logpoint.names("ProcessingPolicy"))

    quiet = stranger.night()

    assert (quiet.planned.name, quiet.code) == ("lpcac drift", 0), quiet.log
    assert stranger.repository.issues() == []

    logpoint.edit("Repo", "system", lambda repo: repo["repopath"][0].update(retention=7))
    drifted = stranger.night()

    assert drifted.code == 0, drifted.log
    assert drifted.outputs["drifted"] == '["acme-corp"]'
    [issue] = stranger.drift_issues()
    assert (issue.title, issue.state) == ("Drift: acme-corp", "open")


def test_who_forgot_the_secret_is_told_which_one(stranger: Stranger) -> None:
    stranger.runner.secrets = {}

    pull = stranger.propose_the_client()

    reviewed = stranger.reviewed(pull)

    assert reviewed.code == 1, reviewed.log
    [comment] = pull.comments
    assert "`DIRECTOR_TOKEN`" in comment.body
