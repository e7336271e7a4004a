"""What keeps a commit from being applied before a Director is asked: failing pipeline tests, and broken rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lpcac.action.checks.lint_and_rules import rules_at
from lpcac.action.checks.pipeline_tests import prove
from lpcac.action.commits import Commits
from lpcac.core.findings import Finding, errors_in
from lpcac.kinds.registry import Registry
from lpcac.planning.targets.loaded_clients import LoadedClient
from lpcac.workspace.check_rules import RuleFiles
from lpcac.workspace.run_pipeline_tests import why_not_applied


@dataclass(frozen=True)
class Hindrance:
    """Why nothing of a commit may be applied.

    Arguments:
        findings: what is wrong; an error each.
        summary: the same in a few words, as the beginning of a sentence; lower case.
    """

    findings: tuple[Finding, ...]
    summary: str


def hindrance(
    commits: Commits, clients: Sequence[LoadedClient], commit: str, registry: Registry, rules: RuleFiles
) -> Hindrance | None:
    """Return why nothing may be applied to the clients; `None` where their tests pass and they keep to the rules.

    Arguments:
        clients: as of the commit.
        rules: those that were reviewed; the commit's own count as well, where they ask for more.
    """
    report = prove(commits, clients, commit).report
    broken = errors_in(rules_at(commits, clients, commit, registry, rules))
    summary = why_not_applied(report, broken)
    return Hindrance((*report.findings(), *broken), summary) if summary else None


def held_up(
    commits: Commits, clients: Sequence[LoadedClient], commit: str, registry: Registry, rules: RuleFiles
) -> frozenset[str]:
    """Return the names of the clients to which a commit would not be applied because of its files.

    Where tests fail or rules are broken, all of those are meant whose files have no errors: they are checked together.

    Arguments:
        clients: as of the commit.
        rules: those that were reviewed.
    """
    broken = frozenset(loaded.client.name for loaded in clients if loaded.errors)
    rest = [loaded for loaded in clients if loaded.client.name not in broken]
    if rest and hindrance(commits, rest, commit, registry, rules) is not None:
        return frozenset(loaded.client.name for loaded in clients)
    return broken
