"""The frozen values that pass between the stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from lpcac.core.findings import Position
from lpcac.core.json_values import Json


class ResourceKey(NamedTuple):
    """What identifies an object on every logpoint: its kind and its name."""

    kind: str
    name: str

    def __str__(self) -> str:
        """Return the form used in every message."""
        return f'{self.kind} "{self.name}"'


@dataclass(frozen=True)
class Resource:
    """A declared object: its canonical spec and where it was declared."""

    key: ResourceKey
    spec: Json
    position: Position
    positions: Mapping[str, Position] = field(default_factory=dict, compare=False, repr=False)
    """Positions of values by JSON pointer, looked up on demand."""
    patched: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """Pointers to what patches set or removed."""
    labels: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """What the document's metadata says for people and rules."""

    def where(self, pointer: str) -> Position:
        """Return the position of the value at the pointer, else of the document."""
        return self.positions.get(pointer, self.position)


@dataclass(frozen=True)
class Desired:
    """What Git declares for one client."""

    resources: Mapping[ResourceKey, Resource]
    external: frozenset[ResourceKey] = frozenset()
    """Objects that exist on the logpoint and are managed elsewhere."""
    dropped: Mapping[ResourceKey, Position] = field(default_factory=dict, compare=False, repr=False)
    """What a base declares and a patch drops, with the patch's place."""
    is_silent: bool = False
    """Whether the client has no documents, so that nothing may be deleted because of it."""


@dataclass(frozen=True)
class LiveObject:
    """An object that the logpoint holds; the id is this logpoint's own and never leaves the connector and apply."""

    key: ResourceKey
    spec: Json
    object_id: str
    problem: str | None = None
    """Why the object cannot be understood, if it cannot; its spec is empty then."""
    unknown: tuple[str, ...] = ()
    """Fields of the object itself that are neither its spec nor the Director's own, and so are not written."""
    is_vendors: bool = False
    """Whether the object is marked as the vendor's, whatever its name."""


@dataclass(frozen=True)
class Live:
    """Everything that was read from one logpoint, completely; a read that was not complete gives no value at all."""

    objects: Mapping[ResourceKey, LiveObject]
    inventories: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For every inventory that was read: name, in its one spelling, to id."""
    ambiguous: frozenset[ResourceKey] = frozenset()
    """Names that more than one live object carries."""


THIS_POOL: Final = "\x00pool\x00"
"""Replaces, in an owned object's name, that of the target's pool; no real name can hold it."""
THIS_LOGPOINT: Final = "\x00logpoint\x00"
"""Replaces, in an owned object's name, that of the target's logpoint."""


@dataclass(frozen=True)
class Ownership:
    """What Git may delete, beyond what it declares now.

    Arguments:
        owned: declared at the target's last applied commit; names may hold `THIS_POOL` and `THIS_LOGPOINT`.
        prune: also delete live objects that were never declared.
    """

    owned: frozenset[ResourceKey] = frozenset()
    prune: bool = False

    def on(self, target: Target) -> Ownership:
        """Return the same for one target, by its own names."""
        names = {key: key.name.replace(THIS_POOL, target.pool) for key in self.owned}
        owned = (ResourceKey(key.kind, name.replace(THIS_LOGPOINT, target.logpoint)) for key, name in names.items())
        return Ownership(frozenset(owned), self.prune)


@dataclass(frozen=True)
class Target:
    """One client on one logpoint; names are for people, the ids address the Director's API.

    Arguments:
        director: the Director's address: a copy of it has the same ids, and is another target.
    """

    client: str
    pool: str
    logpoint: str
    pool_uuid: str
    logpoint_id: str
    director: str = field(default="", repr=False)

    def __str__(self) -> str:
        """Return `client on pool/logpoint`."""
        return f"{self.client} on {self.pool}/{self.logpoint}"


class Action(StrEnum):
    """What a change does to an object."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
