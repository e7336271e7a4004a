"""The pipeline tests of the base commit, where a proposal does not have them any more as they were.

A case that is removed, or that gets other events, has to pass all the same: else a proposal could take out the test
that stands in its way. Where a proposal says that something else is expected of the same event, people have to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from lpcac.action.commits import Commits
from lpcac.core.findings import Finding
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Client
from lpcac.pipeline_tests.loosening import Comparison, LoosenedCase
from lpcac.pipeline_tests.report import TEST_FAILED, why_failed
from lpcac.pipeline_tests.running import NO_ENTRY, OUT_OF_TIME, CaseResult, Runner
from lpcac.pipeline_tests.suites import Suite
from lpcac.planning.targets.loaded_clients import LoadedClient


@dataclass(frozen=True)
class BaseTests:
    """The results of the base commit's tests.

    Arguments:
        loosened: cases that the proposal does not have as they were, in words, and whether they still hold.
        findings: those that have to pass and do not.
    """

    loosened: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def check_base_tests(
    commits: Commits, clients: Sequence[LoadedClient], commit: str, base: str, was: Runner, now: Runner
) -> BaseTests:
    """Return what a proposal does to the base commit's tests, each case once for all clients that have it.

    Arguments:
        clients: as the commit has them, which is proposed.
        was: reads the base commit's samples.
        now: reads those that are proposed.
    """
    comparison = Comparison(was, now)
    words: dict[str, None] = {}
    findings: dict[Finding, None] = {}
    for then, suite in _suites(commits, clients, commit, base):
        for loosened in comparison.loosened(then.cases, suite.cases):
            result = _result(was, suite, loosened)
            how, is_wrong = _outcome(result, partial(_result, was, then, loosened))
            words.setdefault(f"{loosened}{how}")
            if is_wrong and loosened.must_pass:
                findings.setdefault(_finding(result, loosened))
    return BaseTests(tuple(words), tuple(findings))


def _suites(commits: Commits, clients: Sequence[LoadedClient], commit: str, base: str) -> Iterator[tuple[Suite, Suite]]:
    """Yield each suite of the base commit with what the client is to be where it runs."""
    before, after = commits.at(base).map, commits.at(commit).map
    kept = {client.name for client in after.clients} if after else set()
    names = names_before(before.clients if before else (), [loaded.client for loaded in clients], kept)
    was = {each.client.name: each for each in commits.scope_at(base, sorted(set(names.values()))).clients}
    for loaded in clients:
        then = was.get(names.get(loaded.client.name, ""))
        now = {suite.name: suite for suite in loaded.suites}
        for number, suite in enumerate(then.suites if then and not then.errors and not loaded.errors else ()):
            yield suite, now.get(suite.name) or loaded.suites[min(number, len(loaded.suites) - 1)]


def names_before(before: Sequence[Client], now: Sequence[Client], kept: Collection[str]) -> Mapping[str, str]:
    """Return by its name what each client was called before.

    A new one that has the logpoints or the folder of one that left the map is that one.

    Arguments:
        kept: names of all clients that the map still has.
    """
    known = {client.name for client in before}
    left = [client for client in before if client.name not in kept]
    by_folder = {client.path: client.name for client in left}
    by_place = {_place(client): client.name for client in left}
    names = {}
    for client in now:
        was = client.name if client.name in known else by_place.get(_place(client)) or by_folder.get(client.path)
        if was is not None:
            names[client.name] = was
    return names


def _place(client: Client) -> tuple[str, str, frozenset[str]]:
    return client.director, client.pool, frozenset(client.logpoints)


def _result(runner: Runner, suite: Suite, loosened: LoosenedCase) -> CaseResult:
    (result,) = runner.run(suite.name, suite.desired, [loosened.case])
    return result


def _outcome(result: CaseResult, before: Callable[[], CaseResult]) -> tuple[str, bool]:
    """Return the result of a case, in words, and whether the proposal is to blame that it does not pass.

    Arguments:
        before: runs the case against what the base commit declares.
    """
    if result.is_passed:
        return ", which still holds", False
    code = result.problem.code if result.problem else ""
    if code == OUT_OF_TIME:
        return ", which was not run: the time for tests is used up", True
    if code == NO_ENTRY:
        return ", whose processing policy is not declared any more", False
    was = before()
    if not was.is_passed and not (was.problem and was.problem.code == OUT_OF_TIME):
        return ", which failed before as well", False
    return f", which fails now: {'; '.join(why_failed(result))}", True


def _finding(result: CaseResult, loosened: LoosenedCase) -> Finding:
    case = loosened.case
    message = (
        f"test {quoted(case.test)}, case {quoted(case.name)} of the base branch fails for {quoted(result.client)}: "
        f"{'; '.join(why_failed(result))}; this pull request {loosened.deed} it: to expect something else of the same "
        "event, change expect instead"
    )
    return Finding(TEST_FAILED, message, result.decided_at)
