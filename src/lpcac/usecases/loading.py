"""Turns a client's files into what Git declares for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lpcac.engine.directory_map import Client
from lpcac.engine.reading import read_documents
from lpcac.engine.validation import validate
from lpcac.engine.values import Desired, Finding, ResourceKey, Severity
from lpcac.kinds import Registry

File = tuple[str, bytes]
"""A file's name, as messages call it, and its content."""


@dataclass(frozen=True)
class LoadedClient:
    """A client with what its files declare, and everything wrong with them."""

    client: Client
    desired: Desired
    findings: tuple[Finding, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Return the findings that make it impossible to plan."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def load_client(
    client: Client, files: Iterable[File], registry: Registry, findings: Iterable[Finding] = ()
) -> LoadedClient:
    """Return what the files declare for the client.

    Arguments:
        findings: problems that were met before the files could be read.
    """
    documents, problems = [], list(findings)
    for name, content in files:
        read, found = read_documents(content, name)
        documents += read
        problems += found
    validated = validate(documents, registry, client.external)
    return LoadedClient(client, validated.desired, (*problems, *validated.findings))


def declared_keys(files: Iterable[File], registry: Registry) -> frozenset[ResourceKey]:
    """Return the kind and name of every resource that the files declare, valid or not.

    What Git owned at an earlier commit does not depend on today's rules; a document without a readable kind and name
    owns nothing, so that nothing is deleted because of it.
    """
    keys = set()
    for name, content in files:
        for document in read_documents(content, name)[0]:
            value = document.value
            metadata = value.get("metadata") if isinstance(value, dict) else None
            declared = metadata.get("name") if isinstance(metadata, dict) else None
            kind = value.get("kind") if isinstance(value, dict) else None
            if isinstance(declared, str) and isinstance(kind, str) and kind in registry.kinds:
                keys.add(ResourceKey(kind, declared))
    return frozenset(keys)
