"""Documents to what Git declares: every document by itself, then all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from lpcac.engine.documents import Document
from lpcac.engine.envelope import Envelope, envelope
from lpcac.engine.explanations import explain
from lpcac.engine.inert import quoted, shortened
from lpcac.engine.places import SpecPositions
from lpcac.engine.references import references
from lpcac.engine.suggestions import did_you_mean
from lpcac.engine.values import Desired, Finding, Position, Resource, ResourceKey
from lpcac.kinds import Kind, Registry, is_vendor_name

DIRECTORY_MAP: Final = "DirectoryMap"
"""The kind of the document that maps clients to Directors; it is no resource."""

_LONGEST_WORD: Final = 80
_COMPARISONS: Final = 200_000
"""Names compared in one run to find what was meant; without a limit, many misspelt names could take hours."""


@dataclass(frozen=True)
class Validated:
    """What the documents declare, without the resources that have errors, and every finding by place."""

    desired: Desired
    findings: tuple[Finding, ...]


def validate(
    documents: Iterable[Document], registry: Registry, external: frozenset[ResourceKey] = frozenset()
) -> Validated:
    """Return every valid resource of the documents, and all findings sorted by file, line and column.

    Directory maps among the documents are passed over: they have their own reader. What is `external` exists
    without being declared here, and may be referred to.
    """
    validation = _Validation(registry, external)
    validation.take(documents)
    validation.check_references()
    findings = tuple(sorted(validation.findings, key=by_place))
    return Validated(Desired(validation.resources, external), findings)


def by_place(finding: Finding) -> tuple[Position, str]:
    """Return what findings are sorted by."""
    return finding.position or Position(""), finding.message


@dataclass
class _Validation:
    registry: Registry
    external: frozenset[ResourceKey]
    resources: dict[ResourceKey, Resource] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    declared: dict[ResourceKey, Document] = field(default_factory=dict)
    """Every name that a document gives, also where the rest of the document is wrong."""
    referring: list[tuple[Kind, Document]] = field(default_factory=list)
    """Documents whose references are checked once every name is known, also where more in them is wrong."""
    comparisons_left: int = _COMPARISONS

    def take(self, documents: Iterable[Document]) -> None:
        models = {name: envelope(kind) for name, kind in self.registry.kinds.items()}
        is_empty = True
        for document in documents:
            kind_name = document.value.get("kind") if isinstance(document.value, dict) else None
            if kind_name == DIRECTORY_MAP:
                continue
            is_empty = False
            kind = self.registry.kinds.get(kind_name) if isinstance(kind_name, str) else None
            is_first = kind is None or self._declare(kind, document)
            if not document.is_sound:
                continue
            if kind is None:
                self._explain_unknown(document, kind_name)
                continue
            self.referring.append((kind, document))
            resource = self._resource(kind, models[kind.name], document)
            if resource and is_first:
                self.resources[resource.key] = resource
        if is_empty:
            message = "no resource document found: declare at least one, or give another path"
            self.findings.append(Finding("no-resources", message))

    def _declare(self, kind: Kind, document: Document) -> bool:
        """Remember the document's name; tell whether it is the first of that name."""
        metadata = document.value.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        if not isinstance(name, str):
            return True
        key = ResourceKey(kind.name, name)
        first = self.declared.setdefault(key, document)
        if first is document:
            return True
        message = f"{_label(key)} is declared twice (first in {_name_place(first)})"
        self.findings.append(Finding("duplicate", message, _name_place(document), "/metadata/name"))
        return False

    def _resource(self, kind: Kind, model: type[Envelope], document: Document) -> Resource | None:
        parsed = self._parsed(model, document, kind.name)
        if parsed is None:
            return None
        key = ResourceKey(kind.name, parsed.metadata.name)
        spec = kind.canonical(parsed.spec.model_dump(mode="json", exclude_none=True))
        positions = SpecPositions(document.places, self.registry.shapes[kind.name], document.value, spec)
        return Resource(key, spec, _name_place(document), positions)

    def _parsed(self, model: type[Envelope], document: Document, kind_name: str) -> Envelope | None:
        try:
            return model.model_validate(document.value)
        except ValidationError as error:
            self.findings += explain(error, document, model, _subject(document, kind_name))
            return None

    def _explain_unknown(self, document: Document, kind_name: object) -> None:
        if not isinstance(document.value, dict):
            message = "a document must be a map with apiVersion, kind, metadata and spec"
            self.findings.append(Finding("not-a-map", message, document.position))
            return
        self._parsed(Envelope, document, kind_name if isinstance(kind_name, str) else "document")
        if isinstance(kind_name, str):
            known = list(self.registry.kinds)
            hint = did_you_mean(kind_name, known) if len(kind_name) <= _LONGEST_WORD else ""
            message = f"kind {quoted(kind_name)} is unknown{hint or ' (known: ' + ', '.join(known) + ')'}"
            self.findings.append(Finding("unknown-kind", message, document.places.value_at("/kind"), "/kind"))

    def check_references(self) -> None:
        """Find references to what is neither declared, external nor the vendor's."""
        names: dict[str, list[str]] = {}
        for key in (*self.declared, *self.external):
            names.setdefault(key.kind, []).append(key.name)
        blamed = {finding.position for finding in self.findings}
        for kind, document in self.referring:
            for pointer, target, name in references(self.registry.shapes[kind.name], document.value.get("spec")):
                if self._is_resolved(ResourceKey(target, name)):
                    continue
                place = document.places.value_at(pointer)
                if place not in blamed:
                    subject, label = _subject(document, kind.name), self.registry.label(target)
                    hint = self._hint(name, names.get(target, []))
                    message = f"{subject}: {label} {quoted(name)} is not declared{hint}"
                    self.findings.append(Finding("unknown-reference", message, place, pointer))

    def _is_resolved(self, wanted: ResourceKey) -> bool:
        """Tell whether the name needs no finding here; inventories are checked against the logpoint."""
        return (
            wanted in self.declared
            or wanted.kind not in self.registry.kinds
            or wanted in self.external
            or is_vendor_name(wanted.name)
        )

    def _hint(self, name: str, known: list[str]) -> str:
        self.comparisons_left -= len(known)
        if self.comparisons_left < 0 or len(name) > _LONGEST_WORD:
            return ""
        return did_you_mean(name, (k for k in known if len(k) <= _LONGEST_WORD and k.isprintable()))


def _label(key: ResourceKey) -> str:
    return f"{key.kind} {quoted(key.name)}"


def _subject(document: Document, kind_name: str) -> str:
    metadata: Mapping[str, Any] | object = document.value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return f"{shortened(kind_name)} {quoted(name)}" if isinstance(name, str) else shortened(kind_name)


def _name_place(document: Document) -> Position:
    return document.places.value_at("/metadata/name")
