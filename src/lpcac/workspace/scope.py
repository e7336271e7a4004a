"""The clients a command works on, with their Directors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from lpcac.composition.fleet_findings import unused_variables
from lpcac.core.environment import Settings
from lpcac.core.findings import Finding, has_errors
from lpcac.core.resources import Ownership, ResourceKey
from lpcac.core.text.redaction import Redactor
from lpcac.directory_map.affected_clients import Affected
from lpcac.directory_map.directory_map import Acceptance, Client, DirectorEndpoint, DirectoryMap
from lpcac.planning.targets.loaded_clients import LoadedClient


@dataclass(frozen=True)
class Scope:
    """The clients a command works on, with what Git declares and owned, and their Directors.

    Arguments:
        directors: by name; none for ad-hoc clients, whose Director is in the settings.
        findings: problems of the map itself.
        map_folder: what the map's own relative paths start from.
        map_file: the map of the work tree; `None` for ad-hoc clients, and for those of a commit.
        before: the map of the commit that says what Git owned.
        released: clients that left the map since that commit: their objects are not deleted.
        others: clients of the map that the command is not about; their logpoints are theirs all the same.
        spare_findings: problems of bases that no client uses.
    """

    clients: tuple[LoadedClient, ...]
    owned: Mapping[str, frozenset[ResourceKey]] = field(default_factory=dict)
    directors: Mapping[str, DirectorEndpoint] = field(default_factory=dict)
    accept: tuple[Acceptance, ...] = ()
    findings: tuple[Finding, ...] = ()
    map_folder: Path = field(default_factory=Path)
    before: DirectoryMap | None = None
    released: tuple[Affected, ...] = ()
    spare_findings: tuple[Finding, ...] = ()
    map_file: Path | None = None
    others: tuple[Client, ...] = ()

    def without(self, names: Collection[str]) -> Scope:
        """Return the same with clients of these names among the others: their logpoints are still theirs."""
        left = tuple(loaded.client for loaded in self.clients if loaded.client.name in names)
        kept = tuple(loaded for loaded in self.clients if loaded.client.name not in names)
        return replace(self, clients=kept, others=(*self.others, *left))

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Return all findings in the map, the clients' files and the bases, each once."""
        of_clients = [finding for client in self.clients for finding in client.findings]
        unused = unused_variables(client.for_fleet() for client in self.clients)
        return tuple(dict.fromkeys((*self.findings, *of_clients, *unused, *self.spare_findings)))

    @property
    def map_is_broken(self) -> bool:
        """Tell whether the map has errors."""
        return has_errors(self.findings)

    def ownership(self, client: Client) -> Ownership:
        """Return what Git owns beyond what it declares, on the logpoints that the client had before."""
        return Ownership(self.owned.get(client.name, frozenset()), client.prune)

    def owned_on(self, client: Client) -> Client | None:
        """Return the client as the base commit's map had it: Git owns nothing on logpoints that it did not name.

        `None` for an ad-hoc client, and when the client was new or on another Director.
        """
        was = next((each for each in self.before.clients if each.name == client.name), None) if self.before else None
        if was is None or self.before is None:
            return None
        then, now = self.before.directors.get(was.director), self.directors.get(client.director)
        return was if then and now and then.url == now.url else replace(was, logpoints=())


def hide_secrets(scope: Scope, settings: Settings, redactor: Redactor) -> None:
    """Mask every secret in the settings and the map's variables, used or not."""
    for secret in (settings.director_token, settings.director_secret_key):
        redactor.hide(secret.get_secret_value() if secret else None)
    for director in scope.directors.values():
        for variable in filter(None, (director.token_env, director.secret_key_env)):
            redactor.hide(settings.environ.get(variable, "").strip())
