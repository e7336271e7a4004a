"""What each document has to say so that the files declare what is live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lpcac.composition.placeholders import as_literal, holds_placeholder
from lpcac.core.findings import Finding, Position
from lpcac.core.json_values import Json
from lpcac.core.resources import ResourceKey
from lpcac.core.safe_text import quoted
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
    """What a document is to say.

    Arguments:
        index: number of the document in its file, `None` for a new one.
        value: `None` removes the document.
    """

    key: ResourceKey
    deed: EditKind
    file: str
    index: int | None
    value: Json | None


@dataclass
class EditPlan:
    """Finds what to write, and the files that stand in the way of it.

    Arguments:
        wanted: canonical specs of all live objects that can be declared.
        in_the_way: why a file must not be touched, by its name; grows.
        held_back: why a live object is not to be declared as it is, though it could be; grows.
    """

    standing: ClientState
    options: SyncOptions
    wanted: Mapping[ResourceKey, Json]
    in_the_way: dict[str, Finding] = field(default_factory=dict)
    held_back: dict[ResourceKey, str] = field(default_factory=dict)

    @property
    def obstacles(self) -> int:
        """Return how much is known to stand in the way; when that grows, other things may be wished for."""
        return len(self.in_the_way) + len(self.held_back)

    def all(self) -> list[DocumentEdit]:
        """Return a wish for each object whose declaration is not right, also in files that must not be touched."""
        standing = self.standing
        wanted = self.wanted.keys() - self.held_back.keys()
        differing = [key for key in wanted if not standing.says(standing.declared, key, self.wanted[key])]
        wishes = [self._wish(key, self.wanted[key]) for key in standing.in_order(differing)]
        return [*wishes, *self._removals({wish.key for wish in wishes if wish.file in self.in_the_way})]

    def block(self, file: str, reason: str) -> None:
        """Remember that a file must not be touched; the first reason stays."""
        self.in_the_way.setdefault(file, left_alone(Position(file), reason))

    def _wish(self, key: ResourceKey, spec: Json) -> DocumentEdit:
        standing = self.standing
        if declaration := standing.declarations.plain.get(key):
            return self._update(declaration, spec)
        if key in standing.base.desired.resources:
            return self._patch(key, spec)
        if patch := standing.declarations.patches.get(key):
            self.block(
                patch.file, f"{label(key)} has an error in its base, which the patch in it mends: change it by hand"
            )
            return DocumentEdit(key, EditKind.PATCHED, patch.file, patch.index, patch.value)
        # A document that cannot be read may be the very one: a second one of its name would be no help.
        file = standing.declarations.may_declare(key) or self._file_for(key.kind)
        return DocumentEdit(
            key, EditKind.DECLARED, file, None, resource_value(key.kind, as_literal(key.name), literal(spec))
        )

    def _update(self, declaration: Declaration, spec: Json) -> DocumentEdit:
        known = self.standing.declared.desired.resources.get(declaration.key)
        if known is None or not isinstance(declaration.spec, dict):
            self.block(declaration.file, f"{label(declaration.key)} in it is not understood")
            return DocumentEdit(
                declaration.key, EditKind.UPDATED, declaration.file, declaration.index, declaration.value
            )
        shape = self.standing.registry.shapes[declaration.key.kind]
        new = rewritten(declaration.spec, self.standing.means(known, spec), spec, shape, literal)
        return self._changed(declaration, new, EditKind.UPDATED)

    def _patch(self, key: ResourceKey, spec: Json) -> DocumentEdit:
        standing = self.standing
        base = standing.means(standing.base.desired.resources[key], spec)
        known = standing.declared.desired.resources.get(key)
        shape, patch = standing.registry.shapes[key.kind], standing.declarations.patches.get(key)
        if patch is None:
            new = patch_to({}, base, base, spec, shape, literal)
            return DocumentEdit(key, EditKind.PATCHED, self._file_for(key.kind), None, patch_value(key, new))
        written = patch.spec if isinstance(patch.spec, dict) else {}
        new = patch_to(written, base, standing.means(known, spec) if known else base, spec, shape, literal)
        changed = self._changed(patch, new, EditKind.PATCHED)
        if not new and is_bare(patch.value) and not has_words(standing.folder.content(patch.file), patch.index):
            return DocumentEdit(key, EditKind.PATCHED, patch.file, patch.index, None)
        return changed

    def _changed(self, declaration: Declaration, spec: Json, deed: EditKind) -> DocumentEdit:
        kept = list(placeholders_of(spec))
        for text in placeholders_of(declaration.spec):
            if text in kept:
                kept.remove(text)
            else:
                reason = f"{label(declaration.key)} is different on the logpoint where the file has {quoted(text)}"
                self.block(declaration.file, reason)
        value = {**declaration.value, "spec": spec}
        return DocumentEdit(declaration.key, deed, declaration.file, declaration.index, value)

    def _removals(self, stuck: set[ResourceKey]) -> list[DocumentEdit]:
        """Return what to remove and drop, without what something that stays refers to.

        Arguments:
            stuck: what differs and stays declared as it is.
        """
        standing = self.standing
        outdated = self.wanted.keys() - stuck - self.held_back.keys()
        declared = [
            (key, each.spec) for key, each in standing.declared.desired.resources.items() if key not in outdated
        ]
        wishes = {key: wish for key in standing.in_order(standing.missing) if (wish := self._removal(key))}
        while True:
            going = {key for key, wish in wishes.items() if wish.file not in self.in_the_way}
            staying = [(key, spec) for key, spec in (*declared, *self.wanted.items()) if key not in going]
            needed = {ref for key, spec in staying for ref in standing.referred(key, spec)} & wishes.keys()
            if not needed:
                return list(wishes.values())
            wishes = {key: wish for key, wish in wishes.items() if key not in needed}

    def _removal(self, key: ResourceKey) -> DocumentEdit | None:
        declarations = self.standing.declarations
        if declaration := declarations.plain.get(key):
            wish = DocumentEdit(key, EditKind.REMOVED, declaration.file, declaration.index, None)
            return wish if self.options.remove_missing else None
        if not self.options.drop_missing:
            return None
        if patch := declarations.patches.get(key):
            return DocumentEdit(key, EditKind.DROPPED, patch.file, patch.index, {**patch.value, "spec": None})
        return DocumentEdit(key, EditKind.DROPPED, self._file_for(key.kind), None, patch_value(key, None))

    def _file_for(self, kind: str) -> str:
        """Return the file that new documents of a kind go to: the kind's own, or the only one that holds just them."""
        usual = self.standing.folder.file(kind_file(kind))
        kinds = self.standing.declarations.kinds
        if usual in kinds or usual in self.in_the_way:
            return usual
        only = [file for file, declared in kinds.items() if declared == {kind} and file not in self.in_the_way]
        return only[0] if len(only) == 1 else usual


def kind_file(kind: str) -> str:
    """Return the file that a kind's objects go to: `repos.yaml` for Repo, `routing.yaml` for RoutingPolicy."""
    dashed = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in kind).strip("-")
    subject = dashed.removesuffix("-policy")
    return f"{subject}.yaml" if subject != dashed else f"{dashed}s.yaml"


def patch_value(key: ResourceKey, spec: Json | None) -> Json:
    """Return the value of the document that adjusts a base's object; without a spec it drops it."""
    value = resource_value(key.kind, as_literal(key.name), {})
    return {**value, "metadata": {**value["metadata"], "patch": True}, "spec": spec}


def is_bare(patch: Json) -> bool:
    """Tell whether a patch says nothing beside its spec."""
    return patch.keys() <= _PATCH_KEYS and patch["metadata"].keys() == _PATCH_METADATA


def label(key: ResourceKey) -> str:
    """Return what messages call an object."""
    return f"{key.kind} {quoted(key.name)}"


def literal(value: Any) -> Any:  # noqa: ANN401 - any plain value
    """Return the value as a file has to spell it so that every text stands for itself."""
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
