"""The contract that a resource kind fulfils; it knows no kind and does no I/O.

A kind is declared once, in one file of `lpcac.models`. Validation, schemas, ordering, id resolution, comparison,
rendering and the connector follow from that declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from pydantic import (
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)

from lpcac.core.json_pointers import readable_path
from lpcac.core.json_values import Json
from lpcac.kinds.fields import Spec
from lpcac.kinds.vendor import ANY_VENDOR, Vendor

Value = str
"""Any text that an object on the Director can hold, line ends and control characters included."""


class Element(Spec):
    """Base of the items of lists: fields marked as `Kept` tell an explicit `null` from nothing in what is dumped."""

    @model_serializer(mode="wrap")
    def _with_explicit_nulls(self, dump: SerializerFunctionWrapHandler) -> Json:
        dumped: Json = dump(self)
        for name in self.model_fields_set - dumped.keys():
            if any(isinstance(marker, Kept) for marker in type(self).model_fields[name].metadata):
                dumped[name] = None
        return dumped


@dataclass(frozen=True)
class Kept:
    """Marks an optional field of a list item: where it is left out, what the Director holds stays; `null` clears it.

    That holds for items whose `field` has this `value`; in others the field is required, or has no place.
    """

    field: str
    value: str


OTHER_FIELDS = "other fields"
"""Key in an item of a spec's list: what the Director holds there and no document can declare.

It travels with its item when that is written again. A field of a spec can never have this name.
"""


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
class Remark:
    """What is valid but probably a mistake: a stable code, a sentence, and the JSON pointer below the spec."""

    code: str
    message: str
    pointer: str = ""


def no_remarks(spec: Json) -> Iterator[Remark]:
    """For kinds of which everything legal makes sense."""
    del spec
    yield from ()


SERVER_OWNED = frozenset({"id", "tid", "active", "user", "vid"})
"""Fields that the Director gives every object and keeps for itself. Source: recorded answers of Director 2.7.0."""


@dataclass(frozen=True)
class Inventory:
    """Things that a logpoint has, that resources refer to, and that lpcac does not manage.

    Arguments:
        name: what a `Ref` calls it.
        label: what a person calls one of them, in lower case.
        path: resource path of the list call, below the logpoint.
        entries: reads one answer; gives (name, id) pairs, the id being the name where the Director has none.
        refresh_path: the POST that makes the Director refresh the list, if there is one.
        same_name: maps two spellings of one name to the same text.
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


# What pydantic calls a value of another type, or none.
_MISFITS: Final = frozenset(
    {"string_type", "int_type", "int_from_float", "bool_type", "list_type", "dict_type", "model_type", "missing"}
)


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
        held_fields: the fields of a read answer that hold the spec; a list may leave some out, and one object has all.
        server_owned: fields of a read answer that are not configuration, in addition to `SERVER_OWNED`.
        vendor: what the vendor owns.
        canonical: converts a validated spec to the one form in which it is compared and digested.
        remarks: (canonical spec) -> what is valid but probably a mistake.
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
    held_fields: frozenset[str] = frozenset()
    server_owned: frozenset[str] = frozenset()
    vendor: Vendor = ANY_VENDOR
    canonical: Callable[[Json], Json] = unchanged
    remarks: Callable[[Json], Iterator[Remark]] = no_remarks
    risks: Callable[[Json | None, Json | None], Iterator[Risk]] = no_risks
    inventories: tuple[Inventory, ...] = ()

    def unknown_fields(self, obj: Json) -> tuple[str, ...]:
        """Return the fields of a read answer that are neither the spec nor the server's own, sorted."""
        known = self.held_fields | self.server_owned | SERVER_OWNED | {self.name_field}
        return tuple(sorted(obj.keys() - known))

    def misfit(self, spec: Json) -> str | None:
        """Return where a spec as read holds a value of another type than every spec of this kind; `None` if nowhere.

        Values that are only not allowed, such as a name with a space in front, are no misfits.
        """
        try:
            self.spec.model_validate(spec)
        except ValidationError as error:
            for each in error.errors(include_url=False, include_context=False):
                is_odd = each["type"] == "literal_error" and not isinstance(each["input"], str)
                if is_odd or each["type"] in _MISFITS:
                    return readable_path(each["loc"])
        return None
