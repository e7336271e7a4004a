"""The documents of a client's own folder, by what they declare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lpcac.composition.client import Composed
from lpcac.composition.layers import Layer, key_of
from lpcac.composition.validation import UNKNOWN_REFERENCE
from lpcac.core.findings import Finding, Position
from lpcac.core.json_values import Json
from lpcac.core.resources import ResourceKey
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Variable
from lpcac.documents.reader import read_documents

File = tuple[str, bytes]


@dataclass(frozen=True)
class Declaration:
    """One document: its file, its number there, and its value with placeholders."""

    key: ResourceKey
    file: str
    index: int
    value: Json
    is_patch: bool

    @property
    def spec(self) -> Any:  # noqa: ANN401 - as written
        """Return the spec as written, `None` when there is none."""
        return self.value.get("spec")


@dataclass(frozen=True)
class Declarations:
    """Everything that the client's own files declare.

    Arguments:
        plain: by key; patches are apart.
        in_the_way: why a file must not be changed, by its name.
        kinds: which kinds each file declares.
        unread: content of files with unreadable parts, by name.
    """

    plain: Mapping[ResourceKey, Declaration]
    patches: Mapping[ResourceKey, Declaration]
    in_the_way: Mapping[str, Finding]
    kinds: Mapping[str, frozenset[str]]
    unread: Mapping[str, bytes] = field(default_factory=dict)

    def may_declare(self, key: ResourceKey) -> str | None:
        """Return a file with unreadable parts that names the object, if there is one."""
        name = re.compile(rf"(?<!\w){re.escape(key.name)}(?!\w)")
        return next((f for f, content in self.unread.items() if name.search(content.decode(errors="replace"))), None)


def declarations(files: Sequence[File], own: Layer, composed: Composed, values: Mapping[str, Variable]) -> Declarations:
    """Return what the files declare.

    Arguments:
        own: the layer of the same files.
        composed: the composed client, whose last layer this is.
        values: values of placeholders in names.
    """
    numbers = {
        document.position: index
        for name, content in files
        for index, document in enumerate(read_documents(content, name)[0])
    }
    plain: dict[ResourceKey, Declaration] = {}
    patches: dict[ResourceKey, Declaration] = {}
    kinds: dict[str, set[str]] = {name: set() for name, _ in files}
    for entry in own.entries:
        position = entry.document.position
        kinds[position.file].add(entry.kind or "")
        if key := key_of(entry, values):
            place = position.file, numbers[position]
            known = patches if entry.is_patch else plain
            known.setdefault(key, Declaration(key, *place, entry.document.value, entry.is_patch))
    for document in own.asides:
        kinds[document.position.file].add("")
    unread = {finding.position.file for finding in own.findings if finding.position}
    return Declarations(
        plain,
        patches,
        _in_the_way({name for name, _ in files} | unread, composed.findings),
        {name: frozenset(found) for name, found in kinds.items()},
        {name: content for name, content in files if name in unread},
    )


def _in_the_way(files: Iterable[str], findings: Iterable[Finding]) -> dict[str, Finding]:
    """Return a finding for each file that has an error: such a file is not overwritten."""
    found: dict[str, Finding] = {}
    for finding in findings:
        position = finding.position
        if position is None or not finding.is_error or finding.code == UNKNOWN_REFERENCE:
            continue
        if position.file in files and position.file not in found:
            found[position.file] = left_alone(position, f"it has an error ({finding.message})")
    return found


def left_alone(position: Position, reason: str) -> Finding:
    """Return the finding that a file is not changed."""
    return Finding("file-left-alone", f"{quoted(position.file)} was not changed: {reason}", position)
