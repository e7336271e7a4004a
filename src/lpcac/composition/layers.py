"""Layers: folders of resource documents, read once and shared by every client that is composed of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lpcac.composition.patches import is_patch
from lpcac.composition.placeholders import filled_text, is_template, placeholders_in
from lpcac.composition.validation import CheckedDocument, check, declared_name, is_directory_map
from lpcac.core.findings import Finding
from lpcac.core.resources import ResourceKey
from lpcac.directory_map.directory_map import Variable
from lpcac.documents.document import Document
from lpcac.documents.git_only import is_aside
from lpcac.documents.human_comments import says_something
from lpcac.documents.reader import read_documents
from lpcac.documents.suppressions import Suppression, suppressions
from lpcac.kinds.registry import Registry


@dataclass(frozen=True, eq=False)
class Entry:
    """One document of a layer, with what is the same for every client that uses it.

    Arguments:
        kind: a registered kind, or `None`.
        name: as written, with placeholders; `None` when the document gives none.
        placeholders: the names of all placeholders in it.
        is_template: whether filling changes it: it holds a placeholder, or `$${` for a literal one.
    """

    document: Document
    registry: Registry = field(repr=False)
    kind: str | None
    name: str | None
    is_patch: bool
    placeholders: frozenset[str]
    is_template: bool

    @cached_property
    def checked(self) -> CheckedDocument:
        """Return what holds for the document as is: for clients that neither patch nor fill it."""
        return check(self.document, self.registry)


def key_of(entry: Entry, values: Mapping[str, Variable]) -> ResourceKey | None:
    """Return the entry's key, the placeholders of its name filled; `None` where it has none or one has no value."""
    if entry.kind is None or entry.name is None:
        return None
    if "${" not in entry.name:
        return ResourceKey(entry.kind, entry.name)
    try:
        name = filled_text(entry.name, values)
    except KeyError:
        return None
    return ResourceKey(entry.kind, name) if isinstance(name, str) else None


@dataclass(frozen=True, eq=False)
class Layer:
    """The documents of one folder.

    Arguments:
        folder: as the map calls it, for bases; empty for a client's own folder.
        findings: findings about files that could not be read.
        files: the names of its files, as findings call them, those that could not be read included.
        said_in: one of its files with comments for people and no document, if any.
        asides: the documents that are no resources: tests and rules.
        suppressed: the lint findings that comments silence.
    """

    folder: str
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...] = ()
    files: frozenset[str] = frozenset()
    said_in: str | None = None
    asides: tuple[Document, ...] = ()
    suppressed: tuple[Suppression, ...] = ()

    @property
    def is_base(self) -> bool:
        """Tell whether other clients may use it as well."""
        return bool(self.folder)

    @property
    def is_readable(self) -> bool:
        """Tell whether everything in it could be read."""
        return not self.findings and all(entry.document.is_readable for entry in self.entries)

    @cached_property
    def placeholders(self) -> frozenset[str]:
        """Return the names of all placeholders in it."""
        in_asides = (placeholders_in(document) for document in self.asides)
        return frozenset().union(*(entry.placeholders for entry in self.entries), *in_asides)


def read_layer(
    files: Iterable[tuple[str, bytes]], registry: Registry, folder: str = "", findings: Iterable[Finding] = ()
) -> Layer:
    """Return the layer that the files, each a name and its content, make up.

    Arguments:
        findings: problems found while reading the files.
    """
    entries: list[Entry] = []
    asides: list[Document] = []
    suppressed: list[Suppression] = []
    problems = list(findings)
    names = {finding.position.file for finding in problems if finding.position}
    said_in: str | None = None
    for name, content in files:
        documents, found = read_documents(content, name)
        # Without a dollar sign, or an escape that could stand for one, there is no placeholder to look for.
        may_have_placeholders = b"$" in content or b"\\" in content
        entries += (
            _entry(document, registry, may_have_placeholders=may_have_placeholders)
            for document in documents
            if not is_directory_map(document) and not is_aside(document)
        )
        asides += filter(is_aside, documents)
        suppressed += suppressions(content, name)
        problems += found
        names.add(name)
        if said_in is None and not documents and not found and says_something(content):
            said_in = name
    return Layer(folder, tuple(entries), tuple(problems), frozenset(names), said_in, tuple(asides), tuple(suppressed))


def _entry(document: Document, registry: Registry, *, may_have_placeholders: bool) -> Entry:
    kind = document.value.get("kind") if isinstance(document.value, dict) else None
    return Entry(
        document,
        registry,
        kind if isinstance(kind, str) and kind in registry.kinds else None,
        declared_name(document.value),
        is_patch(document.value),
        placeholders_in(document) if may_have_placeholders else frozenset(),
        is_template=may_have_placeholders and is_template(document),
    )
