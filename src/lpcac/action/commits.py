"""What commits declare: maps, clients and what Git owned, each read once; the work tree is never looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath

from lpcac.action.certificates import Certificates, ReadFile, certificates_digest
from lpcac.connectors.git.repository import Repository
from lpcac.connectors.git.samples import samples_of_commit
from lpcac.core.files import ChangedFile
from lpcac.core.findings import Finding, Position
from lpcac.core.resources import ResourceKey
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.affected_clients import Affected, affected_clients
from lpcac.directory_map.directory_map import DirectorEndpoint
from lpcac.directory_map.guarded_map import DIRECTORS, GuardedMap
from lpcac.kinds.registry import Registry
from lpcac.workspace.check_rules import RuleFiles
from lpcac.workspace.client_files import Snapshot, snapshot
from lpcac.workspace.load_scope import scope_at
from lpcac.workspace.scope import Scope
from lpcac.workspace.target_options import TargetOptions

_SECRET_VARIABLE = re.compile(rb"(?:token_env|secret_key_env)\W{1,10}([A-Za-z_][A-Za-z0-9_]*)")


@dataclass
class Commits:
    """The repository's commits, read through one map's name.

    Arguments:
        map_file: the map, relative to the repository.
        options: the limits that apply to every client.
        ca_bundle: certificates that the input `ca-bundle` names for all Directors, relative to the repository.
    """

    repository: Repository
    map_file: str
    registry: Registry
    options: TargetOptions = field(default_factory=TargetOptions)
    ca_bundle: Path | None = None
    _held: dict[str, Snapshot] = field(default_factory=dict)
    _scopes: dict[tuple[str, tuple[str, ...]], Scope] = field(default_factory=dict)
    _changed: dict[tuple[str, str], Sequence[ChangedFile]] = field(default_factory=dict)
    _affected: dict[tuple[str | None, str], tuple[Affected, ...]] = field(default_factory=dict)
    _owned: dict[tuple[str, str], frozenset[ResourceKey]] = field(default_factory=dict)
    _guarded: dict[str, GuardedMap] = field(default_factory=dict)
    _rules: dict[tuple[str, str], str] = field(default_factory=dict)

    def at(self, commit: str) -> Snapshot:
        """Return what a commit holds.

        Raises:
            UsageError: the repository does not have the commit, or not all of its map.
        """
        if commit not in self._held:
            self._held[commit] = snapshot(self.repository, commit, self.map_file, self.registry)
        return self._held[commit]

    def secret_variables(self, commit: str) -> list[str]:
        """Return the variables that a commit's map says hold secrets, read from its text: the map may have errors."""
        return [
            name.decode() for name in _SECRET_VARIABLE.findall(self.repository.file_at(commit, self.map_file) or b"")
        ]

    def affected(self, before: str | None, after: str) -> tuple[Affected, ...]:
        """Return the clients whose plan differs between two commits; all of them without an older one."""
        if (before, after) not in self._affected:
            was = self.at(before).map if before else None
            changed = self.changed_files(before, after) if before else ()
            self._affected[before, after] = affected_clients(changed, was, self.at(after).map, self.map_file)
        return self._affected[before, after]

    def changed_files(self, before: str, after: str) -> Sequence[ChangedFile]:
        """Return every file that differs between two commits."""
        if (before, after) not in self._changed:
            self._changed[before, after] = self.repository.changed_files(before, after)
        return self._changed[before, after]

    def scope_at(self, commit: str, clients: Sequence[str]) -> Scope:
        """Return the named clients as a commit declares them; none for no names.

        Raises:
            UsageError: the commit's map does not have one of them.
        """
        held, names = self.at(commit), tuple(clients)
        if not names:
            return Scope((), directors=held.directors, findings=held.findings)
        if (commit, names) not in self._scopes:
            folder = (self.repository.root / self.map_file).parent
            self._scopes[commit, names] = scope_at(held, replace(self.options, clients=names), folder)
        return self._scopes[commit, names]

    def owned_at(self, commit: str, client: str) -> frozenset[ResourceKey]:
        """Return what a commit declares for a client; nothing when it does not know the client.

        Raises:
            UsageError: the repository does not have the commit.
        """
        key = commit, client
        if key not in self._owned:
            self._owned[key] = self.at(commit).owned(client)
        return self._owned[key]

    def guarded_at(self, commit: str) -> GuardedMap:
        """Return what a commit's map says in guarded keys, certificates by content."""
        if commit not in self._guarded:
            self._guarded[commit] = GuardedMap.of(
                self.at(commit).map,
                partial(self.certificates_at, commit),
                partial(self._rules_digest, commit),
            )
        return self._guarded[commit]

    def certificates_by(self, read: ReadFile, director: DirectorEndpoint) -> str:
        """Return the digest of the certificates of a Director that a commit holds; empty where it holds none.

        Arguments:
            read: gives the content of a file as of the commit, links followed.
            director: as the commit's map has it.
        """
        return certificates_digest(read, self.repository, self.map_file, self.ca_bundle, director.ca_bundle)

    def certificates_at(self, commit: str, director: DirectorEndpoint) -> str:
        """Return the digest of the certificates of a Director that a commit of the clone holds."""
        return self.certificates_by(partial(self.repository.linked_file_at, commit), director)

    def rule_files(self, commit: str, paths: Iterable[str]) -> RuleFiles:
        """Return the files of rules that a commit holds at these paths, which are relative to the map.

        A path that the commit does not have is a finding: else a folder that was moved would end its rules.
        """
        folder = PurePosixPath(self.map_file).parent
        names = [str(folder / path) for path in paths]
        files, findings = self.repository.read_at(commit, names) if names else ([], [])
        missing = (
            Finding("path-unreadable", f"{quoted(name)}: there is no such file or folder", Position(name))
            for name in names
            if not self.repository.holds(commit, name)
        )
        return RuleFiles(tuple(files), (*findings, *missing), samples_of_commit(self.repository, commit))

    def has_rules(self, commit: str, reviewed: GuardedMap) -> bool:
        """Tell whether a commit holds the rules that were reviewed, whatever its own map says."""
        rules = reviewed.rules.items()
        return self.repository.knows(commit) and all(
            self._rules_digest(commit, path) == content for path, content in rules
        )

    def _rules_digest(self, commit: str, path: str) -> str:
        if (commit, path) not in self._rules:
            self._rules[commit, path] = self.rule_files(commit, [path]).content
        return self._rules[commit, path]

    def trusted_directors(self, commit: str, folder: Path, reviewed: GuardedMap) -> dict[str, DirectorEndpoint]:
        """Return the Directors as they were reviewed, their certificates read from a commit that is trusted as well.

        A Director whose certificates in that commit are not the reviewed ones is left out.

        Arguments:
            folder: where certificates are put.
        """
        certificates = Certificates(self.repository, commit, self.map_file, self.ca_bundle, folder)
        return {
            name: certificates.given_to(director)
            for name, director in reviewed.directors.items()
            if self._has_certificates(commit, director, reviewed)
        }

    def _has_certificates(self, commit: str, director: DirectorEndpoint, reviewed: GuardedMap) -> bool:
        known = (reviewed.value(f"{DIRECTORS}{director.name}") or {}).get("certificates", "")
        return bool(known == self.certificates_at(commit, director))
