"""`python -m tests.walk_through BIN`: install, set up, first pull request, merge, night, drift.

`lpcac` and the action are what is installed in BIN. GitHub and the Director are fakes on loopback. It ends with 1 when
a step does not go as documented, or when all of it takes over ten minutes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.demo_action.events import events_of, is_described
from tests.demo_action.runner import Runner
from tests.fakes.github import Event, FakeGitHub, PullRequest, Repository, fake_github

from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running

ALLOWED_SECONDS = 600
ACTION = f"octo/lpcac@{'1f' * 20}"
ROOT = Path(__file__).parents[2]
# The two YAML blocks of the page: the first map, and the client's entry.
START = (ROOT / "docs" / "action.md").read_text(encoding="utf-8").partition("## Start\n")[2]
MAP, ADDED = re.findall(r"```yaml\n(.*?)```", START, re.DOTALL)[:2]
CLIENT, POOL, LOGPOINT = "acme-corp", "pool-acme", "lp-01"


@dataclass(frozen=True)
class Walk:
    """A new user: a terminal in a clone, a repository on GitHub, and a Director."""

    programs: Path
    clone: Path
    director: Simulator
    github: FakeGitHub
    repository: Repository

    def type(self, command: str, *, expected: int = 0) -> str:
        """Type a command in the clone; return what it wrote."""
        print(f"$ {command}", flush=True)
        environ = {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "HOME": str(self.clone.parent),
            "DIRECTOR_URL": self.director.url,
            "DIRECTOR_TOKEN": self.director.token,
            **{
                f"GIT_{who}_{what}": "alice@example.com"
                for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")
            },
        }
        done = subprocess.run(
            command, shell=True, cwd=self.clone, env=environ, capture_output=True, text=True, check=False, timeout=120
        )
        if done.returncode != expected:
            raise AssertionError(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def committed(self) -> Mapping[str, str]:
        """Return the files of the newest commit."""
        names = self.type("git ls-tree -r --name-only HEAD").splitlines()
        return {name: (self.clone / name).read_text(encoding="utf-8") for name in names}

    def happens(self, event: Event, runner: Runner) -> Mapping[str, str]:
        """Let GitHub run the workflows; return the outputs of the one that ran."""
        [ended] = runner.run(event)
        print(f"  {ended.planned.name}: exit code {ended.code}", flush=True)
        if ended.code != 0:
            raise AssertionError(ended.log)
        return ended.outputs


def set_up(walk: Walk) -> None:
    """Do the steps of docs/action.md: copy the workflows, and write a map without clients."""
    workflows = walk.clone / ".github" / "workflows"
    workflows.mkdir(parents=True)
    for name in ("pull-request.yml", "merge.yml", "nightly.yml"):
        text = (ROOT / "action" / "workflows" / name).read_text(encoding="utf-8")
        (workflows / name).write_text(text.replace(f"OWNER/lpcac@{'0' * 40}", ACTION), encoding="utf-8")
    (walk.clone / "lpcac.yaml").write_text(MAP.replace("https://director.example.com", walk.director.url))


def walk(walk: Walk) -> None:
    """Go all the way.

    Raises:
        AssertionError: a step did not go as documented.
    """
    live = walk.director.world.pool(POOL).logpoint(LOGPOINT)
    live.create("Repo", {"name": "system", "repopath": [{"path": "/data_hot", "retention": 90}], "repoha": []})
    walk.type("git init --quiet --initial-branch=main && lpcac --version")
    set_up(walk)
    secrets = {"DIRECTOR_TOKEN": walk.director.token}
    runner = Runner(walk.github, secrets, walk.clone.parent / "runs", python=str(walk.programs / "python"))
    events = events_of(walk.github)
    walk.type("git add --all && git commit --quiet --message 'Set up lpcac'")
    walk.happens(events.push(walk.repository.push("main", walk.committed())), runner)

    print("A pull request brings the client, and keeps its logs for a shorter time.")
    walk.type(f"lpcac sync clients/{CLIENT} --pool {POOL} --logpoint {LOGPOINT}")
    with_the_client = (walk.clone / "lpcac.yaml").read_text(encoding="utf-8").replace("clients: []\n", ADDED)
    (walk.clone / "lpcac.yaml").write_text(with_the_client, encoding="utf-8")
    repos = f"clients/{CLIENT}/repos.yaml"
    walk.type(f"sed -i 's/retention_days: 90/retention_days: 60/' {repos} && lpcac validate")
    plan = walk.type(f"lpcac plan {Path(repos).parent} --pool {POOL} --logpoint {LOGPOINT}")
    assert "shortens retention in /data_hot from 90 to 60 days" in plan, plan
    walk.type("git add --all && git commit --quiet --message 'Add acme-corp'")
    walk.repository.push(CLIENT, walk.committed())
    pull: PullRequest = walk.repository.open_pull_request(CLIENT, title="Add acme-corp")
    assert walk.happens(events.pull_request(pull), runner)["updates"] == "1"
    assert "shortens retention" in pull.comments[0].body

    print("Bob approves and merges it.")
    walk.github.travel(minutes=1)
    pull.review("bob", "APPROVED")
    walk.github.travel(minutes=1)
    assert walk.happens(events.push(pull.merge(by="bob")), runner)["applied"] == "true"
    assert [tier["retention"] for tier in live.named("Repo", "system")["repopath"]] == [60]

    print("A quiet night. Then somebody changes the repo by hand, and another night comes.")
    walk.happens(events.schedule(walk.repository), runner)
    assert walk.repository.issues(label="lpcac/drift") == []
    live.edit("Repo", "system", lambda repo: repo["repopath"][0].update(retention=7))
    assert walk.happens(events.schedule(walk.repository), runner)["drifted"] == f'["{CLIENT}"]'
    [issue] = walk.repository.issues(label="lpcac/drift")
    assert "system" in (issue.body or ""), issue.body
    drift = walk.type(f"lpcac drift {Path(repos).parent} --pool {POOL} --logpoint {LOGPOINT}", expected=2)
    assert "live 7, declared 60" in drift, drift


def main(programs: Path) -> int:
    """Walk; return 0 when everything went as documented in time."""
    began = time.monotonic()
    with (
        running(SimulatorOptions(order_delay=0.2)) as director,
        fake_github(compared=is_described()) as github,
        TemporaryDirectory(prefix="walk-through-") as folder,
    ):
        clone = Path(folder, "clone")
        clone.mkdir()
        walk(Walk(programs.absolute(), clone, director, github, github.repository("octo/clients")))
    seconds = time.monotonic() - began
    print(f"From an installed wheel to the first drift issue in {seconds:.0f} seconds.")
    return 0 if seconds < ALLOWED_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
