"""Has every document that a proposal changes judged a second time, by the JSON Schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lpcac.action.commits import Commits
from lpcac.core.findings import Finding
from lpcac.documents.document import Document
from lpcac.documents.folder_entries import is_yaml
from lpcac.documents.reader import read_documents
from lpcac.kinds.registry import Registry
from lpcac.planning.targets.loaded_clients import LoadedClient
from lpcac.rules.second_judge import SecondJudge


def differing_judges(
    commits: Commits, clients: Iterable[LoadedClient], commit: str, base: str, registry: Registry
) -> Iterator[Finding]:
    """Yield a finding for each changed document about which models and schemas do not say the same.

    What no client uses is judged as well: the map, rules, and bases.

    Arguments:
        clients: as of the commit; what was read of them is not read again.
    """
    changed_files = commits.changed_files(commits.repository.merge_base(base, commit), commit)
    changed = {each.name for each in changed_files if is_yaml(each.name)}
    documents = _read_already(clients, changed)
    others = sorted(changed - {document.position.file for document in documents})
    documents += _read(commits, commit, others)
    if documents:
        yield from SecondJudge(registry).findings(documents)


def _read_already(clients: Iterable[LoadedClient], files: set[str]) -> list[Document]:
    found: dict[object, Document] = {}
    for loaded in clients:
        for layer in loaded.layers.layers if loaded.layers else ():
            for document in (*(entry.document for entry in layer.entries), *layer.asides):
                if document.position.file in files:
                    found[document.position] = document
    return list(found.values())


def _read(commits: Commits, commit: str, files: Sequence[str]) -> Iterator[Document]:
    contents, _ = commits.repository.read_at(commit, files) if files else ([], [])
    for name, content in contents:
        yield from read_documents(content, name)[0]
