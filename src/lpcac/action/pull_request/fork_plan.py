"""Plans from Git to Git, without a Director and without secrets: for pull requests from forks."""

from __future__ import annotations

from collections.abc import Iterable

from lpcac.action.commits import Commits
from lpcac.action.pull_request.proposed_change import ProposedChange
from lpcac.core.resources import Desired, Live, LiveObject, Ownership, ResourceKey, Target
from lpcac.kinds.references import references
from lpcac.kinds.registry import Registry
from lpcac.planning.diff.carried_fields import carried
from lpcac.planning.guard import GuardedTarget, refusals
from lpcac.planning.plan import TargetPlan
from lpcac.planning.planner import plan_target
from lpcac.planning.targets.loaded_clients import LoadedClient


def plan_offline(commits: Commits, basis: ProposedChange) -> list[GuardedTarget]:
    """Return plans that take what the base commit declares for live."""
    base = commits.at(basis.base).map
    known = {client.name for client in base.clients} if base else set()
    names = [loaded.client.name for loaded in basis.scope.clients if loaded.client.name in known]
    before = {loaded.client.name: loaded for loaded in commits.scope_at(basis.base, names).clients}
    return [
        _plan(commits.registry, loaded.on(target), target, _declared(before.get(loaded.client.name), target))
        for loaded in basis.scope.clients
        for target in _targets(loaded)
    ]


def _targets(loaded: LoadedClient) -> Iterable[Target]:
    client = loaded.client
    return (Target(client.name, client.pool, logpoint, "", logpoint) for logpoint in client.logpoints)


def _declared(loaded: LoadedClient | None, target: Target) -> Desired:
    return loaded.on(target).desired if loaded else Desired({})


def _plan(registry: Registry, loaded: LoadedClient, target: Target, before: Desired) -> GuardedTarget:
    if loaded.errors:
        return GuardedTarget(TargetPlan(target, errors=loaded.errors))
    desired = loaded.desired
    live = _as_if_live(registry, before, desired)
    plan = plan_target(registry, target, desired, live, Ownership(frozenset(before.resources), prune=False))
    return GuardedTarget(plan, refusals(plan, loaded.client.limits))


def _as_if_live(registry: Registry, before: Desired, desired: Desired) -> Live:
    """Return what a logpoint would hold that is as declared before, and that has everything that is referred to."""
    objects = {
        key: LiveObject(key, carried({}, resource.spec, registry.shapes[key.kind]), "")
        for key, resource in before.resources.items()
    }
    inventories: dict[str, dict[str, str]] = {name: {} for name in registry.inventories}
    for resource in (*before.resources.values(), *desired.resources.values()):
        for _, kind, name in references(registry.shapes[resource.key.kind], resource.spec):
            key = ResourceKey(kind, name)
            if kind in inventories:
                inventories[kind][registry.inventories[kind].same_name(name)] = name
            elif key not in desired.resources:
                # External, or the vendor's: validation made sure of that.
                objects.setdefault(key, LiveObject(key, {}, ""))
    return Live(objects, inventories)
