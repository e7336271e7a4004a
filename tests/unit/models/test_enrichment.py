"""EnrichmentPolicy: its form, its form on the wire, and what it is compared by."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from pydantic import ValidationError
from tests.unit.models.names import Numbered

from lpcac.core.json_values import Json
from lpcac.models import registry
from lpcac.models.enrichment import KIND, EnrichmentPolicySpec
from lpcac.planning.diff.carried_fields import carried
from lpcac.planning.diff.field_diff import field_changes

SPECIFICATION: Json = KIND.example["spec"]["specifications"][0]


def spec(criterion: Json | None = None, rule: Json | None = None) -> Json:
    specification = copy.deepcopy(SPECIFICATION)
    if criterion is not None:
        specification["criteria"] = [criterion]
    if rule is not None:
        specification["rules"] = [rule]
    return {"specifications": [specification]}


def canonical(declared: Json) -> Json:
    return KIND.canonical(EnrichmentPolicySpec.model_validate(declared).model_dump(mode="json", exclude_none=True))


@pytest.mark.parametrize(
    ("criterion", "complaint"),
    [
        ({"type": "KeyPresentsValueMatches", "key": "a"}, "`value` is required"),
        ({"type": "KeyPresent", "key": "a"}, "KeyPresents"),
        ({"type": "KeyPresents", "key": ""}, "at least 1"),
    ],
)
def test_a_criterions_value_goes_with_its_type(criterion: Json, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        EnrichmentPolicySpec.model_validate(spec(criterion=criterion))


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({"category": "simple"}, "`event_key` is required"),
        ({"category": "type_based", "type": "ip"}, "`prefix` is required"),
        ({"category": "type_based", "prefix": True}, "`type` is required"),
        ({"category": "type_based", "type": "ip", "prefix": True, "event_key": "a"}, "`event_key` is not allowed for"),
        ({"category": "other"}, "simple"),
    ],
)
def test_a_rules_fields_go_with_its_category(rule: Json, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        EnrichmentPolicySpec.model_validate(spec(rule={"source_key": "ip_address", **rule}))


def test_specifications_criteria_and_rules_may_be_empty() -> None:
    assert canonical({"specifications": []}) == {"description": "", "specifications": []}
    bare = canonical({"specifications": [{"source": "geo_ip", "criteria": []}]})
    assert bare["specifications"] == [{"source": "geo_ip", "criteria": [], "rules": []}]
    assert KIND.to_wire("x", bare, Numbered(), True)["specifications"] == [{"source": "geo_ip", "criteria": []}]
    held = {"source": "geo_ip", "criteria": [], "rules": []}
    read = KIND.from_wire({"specifications": [held]}, Numbered())
    assert KIND.to_wire("x", read, Numbered(), True)["specifications"] == [held]


def test_the_operation_and_the_description_have_defaults() -> None:
    declared = canonical(spec())
    assert declared["description"] == ""
    assert {rule["operation"] for rule in declared["specifications"][0]["rules"]} == {"Equals"}


def test_it_is_written_as_the_director_wants_it() -> None:
    criteria = [{"type": "KeyPresents", "key": "a"}]
    rules = [{"category": "type_based", "source_key": "b", "type": "num", "prefix": False}]
    declared = canonical({"specifications": [{"source": "geo_ip", "criteria": criteria, "rules": rules}]})
    for replacing in (False, True):
        assert KIND.to_wire("geo", declared, Numbered(), replacing) == {
            "name": "geo",
            "description": "",
            "specifications": [
                {
                    "source": "geo_ip",
                    "criteria": [{"type": "KeyPresents", "key": "a", "value": ""}],
                    "rules": [
                        {
                            "category": "type_based",
                            "source_key": "b",
                            "operation": "Equals",
                            "type": "num",
                            "prefix": False,
                        }
                    ],
                }
            ],
        }


@pytest.mark.parametrize(
    ("extra_criterion", "extra_rule"),
    [({}, {}), ({"value": ""}, {"type": "", "prefix": False}), ({"value": None, "tid": ""}, {"type": None, "x": 1})],
)
def test_what_is_read_beside_what_was_written_is_no_difference(extra_criterion: Json, extra_rule: Json) -> None:
    declared = canonical(spec({"type": "KeyPresents", "key": "a"}, rule_simple()))
    read: dict[str, Any] = {**copy.deepcopy(KIND.to_wire("x", declared, Numbered(), False)), "id": "1"}
    read["specifications"][0]["criteria"][0] |= extra_criterion
    read["specifications"][0]["rules"][0] |= extra_rule
    held = KIND.from_wire(read, Numbered())
    assert carried(held, declared, registry().shapes["EnrichmentPolicy"]) == held
    written = KIND.to_wire("x", held, Numbered(), True)
    assert written["specifications"] == read["specifications"]


def test_type_and_prefix_of_a_simple_rule_and_the_value_of_key_presents_can_be_declared() -> None:
    rule = {**rule_simple(), "operation": "Equals", "type": "ip", "prefix": True}
    criterion = {"type": "KeyPresents", "key": "a", "value": "b"}
    declared = canonical(spec(criterion, rule))
    written = KIND.to_wire("x", declared, Numbered(), False)
    assert written["specifications"] == [{**SPECIFICATION, "criteria": [criterion], "rules": [rule]}]
    assert KIND.from_wire(written, Numbered()) == declared


def rule_simple() -> Json:
    return {"category": "simple", "source_key": "ip", "event_key": "source_address"}


def test_it_refers_to_sources_of_the_logpoint_and_comes_before_what_names_it() -> None:
    kinds = list(registry().kinds)
    assert set(registry().shapes["EnrichmentPolicy"].references()) == {"EnrichmentSource"}
    assert kinds.index("EnrichmentPolicy") < kinds.index("ProcessingPolicy")
    assert "EnrichmentPolicy" not in registry().inventories


def test_a_changed_rule_is_named_by_what_it_compares() -> None:
    before = canonical(spec(rule={"category": "type_based", "source_key": "ip", "type": "ip", "prefix": True}))
    after = canonical(spec(rule={"category": "type_based", "source_key": "ip", "type": "ip", "prefix": False}))
    (change,) = field_changes(before, after, registry().shapes["EnrichmentPolicy"])
    assert change.path == "specifications[1 Threat_Intelligence].rules[1 ip=ip].prefix"
    assert (change.before, change.after) == (True, False)


@pytest.mark.parametrize("prefix", [True, "true", "True", "on"])
def test_the_prefix_of_a_simple_rule_is_read_from_text_too_and_then_there_is_nothing_to_change(prefix: object) -> None:
    rule = {**rule_simple(), "operation": "Equals", "prefix": prefix}
    specification = {"source": "s", "criteria": [], "rules": [rule]}
    read = KIND.from_wire({"name": "n", "specifications": [specification]}, Numbered())
    declared = {"source": "s", "criteria": [], "rules": [{**rule, "prefix": True}]}
    wanted = canonical({"description": "", "specifications": [declared]})
    assert carried(read, wanted, registry().shapes["EnrichmentPolicy"]) == read
