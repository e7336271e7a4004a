"""What a logpoint's own objects refer to: nothing of it is unused, although nothing that is declared refers to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from lpcac.core.resources import ResourceKey
from lpcac.kinds.references import references
from lpcac.kinds.registry import Registry
from lpcac.planning.targets.planned_target import PlannedTarget

LiveNames = Mapping[str, frozenset[ResourceKey]]
"""By client, what it declares and an object refers to that stays on one of its logpoints without being declared."""

NOTHING_LIVE: LiveNames = MappingProxyType({})
"""Where no logpoint was read."""


def live_names(planned: Iterable[PlannedTarget], registry: Registry) -> LiveNames:
    """Return what is used on the logpoints that were read; those that could not be read tell nothing."""
    found: dict[str, frozenset[ResourceKey]] = {}
    for each in planned:
        client = each.plan.target.client
        found[client] = found.get(client, frozenset()) | _used_on(each, registry)
    return found


def _used_on(planned: PlannedTarget, registry: Registry) -> frozenset[ResourceKey]:
    declared = planned.desired.resources
    gone = {change.key for change in planned.plan.changes if change.after is None}
    return frozenset(
        ResourceKey(kind, name)
        for key, live in (planned.live.objects if planned.live else {}).items()
        if key not in declared and key not in gone
        for _, kind, name in references(registry.shapes[key.kind], live.spec)
        if ResourceKey(kind, name) in declared
    )
