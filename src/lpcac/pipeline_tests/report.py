"""The results of a run of tests, and its failures as findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lpcac.core.findings import Finding
from lpcac.core.resources import Desired
from lpcac.core.text.safe_text import quoted
from lpcac.pipeline.events import End, EventEnd
from lpcac.pipeline_tests.coverage import Coverage, coverage
from lpcac.pipeline_tests.running import CaseResult, Runner
from lpcac.pipeline_tests.suites import LOGPOINT_MARK, Suite

TEST_FAILED = "test-failed"
TEST_DECIDED = "test-failed-by"
_KIND_WORDS = {"ProcessingPolicy": "processing policy", "RoutingPolicy": "routing policy", "Repo": "repo"}


@dataclass(frozen=True)
class SuiteReport:
    """Every case of every suite, and what the suites declare.

    Arguments:
        skipped: clients whose tests were not run, because their files have errors.
    """

    results: tuple[CaseResult, ...] = ()
    declared: tuple[Desired, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def passed(self) -> int:
        """Return how many cases passed."""
        return sum(result.is_passed for result in self.results)

    @property
    def failed(self) -> int:
        """Return how many cases did not pass."""
        return len(self.results) - self.passed

    @property
    def coverage(self) -> Coverage:
        """Return which criteria the cases reach."""
        return coverage(self.declared, (result.reached for result in self.results))

    def failures(self) -> list[tuple[CaseResult, list[str]]]:
        """Return the cases that failed, each once with the suites in which the very same failed."""
        alike: dict[tuple[object, ...], tuple[CaseResult, list[str]]] = {}
        for result in self.results:
            if not result.is_passed:
                key = (result.case.position, result.case.name, result.mismatches, result.decided_at, result.problem)
                alike.setdefault(key, (result, []))[1].append(result.client)
        return list(alike.values())

    def findings(self) -> tuple[Finding, ...]:
        """Return each failure as a finding at the case, and as one at the criterion that decided about it."""
        return tuple(finding for result, clients in self.failures() for finding in _findings(result, clients))


def run_suites(suites: Iterable[Suite], runner: Runner) -> SuiteReport:
    """Return the results of all cases."""
    known = list(suites)
    results = [result for suite in known for result in runner.run(suite.name, suite.desired, suite.cases)]
    return SuiteReport(tuple(results), tuple(suite.desired for suite in known))


def why_failed(result: CaseResult) -> list[str]:
    """Return what is wrong with a case, one sentence each; no value of an event is among it."""
    if result.problem is not None:
        return [result.problem.message]
    if result.case.expect is None:
        return ["it has no expectations: add expect, or run lpcac test --update to write them"]
    return [f"{each.what}: expected {each.expected}, got {each.actual}" for each in result.mismatches]


def way_words(event_end: EventEnd, decided_by: str) -> str:
    """Return the way of an event in words, each object that it passes."""
    parts = []
    for step in event_end.way:
        words = f"{_KIND_WORDS.get(step.kind, step.kind)} {quoted(step.name)}"
        parts.append(f"{words} ({decided_by})" if step == event_end.decided_by else words)
    if event_end.end is End.DROPPED:
        parts.append("dropped")
    elif event_end.end is End.UNKNOWN:
        parts.append(f"not known: {event_end.reason}")
    else:
        tiers = " + ".join(f"{tier.days} in {quoted(tier.path)}" for tier in event_end.tiers or ())
        parts.append(f"{event_end.days} days ({tiers})" if event_end.tiers else "for an unknown time")
        if not event_end.keeps_raw:
            parts.append("without the raw message")
    return " -> ".join(parts)


def for_clients(names: list[str]) -> str:
    """Return the name of the suite, or the number of suites, that something is about."""
    if len(names) == 1:
        return quoted(names[0])
    what = "targets" if any(LOGPOINT_MARK in name for name in names) else "clients"
    return f"{len(names)} {what} ({quoted(names[0])} first)"


def _findings(result: CaseResult, clients: list[str]) -> Iterator[Finding]:
    case = result.case
    subject = f"test {quoted(case.test)}, case {quoted(case.name)} fails for {for_clients(clients)}"
    sample = f" (event at {result.sample})" if result.sample else ""
    reasons = "; ".join(why_failed(result))
    by = f"; decided by {result.decided_by} at {result.decided_at}" if result.decided_at else ""
    yield Finding(TEST_FAILED, f"{subject}: {reasons}{sample}{by}", case.position)
    # A case without expectations is not the fault of what decided.
    if result.mismatches and result.decided_at is not None:
        yield Finding(TEST_DECIDED, f"{subject} by what is declared here: {reasons}", result.decided_at)
