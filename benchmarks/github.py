"""Counts what runs of the action cost on GitHub: requests, writes, seconds and memory, by the number of targets.

Run it with `python -m benchmarks.github [TARGETS ...]`; 10, 100 and 1,000 unless given. Each target is a client with
one logpoint, all on one base. A pull request changes one value of the base, and so every target. The runs are processes
of their own against the fake GitHub of the tests, which keeps the limits of a job's own token: 1,000 requests an hour
for the repository, 80 writes a minute, 500 an hour. What a run waits for is not waited for here: the clock moves on.
Orders take the Director one second each.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Final

from tests.fakes.github import Event, FakeGitHub, PullRequest, Repository, fake_github

from benchmarks.measured_process import ROOT, measurement, measuring
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running

SIZES: Final = (10, 100, 1_000)
_MAP: Final = """\
apiVersion: logpoint-cac/v1
kind: DirectoryMap
directors: {{main: {{url: '{url}', token_env: DIRECTOR_TOKEN}}}}
clients:
"""
_CLIENT: Final = (
    "  - {{name: {name}, path: clients/{name}, director: main, pool: pool-many, logpoints: [{name}],"
    " bases: [bases/standard]}}\n"
)
_REPO: Final = """\
apiVersion: logpoint-cac/v1
kind: Repo
metadata: {{name: system}}
spec: {{paths: [{{path: /data_hot, retention_days: {days}}}]}}
"""


_HEADER: Final = (
    "| targets | run | requests | writes | seconds | waits for limits (s) | MB | exit code |",
    "| ---: | --- | ---: | ---: | ---: | ---: | ---: | --- |",
)


@dataclass(frozen=True)
class Usage:
    """What one run took.

    Arguments:
        seconds: the process's, from start to end.
        waited: seconds that GitHub's limits would have made it wait besides.
        megabytes: at most at any moment.
        ended: how it ended: the exit code, and the reason unless that is 0.
    """

    targets: int
    run: str
    requests: int
    writes: int
    seconds: float
    waited: float
    megabytes: float
    ended: str


@dataclass
class Fleet:
    """A repository with so many clients, and a Director that has their logpoints."""

    github: FakeGitHub
    director: Simulator
    repository: Repository
    folder: Path
    targets: int
    runs: int = 0

    def measured(self, name: str, event: Event, attempt: int = 1) -> Usage:
        """Run what an event calls for, an hour after the last run, and return what it took."""
        self.github.travel(hours=1)
        self.github.forget_exchanges()
        self.runs += 1
        inputs = {"github-token": self.github.token(), "director-token": self.director.token}
        job = self.github.job(event, self.folder / f"run-{self.runs}", run_id=self.runs, attempt=attempt, inputs=inputs)
        job.check_out()
        seconds, waited, megabytes, ended = self._process(job.environment)
        sent = self.github.exchanges
        writes = sum(each.is_write for each in sent)
        return Usage(self.targets, name, len(sent), writes, seconds, waited, megabytes, ended)

    def _process(self, environment: dict[str, str]) -> tuple[float, float, float, str]:
        told, tell = os.pipe()
        heard, hear = os.pipe()
        log = self.folder / f"log-{self.runs}"
        modules = os.pathsep.join(filter(None, sys.path))
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHONPATH": modules, **environment}
        measured = str(self.folder / f"measured-{self.runs}")
        started = perf_counter()
        with log.open("w") as output:
            process = subprocess.Popen(
                measuring(measured, "-m", "benchmarks.github_run", str(tell), str(heard)),
                cwd=ROOT,
                env=variables,
                pass_fds=(tell, heard),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        os.close(tell)
        os.close(heard)
        waits: list[float] = []
        listener = Thread(target=self._listen, args=(told, hear, waits))
        listener.start()
        code = process.wait()
        seconds = perf_counter() - started
        listener.join()
        ended = str(code) + (f": {_reason(log.read_text())}" if code else "")
        return seconds, sum(waits), measurement(measured)[1], ended

    def _listen(self, told: int, hear: int, waits: list[float]) -> None:
        """Let time pass on GitHub for what the run waits for."""
        with os.fdopen(told) as waiting, os.fdopen(hear, "w") as done:
            for line in waiting:
                waits.append(float(line))
                self.github.travel(seconds=waits[-1])
                print(file=done, flush=True)

    def propose(self, branch: str, days: int) -> PullRequest:
        """Open a pull request that changes one value on every target."""
        self.repository.push(branch, {"bases/standard/repos.yaml": _REPO.format(days=days)})
        return self.repository.open_pull_request(branch)


@contextmanager
def fleet_of(targets: int, folder: Path, order_seconds: float = 1.0) -> Iterator[Fleet]:
    """Prepare a repository whose targets all have a history."""
    options = SimulatorOptions(order_delay=order_seconds)
    with fake_github(directory=str(folder / "github"), compared=False) as github, running(options) as director:
        pool = director.world.add_pool("pool-many")
        names = [f"client-{number:04d}" for number in range(targets)]
        for name in names:
            pool.add_logpoint(name)
            pool.logpoint(name).refresh_lists()
        entries = "".join(_CLIENT.format(name=name) for name in names)
        files = {"lpcac.yaml": _MAP.format(url=director.url) + entries, "bases/standard/.keep": ""}
        files |= {f"clients/{name}/.keep": "" for name in names}
        fleet = Fleet(github, director, github.repository("octo/clients", files), folder, targets)
        pull = fleet.propose("start", 30)
        reviewed = fleet.measured("start", github.events.pull_request(pull))
        merged = fleet.measured("start", github.events.push(pull.merge()))
        if (reviewed.ended, merged.ended) != ("0", "0"):
            message = f"the fleet has no history: {reviewed.ended}, {merged.ended}"
            raise RuntimeError(message)
        github.limits.enforce()
        yield fleet


def usages(targets: int, folder: Path, order_seconds: float = 1.0) -> Iterator[Usage]:
    """Yield what each kind of run takes for so many targets."""
    with fleet_of(targets, folder, order_seconds) as fleet:
        events = fleet.github.events
        pull = fleet.propose("change", 60)
        yield fleet.measured("plan", events.pull_request(pull))
        push = events.push(pull.merge())
        yield fleet.measured("merge", push)
        yield fleet.measured("re-run", push, attempt=2)
        yield fleet.measured("night", events.schedule(fleet.repository))


def table(rows: Sequence[Usage]) -> str:
    """Return the figures as a Markdown table."""
    return "\n".join([*_HEADER, *map(_row, rows)])


def _row(usage: Usage) -> str:
    counts = f"{usage.targets:,} | {usage.run} | {usage.requests:,} | {usage.writes:,}"
    return f"| {counts} | {usage.seconds:.1f} | {usage.waited:.0f} | {usage.megabytes:.0f} | {usage.ended} |"


def _reason(log: str) -> str:
    """Return why a run ended as it did."""
    found = [line.removeprefix("lpcac: ") for line in log.splitlines() if line.startswith("lpcac: ")]
    return (found or ["see the job summary"])[0][:160]


def main(sizes: Sequence[str]) -> None:
    """Print the table, row by row."""
    print("\n".join(_HEADER), flush=True)
    for size in map(int, sizes or map(str, SIZES)):
        with tempfile.TemporaryDirectory() as temporary:
            for usage in usages(size, Path(temporary)):
                print(_row(usage), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
