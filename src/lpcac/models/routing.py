"""RoutingPolicy: which log goes to which repo, by the first criterion that matches.

Facts: Director API 2.7.0, chapter on RoutingPolicies. Repos are referred to by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from lpcac.core.json_values import Json
from lpcac.kinds.fields import API_VERSION, Matched, Name, Ref, Spec, Text
from lpcac.kinds.kind import Kind, Names, Risk

# What `_value_goes_with_type` and `_stored_logs_need_a_repo` check, as JSON Schema says it.
_CONDITIONALS: list[JsonValue] = [
    {
        "if": {"properties": {"type": {"const": "KeyPresentValueMatches"}}, "required": ["type"]},
        "then": {"properties": {"value": {"type": "string"}}, "required": ["value"]},
        "else": {"properties": {"value": {"type": "null"}}},
    },
    {
        "if": {"properties": {"drop": {"const": "store"}}},
        "then": {"properties": {"repo": {"type": "string"}}, "required": ["repo"]},
    },
]


class RoutingCriterion(Spec):
    """One criterion: what it looks for in an event, and where matching events go."""

    model_config = ConfigDict(json_schema_extra={"allOf": _CONDITIONALS})

    type: Literal["KeyPresent", "KeyPresentValueMatches"]
    """Whether the key's presence is enough, or its value has to match as well."""
    key: Annotated[Text, Field(min_length=1)]
    """Name of the event's field."""
    value: Text | None = None
    """Value to match: required (it may be empty) for KeyPresentValueMatches, forbidden for KeyPresent."""
    repo: Annotated[Name, Ref("Repo")] | None = None
    """Repo that stores matching events; optional when they are discarded."""
    drop: Literal["store", "discard_raw", "discard"] = "store"
    """store keeps the event, discard_raw drops the raw message, discard drops the event."""

    @model_validator(mode="after")
    def _value_goes_with_type(self) -> Self:
        if self.type == "KeyPresent" and self.value is not None:
            msg = "`value` goes with type KeyPresentValueMatches only: remove it or change the type"
            raise ValueError(msg)
        if self.type == "KeyPresentValueMatches" and self.value is None:
            msg = "`value` is required for type KeyPresentValueMatches (it may be empty: '')"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _stored_logs_need_a_repo(self) -> Self:
        if self.drop == "store" and self.repo is None:
            msg = "`repo` is required unless `drop` is discard_raw or discard"
            raise ValueError(msg)
        return self


class RoutingPolicySpec(Spec):
    """A routing policy: criteria in order, the first match wins, and a repo for whatever matches none."""

    catch_all: Annotated[Name, Ref("Repo")]
    """Repo for events that match no criterion."""
    routing_criteria: Annotated[list[RoutingCriterion], Matched(("key", "value"))]
    """Criteria in order: the first match wins. May be empty."""


def _to_wire(name: str, spec: Json, names: Names, replacing: bool) -> Json:
    del names, replacing
    criteria = [
        {
            "type": c["type"],
            "key": c["key"],
            "value": c.get("value", ""),
            "repo": c.get("repo", ""),
            "drop": c["drop"],
        }
        for c in spec["routing_criteria"]
    ]
    return {"policy_name": name, "catch_all": spec["catch_all"], "routing_criteria": criteria}


def _from_wire(obj: Json, names: Names) -> Json:
    del names
    return {
        "catch_all": obj["catch_all"],
        "routing_criteria": [_criterion_from_wire(c) for c in obj.get("routing_criteria") or []],
    }


def _criterion_from_wire(criterion: Json) -> Json:
    read: dict[str, Any] = {"type": criterion["type"], "key": criterion["key"]}
    if criterion["type"] != "KeyPresent":
        read["value"] = criterion.get("value") or ""
    if criterion.get("repo"):
        read["repo"] = criterion["repo"]
    read["drop"] = criterion.get("drop") or "store"
    return read


def _risks(before: Json | None, after: Json | None) -> Iterator[Risk]:
    if after is None:
        return
    was = before["routing_criteria"] if before else []
    for index, criterion in enumerate(after["routing_criteria"]):
        if criterion["drop"] == "store":
            continue
        position = next((i for i, c in enumerate(was) if _same_discard(c, criterion)), None)
        lost = "the event" if criterion["drop"] == "discard" else "the raw message"
        if position is None:
            yield Risk("criterion-discards", f"{_label(criterion)} is now {criterion['drop']}: {lost} is not stored")
        elif _stored_ahead(was[:position]) - _stored_ahead(after["routing_criteria"][:index]):
            message = (
                f"{_label(criterion)} ({criterion['drop']}) now matches before criteria that stored: {lost} is lost"
            )
            yield Risk("criterion-discards", message)
    if before and before["catch_all"] != after["catch_all"]:
        message = f"unmatched logs go to repo {after['catch_all']} instead of {before['catch_all']}"
        yield Risk("catch-all-moved", message)


def _same_discard(before: Json, after: Json) -> bool:
    return all(before.get(field) == after.get(field) for field in ("type", "key", "value", "drop"))


def _stored_ahead(criteria: list[Json]) -> set[tuple[str, str | None]]:
    return {(c["key"], c.get("value")) for c in criteria if c["drop"] == "store"}


def _label(criterion: Json) -> str:
    value = f"={criterion['value']}" if "value" in criterion else " present"
    return f"criterion {criterion['key']}{value}"


KIND = Kind(
    name="RoutingPolicy",
    label="routing policy",
    path="RoutingPolicies",
    name_field="policy_name",
    spec=RoutingPolicySpec,
    to_wire=_to_wire,
    from_wire=_from_wire,
    risks=_risks,
    example={
        "apiVersion": API_VERSION,
        "kind": "RoutingPolicy",
        "metadata": {"name": "windows", "labels": {"team": "soc"}},
        "spec": {
            "catch_all": "system",
            "routing_criteria": [
                {
                    "type": "KeyPresentValueMatches",
                    "key": "EventType",
                    "value": "Verbose",
                    "repo": "system_verbose",
                    "drop": "store",
                },
                {"type": "KeyPresent", "key": "debug", "drop": "discard"},
            ],
        },
    },
)
