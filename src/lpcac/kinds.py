"""The contract that a resource kind fulfils; it knows no kind and does no I/O.

A kind is declared once, in one file of `lpcac.models`. Validation, schemas, ordering, id resolution, comparison,
rendering and the connector follow from that declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.fields import FieldInfo

Json = dict[str, Any]
"""A decoded JSON object. The one place where values are untyped: the wire, and specs on their way to the digest."""

API_VERSION = "logpoint-cac/v1"

# `(?!\n)` because Python's `$` also matches before a trailing newline; JSON Schema's does not.
_NO_CONTROL = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
TEXT_PATTERN = rf"^[^{_NO_CONTROL}]*$(?!\n)"
NAME_PATTERN = rf"^(?!None$)(?! )(?!.* $)[^{_NO_CONTROL}]+$(?!\n)"
LIST_NAME_PATTERN = rf"^(?! )(?!.* $)[^,{_NO_CONTROL}]+$(?!\n)"


@dataclass(frozen=True)
class Meaning:
    """Says what a text must be where a pattern checks it; completes the sentence "must be"."""

    words: str


Text = Annotated[str, StringConstraints(pattern=TEXT_PATTERN), Meaning("one line of text without control characters")]
"""One line of text, possibly empty, without control characters."""

Name = Annotated[
    str,
    StringConstraints(pattern=NAME_PATTERN, min_length=1),
    Meaning("a name on one line, other than None, without outer spaces or control characters"),
]
"""A name on the Director: one line, no outer spaces, and not `None`, the Director's own word for "no policy"."""

ListName = Annotated[
    str,
    StringConstraints(pattern=LIST_NAME_PATTERN, min_length=1),
    Meaning("a name on one line, without commas, outer spaces or control characters"),
]
"""A name that travels in the Director's comma-separated strings, and so holds no comma."""


def _whole_number(value: object) -> object:
    """Accept 90.0 for 90: JSON Schema calls both an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# The limit comes first: behind the validator it would be enforced, but missing from the JSON Schema.
Days = Annotated[int, Field(ge=1), BeforeValidator(_whole_number)]


class Spec(BaseModel):
    """Base of everything a user writes: strict, closed and frozen."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        regex_engine="python-re",
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )


@dataclass(frozen=True)
class Ref:
    """Marks a text field, or the items of a list, as the name of another object.

    `kind` is a registered kind, or an `Inventory` of things the logpoint has and lpcac does not manage.
    """

    kind: str


@dataclass(frozen=True)
class Unordered:
    """Marks a list in which order means nothing."""


@dataclass(frozen=True)
class Matched:
    """Marks an ordered list of objects whose items are recognised by the fields of `by` when compared."""

    by: tuple[str, ...]


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


Part = Literal["object", "list", "scalar"]


@dataclass(frozen=True)
class Shape:
    """What the markers on a spec's fields say, as a tree beside the JSON value."""

    part: Part
    fields: Mapping[str, Shape]
    item: Shape | None = None
    ref: str | None = None
    unordered: bool = False
    matched_by: tuple[str, ...] | None = None
    meaning: str | None = None

    def references(self) -> Iterator[str]:
        """Yield every kind or inventory this part refers to."""
        if self.ref:
            yield self.ref
        for child in (*self.fields.values(), *([self.item] if self.item else [])):
            yield from child.references()


def shape_of(spec: type[BaseModel]) -> Shape:
    """Return the shape of a spec model, read from its annotations."""
    return Shape("object", {name: _field_shape(field) for name, field in spec.model_fields.items()})


def _field_shape(field: FieldInfo) -> Shape:
    return _annotation_shape(field.annotation, tuple(field.metadata))


def _annotation_shape(annotation: object, markers: tuple[object, ...]) -> Shape:
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _annotation_shape(inner, (*markers, *more))
    if get_origin(annotation) in (Union, UnionType):
        shapes = [_annotation_shape(arg, markers) for arg in get_args(annotation) if arg is not type(None)]
        return shapes[0] if len(shapes) == 1 else _union_shape(shapes)
    if get_origin(annotation) is list:
        matched = next((m.by for m in markers if isinstance(m, Matched)), None)
        unordered = any(isinstance(m, Unordered) for m in markers)
        item = _annotation_shape(get_args(annotation)[0], tuple(m for m in markers if isinstance(m, Ref)))
        return Shape("list", {}, item=item, unordered=unordered, matched_by=matched)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return shape_of(annotation)
    ref = next((m.kind for m in markers if isinstance(m, Ref)), None)
    return Shape("scalar", {}, ref=ref, meaning=next((m.words for m in markers if isinstance(m, Meaning)), None))


def _union_shape(shapes: list[Shape]) -> Shape:
    """Return the shape of what is one of several: an object with the fields of all, anything else opaque."""
    if all(shape.part == "object" for shape in shapes):
        return Shape("object", {name: field for shape in shapes for name, field in shape.fields.items()})
    return Shape("scalar", {})


class Registry:
    """All kinds and inventories, in an order in which every kind comes after what it refers to."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        """Sort the kinds by their references; raise `ValueError` for duplicates, dangling references and cycles."""
        by_name = _unique(kinds)
        inventories = {inv.name: inv for kind in by_name.values() for inv in kind.inventories}
        # An inventory gives way to the managed kind of its name.
        self.inventories: Mapping[str, Inventory] = {n: i for n, i in inventories.items() if n not in by_name}
        self.shapes: Mapping[str, Shape] = {name: shape_of(kind.spec) for name, kind in by_name.items()}
        self.kinds: Mapping[str, Kind] = {name: by_name[name] for name in self._ordered(by_name)}

    def _ordered(self, by_name: Mapping[str, Kind]) -> Iterable[str]:
        from graphlib import CycleError, TopologicalSorter  # noqa: PLC0415 - only needed here

        graph: dict[str, list[str]] = {}
        for name in sorted(by_name):
            graph[name] = []
            for ref in sorted(set(self.shapes[name].references())):
                if ref in by_name:
                    graph[name].append(ref)
                elif ref not in self.inventories:
                    msg = f"kind {name} refers to {ref}, which is neither a kind nor an inventory"
                    raise ValueError(msg)
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            msg = f"kinds refer to each other in a circle: {' -> '.join(error.args[1])}"
            raise ValueError(msg) from None

    def label(self, name: str) -> str:
        """Return what a person calls one object of this kind or inventory."""
        return self.kinds[name].label if name in self.kinds else self.inventories[name].label


def _unique(kinds: Iterable[Kind]) -> dict[str, Kind]:
    by_name: dict[str, Kind] = {}
    for kind in kinds:
        if kind.name in by_name:
            msg = f"kind {kind.name} is declared twice"
            raise ValueError(msg)
        by_name[kind.name] = kind
    return by_name


def is_vendor_name(name: str) -> bool:
    """Tell whether the name belongs to the vendor: `default`, and all that start with an underscore."""
    return name == "default" or name.startswith("_")
