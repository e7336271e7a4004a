"""Parses YAML bytes into the directory map, with a finding for every error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pydantic import ValidationError

from lpcac.core.files import Folders
from lpcac.core.findings import Finding, Position, sorted_by_place
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import DirectoryMap
from lpcac.directory_map.expansion import expand
from lpcac.directory_map.schema import MapDocument, is_base_path
from lpcac.documents.document import Document
from lpcac.documents.model_errors import explain
from lpcac.documents.reader import read_documents
from lpcac.kinds.registry import Registry


@dataclass(frozen=True)
class WrittenMap:
    """The map as written. It is valid, but folders it names may not exist."""

    model: MapDocument
    document: Document

    @property
    def depth(self) -> int:
        """Return the depth of the deepest folder that the map names."""
        paths = (path for entry in self.model.clients for path in (entry.path, *entry.bases))
        return max((path.rstrip("/").count("/") + 1 for path in paths), default=0)

    def folders_to_be(self, new: Iterable[str]) -> Iterator[str]:
        """Yield the folders of all entries by name, and where the first glob without a name has the new clients'."""
        exact = {entry.name: entry.path.rstrip("/") for entry in self.model.clients if not entry.is_glob}
        yield from exact.values()
        glob = next((entry for entry in self.model.clients if entry.is_glob and entry.name is None), None)
        for client in new:
            # A client's name becomes part of a path here, and nothing else than one part of it.
            if glob is not None and client not in exact and is_base_path(client) and "/" not in client:
                yield glob.path.rstrip("/").replace("*", client)

    def expanded(self, folders: Folders, registry: Registry) -> tuple[DirectoryMap, list[Finding]]:
        """Return the map with every glob and placeholder replaced, and every contradiction in it."""
        return expand(self.model, self.document.places.value_at, folders, registry)


def parse_map(content: bytes, file: str) -> tuple[WrittenMap | None, list[Finding]]:
    """Return the map as written, or `None` when it cannot be used, and all findings by place.

    Arguments:
        content: of the file.
        file: as the user would name it.

    """
    written, findings = _parsed(content, file)
    return written, list(findings)


# A run reads the map of several commits; it is the same in most.
@lru_cache(maxsize=8)
def _parsed(content: bytes, file: str) -> tuple[WrittenMap | None, tuple[Finding, ...]]:
    documents, findings = read_documents(content, file)
    document = _only_map(documents, file, findings)
    if document is None or not document.is_readable:
        return None, tuple(findings)
    try:
        model = MapDocument.model_validate(document.value)
    except ValidationError as error:
        findings += explain(error, document, MapDocument, "DirectoryMap")
        return None, tuple(sorted_by_place(findings))
    return WrittenMap(model, document), tuple(sorted_by_place(findings))


def read_map(
    content: bytes, file: str, folders: Folders, registry: Registry
) -> tuple[DirectoryMap | None, list[Finding]]:
    """Return the map and all findings by place; `None` when the document itself is unusable.

    A map with errors is incomplete: use it for reports only, never to write.
    """
    written, findings = parse_map(content, file)
    if written is None:
        return None, findings
    directory_map, contradictions = written.expanded(folders, registry)
    return directory_map, sorted_by_place([*findings, *contradictions])


def _only_map(documents: list[Document], file: str, findings: list[Finding]) -> Document | None:
    """Return the one document of the file; anything else is reported."""
    if not documents:
        findings.append(Finding("empty-map", "the directory map is empty", Position(file)))
        return None
    first, *others = documents
    if not isinstance(first.value, dict) and first.is_readable:
        message = "a directory map must be a map with apiVersion, kind, directors and clients"
        findings.append(Finding("not-a-map", message, first.position))
        return None
    for other in others:
        message = f"{quoted(file)} must hold only the directory map: put resources into other files"
        findings.append(Finding("more-than-a-map", message, other.position))
    return first
