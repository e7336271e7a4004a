"""EnrichmentPolicy: which facts of an enrichment source are added to which events.

Facts: Director API 2.7.0, chapter on EnrichmentPolicy. Sources are referred to by their `source_name`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from lpcac.core.json_values import Json
from lpcac.kinds.fields import API_VERSION, Matched, Name, Ref, Spec, Text
from lpcac.kinds.kind import Inventory, Kind, Names

SOURCE = "EnrichmentSource"

_Key = Annotated[Text, Field(min_length=1)]


def _forbidden(*fields: str) -> Json:
    return {"properties": {field: {"type": "null"} for field in fields}}


# What `EnrichmentCriterion._value_goes_with_type` checks, as JSON Schema says it.
_VALUE_GOES_WITH_TYPE: dict[str, JsonValue] = {
    "if": {"properties": {"type": {"const": "KeyPresentsValueMatches"}}, "required": ["type"]},
    "then": {"properties": {"value": {"type": "string"}}, "required": ["value"]},
    "else": _forbidden("value"),
}
# What `EnrichmentRule._fields_go_with_category` checks, as JSON Schema says it.
_FIELDS_GO_WITH_CATEGORY: dict[str, JsonValue] = {
    "if": {"properties": {"category": {"const": "simple"}}, "required": ["category"]},
    "then": {
        "allOf": [
            _forbidden("type", "prefix"),
            {"properties": {"event_key": {"type": "string"}}, "required": ["event_key"]},
        ]
    },
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


class EnrichmentCriterion(Spec):
    """One criterion: which events are enriched."""

    model_config = ConfigDict(json_schema_extra=_VALUE_GOES_WITH_TYPE)

    type: Literal["KeyPresents", "KeyPresentsValueMatches"]
    """Whether the key's presence is enough, or its value has to match as well."""
    key: _Key
    """Name of the event's field."""
    value: Text | None = None
    """Value to match: required (it may be empty) for KeyPresentsValueMatches, forbidden for KeyPresents."""

    @model_validator(mode="after")
    def _value_goes_with_type(self) -> Self:
        if self.type == "KeyPresents" and self.value is not None:
            msg = "`value` goes with type KeyPresentsValueMatches only: remove it or change the type"
            raise ValueError(msg)
        if self.type == "KeyPresentsValueMatches" and self.value is None:
            msg = "`value` is required for type KeyPresentsValueMatches (it may be empty: '')"
            raise ValueError(msg)
        return self


class EnrichmentRule(Spec):
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
    type: Literal["string", "ip", "num"] | None = None
    """Type of the event's fields: required for type_based, forbidden for simple."""
    prefix: bool | None = None
    """Whether added fields carry the event field's name in front: required for type_based, forbidden for simple."""

    @model_validator(mode="after")
    def _fields_go_with_category(self) -> Self:
        of_simple, of_type_based = ["event_key"], ["type", "prefix"]
        is_simple = self.category == "simple"
        needed, foreign = (of_simple, of_type_based) if is_simple else (of_type_based, of_simple)
        for field in needed:
            if getattr(self, field) is None:
                msg = f"`{field}` is required for category {self.category}"
                raise ValueError(msg)
        for field in foreign:
            if getattr(self, field) is not None:
                msg = f"`{field}` does not go with category {self.category}: remove it or change the category"
                raise ValueError(msg)
        return self


class EnrichmentSpecification(Spec):
    """What is taken from one source, and for which events."""

    source: Annotated[Name, Ref(SOURCE)]
    """Name of the enrichment source on the logpoint."""
    criteria: Annotated[list[EnrichmentCriterion], Matched(("key", "value"))]
    """Criteria that an event has to meet."""
    rules: Annotated[list[EnrichmentRule], Matched(("source_key", "event_key", "type"))]
    """How the source's entry for an event is found."""


class EnrichmentPolicySpec(Spec):
    """An enrichment policy: facts from enrichment sources for events that meet criteria."""

    description: Text = ""
    """Shown beside the policy on the logpoint."""
    specifications: Annotated[list[EnrichmentSpecification], Field(min_length=1), Matched(("source",))]
    """What is taken from each source."""


def _to_wire(name: str, spec: Json, names: Names, replacing: bool) -> Json:
    del names, replacing
    specifications = [
        {**s, "criteria": [{**criterion, "value": criterion.get("value", "")} for criterion in s["criteria"]]}
        for s in spec["specifications"]
    ]
    return {"name": name, "description": spec["description"], "specifications": specifications}


def _from_wire(obj: Json, names: Names) -> Json:
    del names
    specifications = [
        {
            "source": s["source"],
            "criteria": [_criterion_from_wire(c) for c in s.get("criteria") or []],
            "rules": [_rule_from_wire(r) for r in s.get("rules") or []],
        }
        for s in obj["specifications"]
    ]
    return {"description": obj.get("description") or "", "specifications": specifications}


def _criterion_from_wire(criterion: Json) -> Json:
    read = {"type": criterion["type"], "key": criterion["key"]}
    return read if criterion["type"] == "KeyPresents" else read | {"value": criterion.get("value") or ""}


def _rule_from_wire(rule: Json) -> Json:
    read = {
        "category": rule["category"],
        "source_key": rule["source_key"],
        "operation": rule.get("operation") or "Equals",
    }
    if rule["category"] == "simple":
        return read | {"event_key": rule["event_key"]}
    return read | {"type": rule["type"], "prefix": bool(rule.get("prefix"))}


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
    inventories=(Inventory(name=SOURCE, label="enrichment source", path="EnrichmentSource", entries=_sources),),
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
