"""Lint and rules of what is proposed; what the base commit has of them counts together with the proposal's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from lpcac.action.checks.pipeline_tests import samples_of_commit
from lpcac.action.commits import Commits
from lpcac.core.findings import Finding
from lpcac.core.safe_text import quoted
from lpcac.directory_map.directory_map import DirectoryMap
from lpcac.directory_map.schema import LintLevel
from lpcac.documents.suppressions import Suppression
from lpcac.kinds.registry import Registry
from lpcac.lint.codes import USUAL
from lpcac.planning.targets.loaded_clients import LoadedClient
from lpcac.rules.second_judge import SecondJudge
from lpcac.workspace.check_rules import RuleFiles, check_rules, loosened_rules
from lpcac.workspace.lint_clients import lint_clients

_LEVELS = [level.value for level in LintLevel]


@dataclass(frozen=True)
class Checks:
    """What lint and rules find, and what of them a proposal loosens, in words."""

    findings: tuple[Finding, ...] = ()
    loosened: tuple[str, ...] = ()


def check_proposal(
    commits: Commits,
    clients: Sequence[LoadedClient],
    commit: str,
    base: str,
    registry: Registry,
    was: DirectoryMap | None,
) -> Checks:
    """Return what lint and rules find in the clients, and what the proposal loosens.

    Where the proposal changes rules, all clients of the map are checked against them.

    Arguments:
        was: the base commit's map, with the levels and rules that were reviewed.
    """
    now = commits.at(commit).map
    if now is None:
        return Checks()
    levels = _graver(was, now)
    findings = lint_clients(clients, registry, replace(now, lint=levels))
    before, proposed = _rule_files(commits, base, was), _rule_files(commits, commit, now)
    has_changed = [*before.files] != [*proposed.files]
    checked = _all_clients(commits, now, commit, clients) if has_changed else clients
    if before.files or proposed.files:
        findings = (*findings, *check_rules(checked, registry, proposed, before))
    findings = (*findings, *_differing_judges(commits, clients, commit, base, registry))
    silenced = _new_suppressions(commits, clients, was, base)
    rules = (f"loosens or removes rule {quoted(name)}" for name in loosened_rules(before, proposed))
    return Checks(findings, (*_lower_levels(was, now), *rules, *silenced))


def _graver(was: DirectoryMap | None, now: DirectoryMap) -> Mapping[str, str]:
    """Return the graver level of each code: a proposal does not make its own findings lighter."""
    levels = {code: _level(now, code) for code in USUAL}
    return levels if was is None else {code: max(levels[code], _level(was, code), key=_LEVELS.index) for code in USUAL}


def _level(directory_map: DirectoryMap, code: str) -> str:
    return directory_map.lint.get(code, USUAL[code].value)


def _lower_levels(was: DirectoryMap | None, now: DirectoryMap) -> Iterator[str]:
    for code in USUAL if was else ():
        before, after = _level(was, code) if was else "", _level(now, code)
        if _LEVELS.index(after) < _LEVELS.index(before):
            yield f"sets lint code {code} from {before} to {after}"


def _rule_files(commits: Commits, commit: str, directory_map: DirectoryMap | None) -> RuleFiles:
    if directory_map is None or not directory_map.rules:
        return RuleFiles()
    folder = PurePosixPath(commits.map_file).parent
    files, findings = commits.repository.read_at(commit, [str(folder / path) for path in directory_map.rules])
    return RuleFiles(tuple(files), tuple(findings), samples_of_commit(commits.repository, commit))


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
    now = list(_suppressed(clients))
    known = {client.name for client in was.clients} if was and now else set()
    names = [loaded.client.name for loaded in clients if loaded.client.name in known]
    before = {_identity(each) for each in _suppressed(commits.scope_at(base, names).clients)}
    new = (each for each in now if _identity(each) not in before)
    return tuple(dict.fromkeys(f"silences {each.code} at {each.position} ({each.reason})" for each in new))


def _identity(suppression: Suppression) -> tuple[str, str, str]:
    """Return what a comment is known by: it may move within its file."""
    return suppression.code, suppression.position.file, suppression.reason


def _differing_judges(
    commits: Commits, clients: Sequence[LoadedClient], commit: str, base: str, registry: Registry
) -> Iterator[Finding]:
    """Yield a finding for each changed document about which models and schemas do not say the same."""
    repository = commits.repository
    files = repository.changed_files(repository.merge_base(base, commit), commit)
    changed = {name for each in files for name in each.names}
    documents = {
        entry.document.position: entry.document
        for loaded in clients
        for layer in (loaded.layers.layers if loaded.layers else ())
        for entry in layer.entries
        if entry.document.position.file in changed
    }
    if documents:
        yield from SecondJudge(registry).findings(documents.values())


def _suppressed(clients: Sequence[LoadedClient]) -> Iterator[Suppression]:
    for loaded in clients:
        for layer in loaded.layers.layers if loaded.layers else ():
            yield from (each for each in layer.suppressed if each.reason)
