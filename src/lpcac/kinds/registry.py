"""All kinds and inventories, in order of their references."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lpcac.kinds.kind import Inventory, Kind
from lpcac.kinds.shapes import Shape, shape_of
from lpcac.kinds.vendor import is_vendor_name


class Registry:
    """All kinds and inventories, in an order in which every kind comes after what it refers to."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        """Sort the kinds by their references; raise `ValueError` for duplicates, dangling references and cycles."""
        by_name = _unique(kinds)
        inventories = {inv.name: inv for kind in by_name.values() for inv in kind.inventories}
        # An inventory gives way to the managed kind of its name.
        self.inventories: Mapping[str, Inventory] = {n: i for n, i in inventories.items() if n not in by_name}
        self.shapes: Mapping[str, Shape] = {name: shape_of(kind.spec) for name, kind in by_name.items()}
        self.kinds: Mapping[str, Kind] = {name: by_name[name] for name in self._ordered(by_name)}

    def _ordered(self, by_name: Mapping[str, Kind]) -> Iterable[str]:
        from graphlib import CycleError, TopologicalSorter  # noqa: PLC0415 - only needed here

        graph: dict[str, list[str]] = {}
        for name in sorted(by_name):
            graph[name] = []
            for ref in sorted(set(self.shapes[name].references())):
                if ref in by_name:
                    graph[name].append(ref)
                elif ref not in self.inventories:
                    msg = f"kind {name} refers to {ref}, which is neither a kind nor an inventory"
                    raise ValueError(msg)
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            msg = f"kinds refer to each other in a circle: {' -> '.join(error.args[1])}"
            raise ValueError(msg) from None

    def is_vendor_name(self, kind: str, name: str) -> bool:
        """Tell whether an object of this kind and name is the vendor's, by its name alone."""
        return self.kinds[kind].vendor.has_name(name) if kind in self.kinds else is_vendor_name(name)

    def label(self, name: str) -> str:
        """Return what a person calls one object of this kind or inventory."""
        return self.kinds[name].label if name in self.kinds else self.inventories[name].label


def _unique(kinds: Iterable[Kind]) -> dict[str, Kind]:
    by_name: dict[str, Kind] = {}
    for kind in kinds:
        if kind.name in by_name:
            msg = f"kind {kind.name} is declared twice"
            raise ValueError(msg)
        by_name[kind.name] = kind
    return by_name
