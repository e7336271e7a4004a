"""Fields of list items that the Director holds and no document can declare: they travel with their item."""

from __future__ import annotations

from collections.abc import Iterable

from lpcac.core.json_values import Json
from lpcac.kinds.kind import OTHER_FIELDS


def read_item(read: Json, item: Json, known: Iterable[str]) -> Json:
    """Return the item's declarable part together with everything else that the Director holds in it.

    Arguments:
        read: what can be declared of the item, under the spec's names.
        item: the item as the Director holds it.
        known: the wire's names of what `read` says.
    """
    others = {name: value for name, value in item.items() if name not in set(known)}
    return read | {OTHER_FIELDS: others} if others else read


def written_item(item: Json, written: Json, defaults: Json | None = None) -> Json:
    """Return the item as the Director takes it: what is declared, with everything that travels with it.

    Arguments:
        item: of the spec.
        written: what it declares, under the wire's names.
        defaults: what the wire needs where neither says anything.
    """
    return {**(defaults or {}), **item.get(OTHER_FIELDS, {}), **written}
