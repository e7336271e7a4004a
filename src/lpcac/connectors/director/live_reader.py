"""Reads one logpoint completely, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lpcac.connectors.director.name_table import NameTable
from lpcac.connectors.director.port import DirectorPort
from lpcac.core.concurrency import side_by_side
from lpcac.core.errors import DirectorError
from lpcac.core.json_values import Json
from lpcac.core.resources import Live, LiveObject, Resource, ResourceKey, Target
from lpcac.core.text.safe_text import shortened
from lpcac.kinds.references import references
from lpcac.kinds.registry import Registry


async def read_live(director: DirectorPort, registry: Registry, target: Target, resources: Iterable[Resource]) -> Live:
    """Return everything the logpoint holds of every kind, and the inventories that are needed to understand it.

    All lists are asked for side by side. An inventory is read when a declared resource refers to it, or when a live
    object holds one of its ids.

    An object that its list shows without a field is asked for by itself, before anything is concluded from it.

    Raises:
        DirectorError: one of the lists or objects could not be read completely.
    """
    referred = {kind for r in resources for _, kind, _ in references(registry.shapes[r.key.kind], r.spec)}
    inventories = sorted(referred & registry.inventories.keys())
    kinds = list(registry.kinds)
    paths = [registry.kinds[kind].path for kind in kinds] + [registry.inventories[name].path for name in inventories]
    answers = await side_by_side(director.list_objects(target, path) for path in paths)
    lists = dict(zip(kinds, answers, strict=False))
    completed = await side_by_side(complete(director, registry, target, kind, lists[kind]) for kind in kinds)
    objects = dict(zip(kinds, completed, strict=True))
    entries = {
        name: read_inventory(registry, name, answer)
        for name, answer in zip(inventories, answers[len(kinds) :], strict=True)
    }
    table = _table(registry, objects, entries)
    live = _understood(registry, objects, entries, table)
    if more := sorted(table.asked_in_vain):
        answers = await side_by_side(director.list_objects(target, registry.inventories[m].path) for m in more)
        entries |= {name: read_inventory(registry, name, a) for name, a in zip(more, answers, strict=True)}
        live = _understood(registry, objects, entries, _table(registry, objects, entries))
    return live


async def complete(
    director: DirectorPort, registry: Registry, target: Target, kind: str, listed: Sequence[Json]
) -> list[Json]:
    """Return the objects of a list, each with all the fields that the Director holds.

    A list may leave fields out, or say null of them: nothing is concluded from either.

    Raises:
        DirectorError: an object could not be asked for, or another one was answered.
    """
    declared = registry.kinds[kind]

    async def completed(obj: Json) -> Json:
        missing = {field for field in declared.held_fields if obj.get(field) is None}
        if not missing or not _has_id(obj):
            return obj
        whole = await director.get_object(target, declared.path, str(obj["id"]))
        if whole is None:
            return obj
        if all(whole.get(field) != obj.get(field) for field in ("id", declared.name_field)):
            msg = (
                f"the Director answers GET {declared.path}/{shortened(str(obj['id']))} with something else than that "
                f"{declared.label}; the answer is not used"
            )
            raise DirectorError(msg)
        return obj | {field: whole[field] for field in missing & whole.keys()}

    return await side_by_side(map(completed, listed))


def _has_id(obj: Json) -> bool:
    object_id = obj.get("id")
    return isinstance(object_id, str | int) and not isinstance(object_id, bool)


def read_inventory(registry: Registry, name: str, answer: list[Json]) -> dict[str, str]:
    """Return name, in its one spelling, to id; raise `DirectorError` for an answer that is not understood."""
    inventory = registry.inventories[name]
    try:
        return {inventory.same_name(str(entry)): str(entry_id) for entry, entry_id in inventory.entries(answer)}
    except (KeyError, TypeError, AttributeError) as error:
        msg = f"the Director's list of {inventory.label}s is not understood ({error!r}); the list is not used"
        raise DirectorError(msg) from None


def live_object(registry: Registry, kind: str, obj: Json, names: NameTable) -> LiveObject:
    """Return one object as read, with its name and id; raise `DirectorError` when it has no name."""
    declared = registry.kinds[kind]
    name = obj.get(declared.name_field)
    if not isinstance(name, str) or not name:
        msg = f"the Director lists a {declared.label} without a name ({declared.name_field}); the list is not used"
        raise DirectorError(msg)
    key, is_vendors = ResourceKey(kind, name), declared.vendor.marks(obj)
    if not _has_id(obj):
        return LiveObject(key, {}, "", problem="it has no id", is_vendors=is_vendors)
    object_id, unknown = str(obj["id"]), declared.unknown_fields(obj)
    try:
        spec, problem = declared.from_wire(obj, names), None
    except KeyError as error:
        problem = f"there is no `{error.args[0]}`"
    except (TypeError, AttributeError, ValueError) as error:
        problem = f"a value is not of the documented type: {error}"
    else:
        if odd := declared.misfit(spec):
            problem = f"{odd} is not of the documented type"
    if problem:
        return LiveObject(key, {}, object_id, problem=problem, is_vendors=is_vendors)
    return LiveObject(key, spec, object_id, unknown=unknown, is_vendors=is_vendors)


def _table(
    registry: Registry, objects: Mapping[str, list[Json]], entries: Mapping[str, Mapping[str, str]]
) -> NameTable:
    table = NameTable(registry)
    for kind, answer in objects.items():
        table.know(kind)
        for obj in answer:
            table.learn(kind, str(obj.get(registry.kinds[kind].name_field)), str(obj.get("id")))
    for name, inventory in entries.items():
        table.know(name)
        for entry, entry_id in inventory.items():
            table.learn(name, entry, entry_id)
    return table


def _understood(
    registry: Registry,
    objects: Mapping[str, list[Json]],
    entries: Mapping[str, Mapping[str, str]],
    table: NameTable,
) -> Live:
    found: dict[ResourceKey, LiveObject] = {}
    ambiguous: set[ResourceKey] = set()
    for kind, answer in objects.items():
        for obj in answer:
            read = live_object(registry, kind, obj, table)
            if read.key in found:
                ambiguous.add(read.key)
            found[read.key] = read
    return Live(found, entries, frozenset(ambiguous))
