"""The input of a sync: what a client's files and bases declare, and what is live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from lpcac.composition.client import ClientLayers, Composed
from lpcac.composition.layers import Layer, read_layer
from lpcac.composition.placeholders import values_for
from lpcac.composition.validation import NOTHING_DECLARED, UNKNOWN_REFERENCE
from lpcac.core.findings import Finding, errors_in
from lpcac.core.json_values import Json
from lpcac.core.resources import Live, Resource, ResourceKey, Target
from lpcac.directory_map.directory_map import Client
from lpcac.kinds.references import references
from lpcac.kinds.registry import Registry
from lpcac.planning.diff.carried_fields import carried, says
from lpcac.planning.targets.loaded_clients import File
from lpcac.sync.own_documents import Declarations, declarations


@dataclass(frozen=True)
class ClientFolder:
    """A client's own folder as it is, and the bases below it.

    Arguments:
        name: prefix of its files' names.
        findings: why files in it could not be read.
        holds_more: whether it has other files than those that were read.
        read_only: names of the read-only files.
    """

    name: str
    files: tuple[File, ...] = ()
    findings: tuple[Finding, ...] = ()
    bases: tuple[Layer, ...] = ()
    holds_more: bool = False
    read_only: frozenset[str] = frozenset()

    def content(self, file: str) -> bytes:
        """Return the content of one of its files."""
        return dict(self.files)[file]

    def file(self, name: str) -> str:
        """Return the name of a file in the folder, as messages show it."""
        return name if self.name in ("", ".") else f"{self.name}/{name}"


@dataclass(frozen=True, eq=False)
class ClientState:
    """A client on one logpoint: what is declared for it, and what is live there."""

    registry: Registry
    client: Client
    target: Target
    live: Live
    folder: ClientFolder

    @cached_property
    def base(self) -> Composed:
        """Return what the bases declare by themselves."""
        return self._composed(())

    @cached_property
    def declared(self) -> Composed:
        """Return what is declared now."""
        return self._composed((self._own,))

    @cached_property
    def declarations(self) -> Declarations:
        """Return the documents in the client's own folder."""
        values = values_for(self.client, self.target.pool, self.target.logpoint)
        return declarations(self.folder.files, self._own, self.declared, values)

    @cached_property
    def missing(self) -> frozenset[ResourceKey]:
        """Return what is declared and not live."""
        return frozenset(self.declared.desired.resources.keys() - self.live.objects.keys())

    @property
    def base_errors(self) -> tuple[Finding, ...]:
        """Return the errors in the bases that the client's patches do not fix.

        Unknown references are left out: the client's folder may declare the object.
        """
        harmless, still = {UNKNOWN_REFERENCE, NOTHING_DECLARED}, set(self.declared.findings)
        errors = errors_in(self.base.findings)
        return tuple(finding for finding in errors if finding.code not in harmless and finding in still)

    def composed_of(self, files: Iterable[File]) -> Composed:
        """Return what would be declared if the folder held these files."""
        return self._composed((read_layer(files, self.registry, findings=self.folder.findings),))

    def says(self, composed: Composed, key: ResourceKey, spec: Json) -> bool:
        """Tell whether the object is declared with this spec, or so that it may stay as it is."""
        found = composed.desired.resources.get(key)
        return found is not None and says(found.spec, spec, self.registry.shapes[key.kind])

    def knows(self, key: ResourceKey) -> bool:
        """Tell whether written objects may refer to it although it is not written itself."""
        own = self.declarations
        is_declared = key in self.declared.desired.resources or key in own.plain or own.may_declare(key) is not None
        return is_declared or self.registry.is_vendor_name(*key) or key in self.client.external

    def is_vendors(self, key: ResourceKey) -> bool:
        """Tell whether a live object is the vendor's."""
        return self.registry.is_vendor_name(*key) or self.live.objects[key].is_vendors

    def means(self, resource: Resource, spec: Json) -> Json:
        """Return what a declaration results in if an object like `spec` is live."""
        return carried(spec, resource.spec, self.registry.shapes[resource.key.kind])

    def in_order(self, keys: Iterable[ResourceKey]) -> list[ResourceKey]:
        """Return the keys sorted by kind, then by name."""
        rank = {kind: number for number, kind in enumerate(self.registry.kinds)}
        return sorted(keys, key=lambda key: (rank[key.kind], key.name))

    def referred(self, key: ResourceKey, spec: Json) -> set[ResourceKey]:
        """Return everything that the spec refers to."""
        return {ResourceKey(kind, name) for _, kind, name in references(self.registry.shapes[key.kind], spec)}

    @cached_property
    def _own(self) -> Layer:
        return read_layer(self.folder.files, self.registry, findings=self.folder.findings)

    def _composed(self, layers: Sequence[Layer]) -> Composed:
        layered = ClientLayers(self.client, (*self.folder.bases, *layers), self.registry)
        return layered.composed(self.target.pool, self.target.logpoint)
