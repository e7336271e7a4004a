"""A runner that does for an event what a repository's workflow files say, the action's step as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from tests.demo_action.workflow_files import FOLDER, PlannedJob, Step, jobs_of
from tests.fakes.github import Event, FakeGitHub, Job

_ROOT = Path(__file__).parents[2]
_OWN_ACTION = "lpcac"
# What a process needs here that the container brings along.
_KEPT = ("PATH", "TMPDIR", "COVERAGE_PROCESS_START")


@dataclass(frozen=True)
class Ended:
    """How a job ended."""

    planned: PlannedJob
    code: int
    log: str
    job: Job

    @property
    def outputs(self) -> dict[str, str]:
        return self.job.outputs

    @property
    def summary(self) -> str:
        return self.job.summary


@dataclass
class Runner:
    """Runs jobs one after the other.

    Arguments:
        secrets: what stands under "Secrets and variables" in the repository's settings.
        folder: where workspaces go.
        python: what runs the action; lpcac is installed there.
        jobs: how many have been run.
    """

    github: FakeGitHub
    secrets: Mapping[str, str]
    folder: Path
    jobs: int = 0
    python: str = sys.executable

    def run(self, event: Event) -> list[Ended]:
        """Do what the repository's workflows say for the event, as of the event's commit.

        Raises:
            LookupError: they say something that is not known here.
        """
        found = event.repository.git.files(event.sha, FOLDER)
        files = {path: content.decode() for path, content in found.items()}
        secrets = {} if event.is_from_a_fork else {f"secrets.{name}": text for name, text in self.secrets.items()}
        return [self._job(event, planned) for planned in jobs_of(event, files, secrets)]

    def _job(self, event: Event, planned: PlannedJob) -> Ended:
        token = self.github.token_of_job(event, planned.permissions)
        self.jobs += 1
        given = self._inputs(planned.steps, token)
        job = self.github.job(event, self.folder / f"run-{self.jobs}", run_id=self.jobs, inputs=given)
        code, log = 0, ""
        for step in planned.steps:
            name = step.action.rpartition("/")[2]
            if name == "checkout":
                job.check_out(depth=int(step.given.get("fetch-depth", "1")))
            elif name == _OWN_ACTION:
                code, log = self._act(job, step)
            elif name != "upload-artifact":
                raise LookupError(f"{planned.workflow}: {step.action} is not known here")
        return Ended(planned, code, log, job)

    @staticmethod
    def _inputs(steps: tuple[Step, ...], token: str) -> dict[str, str]:
        """Return all inputs of the action, also those that are left to their defaults."""
        described = yaml.safe_load((_ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
        defaults = {name: about["default"].replace("${{ github.token }}", token) for name, about in described.items()}
        given = next(step.given for step in steps if step.action.rpartition("/")[2] == _OWN_ACTION)
        if unknown := set(given) - set(defaults):
            raise LookupError(f"the action has no input {sorted(unknown)}")
        return {**defaults, **given}

    def _act(self, job: Job, step: Step) -> tuple[int, str]:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        home = {"HOME": job.environment["RUNNER_TEMP"]}
        done = subprocess.run(
            [self.python, "-m", "lpcac.main", "action"],
            cwd=job.workspace,
            env={**environment, **home, **job.environment, **step.environment},
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        return done.returncode, done.stdout + done.stderr
