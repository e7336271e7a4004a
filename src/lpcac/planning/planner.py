"""Plans one target: compares what Git declares with what the logpoint holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lpcac.core.digests import digest
from lpcac.core.findings import Finding, Position
from lpcac.core.json_pointers import parts_of, value_below
from lpcac.core.json_values import Json, same_json
from lpcac.core.resources import Action, Desired, Live, Ownership, Resource, ResourceKey, Target
from lpcac.core.text.did_you_mean import Hints
from lpcac.kinds.kind import Risk
from lpcac.kinds.references import references
from lpcac.kinds.registry import Registry
from lpcac.kinds.similar_names import difference, look_alikes
from lpcac.planning.diff.carried_fields import carried
from lpcac.planning.diff.field_diff import field_changes
from lpcac.planning.pipeline_risks import with_pipeline_risks
from lpcac.planning.plan import Change, TargetPlan

MISSING_ON_LOGPOINT = "missing-on-logpoint"
"""Code of the finding that a resource refers to what the logpoint lacks."""


def plan_target(registry: Registry, target: Target, desired: Desired, live: Live, ownership: Ownership) -> TargetPlan:
    """Return the complete plan of one target: every change, and every problem that can be known before a write.

    The changes come in an order in which they could be carried out one by one: creates and updates after what they
    refer to, then deletes before what they refer to. The result depends on nothing but the arguments' content.
    No message names the target: readers see it next to it, and changes from shared files then read alike everywhere.
    """
    return _Planner(registry, target, desired, live, ownership).plan()


def target_digest(target: Target, changes: Iterable[Change]) -> str:
    """Return the digest that a review binds: the target and every change with the live content it is based on."""
    return target_digest_of(target, (change.digest for change in changes))


def target_digest_of(target: Target, changes: Iterable[str]) -> str:
    """Return the digest of a target's plan whose changes have these digests."""
    return digest({"target": _identity(target), "changes": sorted(changes)})


def change_digest(target: Target, action: Action, key: ResourceKey, before: Json | None, after: Json | None) -> str:
    """Return the digest of one change on a target, with the live content it is based on."""
    content = {"action": action, "kind": key.kind, "name": key.name, "before": before, "after": after}
    return digest({"target": _identity(target)} | content)


def plan_digest(plans: Iterable[TargetPlan]) -> str:
    """Return the digest of several targets' plans; their sequence does not matter."""
    return plan_digest_of(plan.digest for plan in plans)


def plan_digest_of(targets: Iterable[str]) -> str:
    """Return the digest of a plan whose targets have these digests."""
    return digest({"targets": sorted(targets)})


def _identity(target: Target) -> Json:
    return {"client": target.client, "pool_uuid": target.pool_uuid, "logpoint": target.logpoint_id}


class _Planner:
    """Holds the arguments of one planning; nothing is kept afterwards."""

    def __init__(self, registry: Registry, target: Target, desired: Desired, live: Live, ownership: Ownership) -> None:
        self._registry = registry
        self._target = target
        self._desired = desired
        self._live = live
        self._ownership = ownership.on(target)
        self._rank = {kind: rank for rank, kind in enumerate(registry.kinds)}
        self._errors: list[Finding] = []
        self._look_alikes = look_alikes((*desired.resources, *live.objects))
        self._hints = Hints()

    def plan(self) -> TargetPlan:
        writes = [change for key in self._sorted(self._desired.resources) if (change := self._write(key))]
        doomed = self._doomed()
        deletes = [self._delete(key) for key in reversed(self._sorted(doomed))]
        self._errors += self._blocked_deletions(doomed)
        self._errors += self._silent_deletions(doomed)
        changes = with_pipeline_risks(_with_dependencies(self._registry, writes, deletes), self._live.objects)
        owned = self._ownership.owned
        gone = self._live.objects.keys() - self._desired.resources.keys() - doomed
        managed = self._live.objects.keys() & (self._desired.resources.keys() | owned | doomed)
        return TargetPlan(
            target=self._target,
            changes=changes,
            unchanged=len(self._desired.resources.keys() & self._live.objects.keys())
            - sum(change.action is Action.UPDATE for change in writes),
            unmanaged=tuple(self._sorted(key for key in gone if self._is_unmanaged(key))),
            released=tuple(self._sorted(gone & owned & self._desired.external)),
            errors=tuple(self._errors),
            managed=len(managed),
            digest=target_digest(self._target, changes),
        )

    def _sorted(self, keys: Iterable[ResourceKey]) -> list[ResourceKey]:
        return sorted(keys, key=lambda key: (self._rank[key.kind], key.name))

    def _is_unmanaged(self, key: ResourceKey) -> bool:
        found = self._live.objects.get(key)
        is_vendors = self._registry.is_vendor_name(*key) or (found is not None and found.is_vendors)
        return not is_vendors and key not in self._desired.external

    # -- creates and updates

    def _write(self, key: ResourceKey) -> Change | None:
        resource = self._desired.resources[key]
        found = self._live.objects.get(key)
        if problem := self._obstacle(key):
            self._complain("unusable-live-object", resource, problem)
            return None
        if found is None and self._registry.is_vendor_name(*key):
            message = "the name is the vendor's, and the logpoint has no such object to update; choose another name"
            self._complain("vendor-name", resource, message)
            return None
        before = found.spec if found else None
        after = carried(before or {}, resource.spec, self._registry.shapes[key.kind])
        if before == after:
            return None
        self._check_references(resource)
        action = Action.CREATE if before is None else Action.UPDATE
        return self._change(action, key, before, after, resource)

    def _obstacle(self, key: ResourceKey) -> str | None:
        if key in self._live.ambiguous:
            return "the logpoint has more than one object of this name; remove or rename all but one by hand"
        found = self._live.objects.get(key)
        return (
            f"the Director describes it in a form that lpcac does not understand ({found.problem}): correct it there, "
            "or leave it alone by listing it as external"
            if found and found.problem
            else None
        )

    def _change(
        self, action: Action, key: ResourceKey, before: Json | None, after: Json | None, resource: Resource | None
    ) -> Change:
        kind = self._registry.kinds[key.kind]
        return Change(
            action=action,
            key=key,
            before=before,
            after=after,
            fields=field_changes(before or {}, after or {}, self._registry.shapes[key.kind]),
            risks=(*kind.risks(before, after), *self._risks_of(action, key)),
            depends_on=(),
            source=self._cause(key, before, resource),
            digest=change_digest(self._target, action, key, before, after),
        )

    def _risks_of(self, action: Action, key: ResourceKey) -> Iterator[Risk]:
        """Yield the risks of a change that do not depend on the kind."""
        if action is Action.UPDATE:
            yield from self._unknown_fields(key)
        if action is Action.CREATE:
            for other in self._look_alikes.get(key, ()):
                if other in self._live.objects:
                    message = (
                        f"the logpoint has {other} already, whose name is easily mistaken for this one: "
                        f"{difference(other.name, key.name)}"
                    )
                    yield Risk("look-alike-name", message)

    def _unknown_fields(self, key: ResourceKey) -> Iterator[Risk]:
        """Yield a risk for each field of the object that lpcac does not know, and so leaves out of a write."""
        for name in self._live.objects[key].unknown:
            message = f"the Director holds `{name}` that lpcac does not know: replacing may reset it"
            yield Risk("unknown-field", message)

    def _cause(self, key: ResourceKey, before: Json | None, resource: Resource | None) -> Position | None:
        """Return the place that causes the change: the patch that differs from live, else the declaration."""
        if resource is None:
            return self._desired.dropped.get(key)
        for pointer in resource.patched if before is not None else ():
            part, *parts = parts_of(pointer)
            if part == "spec" and not same_json(value_below(before, parts), value_below(resource.spec, parts)):
                return resource.where(pointer)
        return resource.position

    def _complain(self, code: str, resource: Resource, message: str, pointer: str = "") -> None:
        position = resource.where(pointer) if pointer else resource.position
        self._errors.append(Finding(code, f"{resource.key}: {message}", position, pointer))

    def _check_references(self, resource: Resource) -> None:
        shape = self._registry.shapes[resource.key.kind]
        for pointer, kind, name in references(shape, resource.spec):
            if kind in self._registry.kinds:
                known: Iterable[str] = (key.name for key in self._live.objects if key.kind == kind)
                missing = ResourceKey(kind, name) not in self._desired.resources and not self._is_live(kind, name)
            else:
                inventory = self._registry.inventories[kind]
                known = self._live.inventories[kind]
                missing = inventory.same_name(name) not in known
            if missing:
                hint = self._hints.what_exists(name, list(known))
                message = f'{self._registry.label(kind)} "{name}" does not exist on the logpoint{hint}'
                self._complain(MISSING_ON_LOGPOINT, resource, message, pointer)

    def _is_live(self, kind: str, name: str) -> bool:
        key = ResourceKey(kind, name)
        return key in self._live.objects and key not in self._live.ambiguous

    # -- deletes

    def _doomed(self) -> set[ResourceKey]:
        doomed = set()
        for key in self._live.objects.keys() - self._desired.resources.keys():
            if not self._is_unmanaged(key) or not (self._ownership.prune or key in self._ownership.owned):
                continue
            if problem := self._obstacle(key):
                self._errors.append(Finding("unusable-live-object", f"{key} cannot be deleted: {problem}"))
            else:
                doomed.add(key)
        return doomed

    def _delete(self, key: ResourceKey) -> Change:
        return self._change(Action.DELETE, key, self._live.objects[key].spec, None, None)

    def _blocked_deletions(self, doomed: set[ResourceKey]) -> Iterator[Finding]:
        """Find what would still refer to a deleted object afterwards: the Director refuses such a deletion."""
        for key in self._sorted(self._live.objects.keys() - doomed):
            declared = self._desired.resources.get(key)
            spec = declared.spec if declared else self._live.objects[key].spec
            for _, kind, name in references(self._registry.shapes[key.kind], spec):
                if ResourceKey(kind, name) in doomed:
                    message = (
                        f"{ResourceKey(kind, name)} cannot be deleted: {key} on the logpoint still refers to it; "
                        f"declare it again, or change that object first"
                    )
                    yield Finding("blocked-deletion", message)

    def _silent_deletions(self, doomed: set[ResourceKey]) -> Iterator[Finding]:
        """Find that everything would go because nothing is declared: the files may only be somewhere else."""
        if doomed and self._desired.is_silent:
            message = (
                f"nothing is declared, and {len(doomed)} of the objects on the logpoint would be deleted: declare "
                "what to keep, or remove the client from the map to stop managing the logpoint"
            )
            yield Finding("nothing-declared", message)


def _with_dependencies(registry: Registry, writes: list[Change], deletes: list[Change]) -> tuple[Change, ...]:
    """Add to each change the keys of the changes that must be done before it."""
    written = {change.key for change in writes}
    referrers = _referrers(registry, deletes)
    return (
        *(
            replace(c, depends_on=tuple(k for k in _referred(registry, c.key.kind, c.after) if k in written))
            for c in writes
        ),
        *(replace(c, depends_on=tuple(referrers.get(c.key, ()))) for c in deletes),
    )


def _referrers(registry: Registry, deletes: list[Change]) -> Mapping[ResourceKey, list[ResourceKey]]:
    referrers: dict[ResourceKey, list[ResourceKey]] = {}
    for change in deletes:
        for key in _referred(registry, change.key.kind, change.before):
            referrers.setdefault(key, []).append(change.key)
    return referrers


def _referred(registry: Registry, kind: str, spec: Json | None) -> list[ResourceKey]:
    found = (ResourceKey(to, name) for _, to, name in references(registry.shapes[kind], spec or {}))
    return sorted({key for key in found if key.kind in registry.kinds})
