"""How the simulated Director shows what a logpoint holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.simulator.conftest import Bench


@pytest.mark.parametrize("sent", ["/data_hot", "/data_hot/"])
def test_paths_come_back_with_a_trailing_slash_under_another_key(bench: Bench, sent: str) -> None:
    tiers = [{"path": sent, "retention": 90}, {"path": "/cold_nfs", "retention": 275}]
    bench.done(bench.post("Repo", {"name": "system", "hiddenrepopath": tiers}))
    answer = bench.read("Repo", "system")
    assert answer["repopath"] == [
        {"path": "/data_hot/", "retention": 90},
        {"path": "/cold_nfs/", "retention": 275},
    ]
    assert answer["repoha"] == []
    assert "hiddenrepopath" not in answer


def test_a_repo_shows_server_owned_fields_and_its_used_size_varies(bench: Bench) -> None:
    bench.done(bench.post("Repo", {"name": "system", "hiddenrepopath": [{"path": "/data_hot/", "retention": 90}]}))
    first, second = bench.read("Repo", "system"), bench.read("Repo", "system")
    owned = {"repo_number", "store_front_port", "active", "tid", "used_size", "old_repo_paths", "id"}
    assert owned < set(first)
    assert first["used_size"] != second["used_size"]


def test_package_ids_are_sent_as_one_string_and_read_as_a_list(bench: Bench) -> None:
    ids = list(bench.logpoint.packages.values())[:3]
    bench.done(bench.post("NormalizationPolicy", {"name": "new", "norm_packages": ",".join(ids)}))
    answer = bench.read("NormalizationPolicy", "new")
    assert sorted(answer["normalization_packages"]) == sorted(ids)
    assert "norm_packages" not in answer


@pytest.mark.parametrize(
    ("choice", "one", "none"),
    [
        ("string", "LPA_Windows", ""),
        ("list", ["LPA_Windows"], []),
        ("absent_when_empty", "LPA_Windows", "absent"),
    ],
)
def test_compiled_normalizers_are_read_in_each_observed_way(
    make_bench: Callable[..., Bench], choice: str, one: object, none: object
) -> None:
    bench = make_bench(compiled_normalizer_read=choice)
    package = next(iter(bench.logpoint.packages.values()))
    bench.done(bench.post("NormalizationPolicy", {"name": "one", "compiled_normalizer": "LPA_Windows"}))
    bench.done(bench.post("NormalizationPolicy", {"name": "none", "norm_packages": package}))
    assert bench.read("NormalizationPolicy", "one")["compiled_normalizer"] == one
    assert bench.read("NormalizationPolicy", "none").get("compiled_normalizer", "absent") == none


def test_an_absent_reference_of_a_processing_policy_reads_as_the_string_none(bench: Bench) -> None:
    answer = bench.read("ProcessingPolicy", "default")
    assert (answer["norm_policy"], answer["enrich_policy"]) == ("None", "None")


def test_criteria_keep_their_order(bench: Bench) -> None:
    criteria = [
        {"type": "KeyPresentValueMatches", "key": "n", "value": str(n), "repo": "", "drop": "discard"}
        for n in range(20)
    ]
    policy = {"policy_name": "new", "catch_all": "default", "routing_criteria": criteria}
    bench.done(bench.post("RoutingPolicy", policy))
    assert bench.read("RoutingPolicy", "new")["routing_criteria"] == criteria


@pytest.mark.parametrize(
    "path", ["NormalizationPackage", "NormalizationPackage/CompiledNormalizers", "Repos/RepoPaths"]
)
def test_the_order_of_a_list_is_not_stable(bench: Bench, path: str) -> None:
    def order() -> str:
        return str([each.get("name", each.get("paths")) for each in bench.read_list(path)])

    assert len({order() for _ in range(20)}) > 1


def test_the_order_of_objects_is_not_stable(bench: Bench) -> None:
    assert len({str([each["name"] for each in bench.listed("Repo")]) for _ in range(20)}) > 1


def test_packages_have_ids_that_differ_between_logpoints_and_large_signatures(bench: Bench) -> None:
    ids = {each["name"]: each["id"] for each in bench.read_list("NormalizationPackage")}
    other = bench.pool.logpoint("lp-02")
    read = bench.director.read(bench.pool.pool_uuid, other.identifier, "NormalizationPackage")
    others = {each["name"]: each["id"] for each in read}
    assert set(ids) == set(others)
    assert not set(ids.values()) & set(others.values())
    assert all(len(str(each["signatures"])) > 1000 for each in bench.read_list("NormalizationPackage"))


def test_storage_paths_are_one_list_that_shows_a_new_path_only_after_a_refresh(bench: Bench) -> None:
    bench.logpoint.storage_paths.append("/new/")
    (before,) = bench.read_list("Repos/RepoPaths")
    bench.done(bench.refresh("Repos/RepoPaths/refreshlist"))
    (after,) = bench.read_list("Repos/RepoPaths")
    assert set(after["paths"]) - set(before["paths"]) == {"/new/"}


def test_compiled_normalizers_show_a_new_one_only_after_a_refresh(bench: Bench) -> None:
    def names() -> set[str]:
        return {each["name"] for each in bench.read_list("NormalizationPackage/CompiledNormalizers")}

    bench.logpoint.compiled_normalizers["NewCompiledNormalizer"] = "1.0.0"
    before = names()
    bench.done(bench.refresh("NormalizationPackage/CompiledNormalizers/refreshlist"))
    assert names() - before == {"NewCompiledNormalizer"}


def test_enrichment_sources_are_known_by_source_name(bench: Bench) -> None:
    answer: list[dict[str, Any]] = bench.read_list("EnrichmentSource")
    assert {each["source_name"] for each in answer} == {"Threat_Intelligence", "geo_ip"}


def test_lists_show_the_state_before_an_order_until_the_lag_is_over(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(list_lag=5.0)
    order = bench.post("Repo", {"name": "system", "hiddenrepopath": [{"path": "/data_hot/", "retention": 1}]})
    bench.advance(1)
    assert bench.state(order)["response"]["success"] is True

    def shown() -> bool:
        return "system" in [each["name"] for each in bench.listed("Repo")]

    assert not shown()
    bench.advance(4.9)
    assert not shown()
    bench.advance(0.2)
    assert shown()


def test_each_of_several_changes_becomes_visible_in_its_turn(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(list_lag=5.0)
    for retention in (1, 2, 3):
        tiers = [{"path": "/data_hot/", "retention": retention}]
        if retention == 1:
            bench.post("Repo", {"name": "system", "hiddenrepopath": tiers})
        else:
            bench.put("Repo", "system", {"hiddenrepopath": tiers})
        bench.advance(2)
    seen = []
    for _ in range(5):
        found = [each["repopath"][0]["retention"] for each in bench.listed("Repo") if each["name"] == "system"]
        seen.append(found)
        bench.advance(1.5)
    # The three orders are done at 1, 3 and 5 seconds, hence visible at 6, 8 and 10; the reads start at 6.
    assert seen == [[1], [1], [2], [3], [3]]


def test_new_enrichment_sources_show_after_a_refresh(bench: Bench) -> None:
    bench.logpoint.enrichment_sources.append("fresh")
    assert "fresh" not in {each["source_name"] for each in bench.read_list("EnrichmentSource")}
    bench.done(bench.refresh("EnrichmentSource/refreshlist"))
    assert "fresh" in {each["source_name"] for each in bench.read_list("EnrichmentSource")}


@pytest.mark.parametrize("choice", ["string", "list", "absent_when_empty", "absent"])
def test_one_object_shows_what_its_list_may_leave_out(make_bench: Callable[..., Bench], choice: str) -> None:
    bench = make_bench(compiled_normalizer_read=choice)
    bench.done(bench.post("NormalizationPolicy", {"name": "new", "compiled_normalizer": "LPA_Windows"}))
    one = bench.director.read_object(*bench.address, "NormalizationPolicy", bench.id_of("NormalizationPolicy", "new"))
    assert one["compiled_normalizer"] in ("LPA_Windows", ["LPA_Windows"])
    assert ("compiled_normalizer" in bench.read("NormalizationPolicy", "new")) == (choice != "absent")


def test_fields_that_nobody_lists_are_stored_inside_lists_as_they_were_sent(bench: Bench) -> None:
    tier = {"path": "/data_hot/", "retention": 7, "weight": 5}
    bench.done(bench.post("Repo", {"name": "system", "hiddenrepopath": [tier], "colour": "red"}))
    answer = bench.read("Repo", "system")
    assert answer["repopath"] == [tier]
    assert "colour" not in answer
    rule = {
        "category": "simple",
        "source_key": "a",
        "operation": "Equals",
        "event_key": "b",
        "type": "ip",
        "prefix": True,
    }
    criterion = {"type": "KeyPresents", "key": "a", "value": "kept"}
    specifications = [{"source": "geo_ip", "criteria": [criterion], "rules": [rule]}]
    bench.done(bench.post("EnrichmentPolicy", {"name": "new", "specifications": specifications}))
    assert bench.read("EnrichmentPolicy", "new")["specifications"] == specifications
