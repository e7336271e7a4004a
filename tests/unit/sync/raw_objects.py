"""Objects in every shape that a Director may hold: optional fields there or not, and fields that nobody knows."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from lpcac.core.json_values import Json

PATHS = ("/data_hot/", "/data_warm/", "/cold_nfs/")
PACKAGES = {"LP_Windows": "p" * 24, "LP_Linux": "q" * 24}
NORMALIZERS = ("LPA_Windows", "CEFCompiledNormalizer")
SOURCES = ("Threat_Intelligence", "geo_ip")
REPOS = ("system", "verbose")
POLICIES = {"RoutingPolicy": "route", "NormalizationPolicy": "parse", "EnrichmentPolicy": "enrich"}
"""Objects that a processing policy may refer to, one of each kind."""

values = st.sampled_from(
    ["", "x", "4625", "a\tb", "line\nend\r\n", "\x00", "\x1b[0m", "Größe", "a\u200bb", "${client}"]
)
keys = st.sampled_from(["EventType", "norm_id", "a\tb", "k"])
_unknown_values = st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=3) | st.just([{"deep": [1]}])
unknown = st.dictionaries(st.sampled_from(["weight", "note", "id", "tid", "x y"]), _unknown_values, max_size=2)


@st.composite
def _item(draw: st.DrawFn, required: Json, optional: Json) -> Json:
    """Give an item of a list with its required fields, some of the optional ones, and fields that nobody knows."""
    fields = draw(st.fixed_dictionaries(required, optional=optional))
    return {**draw(unknown), **fields}


_days = st.integers(1, 400)
tiers = st.lists(_item({"path": st.sampled_from(PATHS), "retention": _days}, {}), min_size=1, max_size=4)
copies = st.lists(_item({"ha_li": st.sampled_from(["192.0.2.1", "192.0.2.2"]), "ha_day": _days}, {}), max_size=3)

_criterion = {
    "key": keys,
    "repo": st.sampled_from(["", *REPOS]),
    "drop": st.sampled_from(["store", "discard", "discard_raw"]),
}
criteria = st.lists(
    _item({**_criterion, "type": st.just("KeyPresent"), "value": values}, {})
    | _item({**_criterion, "type": st.just("KeyPresentValueMatches"), "value": values}, {}),
    max_size=4,
)

_source_criteria = st.lists(
    _item({"type": st.just("KeyPresents"), "key": keys, "value": values}, {})
    | _item({"type": st.just("KeyPresentsValueMatches"), "key": keys, "value": values}, {}),
    max_size=3,
)
_types = st.sampled_from(["string", "ip", "num"])
_rules = st.lists(
    _item(
        {"category": st.just("simple"), "source_key": keys, "operation": st.just("Equals"), "event_key": keys},
        {"type": _types | st.just(""), "prefix": st.booleans()},
    )
    | _item(
        {
            "category": st.just("type_based"),
            "source_key": keys,
            "operation": st.just("Equals"),
            "type": _types,
            "prefix": st.booleans(),
        },
        {"event_key": st.just("") | keys},
    ),
    max_size=3,
)
specifications = st.lists(
    _item({"source": st.sampled_from(SOURCES), "criteria": _source_criteria}, {"rules": _rules}), max_size=3
)

# Recorded objects carry `user`, exported ones an empty `vid`; the others are fields that nobody knows.
_owners = st.fixed_dictionaries(
    {},
    optional={
        "last_editor": st.text(max_size=3),
        "colour": st.integers(),
        "user": st.sampled_from(["admin", "jane"]),
        "vid": st.just(""),
    },
)


@st.composite
def _object(draw: st.DrawFn, fields: dict[str, Any]) -> Json:
    return {**draw(_owners), **draw(st.fixed_dictionaries(fields))}


objects: dict[str, st.SearchStrategy[Json]] = {
    "Repo": _object({"name": st.just("mine"), "repopath": tiers, "repoha": copies}),
    "RoutingPolicy": _object(
        {"policy_name": st.just("mine"), "catch_all": st.sampled_from(REPOS), "routing_criteria": criteria}
    ),
    "NormalizationPolicy": _object(
        {
            "name": st.just("mine"),
            "normalization_packages": st.lists(st.sampled_from(sorted(PACKAGES.values())), unique=True),
            "compiled_normalizer": st.lists(st.sampled_from(NORMALIZERS), unique=True),
        }
    ),
    "EnrichmentPolicy": _object({"name": st.just("mine"), "description": values, "specifications": specifications}),
    "ProcessingPolicy": _object(
        {
            "policy_name": st.just("mine"),
            "routing_policy": st.sampled_from(["None", POLICIES["RoutingPolicy"]]),
            "norm_policy": st.sampled_from(["None", POLICIES["NormalizationPolicy"]]),
            "enrich_policy": st.sampled_from(["None", POLICIES["EnrichmentPolicy"]]),
        }
    ),
}
"""One object of each kind, whose references lead to what `furnish` puts on a logpoint.

A processing policy holds names here in the place of ids.
"""


@st.composite
def loose(draw: st.DrawFn, kind: str) -> Json:
    """Give an object as `objects` does, with what is optional left out or null, and flags and numbers as text.

    The Director is not known to store such objects; whatever it holds has to come through all the same.
    """
    held = draw(objects[kind])
    if kind == "Repo":
        for field, number in (("repopath", "retention"), ("repoha", "ha_day")):
            held[field] = [{**each, number: draw(st.sampled_from([int, str]))(each[number])} for each in held[field]]
    if kind == "RoutingPolicy":
        held["routing_criteria"] = [draw(_loose_criterion(each)) for each in held["routing_criteria"]]
    if kind == "EnrichmentPolicy":
        held["description"] = draw(st.sampled_from([held["description"], None]))
        held["specifications"] = [draw(_loose_specification(each)) for each in held["specifications"]]
    return held


@st.composite
def _without(draw: st.DrawFn, item: Json, fields: tuple[str, ...]) -> Json:
    item = dict(item)
    for field in fields:
        match draw(st.sampled_from(["as it is", "left out", "null"])):
            case "left out":
                item.pop(field, None)
            case "null":
                item[field] = None
    return item


@st.composite
def _loose_criterion(draw: st.DrawFn, criterion: Json) -> Json:
    # A criterion that matches an empty value may well hold null for it.
    fields = ("value", "repo") if criterion["type"] == "KeyPresent" or not criterion["value"] else ("repo",)
    return draw(_without(criterion, fields))


@st.composite
def _loose_specification(draw: st.DrawFn, specification: Json) -> Json:
    criteria = [
        draw(_without(each, ("value",))) if each["type"] == "KeyPresents" or not each["value"] else each
        for each in specification["criteria"]
    ]
    rules = [draw(_loose_rule(each)) for each in specification.get("rules", [])]
    return {**specification, "criteria": criteria, **({"rules": rules} if "rules" in specification else {})}


@st.composite
def _loose_rule(draw: st.DrawFn, rule: Json) -> Json:
    if "prefix" in rule:
        rule = {**rule, "prefix": draw(st.sampled_from([rule["prefix"], str(rule["prefix"]).lower()]))}
    return draw(_without(rule, ("type", "prefix") if rule["category"] == "simple" else ("event_key",)))
