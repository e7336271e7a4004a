"""Translates between names and one logpoint's ids, in one spelling for each name."""

from __future__ import annotations

from typing import Final

from lpcac.core.resources import Live
from lpcac.kinds.registry import Registry

_NO_NAME: Final = " "


def dangling(name: str) -> str | None:
    """Return what a table said in the place of a name that it does not know, `None` for a name."""
    is_name = not (name.startswith("<no ") and name.endswith(f">{_NO_NAME}"))
    return None if is_name else name.removesuffix(_NO_NAME)[1:-1]


class NameTable:
    """Names and ids of one logpoint; grows while objects are created. Satisfies `lpcac.kinds.kind.Names`."""

    def __init__(self, registry: Registry) -> None:
        """Start with nothing known."""
        self._registry = registry
        self._ids: dict[str, dict[str, str]] = {}
        self._names: dict[str, dict[str, str]] = {}
        self.asked_in_vain: set[str] = set()
        """Kinds and inventories of which an id was looked up before any of them were known."""

    def learn(self, kind: str, name: str, object_id: str) -> None:
        """Remember that the named object has this id."""
        self.know(kind)
        self._ids[kind][self._spelling(kind, name)] = object_id
        self._names[kind][object_id] = name

    def know(self, kind: str) -> None:
        """Remember that the kind or inventory was read, even if it holds nothing."""
        self._ids.setdefault(kind, {})
        self._names.setdefault(kind, {})

    def id_of(self, kind: str, name: str) -> str:
        """Return the id of the named object; raise `KeyError` when none is known."""
        return self._ids[kind][self._spelling(kind, name)]

    def name_of(self, kind: str, object_id: str) -> str:
        """Return the name behind an id, or a text that no name can equal."""
        if kind not in self._names:
            self.asked_in_vain.add(kind)
        # No name ends with a space, so that a dangling id always shows as a difference.
        lost = f"<no {self._registry.label(kind)} with id {object_id}>{_NO_NAME}"
        return self._names.get(kind, {}).get(object_id, lost)

    def _spelling(self, kind: str, name: str) -> str:
        inventory = self._registry.inventories.get(kind)
        return inventory.same_name(name) if inventory else name


def names_of(live: Live, registry: Registry) -> NameTable:
    """Return a table of everything that was read."""
    table = NameTable(registry)
    for kind in registry.kinds:
        table.know(kind)
    for key, found in live.objects.items():
        table.learn(key.kind, key.name, found.object_id)
    for inventory, entries in live.inventories.items():
        table.know(inventory)
        for name, entry_id in entries.items():
            table.learn(inventory, name, entry_id)
    return table
