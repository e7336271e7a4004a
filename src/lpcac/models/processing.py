"""ProcessingPolicy: ties a routing, a normalization and an enrichment policy together.

Facts: Director API 2.7.0, chapter on ProcessingPolicy. Routing and enrichment policies are referred to by id,
normalization policies by name; all fields are mandatory on the wire, `None` stands for "no policy".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from lpcac.core.json_values import Json
from lpcac.kinds.fields import API_VERSION, Name, Ref, Spec
from lpcac.kinds.kind import Inventory, Kind, Names

_NO_POLICY = "None"


class ProcessingPolicySpec(Spec):
    """A processing policy: what happens to the logs of the devices that use it."""

    routing_policy: Annotated[Name, Ref("RoutingPolicy")] | None = None
    """Routing policy that decides where logs are stored; the Director allows none (37.1)."""
    normalization_policy: Annotated[Name, Ref("NormalizationPolicy")] | None = None
    """Normalization policy that parses the logs."""
    enrichment_policy: Annotated[Name, Ref("EnrichmentPolicy")] | None = None
    """Enrichment policy that adds facts to the events."""


def _to_wire(name: str, spec: Json, names: Names, replacing: bool) -> Json:
    del replacing
    routing, enrichment = spec.get("routing_policy"), spec.get("enrichment_policy")
    return {
        "policy_name": name,
        "routing_policy": names.id_of("RoutingPolicy", routing) if routing else _NO_POLICY,
        "norm_policy": spec.get("normalization_policy", _NO_POLICY),
        "enrich_policy": names.id_of("EnrichmentPolicy", enrichment) if enrichment else _NO_POLICY,
    }


def _from_wire(obj: Json, names: Names) -> Json:
    read: dict[str, str | None] = {
        "routing_policy": _name(obj.get("routing_policy"), "RoutingPolicy", names),
        "normalization_policy": _name(obj.get("norm_policy"), None, names),
        "enrichment_policy": _name(obj.get("enrich_policy"), "EnrichmentPolicy", names),
    }
    return {field: name for field, name in read.items() if name is not None}


def _name(value: object, kind: str | None, names: Names) -> str | None:
    if value in (None, "", _NO_POLICY):
        return None
    if not isinstance(value, str | int):
        msg = "a policy is referred to by neither text nor number"
        raise TypeError(msg)
    return names.name_of(kind, str(value)) if kind else str(value)


def _enrichment_policies(answer: list[Json]) -> Iterable[tuple[str, str]]:
    return ((policy["name"], policy["id"]) for policy in answer)


KIND = Kind(
    name="ProcessingPolicy",
    label="processing policy",
    path="ProcessingPolicy",
    name_field="policy_name",
    spec=ProcessingPolicySpec,
    to_wire=_to_wire,
    from_wire=_from_wire,
    held_fields=frozenset({"routing_policy", "norm_policy", "enrich_policy"}),
    inventories=(
        Inventory(
            name="EnrichmentPolicy", label="enrichment policy", path="EnrichmentPolicy", entries=_enrichment_policies
        ),
    ),
    example={
        "apiVersion": API_VERSION,
        "kind": "ProcessingPolicy",
        "metadata": {"name": "windows"},
        "spec": {"routing_policy": "windows", "normalization_policy": "windows"},
    },
)
