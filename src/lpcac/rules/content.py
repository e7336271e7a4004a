"""What rules consist of, as one digest: their files, and the files beside them that their schemas refer to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import PurePosixPath

from lpcac.core.digests import digest
from lpcac.documents.document import Document
from lpcac.documents.reader import read_documents
from lpcac.rules.schema_limits import MAX_BYTES, MOST_FILES, ReadBeside, file_of


def content_digest(files: Iterable[tuple[str, bytes]], read: ReadBeside, further: Iterable[str] = ()) -> str:
    """Return the digest of rules, so that two that differ in anything that counts have two digests.

    Arguments:
        files: the rules files, with their names.
        read: reads files beside them.
        further: what else the rules depend on, such as files that could not be read.
    """
    found: dict[str, str] = {}
    written: dict[str, str] = {}
    for name, content in files:
        written[name] = sha256(content).hexdigest()
        folder = PurePosixPath(name).parent
        for document in read_documents(content, name)[0]:
            for beside, what in _referred(schema_of(document), str(folder), read):
                found[str(folder / beside)] = what
    # Last, so that what another rule cannot read of a file does not stand for what the file itself says.
    return digest([{**found, **written}, sorted(further)])


def schema_of(document: Document) -> object:
    """Return what a document has where a rule has its schema."""
    spec = document.value.get("spec") if isinstance(document.value, dict) else None
    return spec.get("schema") if isinstance(spec, dict) else None


def references(schema: object) -> Iterator[str]:
    """Yield each `$ref` of a schema, however deep."""
    pending = [schema]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            if isinstance(reference := part.get("$ref"), str):
                yield reference
            pending.extend(part.values())
        elif isinstance(part, list):
            pending.extend(part)


def _referred(schema: object, folder: str, read: ReadBeside) -> Iterator[tuple[str, str]]:
    """Yield the files that a schema refers to, directly or through another one, each with a digest of its content.

    No more of them than a rule may have: one that has more is refused, whatever they say.
    """
    known: set[str] = set()
    pending = [schema]
    while pending:
        for reference in references(pending.pop()):
            name = file_of(reference)
            if name is None or name in known or len(known) > MOST_FILES:
                continue
            known.add(name)
            content = read(folder, name)
            if isinstance(content, str):
                yield name, content
                continue
            yield name, sha256(content).hexdigest()
            if len(content) <= MAX_BYTES:
                pending.append(_json(content))


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
