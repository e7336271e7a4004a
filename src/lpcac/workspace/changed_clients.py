"""Which clients a range of commits changes."""

from __future__ import annotations

from pathlib import Path

from lpcac.connectors.files.maps import find_map
from lpcac.connectors.git.repository import open_repository
from lpcac.core.errors import InvalidConfigurationError, UsageError
from lpcac.core.safe_text import quoted
from lpcac.directory_map.affected_clients import Affected, affected_clients
from lpcac.kinds.registry import Registry
from lpcac.workspace.client_files import snapshot
from lpcac.workspace.target_options import TargetOptions, map_file_of


def affected_since(options: TargetOptions, compare_with: str, registry: Registry) -> tuple[Affected, ...]:
    """Return the clients whose plan the checked-out commit can alter, compared with where its history left a commit's.

    Raises:
        InvalidConfigurationError: the map has errors, so that it cannot be known what the clients are.
        UsageError: no map, not a Git repository, or no such commit.
    """
    if not options.names_a_target and find_map(Path()) is None:
        # A repository that has no map, or not any more, has no clients that a change could concern.
        return ()
    map_file = map_file_of(options)
    if map_file is None:
        message = "--changed needs a directory map: name one with --map"
        raise UsageError(message)
    repository = open_repository(map_file)
    name, head = repository.relative(map_file), repository.head()
    since = repository.merge_base(compare_with, head)
    branch, *merged = repository.parents(head) or [since]
    if merged and repository.is_ancestor(since, branch):
        # A test merge: what it brings to the branch is what it is about, whatever the branch got since.
        since = branch
    after = snapshot(repository, head, name, registry)
    if after.is_broken:
        message = f"{quoted(name)} has errors, so it cannot be known what the clients are: run lpcac validate"
        raise InvalidConfigurationError(message)
    before = snapshot(repository, since, name, registry)
    return affected_clients(repository.changed_files(since, head), before.map, after.map, name)
