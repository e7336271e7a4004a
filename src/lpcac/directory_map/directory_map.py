"""The directory map as a value: the Directors, the clients and what drift is accepted."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Literal

from lpcac.core.errors import UsageError
from lpcac.core.findings import Position
from lpcac.core.resources import ResourceKey
from lpcac.core.text.did_you_mean import did_you_mean
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.limits import Limits
from lpcac.documents.folder_entries import is_yaml
from lpcac.kinds.registry import Registry

MAP_NAME = "lpcac.yaml"
"""Default file name of the directory map."""

Variable = str | bool | int | float


@dataclass(frozen=True)
class DirectorEndpoint:
    """A Director: its address in its one spelling, and the names of the variables that hold its secrets.

    Arguments:
        ca_bundle: a file as the map names it: relative to the map, or absolute.
        is_only: whether the map has no other Director.

    """

    name: str
    url: str
    token_env: str
    secret_key_env: str | None = None
    ca_bundle: str | None = None
    position: Position | None = field(default=None, compare=False, repr=False)
    is_only: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True)
class Client:
    """One client, complete: every glob expanded and every placeholder of the map replaced.

    Arguments:
        path: the client's folder, relative to the map; as on the command line for an ad-hoc client.
        director: name of its Director; empty for an ad-hoc client, whose Director is the settings'.
        logpoints: names or identifiers, or "*" for all of the pool.
        bases: folders relative to the map, in the order in which they are read.
        external: objects that exist and are managed elsewhere.
        position: where the map declares it; two clients that differ only there are equal.
        vars_at: where the map gives each variable its value.

    """

    name: str
    path: str
    director: str
    pool: str
    logpoints: tuple[str, ...] | Literal["*"]
    bases: tuple[str, ...] = ()
    vars: Mapping[str, Variable] = field(default_factory=dict, hash=False)
    external: frozenset[ResourceKey] = frozenset()
    prune: bool = False
    limits: Limits = field(default_factory=Limits)
    position: Position | None = field(default=None, compare=False, repr=False)
    vars_at: Mapping[str, Position] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Acceptance:
    """Known drift that is accepted up to and including a day; `None` for client and field means any.

    Arguments:
        client: may contain `*`, which matches any text.
        field: what may differ, as drift shows it.

    """

    kind: str
    name: str
    reason: str
    until: date
    client: str | None = None
    field: str | None = None
    position: Position | None = dataclasses.field(default=None, compare=False, repr=False)

    def concerns(self, client: str, key: ResourceKey) -> bool:
        """Tell whether it covers this object of this client, for any field and day."""
        return key == (self.kind, self.name) and self.is_for(client)

    def is_for(self, client: str) -> bool:
        """Tell whether it covers this client."""
        # Only `*` is wild in a map: `?` and brackets may be part of a client's name.
        return self.client is None or fnmatchcase(client, re.sub(r"[?[]", r"[\g<0>]", self.client))


@dataclass(frozen=True)
class DirectoryMap:
    """The clients with their folders and logpoints, and the Directors.

    Arguments:
        file: the map's own name: as the user would name it, or relative to the repository for a commit's map.
        clients: by name.
        lint: level of a lint code, where it is not the usual one.
        rules: files and folders of rules, relative to the map.
        require_approval: whether a reviewed plan must be approved after it was shown.

    """

    file: str
    directors: Mapping[str, DirectorEndpoint] = field(default_factory=dict)
    clients: tuple[Client, ...] = ()
    accept: tuple[Acceptance, ...] = ()
    require_review: bool = True
    lint: Mapping[str, str] = field(default_factory=dict, hash=False)
    rules: tuple[str, ...] = ()
    require_approval: bool = False

    def select(self, names: Sequence[str]) -> tuple[Client, ...]:
        """Return the clients of these names, or all without names.

        Raises:
            UsageError: a name is not in the map.

        """
        known = {client.name: client for client in self.clients}
        for name in names:
            if name not in known:
                message = f"client {quoted(name)} is not in {self.file}{did_you_mean(name, known)}"
                raise UsageError(message)
        return tuple(client for client in self.clients if not names or client.name in names)


def ad_hoc_client(
    path: str,
    *,
    pool: str,
    logpoints: Sequence[str],
    registry: Registry,
    external: Sequence[str] = (),
    prune: bool = False,
    allow_repo_delete: bool = False,
) -> Client:
    """Return the client that flags describe, named after the folder.

    Arguments:
        path: absolute path of the folder, or of a file in it.
        pool: name or UUID.
        logpoints: names or identifiers; `["*"]` for all of the pool.
        registry: the kinds that `external` may name.
        external: `KIND=NAME`, one each.
        prune: whether objects that Git never declared are deleted as well.
        allow_repo_delete: whether repos, and the logs in them, may be deleted.

    Raises:
        UsageError: no logpoint is named, or an `external` is malformed.

    """
    if not pool or not logpoints or not all(logpoints):
        message = "an ad-hoc target needs --pool and at least one --logpoint"
        raise UsageError(message)
    if "*" in logpoints and len(logpoints) > 1:
        message = '--logpoint "*" means all logpoints of the pool: do not name others with it'
        raise UsageError(message)
    folder = PurePath(path)
    if is_yaml(folder.name):
        folder = folder.parent
    return Client(
        name=folder.name or "client",
        path=path,
        director="",
        pool=pool,
        logpoints="*" if "*" in logpoints else tuple(logpoints),
        external=frozenset(external_object(text, registry) for text in external),
        prune=prune,
        limits=Limits(allow_repo_delete=allow_repo_delete),
    )


def external_object(text: str, registry: Registry) -> ResourceKey:
    """Return what an `external` on the command line means.

    Raises:
        UsageError: it is not `KIND=NAME`, or there is no such kind.

    """
    kind, equals, name = text.partition("=")
    if not equals or not name:
        message = f"--external {quoted(text)}: write KIND=NAME, for example EnrichmentPolicy=Threat_Intelligence"
        raise UsageError(message)
    known = referable(registry)
    if kind not in known:
        message = f"--external {quoted(text)}: there is no kind {quoted(kind)}{did_you_mean(kind, known)}"
        raise UsageError(message)
    return ResourceKey(kind, name)


def referable(registry: Registry) -> frozenset[str]:
    """Return the names of all that a resource can refer to, managed or not."""
    return frozenset(registry.kinds) | frozenset(registry.inventories)
