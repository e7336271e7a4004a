"""EnrichmentPolicy: which facts of an enrichment source are added to which events.

Facts: Director API 2.7.0, chapter on EnrichmentPolicy. Sources are referred to by their `source_name`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from lpcac.core.json_values import Json, flag
from lpcac.kinds.fields import API_VERSION, Matched, Name, Ref, Spec
from lpcac.kinds.kind import Element, Inventory, Kept, Kind, Names, Value
from lpcac.kinds.other_fields import read_item, written_item
from lpcac.kinds.vendor import Vendor

SOURCE = "EnrichmentSource"

_Key = Annotated[Value, Field(min_length=1)]
_TYPES = ("string", "ip", "num")


def _forbidden(*fields: str) -> Json:
    return {"properties": {field: {"type": "null"} for field in fields}}


# What `EnrichmentCriterion._value_goes_with_type` checks, as JSON Schema says it.
_VALUE_GOES_WITH_TYPE: dict[str, JsonValue] = {
    "if": {"properties": {"type": {"const": "KeyPresentsValueMatches"}}, "required": ["type"]},
    "then": {"properties": {"value": {"type": "string"}}, "required": ["value"]},
}
# What `EnrichmentRule._fields_go_with_category` checks, as JSON Schema says it.
_FIELDS_GO_WITH_CATEGORY: dict[str, JsonValue] = {
    "if": {"properties": {"category": {"const": "simple"}}, "required": ["category"]},
    "then": {"properties": {"event_key": {"type": "string"}}, "required": ["event_key"]},
    "else": {
        "allOf": [
            _forbidden("event_key"),
            {
                "properties": {"type": {"type": "string"}, "prefix": {"type": "boolean"}},
                "required": ["type", "prefix"],
            },
        ]
    },
}


class EnrichmentCriterion(Element):
    """One criterion: which events are enriched."""

    model_config = ConfigDict(json_schema_extra=_VALUE_GOES_WITH_TYPE)

    type: Literal["KeyPresents", "KeyPresentsValueMatches"]
    """Whether the key's presence is enough, or its value must match as well."""
    key: _Key
    """Name of the event's field."""
    value: Annotated[Value | None, Kept("type", "KeyPresents")] = None
    """Value to match: required (it may be empty) for KeyPresentsValueMatches. KeyPresents does not look at it: left
    out, the Director's value stays, and null clears it."""

    @model_validator(mode="after")
    def _value_goes_with_type(self) -> Self:
        if self.type == "KeyPresentsValueMatches" and self.value is None:
            msg = "`value` is required for type KeyPresentsValueMatches (it may be empty: '')"
            raise ValueError(msg)
        return self


class EnrichmentRule(Element):
    """One rule: which field of the source is compared with what in the event."""

    model_config = ConfigDict(json_schema_extra=_FIELDS_GO_WITH_CATEGORY)

    category: Literal["simple", "type_based"]
    """simple compares with one field of the event, type_based with every field of a type."""
    source_key: _Key
    """Name of the source's field."""
    operation: Literal["Equals"] = "Equals"
    """How the two are compared."""
    event_key: _Key | None = None
    """Name of the event's field: required for simple, forbidden for type_based."""
    type: Annotated[Literal["string", "ip", "num"] | None, Kept("category", "simple")] = None
    """Type of the event's fields: required for type_based. Of simple the Director may hold one too: left out, it stays,
    and null clears it."""
    prefix: Annotated[bool | None, Kept("category", "simple")] = None
    """Whether added fields carry the event field's name in front: required for type_based. Of simple the Director may
    hold it too: left out, it stays, and null clears it."""

    @model_validator(mode="after")
    def _fields_go_with_category(self) -> Self:
        needed = ("event_key",) if self.category == "simple" else ("type", "prefix")
        for field in needed:
            if getattr(self, field) is None:
                msg = f"`{field}` is required for category {self.category}"
                raise ValueError(msg)
        if self.category != "simple" and self.event_key is not None:
            msg = f"`event_key` is not allowed for category {self.category}: remove it or change the category"
            raise ValueError(msg)
        return self


class EnrichmentSpecification(Element):
    """What is taken from one source, and for which events."""

    source: Annotated[Name, Ref(SOURCE)]
    """Name of the enrichment source on the logpoint."""
    criteria: Annotated[list[EnrichmentCriterion], Matched(("key", "value"))]
    """Criteria that an event must meet."""
    rules: Annotated[list[EnrichmentRule], Matched(("source_key", "event_key", "type"))] = Field(default_factory=list)
    """How the source's entry for an event is found. May be left out."""


class EnrichmentPolicySpec(Spec):
    """An enrichment policy: facts from enrichment sources for events that meet criteria."""

    description: Value = ""
    """Shown next to the policy on the logpoint."""
    specifications: Annotated[list[EnrichmentSpecification], Matched(("source",))]
    """What is taken from each source. May be empty."""


def _canonical(spec: Json) -> Json:
    specifications = [
        {**s, "criteria": [_canonical_criterion(c) for c in s["criteria"]], "rules": s.get("rules", [])}
        for s in spec["specifications"]
    ]
    return {**spec, "specifications": specifications}


def _canonical_criterion(criterion: Json) -> Json:
    is_cleared = criterion["type"] == "KeyPresents" and criterion.get("value") == ""
    return criterion | {"value": None} if is_cleared else criterion


def _to_wire(name: str, spec: Json, names: Names, replacing: bool) -> Json:
    del names, replacing
    specifications = [_specification_to_wire(s) for s in spec["specifications"]]
    return {"name": name, "description": spec["description"], "specifications": specifications}


def _specification_to_wire(specification: Json) -> Json:
    criteria = [_criterion_to_wire(each) for each in specification["criteria"]]
    fields = ("category", "source_key", "operation", "event_key", "type", "prefix")
    rules = [written_item(r, _those(r, fields)) for r in specification["rules"]]
    # Rules are optional (13.1), and one client's author saw an empty list of them refused.
    written = {"source": specification["source"], "criteria": criteria} | ({"rules": rules} if rules else {})
    return written_item(specification, written)


def _criterion_to_wire(criterion: Json) -> Json:
    # An empty value is the wire's default, so that a null that stands for it on the Director stays.
    value = {"value": criterion["value"]} if criterion.get("value") else {}
    return written_item(criterion, _those(criterion, ("type", "key")) | value, {"value": ""})


def _those(item: Json, fields: Iterable[str]) -> Json:
    return {field: item[field] for field in fields if field in item}


def _from_wire(obj: Json, names: Names) -> Json:
    del names
    specifications = [_specification_from_wire(s) for s in obj.get("specifications") or []]
    return {"description": obj.get("description") or "", "specifications": specifications}


def _specification_from_wire(specification: Json) -> Json:
    read = {
        "source": specification["source"],
        "criteria": [_criterion_from_wire(c) for c in specification.get("criteria") or []],
        "rules": [_rule_from_wire(r) for r in specification.get("rules") or []],
    }
    # What the Director holds in place of rules, even an empty list, is written unchanged: it accepted that once.
    known = {"source", "criteria"} | ({"rules"} if read["rules"] else set())
    return read_item(read, specification, known)


def _criterion_from_wire(criterion: Json) -> Json:
    read = _those(criterion, ("type", "key"))
    if value := criterion.get("value"):
        read["value"] = value
    elif criterion["type"] != "KeyPresents":
        read["value"] = ""
    is_null = "value" in criterion and criterion["value"] is None
    return read_item(read, criterion, {"type", "key"} if is_null else {"type", "key", "value"})


def _rule_from_wire(rule: Json) -> Json:
    read = {
        "category": rule["category"],
        "source_key": rule["source_key"],
        "operation": rule.get("operation") or "Equals",
    }
    if rule["category"] != "simple":
        read |= {"type": rule["type"], "prefix": bool(flag(rule.get("prefix")))}
    else:
        read["event_key"] = rule["event_key"]
        if rule.get("type") in _TYPES:
            read["type"] = rule["type"]
        if (prefix := flag(rule.get("prefix"))) is not None:
            read["prefix"] = prefix
    return read_item(read, rule, {"operation", *read})


def _sources(answer: list[Json]) -> Iterable[tuple[str, str]]:
    return ((source["source_name"], source["source_name"]) for source in answer)


KIND = Kind(
    name="EnrichmentPolicy",
    label="enrichment policy",
    path="EnrichmentPolicy",
    name_field="name",
    spec=EnrichmentPolicySpec,
    to_wire=_to_wire,
    from_wire=_from_wire,
    held_fields=frozenset({"description", "specifications"}),
    vendor=Vendor(
        "Observed on a Director 2.7.0: policies of these names on every logpoint, without an underscore",
        names=frozenset({"Threat_Intelligence", "UEBA_ENRICHMENT_POLICY"}),
    ),
    canonical=_canonical,
    inventories=(
        Inventory(
            name=SOURCE,
            label="enrichment source",
            path="EnrichmentSource",
            entries=_sources,
            refresh_path="EnrichmentSource/refreshlist",
        ),
    ),
    example={
        "apiVersion": API_VERSION,
        "kind": "EnrichmentPolicy",
        "metadata": {"name": "threat_intelligence"},
        "spec": {
            "description": "Marks known bad addresses",
            "specifications": [
                {
                    "source": "Threat_Intelligence",
                    "criteria": [{"type": "KeyPresents", "key": "source_address"}],
                    "rules": [
                        {"category": "simple", "source_key": "ip_address", "event_key": "source_address"},
                        {"category": "type_based", "source_key": "domain", "type": "string", "prefix": True},
                    ],
                }
            ],
        },
    },
)
