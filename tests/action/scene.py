"""A client's repository on a fake GitHub, a simulated Director, and the action run for events between them."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.action.in_process import answer_in_process
from tests.fakes.github import ACTIONS_BOT, Comment, Event, FakeGitHub, Job, MergeGroup, PullRequest, Push, Repository

from lpcac.action.main import action
from lpcac.connectors.github.transport.limits import Timing
from lpcac.simulator.server import Simulator

# What the documentation says that a job needs, and nothing more.
JOB_PERMISSIONS = {
    "pull_request": {"contents": "read", "deployments": "read", "pull_requests": "write"},
    "merge_group": {"contents": "read", "deployments": "read"},
    "push": {"contents": "read", "deployments": "write", "pull_requests": "write"},
    "schedule": {"contents": "read", "deployments": "read", "issues": "write"},
    "workflow_dispatch": {"contents": "read", "deployments": "write", "issues": "write", "pull_requests": "write"},
}
READ_ONLY = {"contents": "read", "deployments": "read", "issues": "read", "pull_requests": "read"}

REPO = """\
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {{name: {name}}}
spec:
  paths:
    - {{path: /data_hot, retention_days: {days}}}
"""


def repo(name: str, days: int = 30) -> str:
    """Return one repo as YAML."""
    return REPO.format(name=name, days=days)


def policies(count: int) -> str:
    """Return so many routing policies as YAML: `p0`, `p1` and so on, which nothing refers to."""
    policy = (
        "apiVersion: logpoint-cac/v1\nkind: RoutingPolicy\nmetadata: {{name: p{}}}\n"
        "spec: {{catch_all: default, routing_criteria: []}}\n"
    )
    return "---\n".join(policy.format(number) for number in range(count))


def directory_map(url: str, clients: str = "", *, token_env: str = "DIRECTOR_TOKEN", more: str = "") -> str:
    """Return a directory map with one Director."""
    return (
        "apiVersion: logpoint-cac/v1\nkind: DirectoryMap\n"
        f"directors:\n  main: {{url: '{url}', token_env: {token_env}}}\n"
        f"clients:{clients or ' []'}\n{more}"
    )


def client(name: str, pool: str, logpoints: str = "[lp-01]", more: str = "") -> str:
    """Return a client's entry of the map."""
    extra = f", {more}" if more else ""
    return f"\n  - {{name: {name}, path: clients/{name}, director: main, pool: {pool}, logpoints: {logpoints}{extra}}}"


@dataclass(frozen=True)
class Ran:
    """How one run of the action ended."""

    code: int
    job: Job
    log: str

    @property
    def outputs(self) -> dict[str, str]:
        return self.job.outputs

    @property
    def summary(self) -> str:
        return self.job.summary


@dataclass
class Scene:
    """Everything that a run of the action meets; GitHub's time goes on by at least a second with each run."""

    github: FakeGitHub
    director: Simulator
    repository: Repository
    folder: Path
    now: datetime = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)
    runs: list[Ran] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Let requests of this process reach both without a socket."""
        answer_in_process(self.github)
        answer_in_process(self.director)

    @property
    def timing(self) -> Timing:
        """Return a clock that waiting moves on, GitHub's too."""
        return Timing(lambda: sum(self.slept), lambda: self.github.now().timestamp(), self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.github.travel(seconds=seconds)

    # -- people

    def propose(self, branch: str, files: Mapping[str, str | None], **words: object) -> PullRequest:
        """Push a branch and open a pull request."""
        self.repository.push(branch, files)
        return self.repository.open_pull_request(branch, **words)  # type: ignore[arg-type]

    # -- runs

    def run(
        self,
        event: Event,
        *,
        inputs: Mapping[str, str] | None = None,
        environ: Mapping[str, str] | None = None,
        permissions: Mapping[str, str] | None = None,
        secrets: bool = True,
        attempt: int = 1,
        before: Callable[[Job], None] | None = None,
    ) -> Ran:
        """Check out and run the action as a workflow with the least permissions does."""
        job = self.job(event, inputs=inputs, permissions=permissions, secrets=secrets, attempt=attempt)
        if before:
            before(job)
        return self.start(job, environ)

    def job(
        self,
        event: Event,
        *,
        inputs: Mapping[str, str] | None = None,
        permissions: Mapping[str, str] | None = None,
        secrets: bool = True,
        attempt: int = 1,
    ) -> Job:
        """Check out as a workflow with the least permissions does."""
        token = self.github.token(permissions or JOB_PERMISSIONS[event.name])  # type: ignore[arg-type]
        given = {
            "github-token": token,
            **({"director-token": self.director.token} if secrets else {}),
            **(inputs or {}),
        }
        folder = self.folder / f"run-{len(self.runs)}"
        job = self.github.job(event, folder, run_id=len(self.runs) + 1, attempt=attempt, inputs=given)
        job.check_out()
        return job

    def start(self, job: Job, environ: Mapping[str, str] | None = None) -> Ran:
        """Run the action in a job that is checked out."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = action(
                {"PATH": os.environ["PATH"], **job.environment, **(environ or {})},
                now=lambda: self.now,
                timing=self.timing,
            )
        ran = Ran(int(code), job, out.getvalue() + err.getvalue())
        self.runs.append(ran)
        # GitHub tells whole seconds, and what happens in one of them has no order. No job is as quick as that.
        self.github.travel(seconds=1)
        return ran

    def review(self, pull: PullRequest, **options: object) -> Ran:
        """Run what a pull request's event calls for."""
        return self.run(self.github.events.pull_request(pull), **options)  # type: ignore[arg-type]

    def merge(self, pull: PullRequest, method: str = "merge", **options: object) -> Ran:
        """Merge a pull request and run what the push calls for."""
        return self.pushed(pull.merge(method), **options)  # type: ignore[arg-type]

    def pushed(self, push: Push, **options: object) -> Ran:
        """Run what a push calls for."""
        return self.run(self.github.events.push(push), **options)  # type: ignore[arg-type]

    def night(self, **options: object) -> Ran:
        """Run what the schedule calls for."""
        return self.run(self.github.events.schedule(self.repository), **options)  # type: ignore[arg-type]

    def by_hand(
        self, command: str, inputs: Mapping[str, str] | None = None, *, on: str | None = None, **options: object
    ) -> Ran:
        """Run a command as somebody does who starts the workflow, on a branch or the default one."""
        event = self.github.events.workflow_dispatch(self.repository, on=on)
        return self.run(event, inputs={"command": command, **(inputs or {})}, **options)  # type: ignore[arg-type]

    def landed(self, branch: str, files: Mapping[str, str | None]) -> PullRequest:
        """Propose, review and merge, all of it successfully."""
        pull = self.propose(branch, files)
        reviewed = self.review(pull)
        assert reviewed.code == 0, reviewed.log
        merged = self.merge(pull)
        assert merged.code == 0, merged.log
        return pull

    # -- what is there afterwards

    def logpoint(self, pool: str = "pool-acme", name: str = "lp-01"):  # noqa: ANN201 - the simulator's own
        """Return what a logpoint holds."""
        return self.director.world.pool(pool).logpoint(name)

    def own_comments(self, pull: PullRequest) -> list[Comment]:
        """Return the comments that the action wrote."""
        return [comment for comment in pull.comments if comment.author.login == ACTIONS_BOT]

    def plan_comment(self, pull: PullRequest) -> str:
        """Return the text of the one plan comment."""
        found = [each.body for each in self.own_comments(pull) if each.body.startswith("<!-- lpcac:plan:")]
        assert len(found) == 1, found
        return found[0]

    def queued(self, group: MergeGroup, **options: object) -> Ran:
        """Run what a merge queue asks for."""
        return self.run(self.github.events.merge_group(group), **options)  # type: ignore[arg-type]

    def result_comment(self, pull: PullRequest) -> str:
        """Return the text of the one result comment."""
        found = [each.body for each in self.own_comments(pull) if each.body.startswith("<!-- lpcac:result:")]
        assert len(found) == 1, found
        return found[0]

    def director_writes(self) -> list[str]:
        """Return what was written to the Director so far."""
        return [f"{each.method} {each.path}" for each in self.director.requests if each.method != "GET"]
