"""Runs clients' pipeline tests within a time budget."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import replace

from lpcac.core.findings import Finding
from lpcac.pipeline_tests.report import SuiteReport, run_suites
from lpcac.pipeline_tests.running import Runner
from lpcac.pipeline_tests.samples import ReadSample
from lpcac.planning.targets.loaded_clients import LoadedClient

TIME_BUDGET = 60.0
"""Seconds that all tests of a run may take."""


def run_client_tests(clients: Iterable[LoadedClient], read: ReadSample, budget: float = TIME_BUDGET) -> SuiteReport:
    """Return the results of the clients' tests; a client whose files have errors is skipped.

    Arguments:
        read: gives sample files.
        budget: seconds for all of them; cases for which no time is left fail.
    """
    end = time.monotonic() + budget
    known = list(clients)
    suites = [suite for loaded in known if not loaded.errors for suite in loaded.suites]
    skipped = tuple(loaded.client.name for loaded in known if loaded.errors)
    return replace(run_suites(suites, Runner(read, lambda: time.monotonic() < end)), skipped=skipped)


def why_not_applied(report: SuiteReport, broken: Collection[Finding]) -> str:
    """Return in a few words what keeps a tree from being applied; empty where nothing does.

    Arguments:
        broken: errors that rules found.
    """
    tests, rules = ("pipeline tests fail" if report.failed else ""), ("rules are broken" if broken else "")
    return " and ".join(filter(None, (tests, rules)))
