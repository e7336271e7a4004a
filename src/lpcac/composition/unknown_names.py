"""Names that only the Director knows: offline, findings that depend on them are dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from lpcac.composition.placeholders import LOGPOINT, POOL, filled_text, names_in
from lpcac.composition.validation import UNKNOWN_REFERENCE
from lpcac.core.findings import Finding
from lpcac.directory_map.directory_map import Variable
from lpcac.directory_map.schema import ALL
from lpcac.documents.document import Document
from lpcac.kinds.references import references
from lpcac.kinds.registry import Registry

_UNKNOWN: Final = "\x00"
"""Replaces a name that is not known; no real name holds it."""
_IDENTIFIER: Final = re.compile(r"[0-9A-Fa-f]{32}")
"""How the Director numbers pools and logpoints: a word of this form is rarely a name."""


@dataclass(frozen=True)
class UnknownNames:
    """The values of placeholders, and which of them may differ from the Director's names.

    Arguments:
        placeholders: those whose values are not known for sure.
        values: of all placeholders.
    """

    placeholders: frozenset[str]
    values: Mapping[str, Variable]

    @classmethod
    def among(cls, values: Mapping[str, Variable], logpoint: str) -> UnknownNames:
        """Return which of the map's values for pool and logpoint are not names: identifiers, or "*"."""
        words = {POOL: str(values[POOL]), LOGPOINT: logpoint}
        unknown = (name for name, word in words.items() if word == ALL or _IDENTIFIER.fullmatch(word))
        return cls(frozenset(unknown), values)

    def depend(self, text: str) -> bool:
        """Tell whether the text depends on an unknown name."""
        return not self.placeholders.isdisjoint(names_in(text))

    def can_become(self, text: str, name: str) -> bool:
        """Tell whether a text that depends on such names can become this one."""
        if not self.depend(text):
            return False
        try:
            filled = str(filled_text(text, {**self.values, **dict.fromkeys(self.placeholders, _UNKNOWN)}))
        except KeyError:
            return False
        return fnmatchcase(name, re.sub(r"[*?[]", r"[\g<0>]", filled).replace(_UNKNOWN, "*"))

    def judged(
        self, findings: Sequence[Finding], documents: Sequence[Document], registry: Registry
    ) -> tuple[Finding, ...]:
        """Return the findings without those about references that may resolve."""
        if not self.placeholders or not any(finding.code == UNKNOWN_REFERENCE for finding in findings):
            return tuple(findings)
        names = self._unknown_names(documents)
        excused = {
            (pointer, document.places.value_at(pointer))
            for document in documents
            for pointer, target, name in _references(document, registry)
            if self.depend(document.filled.get(pointer, ""))
            or any(self.can_become(text, name) for text in names.get(target, ()))
        }
        return tuple(f for f in findings if f.code != UNKNOWN_REFERENCE or (f.pointer, f.position) not in excused)

    def _unknown_names(self, documents: Iterable[Document]) -> Mapping[str, list[str]]:
        """Return by kind the names, as written, that depend on what is not known."""
        names: dict[str, list[str]] = {}
        for document in documents:
            written = document.filled.get("/metadata/name", "")
            if self.depend(written):
                names.setdefault(str(document.value.get("kind")), []).append(written)
        return names


def _references(document: Document, registry: Registry) -> Iterator[tuple[str, str, str]]:
    kind = document.value.get("kind") if isinstance(document.value, dict) else None
    if isinstance(kind, str) and kind in registry.kinds:
        yield from references(registry.shapes[kind], document.value.get("spec"))


NO_DOUBTS: Final = UnknownNames(frozenset(), {})
"""Where the Director's own names are known."""
