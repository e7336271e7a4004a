"""Finds where clients' pipeline tests were before they were changed on the default branch without a review.

A direct push that takes a test away changes no logpoint, so nothing stops it. The next pull request of the client is
checked against the test all the same, and shows that it is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from lpcac.action.checks.base_tests import names_before
from lpcac.action.run import Run
from lpcac.core.errors import InvalidConfigurationError
from lpcac.documents.folder_entries import is_yaml
from lpcac.planning.targets.loaded_clients import LoadedClient

# How far back changes of tests are looked for.
_EARLIER_COMMITS = 50
_KIND = b"PipelineTest"


def before_unreviewed_pushes(
    run: Run, clients: Sequence[LoadedClient], commit: str, base: str
) -> Mapping[str, Sequence[LoadedClient]]:
    """Return the clients whose tests direct pushes changed last, by the commit before the oldest of these pushes.

    Arguments:
        clients: as of the commit, which is proposed.
        base: the base branch's commit.

    Raises:
        GitHubError: it cannot be known whether a pull request brought a change.
    """
    commits = run.commits
    folders, found = _folders(run, clients, commit, base), dict[str, str]()
    for each in commits.repository.first_parents(None, base, _EARLIER_COMMITS) if folders else ():
        parent = commits.repository.first_parent(each)
        if parent is None or not folders:
            break
        touched = _touched_tests(run, parent, each, {place for places in folders.values() for place in places})
        names = [name for name, places in folders.items() if touched & places]
        if names and _is_reviewed(run, each):
            folders = {name: places for name, places in folders.items() if name not in names}
        else:
            found |= dict.fromkeys(names, parent)
    groups: dict[str, list[LoadedClient]] = {}
    for loaded in clients:
        if loaded.client.name in found:
            groups.setdefault(found[loaded.client.name], []).append(loaded)
    return groups


def _folders(run: Run, clients: Sequence[LoadedClient], commit: str, base: str) -> dict[str, frozenset[PurePosixPath]]:
    """Return where the base commit has the files of each client that it knows, by the client's name in the commit."""
    before, after = run.commits.at(base).map, run.commits.at(commit).map
    if before is None or after is None:
        return {}
    kept = {client.name for client in after.clients}
    names = names_before(before.clients, [loaded.client for loaded in clients], kept)
    was, folder = {client.name: client for client in before.clients}, PurePosixPath(run.commits.map_file).parent
    return {
        name: frozenset(folder / place for place in (was[old].path, *was[old].bases)) for name, old in names.items()
    }


def _touched_tests(run: Run, parent: str, commit: str, places: set[PurePosixPath]) -> frozenset[PurePosixPath]:
    """Return in which of these folders a commit changes tests, or files beside them, that were there before it."""
    found: set[PurePosixPath] = set()
    for changed in run.commits.changed_files(parent, commit):
        name = PurePosixPath(changed.names[0])
        here = places.intersection(name.parents) - found
        if here and _may_be_of_tests(run, parent, str(name)):
            found |= here
    return frozenset(found)


def _may_be_of_tests(run: Run, commit: str, name: str) -> bool:
    try:
        content = run.commits.repository.file_at(commit, name)
    except InvalidConfigurationError:
        return True
    return content is not None and (not is_yaml(name) or _KIND in content)


def _is_reviewed(run: Run, commit: str) -> bool:
    """Tell whether a pull request brought a commit into the default branch."""
    return any(each.is_merged and each.base_ref == run.default_branch for each in run.github.pull_requests_of(commit))
