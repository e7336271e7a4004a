"""Lint and rules of what is proposed; what the base commit has of them counts together with the proposal's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lpcac.action.checks.differing_judges import differing_judges
from lpcac.action.commits import Commits
from lpcac.core.findings import Finding
from lpcac.directory_map.directory_map import DirectoryMap
from lpcac.directory_map.guarded_map import GuardedMap
from lpcac.directory_map.schema import LintLevel
from lpcac.documents.suppressions import Suppression
from lpcac.kinds.registry import Registry
from lpcac.lint.codes import USUAL
from lpcac.lint.live_names import NOTHING_LIVE, LiveNames
from lpcac.planning.targets.loaded_clients import LoadedClient
from lpcac.workspace.check_rules import BaseRules, RuleFiles, check_rules, loosened_rules
from lpcac.workspace.lint_clients import lint_clients

_LEVELS = [level.value for level in LintLevel]


@dataclass(frozen=True)
class Checks:
    """What lint and rules find, and what of them a proposal loosens, in words.

    Arguments:
        findings: of rules and judges; what lint finds depends on what is known of logpoints.
    """

    findings: tuple[Finding, ...] = ()
    lint: tuple[Finding, ...] = ()
    loosened: tuple[str, ...] = ()


def check_proposal(
    commits: Commits,
    clients: Sequence[LoadedClient],
    commit: str,
    base: str,
    registry: Registry,
    was: DirectoryMap | None,
    before: RuleFiles,
    reviewed: GuardedMap,
) -> Checks:
    """Return what lint and rules find in the clients, and what the proposal loosens.

    Where the proposal changes rules, all clients of the map are checked against them.

    Arguments:
        was: the base commit's map, with the levels that were reviewed.
        before: the rules that were reviewed.
        reviewed: the values that count, with the digests of these rules.
    """
    now = commits.at(commit).map
    differing = tuple(differing_judges(commits, clients, commit, base, registry))
    if now is None:
        return Checks(differing)
    proposed = commits.rule_files(commit, now.rules)
    checked = clients
    if commits.guarded_at(commit).rules != reviewed.rules:
        checked = _all_clients(commits, now, commit, clients)
    base_rules = BaseRules(before, _base_clients(commits, checked, was, base, before))
    is_any = before.are_any or proposed.files or proposed.findings
    rules = check_rules(checked, registry, proposed, base_rules) if is_any else ()
    loosened = (
        *(_lower_levels(was, now) if was else ()),
        *loosened_rules(checked, proposed, base_rules),
        *_new_suppressions(commits, clients, was, base),
    )
    return Checks((*rules, *differing), lint_proposal(commits, clients, commit, was, registry), loosened)


def rules_at(
    commits: Commits, clients: Sequence[LoadedClient], commit: str, registry: Registry, reviewed: RuleFiles
) -> tuple[Finding, ...]:
    """Return what breaks the rules of a commit, or those that were reviewed where they ask for more.

    Arguments:
        clients: as of the commit.
    """
    found = commits.at(commit).map
    files = commits.rule_files(commit, found.rules if found else ())
    if not (files.files or files.findings or reviewed.are_any):
        return ()
    return check_rules(clients, registry, files, BaseRules(reviewed))


def lint_proposal(
    commits: Commits,
    clients: Sequence[LoadedClient],
    commit: str,
    was: DirectoryMap | None,
    registry: Registry,
    used_live: LiveNames = NOTHING_LIVE,
) -> tuple[Finding, ...]:
    """Return what lint finds in the clients, each finding at the graver level of the base commit's and the proposal's.

    Arguments:
        was: the base commit's map, with the levels that were reviewed.
        used_live: what is used on the clients' logpoints, as far as these were read.
    """
    now = commits.at(commit).map
    if now is None:
        return ()
    return lint_clients(clients, registry, replace(now, lint=_graver(was, now)), used_live)


def _base_clients(
    commits: Commits, clients: Sequence[LoadedClient], was: DirectoryMap | None, base: str, rules: RuleFiles
) -> Mapping[str, LoadedClient]:
    """Return by name the clients as the base commit has them, where its rules depend on their variables."""
    if was is None or not rules.have_placeholders:
        return {}
    known = {client.name for client in was.clients}
    names = [loaded.client.name for loaded in clients if loaded.client.name in known]
    return {loaded.client.name: loaded for loaded in commits.scope_at(base, names).clients}


def _graver(was: DirectoryMap | None, now: DirectoryMap) -> Mapping[str, str]:
    """Return the graver level of each code: a proposal does not make its own findings lighter."""
    levels = {code: _level(now, code) for code in USUAL}
    return levels if was is None else {code: max(levels[code], _level(was, code), key=_LEVELS.index) for code in USUAL}


def _level(directory_map: DirectoryMap, code: str) -> str:
    return directory_map.lint.get(code, USUAL[code].value)


def _lower_levels(was: DirectoryMap, now: DirectoryMap) -> Iterator[str]:
    for code in USUAL:
        before, after = _level(was, code), _level(now, code)
        if _LEVELS.index(after) < _LEVELS.index(before):
            yield f"sets lint code {code} from {before} to {after}"


def _all_clients(
    commits: Commits, directory_map: DirectoryMap, commit: str, known: Sequence[LoadedClient]
) -> Sequence[LoadedClient]:
    names = {loaded.client.name for loaded in known}
    others = [client.name for client in directory_map.clients if client.name not in names]
    return (*known, *commits.scope_at(commit, others).clients)


def _new_suppressions(
    commits: Commits, clients: Sequence[LoadedClient], was: DirectoryMap | None, base: str
) -> tuple[str, ...]:
    """Return the comments that silence lint findings and that the base commit does not have."""
    now = dict.fromkeys(_suppressed(clients))
    known = {client.name for client in was.clients} if was and now else set()
    names = [loaded.client.name for loaded in clients if loaded.client.name in known]
    left = Counter(map(_identity, dict.fromkeys(_suppressed(commits.scope_at(base, names).clients))))
    new = []
    for each in now:
        # The same words may silence one more place.
        left[_identity(each)] -= 1
        if left[_identity(each)] < 0:
            new.append(each)
    return tuple(f"silences {each.code} at {each.position} ({each.reason})" for each in new)


def _identity(suppression: Suppression) -> tuple[str, str, str]:
    """Return what a comment is known by: it may move within its file."""
    return suppression.code, suppression.position.file, suppression.reason


def _suppressed(clients: Sequence[LoadedClient]) -> Iterator[Suppression]:
    for loaded in clients:
        for layer in loaded.layers.layers if loaded.layers else ():
            yield from (each for each in layer.suppressed if each.reason)
