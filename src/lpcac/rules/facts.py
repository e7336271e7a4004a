"""What rules know of a resource: what is declared, and what follows from the whole client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lpcac.core.json_values import Json
from lpcac.core.resources import Desired, Resource, ResourceKey
from lpcac.kinds.references import references
from lpcac.kinds.registry import Registry
from lpcac.pipeline.event_end import PROCESSING, REPO, ROUTING


def fact_names(kind: str) -> tuple[str, ...]:
    """Return the names of the facts that follow for every resource of a kind."""
    reached = ("reached_by",) if kind in (REPO, ROUTING) else ()
    days = ("total_retention_days", "first_tier_days") if kind == REPO else ()
    return ("referenced_by", *reached, *days)


@dataclass(frozen=True)
class ClientFacts:
    """What follows from all resources of a client together."""

    desired: Desired
    registry: Registry
    _referrers: dict[ResourceKey, list[ResourceKey]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key, resource in sorted(self.desired.resources.items()):
            shape = self.registry.shapes[key.kind]
            for target in {ResourceKey(kind, name) for _, kind, name in references(shape, resource.spec)}:
                self._referrers.setdefault(target, []).append(key)

    def instance(self, resource: Resource) -> Json:
        """Return the resource as rules see it."""
        metadata = {"name": resource.key.name, "labels": dict(resource.labels)}
        return {
            "kind": resource.key.kind,
            "metadata": metadata,
            "spec": resource.spec,
            "derived": self._derived(resource),
        }

    def _derived(self, resource: Resource) -> Json:
        referrers = self._referrers.get(resource.key, [])
        derived: Json = {"referenced_by": [{"kind": kind, "name": name} for kind, name in referrers]}
        if resource.key.kind in (REPO, ROUTING):
            derived["reached_by"] = self._reached_by(resource.key)
        if resource.key.kind == REPO:
            days = [tier["retention_days"] for tier in resource.spec["paths"]]
            derived |= {"total_retention_days": sum(days), "first_tier_days": days[0]}
        return derived

    def _reached_by(self, key: ResourceKey) -> list[str]:
        """Return the processing policies whose events can reach the object."""
        referrers = self._referrers.get(key, [])
        if key.kind == ROUTING:
            return [name for kind, name in referrers if kind == PROCESSING]
        return sorted(
            {name for referrer in referrers if referrer.kind == ROUTING for name in self._reached_by(referrer)}
        )


DERIVED_FROM: Mapping[str, str] = {"total_retention_days": "/spec/paths", "first_tier_days": "/spec/paths"}
"""By derived fact, what in the document it comes from."""
