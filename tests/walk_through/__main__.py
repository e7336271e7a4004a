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
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.demo_action.events import events_of, is_described
from tests.demo_action.runner import Runner
from tests.fakes.github import Event, FakeGitHub, PullRequest, Repository, fake_github

from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorials" / "github.md"
ALLOWED_SECONDS = 600
ACTION = f"octo/lpcac@{'1f' * 20}"
CLIENT, POOL, LOGPOINT = "acme-corp", "pool-acme", "lp-01"


@dataclass
class Walk:
    """A new user: a terminal in a clone, a repository on GitHub, and a Director."""

    programs: Path
    clone: Path
    director: Simulator
    github: FakeGitHub
    repository: Repository
    secrets: dict[str, str] = field(default_factory=dict)

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
        command = ["git", "show"]
        return {name: subprocess.check_output([*command, f"HEAD:{name}"], cwd=self.clone, text=True) for name in names}

    def happens(self, event: Event, runner: Runner) -> Mapping[str, str]:
        """Let GitHub run the workflows; return the outputs of the one that ran."""
        [ended] = runner.run(event)
        print(f"  {ended.planned.name}: exit code {ended.code}", flush=True)
        if ended.code != 0:
            raise AssertionError(ended.log)
        return ended.outputs


def documented(begin: str) -> str:
    """Return the one command that the tutorial shows and that begins so."""
    [command] = re.findall(rf"^{begin} .*|(?<=`){begin} [^`]*", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE)
    return str(command)


def walk(walk: Walk) -> None:
    """Go all the way.

    Raises:
        AssertionError: a step did not go as documented.
    """
    live = walk.director.world.pool(POOL).logpoint(LOGPOINT)
    live.create("Repo", {"name": "system", "repopath": [{"path": "/data_hot", "retention": 90}], "repoha": []})
    walk.type("git init --quiet --initial-branch=main && lpcac --version")
    init = documented("lpcac init").replace("https://director.example.com", walk.director.url)
    said = walk.type(init.replace("OWNER/lpcac", ACTION))
    named = re.findall(r"gh secret set (\w+)(?:.*paste: (\S+))?", said)
    runner = Runner(
        walk.github,
        {name: value or walk.director.token for name, value in named},
        walk.clone.parent / "runs",
        python=str(walk.programs / "python"),
    )
    events = events_of(walk.github)
    walk.type(documented("git commit --message 'Set"))
    walk.happens(events.push(walk.repository.push("main", walk.committed())), runner)

    print("A pull request brings the client, and keeps its logs for a shorter time.")
    repos = f"clients/{CLIENT}/repos.yaml"
    walk.type(f"sed -i 's/retention_days: 90/retention_days: 60/' {repos} && lpcac validate")
    plan = walk.type(documented("lpcac plan"))
    assert "shortens retention in /data_hot from 90 to 60 days" in plan, plan
    walk.type(documented("git switch"))
    walk.type(documented("git add"))
    walk.type(documented("git commit --message 'Add"))
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
    drift = walk.type(documented("lpcac drift"), expected=2)
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
