"""Composes a client's files and bases into what Git declares for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from lpcac.composition import fleet_findings
from lpcac.composition.client import ClientLayers, Composed
from lpcac.composition.fleet_findings import ClientFindings
from lpcac.composition.layers import Layer, read_layer
from lpcac.core.findings import Finding, errors_in
from lpcac.core.resources import THIS_LOGPOINT, THIS_POOL, Desired, ResourceKey, Target
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Client
from lpcac.kinds.registry import Registry
from lpcac.pipeline_tests.suites import Suite, suites_of

File = tuple[str, bytes]
"""A file's name, as messages call it, and its content."""

Folder = tuple[Sequence[File], Sequence[Finding]]
"""The files of a folder, and findings about files that could not be read."""


@dataclass(frozen=True)
class LoadedClient:
    """A client with what its files declare, and all findings.

    Arguments:
        desired: as far as known without the Director; use `on` for a logpoint.
        layers: its layers, if it was read from files.
        suites: its tests; more than one where the client differs by logpoint.
    """

    client: Client
    desired: Desired
    findings: tuple[Finding, ...] = ()
    layers: ClientLayers | None = field(default=None, compare=False, repr=False)
    suites: tuple[Suite, ...] = field(default=(), compare=False, repr=False)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Return the findings that make it impossible to plan."""
        return errors_in(self.findings)

    def on(self, target: Target) -> LoadedClient:
        """Return the client composed for one logpoint, its placeholders filled."""
        if self.layers is None or not self.layers.depends_on_logpoint:
            return self
        composed = self.layers.composed(target.pool, target.logpoint)
        return replace(self, desired=composed.desired, findings=_placed(self.client, [composed]))

    @property
    def named_targets(self) -> tuple[Target, ...]:
        """Return the targets as the client's entry names them, without asking anyone what they are."""
        client = self.client
        return tuple(Target(client.name, client.pool, logpoint, "", "") for logpoint in client.logpoints)

    def for_fleet(self) -> ClientFindings:
        """Return its findings, ready to merge with other clients'."""
        if self.layers is None:
            return ClientFindings(self.client, self.findings)
        shared = frozenset().union(*(layer.files for layer in self.layers.layers if layer.is_base))
        return ClientFindings(self.client, self.findings, shared, self.layers.unused_variables)


def load_client(
    client: Client,
    files: Iterable[File],
    registry: Registry,
    findings: Iterable[Finding] = (),
    bases: Sequence[Layer] = (),
) -> LoadedClient:
    """Return what the files declare for the client.

    Arguments:
        files: of the client's own folder.
        findings: problems found while reading the files.
        bases: in the order in which they are read.
    """
    own = read_layer(files, registry, findings=findings)
    layers = ClientLayers(client, (*bases, own), registry)
    composed = layers.composed_offline()
    suites = suites_of(layers, [each.desired for each in composed])
    found = fleet_findings.deduplicated([_placed(client, composed), *(suite.findings for suite in suites)])
    return LoadedClient(client, composed[0].desired, found, layers, suites)


def merged_across_clients(clients: Iterable[LoadedClient]) -> tuple[LoadedClient, ...]:
    """Return the clients; a finding in a base is the same one in each client that it affects."""
    known = list(clients)
    merged = fleet_findings.merged_across_clients([client.for_fleet() for client in known])
    return tuple(replace(client, findings=findings) for client, findings in zip(known, merged, strict=True))


def _placed(client: Client, composed: Iterable[Composed]) -> tuple[Finding, ...]:
    """Return each finding once; one without a position gets the client's position in the map."""
    findings = fleet_findings.deduplicated(each.findings for each in composed)
    return tuple(
        finding
        if finding.position or not client.position
        else replace(finding, message=f"client {quoted(client.name)}: {finding.message}", position=client.position)
        for finding in findings
    )


class Library:
    """Loads clients of one map, as of the work tree or of one commit; a base is read once for all of them."""

    def __init__(self, registry: Registry, read: Callable[[str], Folder]) -> None:
        """Read folders with `read`, which is given them as the map names them."""
        self._registry = registry
        self._read = read
        self._bases: dict[str, Layer] = {}

    def base(self, folder: str) -> Layer:
        """Return a base."""
        if folder not in self._bases:
            files, findings = self._read(folder)
            self._bases[folder] = read_layer(files, self._registry, folder, findings)
        return self._bases[folder]

    def load(self, client: Client) -> LoadedClient:
        """Return what the client's folder and bases declare."""
        files, findings = self._read(client.path)
        return load_client(client, files, self._registry, findings, [self.base(base) for base in client.bases])

    def owned(self, client: Client) -> frozenset[ResourceKey]:
        """Return kind and name of all that the client declares, valid or not."""
        files, findings = self._read(client.path)
        bases = [self.base(base) for base in client.bases]
        return declared_keys(files, self._registry, client, findings, bases)


def declared_keys(
    files: Iterable[File],
    registry: Registry,
    client: Client,
    findings: Iterable[Finding] = (),
    bases: Sequence[Layer] = (),
) -> frozenset[ResourceKey]:
    """Return kind and name of every resource that the client declares, valid or not: what Git owns by it.

    In names that depend on the logpoint, `THIS_POOL` and `THIS_LOGPOINT` replace the target's names.
    """
    layers = (*bases, read_layer(files, registry, findings=findings))
    return ClientLayers(client, layers, registry).declared_keys(THIS_POOL, THIS_LOGPOINT)
