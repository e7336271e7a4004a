"""Composes a client: its bases in order, then its own folder, patched and filled.

Within a layer, patches come before declarations, so the order of files and documents does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from lpcac.composition.layers import Entry, Layer, key_of
from lpcac.composition.patches import is_drop, patched, removals_of_unknown_keys
from lpcac.composition.placeholders import LOGPOINT, POOL, filled, values_for
from lpcac.composition.unknown_names import NO_DOUBTS, UnknownNames
from lpcac.composition.validation import (
    CheckedDocument,
    about_name,
    check,
    declared_name,
    name_place,
    nothing_declared,
    subject_of,
    validate_together,
)
from lpcac.core.findings import Finding, Position, has_errors, sorted_by_place
from lpcac.core.resources import Desired, ResourceKey
from lpcac.core.text.did_you_mean import Hints
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Client, Variable
from lpcac.directory_map.schema import ALL
from lpcac.documents.document import Document
from lpcac.kinds.registry import Registry

_MOST_DOUBTS: Final = 200_000

ANY_LOGPOINT: Final = "logpoint"
"""Value of `${logpoint}` if only the Director knows the names."""


@dataclass(frozen=True)
class Composed:
    """What a client declares on one logpoint.

    Arguments:
        documents: of every resource, valid or not, after all patches and placeholders.
    """

    desired: Desired
    findings: tuple[Finding, ...]
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, eq=False)
class ClientLayers:
    """A client with everything that it is composed of."""

    client: Client
    layers: tuple[Layer, ...]
    registry: Registry = field(repr=False)

    @property
    def depends_on_logpoint(self) -> bool:
        """Tell whether what is declared uses the Director's name of the pool or the logpoint."""
        return any({POOL, LOGPOINT} & layer.placeholders for layer in self.layers)

    @property
    def unused_variables(self) -> frozenset[str]:
        """Return the client's unused variables; none if some of its files cannot be read."""
        if not self.client.vars or not all(layer.is_readable for layer in self.layers):
            return frozenset()
        used = frozenset().union(*(layer.placeholders for layer in self.layers))
        return frozenset(name for name in self.client.vars if f"vars.{name}" not in used)

    def composed(self, pool: str, logpoint: str) -> Composed:
        """Return what the client declares on the logpoint; both names as the Director knows them."""
        return self._composer(values_for(self.client, pool, logpoint), self.layers).composed()

    def composed_offline(self) -> list[Composed]:
        """Return what is declared, without the Director: one result, or one per logpoint if they differ.

        Names are taken from the map. What depends on a name that only the Director knows is not reported.
        """
        return [self._composed_offline(logpoint) for logpoint in self.logpoints_apart]

    @property
    def logpoints_apart(self) -> tuple[str, ...]:
        """Return the logpoints on which the client may differ; one without a name where it differs on none."""
        return tuple(self.client.logpoints) if self.depends_on_logpoint and self.client.logpoints else ("",)

    @property
    def asides(self) -> tuple[Document, ...]:
        """Return the tests and rules among its files, those of the bases first."""
        return tuple(document for layer in self.layers for document in layer.asides)

    def values_offline(self, logpoint: str = "") -> dict[str, Variable]:
        """Return the values of placeholders that are known without the Director."""
        return values_for(self.client, self.client.pool, ANY_LOGPOINT if logpoint == ALL else logpoint)

    def _composed_offline(self, logpoint: str) -> Composed:
        values = self.values_offline(logpoint)
        unknown_names = UnknownNames.among(values, logpoint)
        composed = self._composer(values, self.layers, unknown_names).composed()
        return replace(composed, findings=unknown_names.judged(composed.findings, composed.documents, self.registry))

    def declared_keys(self, pool: str, logpoint: str) -> frozenset[ResourceKey]:
        """Return kind and name of all that is declared, valid or not, without what patches drop.

        What Git owned does not depend on today's rules. A document without a readable kind and name owns nothing. If
        part of a layer cannot be read, the layers below it own nothing either, because that part may drop their
        objects. So nothing is deleted because of unreadable content.
        """
        unreadable = [index for index, layer in enumerate(self.layers) if not layer.is_readable]
        composer = self._composer(values_for(self.client, pool, logpoint), self.layers[max(unreadable, default=0) :])
        # Such a patch may drop any name that depends on the logpoint, so it drops all of them.
        uncertain = {kind for kind in composer.dropped_unknown if self.depends_on_logpoint}
        return frozenset(
            key
            for key, slot in composer.by_key.items()
            if key.kind not in uncertain or not {POOL, LOGPOINT} & slot.entry.placeholders
        )

    def _composer(
        self, values: Mapping[str, Variable], layers: Sequence[Layer], unknown_names: UnknownNames = NO_DOUBTS
    ) -> _Composer:
        composer = _Composer(self.registry, self.client, values, unknown_names)
        for layer in layers:
            composer.add(layer)
        return composer


@dataclass(eq=False)
class _Slot:
    """A declared document, the layer that declares it, and the patches for it so far.

    Arguments:
        rival: the declaration of the same name in an earlier layer.
    """

    entry: Entry
    layer: Layer
    key: ResourceKey | None
    patches: list[tuple[Layer, Entry]] = field(default_factory=list)
    rival: _Slot | None = None


@dataclass
class _Composer:
    """Adds layers one by one, then returns the result."""

    registry: Registry
    client: Client
    values: Mapping[str, Variable]
    unknown_names: UnknownNames
    slots: list[_Slot] = field(default_factory=list)
    by_key: dict[ResourceKey, _Slot] = field(default_factory=dict)
    dropped: dict[ResourceKey, Position] = field(default_factory=dict)
    dropped_unknown: set[str] = field(default_factory=set)
    """Kinds of objects that patches drop but nothing declares."""
    findings: list[Finding] = field(default_factory=list)
    hints: Hints = field(default_factory=Hints)
    doubts_left: int = _MOST_DOUBTS
    """How many names are compared with uncertain ones; beyond that, a patch is assumed to have a target."""
    has_bases: bool = False
    has_own: bool = False
    """Whether the client's own folder holds a document, even a patch."""
    said_in: str | None = None

    def add(self, layer: Layer) -> None:
        """Apply the layer's patches to what is there, then add what it declares."""
        self.findings += layer.findings
        for entry in layer.entries:
            if entry.is_patch:
                self._patch(layer, entry)
        for entry in layer.entries:
            if not entry.is_patch:
                self._declare(layer, entry)
        if layer.is_base:
            self.has_bases = True
        else:
            self.has_own |= bool(layer.entries)
            self.said_in = layer.said_in

    def composed(self) -> Composed:
        """Return the resources, with the findings of each and between them."""
        checked = [self._checked(slot) for slot in self.slots]
        validated = validate_together(checked, self.registry, self.client.external, self.dropped)
        found = {*self.findings, *validated.findings}
        # Patches that drop everything declare that nothing should exist. A folder without a document declares nothing:
        # the path may be wrong, or a file lost.
        is_silent = not checked and not self.has_own
        # What cannot be read may hold all of it.
        if is_silent and not has_errors(self.findings):
            found.add(nothing_declared(self.said_in))
        desired = replace(validated.desired, is_silent=is_silent)
        return Composed(desired, tuple(sorted_by_place(found)), tuple(each.document for each in checked))

    def _declare(self, layer: Layer, entry: Entry) -> None:
        slot = _Slot(entry, layer, key_of(entry, self.values))
        self.slots.append(slot)
        if slot.key is None:
            return
        first = self.by_key.setdefault(slot.key, slot)
        if first is slot:
            self.dropped.pop(slot.key, None)
        elif first.layer is not layer:
            slot.rival = first

    def _patch(self, layer: Layer, entry: Entry) -> None:
        key = key_of(entry, self.values)
        if key is None:
            self._complain_about_nameless(entry)
            return
        slot = self.by_key.get(key)
        if slot is None:
            if not self._may_have_target(entry, key):
                self._complain(entry, "patch-without-target", self._why_no_target(key))
            if is_drop(entry.document):
                self.dropped_unknown.add(key.kind)
            return
        earlier = next((other for holder, other in slot.patches if holder is layer), None)
        if earlier is not None:
            message = f"is patched twice in this folder (first in {name_place(earlier.document)}): merge the patches"
            self._complain(entry, "patched-twice", message)
            return
        slot.patches.append((layer, entry))
        if not entry.document.is_readable:
            return
        for pointer, name, known in removals_of_unknown_keys(entry.document, self.registry.shapes[key.kind]):
            place = entry.document.places.key_at(pointer)
            hint = self.hints.did_you_mean(name, list(known))
            message = f"{_subject(entry)}: there is no key {quoted(name)} to remove{hint}"
            self.findings.append(Finding("unknown-key", message, place, pointer))
        if is_drop(entry.document):
            self.dropped[key] = entry.document.places.value_at("/spec")
            del self.by_key[key]
            self.slots.remove(slot)

    def _checked(self, slot: _Slot) -> CheckedDocument:
        entry = slot.entry
        if not slot.patches and not entry.is_template:
            checked = entry.checked
        else:
            checked = self._adjusted(entry, [patch.document for _, patch in slot.patches])
        if slot.rival is None:
            return checked
        rival = slot.rival
        message = (
            f"is already declared in base {quoted(rival.layer.folder)} ({name_place(rival.entry.document)}): "
            f"to change it, add patch: true to the metadata here"
        )
        self._complain(entry, "duplicate", message)
        # Without a key, so that it is not reported as a duplicate again.
        return replace(checked, key=None, resource=None)

    def _adjusted(self, entry: Entry, patches: Sequence[Document]) -> CheckedDocument:
        document = entry.document
        for patch in patches:
            document = patched(document, patch) if patch.is_readable else replace(document, is_readable=False)
        document, troubles = filled(document, self.values, self.client, self.hints)
        checked = check(document, self.registry)
        if not troubles:
            return checked
        # An unknown placeholder is already reported, and its text would cause another finding.
        reported = {trouble.pointer for trouble in troubles}
        others = tuple(finding for finding in checked.findings if finding.pointer not in reported)
        return replace(checked, resource=None, findings=(*troubles, *others))

    def _may_have_target(self, entry: Entry, key: ResourceKey) -> bool:
        """Tell whether a patch may have a target under a name that only the Director knows."""
        if not self.unknown_names.placeholders:
            return False
        self.doubts_left -= len(self.slots)
        if self.unknown_names.depend(entry.name or "") or self.doubts_left < 0:
            return True
        names = (slot.entry.name or "" for slot in self.slots if slot.key is not None and slot.key.kind == key.kind)
        return any(self.unknown_names.can_become(name, key.name) for name in names)

    def _why_no_target(self, key: ResourceKey) -> str:
        if key in self.dropped:
            return f"cannot be patched: {self.dropped[key]} drops it"
        if not self.has_bases:
            return (
                "has nothing to patch: a patch adjusts what a base declares, and there is no base below this folder; "
                "list the base in `bases` of this client in the directory map"
            )
        known = [each.name for each in self.by_key if each.kind == key.kind] if self.hints.comparisons_left > 0 else []
        return f"has nothing to patch: no base declares it{self.hints.did_you_mean(key.name, known)}"

    def _complain_about_nameless(self, entry: Entry) -> None:
        """Report why a patch has no target: its kind, its name or a placeholder in its name."""
        if not entry.document.is_readable:
            return
        document, troubles = filled(entry.document, self.values, self.client, self.hints)
        about_name = [trouble for trouble in troubles if trouble.pointer == "/metadata/name"]
        about_kind = check(document, self.registry).findings if entry.kind is None else ()
        found = about_name or [f for f in about_kind if f.code == "unknown-kind" or f.pointer.startswith("/kind")]
        self.findings += found
        if not found:
            problem = (
                "has no name" if declared_name(document.value) is None else "cannot be identified by its name and kind"
            )
            self._complain(entry, "patch-without-target", f"{problem}: name the resource to patch")

    def _complain(self, entry: Entry, code: str, message: str) -> None:
        self.findings.append(about_name(entry.document, code, f"{_subject(entry)} {message}"))


def _subject(entry: Entry) -> str:
    return subject_of(entry.document, entry.kind or "document")
