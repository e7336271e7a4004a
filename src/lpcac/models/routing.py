"""RoutingPolicy: which log goes to which repo, by the first criterion that matches.

Facts: Director API 2.7.0, chapter on RoutingPolicies. Repos are referred to by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, StringConstraints, model_validator

from lpcac.core.json_values import Json
from lpcac.kinds.fields import API_VERSION, NAME_PATTERN, Matched, Meaning, Name, Ref, Spec
from lpcac.kinds.kind import Element, Kept, Kind, Names, Remark, Risk, Value
from lpcac.kinds.other_fields import read_item, written_item

# What `_value_goes_with_type` and `_stored_logs_need_a_repo` check, as JSON Schema says it.
_CONDITIONALS: list[JsonValue] = [
    {
        "if": {"properties": {"type": {"const": "KeyPresentValueMatches"}}, "required": ["type"]},
        "then": {"properties": {"value": {"type": "string"}}, "required": ["value"]},
    },
    {
        "if": {"properties": {"drop": {"const": "store"}}},
        "then": {"properties": {"repo": {"type": "string"}}, "required": ["repo"]},
    },
]


_RepoOrNone = Annotated[
    str,
    StringConstraints(pattern=rf"^$(?!\n)|{NAME_PATTERN}"),
    Meaning("a repo's name, or '' for none"),
    Ref("Repo"),
]


class RoutingCriterion(Element):
    """One criterion: what it looks for in an event, and where matching events go."""

    model_config = ConfigDict(json_schema_extra={"allOf": _CONDITIONALS})

    type: Literal["KeyPresent", "KeyPresentValueMatches"]
    """Whether the key's presence is enough, or its value must match as well."""
    key: Annotated[Value, Field(min_length=1)]
    """Name of the event's field."""
    value: Annotated[Value | None, Kept("type", "KeyPresent")] = None
    """Value to match: required (it may be empty) for KeyPresentValueMatches. KeyPresent does not look at it: left out,
    the Director's value stays, and null clears it."""
    repo: _RepoOrNone | None = None
    """Repo that stores matching events; optional when they are discarded. '' with drop: store stores nothing."""
    drop: Literal["store", "discard_raw", "discard"] = "store"
    """store keeps the event, discard_raw drops the raw message, discard drops the event."""

    @model_validator(mode="after")
    def _value_goes_with_type(self) -> Self:
        if self.type == "KeyPresentValueMatches" and self.value is None:
            msg = "`value` is required for type KeyPresentValueMatches (it may be empty: '')"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _stored_logs_need_a_repo(self) -> Self:
        if self.drop == "store" and self.repo is None:
            msg = "`repo` is required unless `drop` is discard_raw or discard (`repo: ''` is legal, and stores nothing)"
            raise ValueError(msg)
        return self


class RoutingPolicySpec(Spec):
    """A routing policy: criteria in order, the first match wins, and a repo for whatever matches none."""

    catch_all: Annotated[Name, Ref("Repo")]
    """Repo for events that match no criterion."""
    routing_criteria: Annotated[list[RoutingCriterion], Matched(("key", "value"))]
    """Criteria in order: the first match wins. May be empty."""


def _canonical(spec: Json) -> Json:
    return {**spec, "routing_criteria": [_canonical_criterion(c) for c in spec["routing_criteria"]]}


def _canonical_criterion(criterion: Json) -> Json:
    result = dict(criterion)
    if criterion["type"] == "KeyPresent" and criterion.get("value") == "":
        result["value"] = None
    if criterion["drop"] != "store" and not criterion.get("repo"):
        result.pop("repo", None)
    return result


def _to_wire(name: str, spec: Json, names: Names, replacing: bool) -> Json:
    del names, replacing
    fields = ("type", "key", "value", "repo", "drop")
    criteria = [
        # An empty text is the wire's default, so that a null that stands for it on the Director stays.
        written_item(c, {field: c[field] for field in fields if c.get(field)}, {"value": "", "repo": ""})
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
    drop = criterion.get("drop") or "store"
    if value := criterion.get("value"):
        read["value"] = value
    elif criterion["type"] != "KeyPresent":
        read["value"] = ""
    if repo := criterion.get("repo"):
        read["repo"] = repo
    elif drop == "store":
        read["repo"] = ""
    # Only what is carried with the item distinguishes a null from an empty text.
    nulls = {field for field in ("value", "repo") if field in criterion and criterion[field] is None}
    known = {"type", "key", "value", "repo", "drop"} - nulls
    return read_item(read | {"drop": drop}, criterion, known)


def _remarks(spec: Json) -> Iterator[Remark]:
    for index, criterion in enumerate(spec["routing_criteria"]):
        if criterion["drop"] == "store" and not criterion["repo"]:
            message = f"{_label(criterion)} stores matching events in no repo: name one, or discard them"
            yield Remark("stores-nowhere", message, f"/routing_criteria/{index}")


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
    value = f"={criterion['value']}" if criterion["type"] != "KeyPresent" else " present"
    return f"criterion {criterion['key']}{value}"


KIND = Kind(
    name="RoutingPolicy",
    label="routing policy",
    path="RoutingPolicies",
    name_field="policy_name",
    spec=RoutingPolicySpec,
    to_wire=_to_wire,
    from_wire=_from_wire,
    held_fields=frozenset({"catch_all", "routing_criteria"}),
    canonical=_canonical,
    remarks=_remarks,
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
