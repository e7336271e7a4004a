"""A stranger who types what `lpcac init` says: first push, a pull request with a live client, its merge, the night."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.demo_action.runner import Ended, Runner
from tests.fakes.github import Event, FakeGitHub, Repository

from lpcac.main import run
from lpcac.simulator.server import Simulator

ACTION = f"octo/lpcac@{'1f' * 20}"


@dataclass
class Started:
    """A repository on GitHub, and the clone in which `init` runs."""

    github: FakeGitHub
    director: Simulator
    repository: Repository
    folder: Path
    runner: Runner

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=alice", "-c", "user.email=alice@example.com")
        done = subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True, capture_output=True, text=True)
        return done.stdout

    def committed_files(self, rev: str) -> dict[str, str]:
        names = self.git("ls-tree", "-r", "--name-only", rev).splitlines()
        return {name: self.git("show", f"{rev}:{name}") for name in names}

    def happened(self, event: Event) -> Ended:
        [ended] = self.runner.run(event)
        assert ended.code == 0, ended.log
        return ended


@pytest.fixture
def started(
    github: FakeGitHub,
    director: Simulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Started:
    """Return what there is after `lpcac init --client`, and after the secrets were set as it says."""
    folder = tmp_path / "clone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("CI", "GITHUB_ACTIONS", "DIRECTOR_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DIRECTOR_TOKEN", director.token)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], check=True)
    live = director.world.pool("pool-acme").logpoint("lp-01")
    live.create("Repo", {"name": "system", "repopath": [{"path": "/data_hot", "retention": 90}], "repoha": []})
    client = ("--client", "acme-corp", "--pool", "pool-acme", "--logpoint", "lp-01")
    with pytest.raises(SystemExit) as ended:
        run(["init", "--director", director.url, "--action", ACTION, *client])
    said = capsys.readouterr()
    assert ended.value.code == 0, said.err
    named = re.findall(r"gh secret set (\w+)(?:.*paste: (\S+))?", said.out)
    assert [name for name, _ in named] == ["DIRECTOR_TOKEN", "LPCAC_SIGNING_KEY"]
    secrets = {name: key or director.token for name, key in named}
    repository = github.repository("octo/clients")
    return Started(github, director, repository, folder, Runner(github, secrets, tmp_path / "runs"))


def test_from_init_to_the_first_night(started: Started) -> None:
    started.git("commit", "--quiet", "--message", "Set up lpcac")
    first = started.repository.push("main", started.committed_files("HEAD"))
    started.happened(started.github.events.push(first))
    assert started.repository.deployments == []

    started.git("add", "lpcac.yaml", "clients")
    started.git("commit", "--quiet", "--message", "Add acme-corp")
    files = started.committed_files("HEAD")
    repos = next(name for name in files if name.endswith("repos.yaml"))
    changed = re.sub(r"retention_days: \d+", "retention_days: 77", files[repos], count=1)
    assert changed != files[repos]
    started.repository.push("acme-corp", files | {repos: changed})
    pull = started.repository.open_pull_request("acme-corp", title="Add acme-corp")
    planned = started.happened(started.github.events.pull_request(pull))
    assert (planned.outputs["creates"], planned.outputs["updates"]) == ("0", "1")

    started.github.travel(minutes=1)
    pull.review("bob", "APPROVED")
    started.github.travel(minutes=1)
    started.happened(started.github.events.push(pull.merge()))
    logpoint = started.director.world.pool("pool-acme").logpoint("lp-01")
    assert [path["retention"] for path in logpoint.named("Repo", "system")["repopath"]] == [77]

    started.happened(started.github.events.schedule(started.repository))
    assert started.repository.issues() == []
