"""Runs the pipeline tests of what is proposed, or of what is to be applied, as commits have them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from lpcac.action.checks.base_tests import BaseTests, check_base_tests
from lpcac.action.commits import Commits
from lpcac.connectors.git.samples import samples_of_commit
from lpcac.core.findings import Finding
from lpcac.pipeline.event_end import PROCESSING
from lpcac.pipeline.events import Entry
from lpcac.pipeline_tests.report import SuiteReport
from lpcac.pipeline_tests.running import Runner
from lpcac.planning.events_elsewhere import Sampled
from lpcac.planning.targets.loaded_clients import LoadedClient
from lpcac.workspace.run_pipeline_tests import TIME_BUDGET, run_client_tests

_NOTHING: Mapping[str, Sequence[LoadedClient]] = MappingProxyType({})


@dataclass(frozen=True)
class Proof:
    """What the tests of a proposal came to.

    Arguments:
        base: the results of the base commit's tests that the proposal does not have any more as they were.
    """

    report: SuiteReport = field(default_factory=SuiteReport)
    base: BaseTests = field(default_factory=BaseTests)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return every failure, those of the base commit's tests last."""
        return (*self.report.findings(), *self.base.findings)


def prove(
    commits: Commits,
    clients: Sequence[LoadedClient],
    commit: str,
    base: str | None = None,
    earlier: Mapping[str, Sequence[LoadedClient]] = _NOTHING,
) -> Proof:
    """Return the results of the clients' tests of a commit, and those of the tests that the base commit has.

    Arguments:
        clients: as of the commit.
        earlier: further commits whose tests count as the base commit's do, each with the clients for which they do.
    """
    report = run_client_tests(clients, samples_of_commit(commits.repository, commit))
    if base is None:
        return Proof(report)
    now = sample_reader(commits, commit)
    found = [
        check_base_tests(commits, some, commit, each, sample_reader(commits, each), now)
        for each, some in ((base, clients), *earlier.items())
    ]
    words = dict.fromkeys(each for tests in found for each in tests.loosened)
    findings = dict.fromkeys(each for tests in found for each in tests.findings)
    return Proof(report, BaseTests(tuple(words), tuple(findings)))


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
