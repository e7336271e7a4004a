"""The contract that a resource kind fulfils; it knows no kind and does no I/O.

A kind is declared once, in one file of `lpcac.models`. Validation, schemas, ordering, id resolution, comparison,
rendering and the connector follow from that declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from lpcac.core.json_values import Json
from lpcac.kinds.fields import Spec


@dataclass(frozen=True)
class Risk:
    """One sentence about what a change destroys or stops storing, with a stable code.

    A change whose risk `needs_permission` is refused unless the client's entry in the map permits it.
    """

    code: str
    message: str
    needs_permission: bool = False


class Names(Protocol):
    """Translates between names and the ids of one logpoint."""

    def id_of(self, kind: str, name: str) -> str:
        """Return the id of the named object; raise `KeyError` when the logpoint has none."""

    def name_of(self, kind: str, object_id: str) -> str:
        """Return the name behind an id; an id without an object gives a text that no name can equal."""


@dataclass(frozen=True)
class Inventory:
    """Things that a logpoint has, that resources refer to, and that lpcac does not manage.

    Arguments:
        name: what a `Ref` calls it.
        label: what a person calls one of it, in lower case.
        path: resource path of the list call, below the logpoint.
        entries: reads one answer; gives (name, id) pairs, the id being the name where the Director has none.
        refresh_path: the POST that makes the Director read the list anew, if there is one.
        same_name: brings two spellings of one name to the same text.
    """

    name: str
    label: str
    path: str
    entries: Callable[[list[Json]], Iterable[tuple[str, str]]]
    refresh_path: str | None = None
    same_name: Callable[[str], str] = str


def no_risks(before: Json | None, after: Json | None) -> Iterator[Risk]:
    """For kinds whose changes destroy nothing."""
    del before, after
    yield from ()


def unchanged(spec: Json) -> Json:
    """For kinds whose declared form is already canonical."""
    return spec


@dataclass(frozen=True)
class Kind:
    """One kind of resource: its declared form, its form on the wire and what its changes can destroy.

    Arguments:
        name: as in YAML's `kind`.
        label: what a person calls one, in lower case.
        path: resource path of the API, below the logpoint.
        name_field: the field of a read answer that holds the name.
        spec: model of YAML's `spec`.
        to_wire: (name, canonical spec, names, replacing) -> the `data` of a write.
        from_wire: (object as read, names) -> canonical spec.
        canonical: brings a validated spec to the one form in which it is compared and digested.
        risks: (before, after) canonical specs, `None` for absent -> what the change destroys.
        inventories: the unmanaged things its fields refer to.
        example: a complete document, used in the schema and by the contract tests.
    """

    name: str
    label: str
    path: str
    name_field: str
    spec: type[Spec]
    to_wire: Callable[[str, Json, Names, bool], Json]
    from_wire: Callable[[Json, Names], Json]
    example: Json
    canonical: Callable[[Json], Json] = unchanged
    risks: Callable[[Json | None, Json | None], Iterator[Risk]] = no_risks
    inventories: tuple[Inventory, ...] = ()
