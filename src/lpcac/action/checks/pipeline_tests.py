"""Runs the pipeline tests of what is proposed, or of what is to be applied, as commits have them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from lpcac.action.commits import Commits
from lpcac.connectors.git.repository import Repository
from lpcac.directory_map.directory_map import Client
from lpcac.pipeline.evaluation import PROCESSING
from lpcac.pipeline.fate import Entry
from lpcac.pipeline_tests.cases import Case
from lpcac.pipeline_tests.loosening import loosened_cases, loosening_words
from lpcac.pipeline_tests.report import SuiteReport, run_suites, why_failed
from lpcac.pipeline_tests.running import Runner
from lpcac.pipeline_tests.samples import MAX_SAMPLE_BYTES, ReadSample
from lpcac.pipeline_tests.suites import Suite
from lpcac.planning.events_elsewhere import Sampled
from lpcac.planning.targets.loaded_clients import LoadedClient
from lpcac.workspace.run_pipeline_tests import TIME_BUDGET, run_client_tests


@dataclass(frozen=True)
class Proof:
    """What the tests of a proposal came to.

    Arguments:
        loosened: tests of the base commit that the proposal removes or loosens, in words, and whether they still hold.
    """

    report: SuiteReport = field(default_factory=SuiteReport)
    loosened: tuple[str, ...] = ()


def prove(commits: Commits, clients: Sequence[LoadedClient], commit: str, base: str | None = None) -> Proof:
    """Return what the clients' tests of a commit come to, and what became of those that the base commit has.

    Arguments:
        clients: as of the commit.
    """
    report = run_client_tests(clients, samples_of_commit(commits.repository, commit))
    return Proof(report, _loosened(commits, clients, base) if base else ())


def samples_of_commit(repository: Repository, commit: str) -> ReadSample:
    """Return what reads sample files as of a commit, their folders named relative to the repository."""

    def read(folder: str, name: str) -> bytes | str:
        content = repository.file_at(commit, str(PurePosixPath(folder) / name))
        if content is None:
            return "there is no such file"
        return "it is over 8 MiB" if len(content) > MAX_SAMPLE_BYTES else content

    return read


def sample_reader(commits: Commits, commit: str) -> Runner:
    """Return what reads the events of cases as of a commit, for as long as it may take."""
    end = time.monotonic() + TIME_BUDGET
    return Runner(samples_of_commit(commits.repository, commit), lambda: time.monotonic() < end)


def sampled_events(runner: Runner, client: LoadedClient) -> Iterator[Sampled]:
    """Yield the events of a client's cases; those that cannot be read, or for which no time is left, are left out."""
    for case in (case for suite in client.suites[:1] for case in suite.cases):
        events, _ = runner.events(case) if runner.has_time() else ([], None)
        if case.via is not None and events:
            name = f"{case.test} / {case.name}"
            yield Sampled(name, Entry(PROCESSING, case.via), tuple(event for _, event in events))


def _loosened(commits: Commits, clients: Sequence[LoadedClient], base: str) -> tuple[str, ...]:
    """Return what a proposal does to the base commit's tests, each case once for all clients that have it."""
    known: Sequence[Client] = found.clients if (found := commits.at(base).map) else ()
    names = {client.name for client in known} & {loaded.client.name for loaded in clients}
    before = {loaded.client.name: loaded for loaded in commits.scope_at(base, sorted(names)).clients}
    runner = sample_reader(commits, base)
    words: dict[str, None] = {}
    for loaded in clients:
        was = before.get(loaded.client.name)
        for suite, then in zip(loaded.suites, was.suites if was else (), strict=False):
            for case, deed in loosened_cases(then.cases, suite.cases):
                words.setdefault(f"{loosening_words(case, deed)}{_as_it_was(runner, suite, case)}")
    return tuple(words)


def _as_it_was(runner: Runner, suite: Suite, case: Case) -> str:
    """Return what becomes of a case of the base commit in what is proposed."""
    report = run_suites([Suite(suite.name, suite.desired, (case,))], runner)
    (result,) = report.results
    return ", which still holds" if result.is_passed else f", which fails now: {'; '.join(why_failed(result))}"
