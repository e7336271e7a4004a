"""Makes a client's own declarations of what a base declares too patches of that base, before a sync goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from lpcac.composition.client import ClientLayers
from lpcac.composition.layers import read_layer
from lpcac.core.errors import ExitCode
from lpcac.core.files import FileEdit
from lpcac.core.json_values import Json
from lpcac.core.resources import Resource
from lpcac.sync.client_state import ClientState
from lpcac.sync.decision import decide
from lpcac.sync.document_edits import is_bare, literal, placeholders_of
from lpcac.sync.own_documents import Declaration
from lpcac.sync.result import EditKind, Synced, SyncOptions, SyncResult
from lpcac.yaml_editing.file_editor import CannotEditError, edited, has_words, says_nothing
from lpcac.yaml_editing.value_rewriting import patch_to

_PATCH: Final = "patch"


@dataclass(frozen=True)
class _Rebased:
    """The folder's files with patches for declarations, and what became of which declaration."""

    files: Mapping[str, bytes]
    objects: tuple[Synced, ...]


def decide_upon_bases(standing: ClientState, options: SyncOptions) -> SyncResult:
    """Return what to write, as `decide` does, where the bases are new to the client's files.

    What a file declares and a base too becomes a patch of what differs; it goes where nothing does and no comment of
    people stands in it. A declaration that this cannot be done for without a risk stays, and is an error in its file.
    """
    rebased = _rebased(standing)
    if not rebased.objects:
        return decide(standing, options)
    before = dict(standing.folder.files)
    files = tuple((name, rebased.files[name]) for name, _ in standing.folder.files if name in rebased.files)
    found = decide(replace(standing, folder=replace(standing.folder, files=files)), options)
    if found.problem is not None or found.exit_code is ExitCode.INVALID:
        # Nothing is written then, so what is told has to be of the files as they are.
        return decide(standing, options)
    after: dict[str, bytes | None] = {**rebased.files, **{edit.name: edit.after for edit in found.edits}}
    edits = (FileEdit(name, before.get(name), after.get(name)) for name in sorted({*before, *after}))
    told = {each.key for each in found.objects}
    untold = tuple(each for each in rebased.objects if each.key not in told)
    live = sum(each.key in standing.live.objects for each in untold)
    return replace(
        found,
        edits=tuple(edit for edit in edits if edit.before != edit.after),
        objects=(*untold, *found.objects),
        unchanged=found.unchanged - live,
    )


def _rebased(standing: ClientState) -> _Rebased:
    own = read_layer(standing.folder.files, standing.registry, findings=standing.folder.findings)
    by_itself = ClientLayers(standing.client, (own,), standing.registry)
    known = by_itself.composed(standing.target.pool, standing.target.logpoint).desired.resources
    changes: dict[str, dict[int, Json | None]] = {}
    rivals: list[tuple[Declaration, Resource]] = []
    for key, declaration in standing.declarations.plain.items():
        if key in known and key in standing.base.desired.resources and _may_change(standing, declaration):
            changes.setdefault(declaration.file, {})[declaration.index] = _as_patch(standing, declaration, known[key])
            rivals.append((declaration, known[key]))
    files = dict(standing.folder.files)
    for name, documents in changes.items():
        content = _edited(files[name], documents)
        if content is not None:
            files[name] = content
    says = standing.composed_of(sorted(files.items()))
    spoilt = {
        declaration.file for declaration, resource in rivals if not standing.says(says, declaration.key, resource.spec)
    }
    files |= {name: content for name, content in standing.folder.files if name in spoilt}
    objects = tuple(
        Synced(declaration.key, _deed(changes, declaration), declaration.file)
        for declaration, _ in rivals
        if files[declaration.file] != standing.folder.content(declaration.file)
    )
    return _Rebased(
        {name: content for name, content in files.items() if not _is_gone(standing, name, content)}, objects
    )


def _may_change(standing: ClientState, declaration: Declaration) -> bool:
    """Tell whether nothing is lost with a document: neither what people made read-only, nor a placeholder."""
    is_plain = isinstance(declaration.spec, dict) and not list(placeholders_of(declaration.spec))
    return is_plain and declaration.file not in standing.folder.read_only


def _as_patch(standing: ClientState, declaration: Declaration, resource: Resource) -> Json | None:
    base, shape = standing.base.desired.resources[declaration.key].spec, standing.registry.shapes[declaration.key.kind]
    spec = _as_written(patch_to({}, base, base, resource.spec, shape, literal), declaration.spec)
    metadata = {**declaration.value["metadata"], _PATCH: True}
    value = {**declaration.value, "metadata": metadata, "spec": spec}
    content = standing.folder.content(declaration.file)
    return None if not spec and is_bare(value) and not has_words(content, declaration.index) else value


def _as_written(patch: Json, written: Json) -> Json:
    """Return the patch with what it sets spelt as people have spelt it."""

    def spelt(value: Any, known: Any) -> Any:  # noqa: ANN401 - any plain value
        return _as_written(value, known) if isinstance(value, dict) and isinstance(known, dict) else known

    return {key: spelt(value, written[key]) if key in written else value for key, value in patch.items()}


def _edited(content: bytes, documents: Mapping[int, Json | None]) -> bytes | None:
    try:
        return edited(content, documents)
    except CannotEditError:
        return None


def _deed(changes: Mapping[str, Mapping[int, Json | None]], declaration: Declaration) -> EditKind:
    return EditKind.REMOVED if changes[declaration.file][declaration.index] is None else EditKind.PATCHED


def _is_gone(standing: ClientState, name: str, content: bytes) -> bool:
    return content != standing.folder.content(name) and says_nothing(content)
