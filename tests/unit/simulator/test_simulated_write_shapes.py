"""What the simulated Director refuses before any order exists, because the body has the wrong shape."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from lpcac.simulator.api.refusals import Refusal
from lpcac.simulator.api.resources import RESOURCES

if TYPE_CHECKING:
    from tests.unit.simulator.conftest import Bench

KINDS = ("Repo", "RoutingPolicy", "NormalizationPolicy", "ProcessingPolicy", "EnrichmentPolicy")

MANDATORY = [
    ("Repo", "name"),
    ("Repo", "hiddenrepopath"),
    ("Repo", "hiddenrepopath.0.path"),
    ("Repo", "hiddenrepopath.0.retention"),
    ("Repo", "repoha.0.ha_li"),
    ("Repo", "repoha.0.ha_day"),
    ("RoutingPolicy", "policy_name"),
    ("RoutingPolicy", "catch_all"),
    ("RoutingPolicy", "routing_criteria"),
    ("RoutingPolicy", "routing_criteria.0.type"),
    ("RoutingPolicy", "routing_criteria.0.key"),
    ("RoutingPolicy", "routing_criteria.0.value"),
    ("RoutingPolicy", "routing_criteria.0.repo"),
    ("RoutingPolicy", "routing_criteria.0.drop"),
    ("NormalizationPolicy", "name"),
    ("ProcessingPolicy", "policy_name"),
    ("ProcessingPolicy", "routing_policy"),
    ("ProcessingPolicy", "norm_policy"),
    ("ProcessingPolicy", "enrich_policy"),
    ("EnrichmentPolicy", "name"),
    ("EnrichmentPolicy", "specifications"),
    ("EnrichmentPolicy", "specifications.0.source"),
    ("EnrichmentPolicy", "specifications.0.rules.0.event_key"),
    ("EnrichmentPolicy", "specifications.0.rules.1.type"),
    ("EnrichmentPolicy", "specifications.0.rules.1.prefix"),
]

WRONG = [
    ("Repo", "hiddenrepopath", []),
    ("Repo", "hiddenrepopath", {"path": "/data_hot/", "retention": 1}),
    ("Repo", "hiddenrepopath.0.retention", 0),
    ("Repo", "hiddenrepopath.0.retention", -1),
    ("Repo", "hiddenrepopath.0.retention", "90"),
    ("Repo", "hiddenrepopath.0.retention", 1.5),
    ("Repo", "hiddenrepopath.0.retention", True),
    ("Repo", "repoha.0.ha_li", "lp-02"),
    ("Repo", "name", ""),
    ("Repo", "name", 7),
    ("RoutingPolicy", "routing_criteria.0.type", "KeyPresents"),
    ("RoutingPolicy", "routing_criteria.0.drop", "keep"),
    ("RoutingPolicy", "routing_criteria.0.value", None),
    ("NormalizationPolicy", "norm_packages", ["68d1ffb45cb7b6fa6ec694bd"]),
    ("NormalizationPolicy", "compiled_normalizer", ["LPA_Windows"]),
    ("ProcessingPolicy", "enrich_policy", None),
    ("ProcessingPolicy", "norm_policy", ""),
    ("EnrichmentPolicy", "specifications.0.rules.0.operation", "Contains"),
    ("EnrichmentPolicy", "specifications.0.rules.0.category", "complex"),
    ("EnrichmentPolicy", "specifications.0.rules.1.prefix", "yes"),
    ("EnrichmentPolicy", "specifications.0.criteria.0.type", "KeyPresent"),
]


def holder(body: Any, pointer: str) -> tuple[Any, str]:
    *steps, last = pointer.split(".")
    for step in steps:
        body = body[int(step)] if isinstance(body, list) else body[step]
    return body, last


@pytest.mark.parametrize("kind", KINDS)
def test_a_well_formed_body_creates_an_object(bench: Bench, valid_bodies: dict[str, dict[str, Any]], kind: str) -> None:
    before = len(bench.listed(kind))
    bench.done(bench.post(kind, valid_bodies[kind]))
    assert len(bench.listed(kind)) == before + 1


@pytest.mark.parametrize(("kind", "pointer"), MANDATORY)
def test_a_missing_mandatory_field_is_refused_with_400_before_any_order(
    bench: Bench, valid_bodies: dict[str, dict[str, Any]], kind: str, pointer: str
) -> None:
    body = deepcopy(valid_bodies[kind])
    inside, last = holder(body, pointer)
    del inside[last]
    with pytest.raises(Refusal, match=f"{last} is a mandatory field") as refused:
        bench.post(kind, body)
    assert refused.value.status == 400
    assert bench.director.next_due() == float("inf")


@pytest.mark.parametrize(("kind", "pointer", "value"), WRONG)
def test_a_field_with_a_wrong_value_is_refused_with_400(
    bench: Bench, valid_bodies: dict[str, dict[str, Any]], kind: str, pointer: str, value: object
) -> None:
    body = deepcopy(valid_bodies[kind])
    inside, last = holder(body, pointer)
    inside[last] = value
    with pytest.raises(Refusal, match=last) as refused:
        bench.post(kind, body)
    assert refused.value.status == 400


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.kind)
@pytest.mark.parametrize("wrap", [lambda data: data, lambda data: [data], lambda data: {"data": [data]}])
def test_a_body_that_is_not_wrapped_in_data_is_refused(
    bench: Bench, valid_bodies: dict[str, dict[str, Any]], resource: Any, wrap: Any
) -> None:
    with pytest.raises(Refusal, match="data"):
        bench.director.write(bench.address, ("POST", resource, ""), wrap(valid_bodies[resource.kind]))


def test_sending_the_id_in_the_body_is_accepted_and_changes_nothing(bench: Bench) -> None:
    bench.with_pipeline()
    own = bench.id_of("ProcessingPolicy", "windows")
    body = {**bench.logpoint.named("ProcessingPolicy", "windows"), "id": "0" * 24}
    bench.done(bench.put("ProcessingPolicy", "windows", body))
    assert bench.id_of("ProcessingPolicy", "windows") == own


def test_repos_and_normalization_policies_are_replaced_without_a_name(bench: Bench) -> None:
    bench.with_pipeline()
    tiers = [{"path": "/data_warm/", "retention": 7}]
    bench.done(bench.put("Repo", "system", {"hiddenrepopath": tiers}))
    bench.done(bench.put("NormalizationPolicy", "windows", {"compiled_normalizer": "CEFCompiledNormalizer"}))
    assert bench.read("Repo", "system")["repopath"] == tiers
    assert bench.read("NormalizationPolicy", "windows")["compiled_normalizer"] == "CEFCompiledNormalizer"


@pytest.mark.parametrize("kind", ["RoutingPolicy", "ProcessingPolicy"])
def test_a_replacement_of_a_policy_needs_its_policy_name(
    bench: Bench, valid_bodies: dict[str, dict[str, Any]], kind: str
) -> None:
    body = {key: value for key, value in valid_bodies[kind].items() if key != "policy_name"}
    with pytest.raises(Refusal, match="policy_name is a mandatory field") as refused:
        bench.put(kind, "default", body)
    assert refused.value.status == 400


def test_an_enrichment_policy_needs_neither_description_nor_rules(bench: Bench) -> None:
    specifications = [{"source": "geo_ip", "criteria": []}]
    bench.done(bench.post("EnrichmentPolicy", {"name": "new", "specifications": specifications}))
    answer = bench.read("EnrichmentPolicy", "new")
    assert (answer["description"], answer["specifications"]) == ("", [{**specifications[0], "rules": []}])


@pytest.mark.parametrize(
    "kind", ["Repo", "RoutingPolicy", "NormalizationPolicy", "ProcessingPolicy", "EnrichmentPolicy"]
)
def test_a_replacement_may_repeat_the_id_and_the_name_as_some_clients_do(
    bench: Bench, valid_bodies: dict[str, dict[str, Any]], kind: str
) -> None:
    body = valid_bodies[kind]
    name = body.get("policy_name", body.get("name"))
    bench.done(bench.post(kind, body))
    before = bench.logpoint.named(kind, name)
    bench.done(bench.put(kind, name, {**body, "id": before["id"]}))
    assert bench.logpoint.named(kind, name) == before
