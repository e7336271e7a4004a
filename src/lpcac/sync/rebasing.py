"""Turns a client's declarations of objects that a base also declares into patches, before a sync."""

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
    """The folder's files with patches instead of declarations, and which objects changed."""

    files: Mapping[str, bytes]
    objects: tuple[Synced, ...]


def decide_upon_bases(state: ClientState, options: SyncOptions) -> SyncResult:
    """Return what to write, as `decide` does, for a client that gets new bases.

    A declaration of an object that a base also declares becomes a patch with the differences. If nothing differs and
    it has no comments, it is removed. A declaration that cannot be changed safely stays, and is an error.
    """
    rebased = _rebased(state)
    if not rebased.objects:
        return decide(state, options)
    before = dict(state.folder.files)
    files = tuple((name, rebased.files[name]) for name, _ in state.folder.files if name in rebased.files)
    found = decide(replace(state, folder=replace(state.folder, files=files)), options)
    if found.problem is not None or found.exit_code is ExitCode.INVALID:
        # Nothing is written then, so report findings for the files as they are.
        return decide(state, options)
    after: dict[str, bytes | None] = {**rebased.files, **{edit.name: edit.after for edit in found.edits}}
    edits = (FileEdit(name, before.get(name), after.get(name)) for name in sorted({*before, *after}))
    changed = {each.key for each in found.objects}
    unchanged = tuple(each for each in rebased.objects if each.key not in changed)
    live = sum(each.key in state.live.objects for each in unchanged)
    return replace(
        found,
        edits=tuple(edit for edit in edits if edit.before != edit.after),
        objects=(*unchanged, *found.objects),
        unchanged=found.unchanged - live,
    )


def _rebased(state: ClientState) -> _Rebased:
    own = read_layer(state.folder.files, state.registry, findings=state.folder.findings)
    by_itself = ClientLayers(state.client, (own,), state.registry)
    known = by_itself.composed(state.target.pool, state.target.logpoint).desired.resources
    changes: dict[str, dict[int, Json | None]] = {}
    rivals: list[tuple[Declaration, Resource]] = []
    for key, declaration in state.declarations.plain.items():
        if key in known and key in state.base.desired.resources and _may_change(state, declaration):
            changes.setdefault(declaration.file, {})[declaration.index] = _as_patch(state, declaration, known[key])
            rivals.append((declaration, known[key]))
    files = dict(state.folder.files)
    for name, documents in changes.items():
        content = _edited(files[name], documents)
        if content is not None:
            files[name] = content
    says = state.composed_of(sorted(files.items()))
    spoilt = {
        declaration.file for declaration, resource in rivals if not state.says(says, declaration.key, resource.spec)
    }
    files |= {name: content for name, content in state.folder.files if name in spoilt}
    objects = tuple(
        Synced(declaration.key, _action(changes, declaration), declaration.file)
        for declaration, _ in rivals
        if files[declaration.file] != state.folder.content(declaration.file)
    )
    return _Rebased({name: content for name, content in files.items() if not _is_gone(state, name, content)}, objects)


def _may_change(state: ClientState, declaration: Declaration) -> bool:
    """Tell whether a document can be replaced: it is not read-only and has no placeholders."""
    is_plain = isinstance(declaration.spec, dict) and not list(placeholders_of(declaration.spec))
    return is_plain and declaration.file not in state.folder.read_only


def _as_patch(state: ClientState, declaration: Declaration, resource: Resource) -> Json | None:
    base, shape = state.base.desired.resources[declaration.key].spec, state.registry.shapes[declaration.key.kind]
    spec = _as_written(patch_to({}, base, base, resource.spec, shape, literal), declaration.spec)
    metadata = {**declaration.value["metadata"], _PATCH: True}
    value = {**declaration.value, "metadata": metadata, "spec": spec}
    content = state.folder.content(declaration.file)
    return None if not spec and is_bare(value) and not has_words(content, declaration.index) else value


def _as_written(patch: Json, written: Json) -> Json:
    """Return the patch with its values spelled as in the file."""

    def spelled(value: Any, known: Any) -> Any:  # noqa: ANN401 - any plain value
        return _as_written(value, known) if isinstance(value, dict) and isinstance(known, dict) else known

    return {key: spelled(value, written[key]) if key in written else value for key, value in patch.items()}


def _edited(content: bytes, documents: Mapping[int, Json | None]) -> bytes | None:
    try:
        return edited(content, documents)
    except CannotEditError:
        return None


def _action(changes: Mapping[str, Mapping[int, Json | None]], declaration: Declaration) -> EditKind:
    return EditKind.REMOVED if changes[declaration.file][declaration.index] is None else EditKind.PATCHED


def _is_gone(state: ClientState, name: str, content: bytes) -> bool:
    return content != state.folder.content(name) and says_nothing(content)
