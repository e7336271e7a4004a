"""The edits of documents that make the files declare what is live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lpcac.composition.placeholders import as_literal, holds_placeholder
from lpcac.core.findings import Finding, Position
from lpcac.core.json_values import Json
from lpcac.core.resources import ResourceKey
from lpcac.core.text.safe_text import quoted
from lpcac.sync.client_state import ClientState
from lpcac.sync.declarable import resource_value
from lpcac.sync.own_documents import Declaration, left_alone
from lpcac.sync.result import EditKind, SyncOptions
from lpcac.yaml_editing.file_editor import has_words
from lpcac.yaml_editing.value_rewriting import patch_to, rewritten

_PATCH_KEYS: Final = frozenset({"apiVersion", "kind", "metadata", "spec"})
_PATCH_METADATA: Final = frozenset({"name", "patch"})


@dataclass(frozen=True)
class DocumentEdit:
    """The edit of one document.

    Arguments:
        index: number of the document in its file, `None` for a new one.
        value: `None` removes the document.
    """

    key: ResourceKey
    action: EditKind
    file: str
    index: int | None
    value: Json | None


@dataclass
class EditPlan:
    """Finds what to write, and the files that must not be changed.

    Arguments:
        wanted: canonical specs of all live objects that can be declared.
        in_the_way: why a file must not be changed, by its name; grows.
        held_back: why a live object is not declared although it could be; grows.
    """

    state: ClientState
    options: SyncOptions
    wanted: Mapping[ResourceKey, Json]
    in_the_way: dict[str, Finding] = field(default_factory=dict)
    held_back: dict[ResourceKey, str] = field(default_factory=dict)

    @property
    def obstacles(self) -> int:
        """Return the number of obstacles; when it grows, the edits are planned again."""
        return len(self.in_the_way) + len(self.held_back)

    def all(self) -> list[DocumentEdit]:
        """Return an edit for each object whose declaration changes, also in files that must not be changed."""
        state = self.state
        wanted = self.wanted.keys() - self.held_back.keys()
        differing = [key for key in wanted if not state.says(state.declared, key, self.wanted[key])]
        edits = [self._edit(key, self.wanted[key]) for key in state.in_order(differing)]
        return [*edits, *self._removals({edit.key for edit in edits if edit.file in self.in_the_way})]

    def block(self, file: str, reason: str) -> None:
        """Record that a file must not be changed; the first reason is kept."""
        self.in_the_way.setdefault(file, left_alone(Position(file), reason))

    def _edit(self, key: ResourceKey, spec: Json) -> DocumentEdit:
        state = self.state
        if declaration := state.declarations.plain.get(key):
            return self._update(declaration, spec)
        if key in state.base.desired.resources:
            return self._patch(key, spec)
        if patch := state.declarations.patches.get(key):
            self.block(
                patch.file,
                f"{label(key)} has an error in its base that this patch corrects: change it by hand",
            )
            return DocumentEdit(key, EditKind.PATCHED, patch.file, patch.index, patch.value)
        # An unreadable document may already declare it; a second one of the same name would be a duplicate.
        file = state.declarations.may_declare(key) or self._file_for(key.kind)
        return DocumentEdit(
            key, EditKind.DECLARED, file, None, resource_value(key.kind, as_literal(key.name), literal(spec))
        )

    def _update(self, declaration: Declaration, spec: Json) -> DocumentEdit:
        known = self.state.declared.desired.resources.get(declaration.key)
        if known is None or not isinstance(declaration.spec, dict):
            self.block(declaration.file, f"{label(declaration.key)} in it cannot be understood")
            return DocumentEdit(
                declaration.key, EditKind.UPDATED, declaration.file, declaration.index, declaration.value
            )
        shape = self.state.registry.shapes[declaration.key.kind]
        new = rewritten(declaration.spec, self.state.means(known, spec), spec, shape, literal)
        return self._changed(declaration, new, EditKind.UPDATED)

    def _patch(self, key: ResourceKey, spec: Json) -> DocumentEdit:
        state = self.state
        base = state.means(state.base.desired.resources[key], spec)
        known = state.declared.desired.resources.get(key)
        shape, patch = state.registry.shapes[key.kind], state.declarations.patches.get(key)
        if patch is None:
            new = patch_to({}, base, base, spec, shape, literal)
            return DocumentEdit(key, EditKind.PATCHED, self._file_for(key.kind), None, patch_value(key, new))
        written = patch.spec if isinstance(patch.spec, dict) else {}
        new = patch_to(written, base, state.means(known, spec) if known else base, spec, shape, literal)
        changed = self._changed(patch, new, EditKind.PATCHED)
        if not new and is_bare(patch.value) and not has_words(state.folder.content(patch.file), patch.index):
            return DocumentEdit(key, EditKind.PATCHED, patch.file, patch.index, None)
        return changed

    def _changed(self, declaration: Declaration, spec: Json, action: EditKind) -> DocumentEdit:
        kept = list(placeholders_of(spec))
        for text in placeholders_of(declaration.spec):
            if text in kept:
                kept.remove(text)
            else:
                reason = f"{label(declaration.key)} differs on the logpoint where the file uses {quoted(text)}"
                self.block(declaration.file, reason)
        value = {**declaration.value, "spec": spec}
        return DocumentEdit(declaration.key, action, declaration.file, declaration.index, value)

    def _removals(self, stuck: set[ResourceKey]) -> list[DocumentEdit]:
        """Return what to remove and drop, except objects that remaining objects refer to.

        Arguments:
            stuck: objects that differ but keep their declaration.
        """
        state = self.state
        outdated = self.wanted.keys() - stuck - self.held_back.keys()
        declared = [(key, each.spec) for key, each in state.declared.desired.resources.items() if key not in outdated]
        edits = {key: edit for key in state.in_order(state.missing) if (edit := self._removal(key))}
        while True:
            going = {key for key, edit in edits.items() if edit.file not in self.in_the_way}
            staying = [(key, spec) for key, spec in (*declared, *self.wanted.items()) if key not in going]
            needed = {ref for key, spec in staying for ref in state.referred(key, spec)} & edits.keys()
            if not needed:
                return list(edits.values())
            edits = {key: edit for key, edit in edits.items() if key not in needed}

    def _removal(self, key: ResourceKey) -> DocumentEdit | None:
        declarations = self.state.declarations
        if declaration := declarations.plain.get(key):
            edit = DocumentEdit(key, EditKind.REMOVED, declaration.file, declaration.index, None)
            return edit if self.options.remove_missing else None
        if not self.options.drop_missing:
            return None
        if patch := declarations.patches.get(key):
            return DocumentEdit(key, EditKind.DROPPED, patch.file, patch.index, {**patch.value, "spec": None})
        return DocumentEdit(key, EditKind.DROPPED, self._file_for(key.kind), None, patch_value(key, None))

    def _file_for(self, kind: str) -> str:
        """Return the file for new documents of a kind: the usual one, or the only one with just that kind."""
        usual = self.state.folder.file(kind_file(kind))
        kinds = self.state.declarations.kinds
        if usual in kinds or usual in self.in_the_way:
            return usual
        only = [file for file, declared in kinds.items() if declared == {kind} and file not in self.in_the_way]
        return only[0] if len(only) == 1 else usual


def kind_file(kind: str) -> str:
    """Return the usual file of a kind's objects: `repos.yaml` for Repo, `routing.yaml` for RoutingPolicy."""
    dashed = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in kind).strip("-")
    subject = dashed.removesuffix("-policy")
    return f"{subject}.yaml" if subject != dashed else f"{dashed}s.yaml"


def patch_value(key: ResourceKey, spec: Json | None) -> Json:
    """Return the value of a patch of a base's object; without a spec, it drops the object."""
    value = resource_value(key.kind, as_literal(key.name), {})
    return {**value, "metadata": {**value["metadata"], "patch": True}, "spec": spec}


def is_bare(patch: Json) -> bool:
    """Tell whether a patch has nothing but its spec."""
    return patch.keys() <= _PATCH_KEYS and patch["metadata"].keys() == _PATCH_METADATA


def label(key: ResourceKey) -> str:
    """Return an object's name as messages show it."""
    return f"{key.kind} {quoted(key.name)}"


def literal(value: Any) -> Any:  # noqa: ANN401 - any plain value
    """Return the value with `${` escaped in every text."""
    if isinstance(value, dict):
        return {key: literal(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [literal(inner) for inner in value]
    return as_literal(value) if isinstance(value, str) else value


def placeholders_of(value: Any) -> Iterator[str]:  # noqa: ANN401 - any plain value
    """Yield every text of a value that holds a placeholder."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from placeholders_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from placeholders_of(inner)
    elif holds_placeholder(value):
        yield value
