"""Which clients a range of commits changes."""

from __future__ import annotations

from pathlib import Path

from lpcac.connectors.files.maps import find_map
from lpcac.connectors.git.proposal_commits import proposed
from lpcac.connectors.git.repository import open_repository
from lpcac.core.errors import InvalidConfigurationError, UsageError
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.affected_clients import Affected, affected_clients
from lpcac.kinds.registry import Registry
from lpcac.workspace.client_files import snapshot
from lpcac.workspace.target_options import TargetOptions, map_file_of


def affected_since(options: TargetOptions, compare_with: str, registry: Registry) -> tuple[Affected, ...]:
    """Return the clients whose plan the checked-out commit can alter, compared with where its history left a commit's.

    Raises:
        InvalidConfigurationError: the map has errors.
        UsageError: no map, not a Git repository, or no such commit.
    """
    if not options.names_a_target and find_map(Path()) is None:
        # A repository without a map has no clients.
        return ()
    map_file = map_file_of(options)
    if map_file is None:
        message = "--changed needs a directory map: name one with --map"
        raise UsageError(message)
    repository = open_repository(map_file)
    name = repository.relative(map_file)
    found = proposed(repository, compare_with)
    after = snapshot(repository, found.after, name, registry)
    if after.is_broken:
        message = f"{quoted(name)} has errors: run lpcac validate and fix these errors first"
        raise InvalidConfigurationError(message)
    before = snapshot(repository, found.before, name, registry)
    return affected_clients(repository.changed_files(found.before, found.after), before.map, after.map, name)
