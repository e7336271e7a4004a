"""Validates documents: each by itself, then all of one client together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

from lpcac.composition.remarks import remarks
from lpcac.composition.spec_positions import SpecPositions
from lpcac.core.findings import Finding, Position, Severity, sorted_by_place
from lpcac.core.resources import Desired, Resource, ResourceKey
from lpcac.core.text.did_you_mean import Hints, did_you_mean
from lpcac.core.text.safe_text import quoted, shortened
from lpcac.documents.document import Document
from lpcac.documents.model_errors import explain
from lpcac.kinds.envelope import Envelope, envelope
from lpcac.kinds.references import references
from lpcac.kinds.registry import Registry
from lpcac.kinds.similar_names import difference, look_alikes

DIRECTORY_MAP: Final = "DirectoryMap"
"""The kind of the document that maps clients to Directors; it is no resource."""

NOTHING_DECLARED: Final = "no-resources"
"""Code of the finding that there is no resource document."""

UNKNOWN_REFERENCE: Final = "unknown-reference"
"""Code of the finding that a reference leads to nothing that is declared."""

LOOK_ALIKE: Final = "look-alike-names"
"""Code of the finding that two names are easily mistaken for one another."""

_NOTHING_DROPPED: Final[Mapping[ResourceKey, Position]] = MappingProxyType({})


@dataclass(frozen=True)
class Validated:
    """What the documents declare, without the resources that have errors, and every finding by place."""

    desired: Desired
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """The result of checking one document by itself; the same for every client that uses it unchanged.

    Arguments:
        key: what it declares, even if it has errors; `None` if it has no name.
        resource: `None` when it has errors; warnings leave it as it is.
        references: (pointer, kind or inventory, name) of everything it refers to.
    """

    document: Document
    key: ResourceKey | None = None
    resource: Resource | None = None
    findings: tuple[Finding, ...] = ()
    references: tuple[tuple[str, str, str], ...] = ()


def validate(
    documents: Iterable[Document], registry: Registry, external: frozenset[ResourceKey] = frozenset()
) -> Validated:
    """Return every valid resource of the documents, and all findings sorted by file, line and column.

    Directory maps among the documents are skipped: they have their own reader. What is `external` exists
    without being declared here, may be referred to, and must not be declared.
    """
    checked = [check(document, registry) for document in documents if not is_directory_map(document)]
    validated = validate_together(checked, registry, external)
    return validated if checked else replace(validated, findings=(nothing_declared(), *validated.findings))


def validate_together(
    checked: Sequence[CheckedDocument],
    registry: Registry,
    external: frozenset[ResourceKey] = frozenset(),
    dropped: Mapping[ResourceKey, Position] = _NOTHING_DROPPED,
) -> Validated:
    """Return the valid resources of the checked documents, with findings between them added.

    An object that is both external and declared is an error and is left out.

    Arguments:
        dropped: what a base declared, and the place that drops it.
    """
    validation = _ClientValidation(registry, external, dropped)
    for each in checked:
        validation.take(each)
    validation.check_references()
    validation.check_look_alikes()
    findings = tuple(sorted_by_place(validation.findings))
    return Validated(Desired(validation.resources, external, dropped), findings)


def nothing_declared(said_in: str | None = None) -> Finding:
    """Return the finding that there is no resource document, which may be a mistake.

    Arguments:
        said_in: a file with only comments for people: then it is intended.
    """
    if said_in is None:
        message = "no resource document found: declare at least one, or give another path"
        return Finding(NOTHING_DECLARED, message)
    message = f"nothing is declared: {quoted(said_in)} holds comments only"
    return Finding(NOTHING_DECLARED, message, Position(said_in), severity=Severity.WARNING)


def check(document: Document, registry: Registry) -> CheckedDocument:
    """Return the document's resource, or all its errors."""
    kind_name = document.value.get("kind") if isinstance(document.value, dict) else None
    kind = registry.kinds.get(kind_name) if isinstance(kind_name, str) else None
    name = declared_name(document.value) if kind else None
    key = ResourceKey(kind.name, name) if kind and name is not None else None
    if not document.is_readable:
        return CheckedDocument(document, key)
    if kind is None:
        return CheckedDocument(document, findings=tuple(_explain_unknown(document, kind_name, registry)))
    shape = registry.shapes[kind.name]
    referred = tuple(references(shape, document.value.get("spec")))
    try:
        parsed = envelope(kind).model_validate(document.value)
    except ValidationError as error:
        findings = explain(error, document, envelope(kind), subject_of(document, kind.name))
        return CheckedDocument(document, key, findings=tuple(findings), references=referred)
    spec = kind.canonical(parsed.spec.model_dump(mode="json", exclude_none=True))
    positions = SpecPositions(document.places, shape, document.value, spec)
    declared = ResourceKey(kind.name, parsed.metadata.name)
    labels = parsed.metadata.labels or {}
    resource = Resource(declared, spec, name_place(document), positions, document.patched, labels)
    remarked = tuple(remarks(document, kind, spec, subject_of(document, kind.name)))
    return CheckedDocument(document, key, resource, remarked, referred)


def is_directory_map(document: Document) -> bool:
    """Tell whether the document is a directory map, which is no resource."""
    return isinstance(document.value, dict) and document.value.get("kind") == DIRECTORY_MAP


def declared_name(value: object) -> str | None:
    """Return the name that a document's value gives, if it is text."""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else None


def name_place(document: Document) -> Position:
    """Return where the document gives its name."""
    return document.places.value_at("/metadata/name")


def about_value(document: Document, code: str, message: str, pointer: str) -> Finding:
    """Return a finding about a value of the document."""
    return Finding(code, message, document.places.value_at(pointer), pointer, origins=document.origins_of(pointer))


def about_name(document: Document, code: str, message: str) -> Finding:
    """Return a finding about the document's resource, at its name."""
    return about_value(document, code, message, "/metadata/name")


def subject_of(document: Document, kind_name: str) -> str:
    """Return what messages about the document start with: `Repo "system"`."""
    name = declared_name(document.value)
    return shortened(kind_name) if name is None else f"{shortened(kind_name)} {quoted(name)}"


def _explain_unknown(document: Document, kind_name: object, registry: Registry) -> Iterator[Finding]:
    if not isinstance(document.value, dict):
        message = "a document must be a map with apiVersion, kind, metadata and spec"
        yield Finding("not-a-map", message, document.position)
        return
    try:
        Envelope.model_validate(document.value)
    except ValidationError as error:
        label = kind_name if isinstance(kind_name, str) else "document"
        yield from explain(error, document, Envelope, subject_of(document, label))
    if isinstance(kind_name, str):
        known = list(registry.kinds)
        hint = did_you_mean(kind_name, known)
        message = f"kind {quoted(kind_name)} is unknown{hint or ' (known: ' + ', '.join(known) + ')'}"
        yield Finding("unknown-kind", message, document.places.value_at("/kind"), "/kind")


@dataclass
class _ClientValidation:
    """Documents that declare one client together: names are unique among them, and references resolve."""

    registry: Registry
    external: frozenset[ResourceKey]
    dropped: Mapping[ResourceKey, Position]
    resources: dict[ResourceKey, Resource] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    declared: dict[ResourceKey, CheckedDocument] = field(default_factory=dict)
    """Every name that a document gives, also where the rest of the document is wrong."""
    referring: list[CheckedDocument] = field(default_factory=list)
    """Documents whose references are checked once every name is known, also where more in them is wrong."""
    hints: Hints = field(default_factory=Hints)

    def take(self, checked: CheckedDocument) -> None:
        if checked.findings:
            self.findings += checked.findings
        if checked.references:
            self.referring.append(checked)
        key = checked.key
        first = checked if key is None else self.declared.setdefault(key, checked)
        if key in self.external:
            message = (
                f"{_label(key)} is `external`, managed elsewhere: remove it here (if a base declares it, drop it with "
                "a patch), or remove it from `external`"
            )
            self.findings.append(about_name(checked.document, "external-declared", message))
        elif first is checked:
            if checked.resource:
                self.resources[checked.resource.key] = checked.resource
        elif key is not None:
            message = f"{_label(key)} is declared twice (first in {name_place(first.document)})"
            self.findings.append(about_name(checked.document, "duplicate", message))

    def check_references(self) -> None:
        """Find references to objects that are neither declared, external nor the vendor's."""
        names: dict[str, list[str]] = {}
        for key in (*self.declared, *self.external):
            names.setdefault(key.kind, []).append(key.name)
        blamed = {finding.position for finding in self.findings if finding.is_error}
        for checked in self.referring:
            for pointer, target, name in checked.references:
                wanted = ResourceKey(target, name)
                if self._is_resolved(wanted):
                    continue
                place = checked.document.places.value_at(pointer)
                if place not in blamed:
                    message = self._unresolved(checked.document, pointer, wanted, names.get(target, []))
                    self.findings.append(about_value(checked.document, UNKNOWN_REFERENCE, message, pointer))

    def check_look_alikes(self) -> None:
        """Warn of names that people take for one another."""
        for key, others in look_alikes(self.declared).items():
            first = min(others)
            if first < key:
                message = (
                    f"{_label(key)} and {_label(first)} are two objects whose names are easily mistaken for one "
                    f"another: {difference(first.name, key.name)}"
                )
                found = about_name(self.declared[key].document, LOOK_ALIKE, message)
                self.findings.append(replace(found, severity=Severity.WARNING))

    def _is_resolved(self, wanted: ResourceKey) -> bool:
        """Tell whether the name needs no finding here; inventories are checked against the logpoint."""
        return (
            wanted in self.declared
            or wanted.kind not in self.registry.kinds
            or wanted in self.external
            or self.registry.is_vendor_name(*wanted)
        )

    def _unresolved(self, document: Document, pointer: str, wanted: ResourceKey, known: list[str]) -> str:
        subject, label = subject_of(document, document.value["kind"]), self.registry.label(wanted.kind)
        dropped = self.dropped.get(wanted)
        what = f"{subject}: {label} {quoted(wanted.name)} is not declared{document.origin_of(pointer)}"
        if dropped:
            return f"{what}: {dropped} drops it"
        way = "declare it, or list it as external (`external`, --external) if it is managed elsewhere"
        return f"{what}{self._hint(wanted.name, known)}: {way}"

    def _hint(self, name: str, known: list[str]) -> str:
        return self.hints.did_you_mean(name, [each for each in known if each.isprintable()])


def _label(key: ResourceKey) -> str:
    return f"{key.kind} {quoted(key.name)}"
