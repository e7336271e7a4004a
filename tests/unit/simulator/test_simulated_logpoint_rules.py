"""What a simulated logpoint cannot carry out, whether it is refused at once or fails inside the order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lpcac.simulator.api.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.simulator.conftest import Bench

UNKNOWN_REFERENCES = [
    (
        "Repo",
        {"name": "new", "hiddenrepopath": [{"path": "/nowhere/", "retention": 1}]},
        "storage path '/nowhere/'",
    ),
    ("RoutingPolicy", {"policy_name": "new", "catch_all": "sytem", "routing_criteria": []}, "Repo 'sytem'"),
    (
        "RoutingPolicy",
        {
            "policy_name": "new",
            "catch_all": "default",
            "routing_criteria": [
                {"type": "KeyPresent", "key": "user", "value": "", "repo": "verbose", "drop": "store"}
            ],
        },
        "Repo 'verbose'",
    ),
    (
        "NormalizationPolicy",
        {"name": "new", "norm_packages": "LP_Windows"},
        "normalization package 'LP_Windows'",
    ),
    ("NormalizationPolicy", {"name": "new", "compiled_normalizer": "Nope"}, "compiled normalizer 'Nope'"),
    (
        "EnrichmentPolicy",
        {
            "name": "new",
            "description": "",
            "specifications": [{"source": "nope", "criteria": [], "rules": []}],
        },
        "enrichment source 'nope'",
    ),
]


@pytest.mark.parametrize(("kind", "data", "what"), UNKNOWN_REFERENCES)
def test_a_reference_to_something_absent_is_refused_at_once_with_400(
    bench: Bench, kind: str, data: dict[str, Any], what: str
) -> None:
    with pytest.raises(Refusal, match=f"{what} does not exist") as refused:
        bench.post(kind, data)
    assert refused.value.status == 400


@pytest.mark.parametrize(("kind", "data", "what"), UNKNOWN_REFERENCES)
def test_a_reference_to_something_absent_fails_inside_the_order_when_so_chosen(
    make_bench: Callable[..., Bench], kind: str, data: dict[str, Any], what: str
) -> None:
    bench = make_bench(late_reference_check=True)
    before = bench.logpoint.objects(kind)
    response = bench.outcome(bench.post(kind, data))
    assert response["success"] is False
    assert f"{what} does not exist" in response["errors"][0]
    assert bench.logpoint.objects(kind) == before


@pytest.mark.parametrize(
    ("field", "word"),
    [("routing_policy", "default"), ("norm_policy", "0" * 24), ("enrich_policy", "Threat_Intelligence")],
)
def test_a_processing_policy_refers_by_id_by_name_and_by_id(
    bench: Bench, valid_bodies: dict[str, dict[str, Any]], field: str, word: str
) -> None:
    with pytest.raises(Refusal, match=f"{field}: .* does not exist"):
        bench.post("ProcessingPolicy", {**valid_bodies["ProcessingPolicy"], field: word})


def test_a_reference_that_vanishes_while_the_order_waits_fails_the_order(bench: Bench) -> None:
    bench.done(bench.post("Repo", {"name": "brief", "hiddenrepopath": [{"path": "/data_hot/", "retention": 1}]}))
    order = bench.post("RoutingPolicy", {"policy_name": "new", "catch_all": "brief", "routing_criteria": []})
    bench.logpoint.delete("Repo", "brief")
    assert bench.outcome(order)["success"] is False
    assert "new" not in bench.logpoint.names("RoutingPolicy")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_unknown_id_is_refused(bench: Bench, method: Any) -> None:
    data = {"hiddenrepopath": [{"path": "/data_hot/", "retention": 1}]}
    with pytest.raises(Refusal, match="does not exist on the logpoint") as refused:
        bench.write(method, "Repo", "0" * 24, data)
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Repo", "system"),
        ("RoutingPolicy", "windows"),
        ("NormalizationPolicy", "windows"),
        ("EnrichmentPolicy", "Threat_Intelligence"),
    ],
)
def test_an_object_in_use_cannot_be_deleted_until_nothing_refers_to_it(bench: Bench, kind: str, name: str) -> None:
    bench.with_pipeline()
    with pytest.raises(Refusal, match="is in use by"):
        bench.delete(kind, name)
    bench.done(bench.delete("ProcessingPolicy", "windows"))
    if kind == "Repo":
        bench.done(bench.delete("RoutingPolicy", "windows"))
    bench.done(bench.delete(kind, name))
    assert name not in bench.logpoint.names(kind)


def test_a_repo_that_only_a_criterion_names_is_in_use(bench: Bench) -> None:
    bench.done(bench.post("Repo", {"name": "verbose", "hiddenrepopath": [{"path": "/data_hot/", "retention": 1}]}))
    criterion = {"type": "KeyPresent", "key": "user", "value": "", "repo": "verbose", "drop": "store"}
    policy = {"policy_name": "new", "catch_all": "default", "routing_criteria": [criterion]}
    bench.done(bench.post("RoutingPolicy", policy))
    with pytest.raises(Refusal, match="Repo 'verbose' is in use by RoutingPolicy 'new'"):
        bench.delete("Repo", "verbose")


def test_deleting_an_object_in_use_fails_inside_the_order_when_so_chosen(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(late_reference_check=True).with_pipeline()
    response = bench.outcome(bench.delete("Repo", "system"))
    assert response["success"] is False
    assert "system" in bench.logpoint.names("Repo")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Repo", "_LogPointAlerts"),
        ("RoutingPolicy", "default"),
        ("NormalizationPolicy", "_logpoint"),
        ("ProcessingPolicy", "default"),
    ],
)
def test_objects_of_the_vendor_cannot_be_deleted(bench: Bench, kind: str, name: str) -> None:
    with pytest.raises(Refusal, match="belongs to the vendor"):
        bench.delete(kind, name)


def test_objects_of_the_vendor_can_be_updated(bench: Bench) -> None:
    bench.done(bench.put("Repo", "default", {"hiddenrepopath": [{"path": "/data_hot", "retention": 5}]}))
    assert bench.read("Repo", "default")["repopath"] == [{"path": "/data_hot/", "retention": 5}]


SYSTEM = {"name": "system", "hiddenrepopath": [{"path": "/data_hot/", "retention": 90}]}


def test_a_duplicate_name_is_refused_at_once(bench: Bench) -> None:
    bench.done(bench.post("Repo", SYSTEM))
    with pytest.raises(Refusal, match="already exists") as refused:
        bench.post("Repo", SYSTEM)
    assert refused.value.status == 400


@pytest.mark.parametrize("choice", ["refuse", "fail_order"])
def test_the_second_of_two_creations_on_their_way_fails(make_bench: Callable[..., Bench], choice: str) -> None:
    bench = make_bench(duplicate_names=choice)
    first, second = bench.post("Repo", SYSTEM), bench.post("Repo", SYSTEM)
    assert [bench.outcome(order)["success"] for order in (first, second)] == [True, False]
    assert bench.logpoint.created["Repo", "system"] == 1


def test_duplicates_are_made_and_counted_when_so_chosen(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(duplicate_names="allow")
    bench.done(bench.post("Repo", SYSTEM), bench.post("Repo", SYSTEM))
    assert bench.logpoint.names("Repo").count("system") == 2
    assert bench.logpoint.created["Repo", "system"] == 2


def test_a_late_reference_check_still_refuses_duplicates_at_once(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(late_reference_check=True)
    bench.done(bench.post("Repo", SYSTEM))
    with pytest.raises(Refusal, match="already exists"):
        bench.post("Repo", SYSTEM)


def test_a_policy_can_be_renamed_but_not_to_a_name_that_is_taken(bench: Bench) -> None:
    bench.with_pipeline()
    body = {"catch_all": "system", "routing_criteria": []}
    with pytest.raises(Refusal, match="already exists"):
        bench.put("RoutingPolicy", "windows", {**body, "policy_name": "default"})
    bench.done(bench.put("RoutingPolicy", "windows", {**body, "policy_name": "linux"}))
    assert "linux" in bench.logpoint.names("RoutingPolicy")


def test_a_co_managed_logpoint_has_its_configuration_api_blocked(bench: Bench) -> None:
    pool = bench.world.pool("pool-initech")
    address = pool.pool_uuid, pool.logpoint("lp-01").identifier
    with pytest.raises(Refusal, match="co-managed") as refused:
        bench.director.read_objects(*address, "Repo")
    assert refused.value.status == 403
    assert [
        machine["director_mode"]
        for each in bench.director.pool_info()
        if each["name"] == "pool-initech"
        for machine in each["machines"]
    ] == ["co_managed"]


def test_unknown_pools_and_logpoints_are_refused_with_404_and_names_are_no_addresses(bench: Bench) -> None:
    for address in [("0" * 32, bench.address[1]), (bench.address[0], "0" * 32), ("pool-acme", "lp-01")]:
        with pytest.raises(Refusal, match="does not exist") as refused:
            bench.director.read_objects(*address, "Repo")
        assert refused.value.status == 404


def test_an_inactive_pool_shows_as_such_and_refuses_configuration(bench: Bench) -> None:
    bench.pool.active = False
    assert {each["name"]: each["active"] for each in bench.director.pool_info()}["pool-acme"] is False
    with pytest.raises(Refusal, match="not active") as refused:
        bench.listed("Repo")
    assert refused.value.status == 403
