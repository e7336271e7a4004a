"""What commits declare: maps, clients and what Git owned, each read once; the work tree is never looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lpcac.action.certificates import Certificates
from lpcac.composition.clients import Library
from lpcac.connectors.files.maps import load_map_at
from lpcac.connectors.git.repository import Repository
from lpcac.core.findings import Finding, Severity
from lpcac.core.resources import ResourceKey
from lpcac.directory_map.affected_clients import Affected, affected_clients
from lpcac.directory_map.directory_map import DirectorEndpoint, DirectoryMap
from lpcac.kinds.registry import Registry
from lpcac.workspace.client_files import map_at
from lpcac.workspace.load_scope import load_scope_at
from lpcac.workspace.scope import Scope
from lpcac.workspace.target_options import TargetOptions

_SECRET_VARIABLE = re.compile(rb"(?:token_env|secret_key_env)\W{1,10}([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(frozen=True)
class MapRead:
    """A commit's map, `None` when it has none that can be used, and all that is wrong with it."""

    map: DirectoryMap | None
    findings: tuple[Finding, ...] = ()

    @property
    def is_broken(self) -> bool:
        """Tell whether it cannot be known what the clients are."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def directors(self) -> Mapping[str, DirectorEndpoint]:
        """Return the map's Directors; none without a map."""
        return self.map.directors if self.map else {}


@dataclass
class Commits:
    """The repository's commits, read through one map's name.

    Arguments:
        map_file: the map, relative to the repository.
        options: the limits that apply to every client.
    """

    repository: Repository
    map_file: str
    registry: Registry
    options: TargetOptions = field(default_factory=TargetOptions)
    _maps: dict[str, MapRead] = field(default_factory=dict)
    _libraries: dict[str, tuple[DirectoryMap | None, Library | None]] = field(default_factory=dict)
    _affected: dict[tuple[str | None, str], tuple[Affected, ...]] = field(default_factory=dict)
    _owned: dict[tuple[str, str], frozenset[ResourceKey]] = field(default_factory=dict)

    def map_at(self, commit: str) -> MapRead:
        """Return the map as of a commit."""
        if commit not in self._maps:
            found, findings = load_map_at(self.repository, commit, self.map_file, self.registry)
            self._maps[commit] = MapRead(found, tuple(findings))
        return self._maps[commit]

    def secret_variables(self, commit: str) -> list[str]:
        """Return the variables that a commit's map says to hold secrets; from its text, for it may have errors."""
        return [
            name.decode() for name in _SECRET_VARIABLE.findall(self.repository.file_at(commit, self.map_file) or b"")
        ]

    def affected(self, before: str | None, after: str) -> tuple[Affected, ...]:
        """Return the clients whose plan differs between two commits; all of them without an older one."""
        if (before, after) not in self._affected:
            was = self.map_at(before).map if before else None
            changed = self.repository.changed_files(before, after) if before else ()
            self._affected[before, after] = affected_clients(changed, was, self.map_at(after).map, self.map_file)
        return self._affected[before, after]

    def scope_at(self, commit: str, clients: Sequence[str]) -> Scope:
        """Return the named clients as a commit declares them; none for no names."""
        if not clients:
            read = self.map_at(commit)
            return Scope((), directors=read.directors, findings=read.findings)
        options = replace(self.options, map_file=str(self.repository.root / self.map_file), clients=tuple(clients))
        return load_scope_at(options, commit, self.registry)

    def owned_at(self, commit: str, client: str) -> frozenset[ResourceKey]:
        """Return what a commit declares for a client; nothing when it does not know the client.

        Raises:
            UsageError: the repository does not have the commit.
        """
        key = commit, client
        if key not in self._owned:
            if commit not in self._libraries:
                self._libraries[commit] = map_at(commit, self.registry, self.repository.root / self.map_file)
            found, loader = self._libraries[commit]
            known = next((each for each in found.clients if each.name == client), None) if found else None
            self._owned[key] = loader.owned(known) if known and loader else frozenset()
        return self._owned[key]

    def trusted_directors(self, commit: str, bundle: Path | None, folder: Path) -> dict[str, DirectorEndpoint]:
        """Return the Directors of a commit's map, their certificates read from that commit as well.

        Arguments:
            bundle: certificates that the input `ca-bundle` names for all of them, relative to the repository.
            folder: where certificates are put.
        """
        certificates = Certificates(self.repository, commit, self.map_file, bundle, folder)
        return {name: certificates.given_to(director) for name, director in self.map_at(commit).directors.items()}
