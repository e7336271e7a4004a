"""What real boxes and the vendor's documentation show: read by the connector, and shown alike by the simulator.

The simulator shares no code with the connector; these cassettes hold both to the same facts.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import httpx
import pytest
import yaml
from tests.contract.test_wire_format import CASSETTES, LOGPOINT, POOL, REGISTRY, TARGET, asked, recorded
from tests.unit.simulator.conftest import Bench
from tests.unit.sync.live_states import Desk

from lpcac.connectors.director.live_reader import read_live
from lpcac.core.resources import ResourceKey
from lpcac.simulator.app import director_app


@pytest.fixture
def bench() -> Bench:
    return Bench()


VOLATILE = {"id", "used_size", "repo_number"}
DASHED = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def exchanges(name: str) -> dict[tuple[str, str], Any]:
    """Return a cassette's answers by method and path."""
    document = yaml.safe_load((CASSETTES / f"{name}.yaml").read_text(encoding="utf-8"))
    return {
        (each["request"]["method"], httpx.URL(each["request"]["uri"]).path): json.loads(
            each["response"]["body"]["string"]
        )
        for each in document["interactions"]
    }


def answered(path: str, recording: str = "recorded_box") -> Any:
    return exchanges(recording)["GET", f"/configapi/{POOL}/{LOGPOINT}/{path}"]


def simulated(bench: Bench, method: str, path: str) -> Any:
    """Return the simulator's answer to a recorded call, at its own logpoint."""
    pool, logpoint = bench.address

    async def call() -> Any:
        headers = {"Authorization": f"Bearer {bench.director.credentials.token}"}
        transport = httpx.ASGITransport(app=director_app(bench.director))
        async with httpx.AsyncClient(transport=transport, base_url="http://director.invalid", headers=headers) as http:
            body: Any = {"data": {}} if method == "POST" else None
            answer = await http.request(method, path.replace(POOL, pool).replace(LOGPOINT, logpoint), json=body)
            return answer.raise_for_status().json()

    return asyncio.run(call())


def shape(value: Any) -> Any:
    """Return the fields and types of a value, those of its first item for a list."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value[:1]]
    return type(value).__name__


def test_the_connector_understands_a_recorded_box_and_knows_what_is_the_vendors() -> None:
    with recorded("recorded_box"):
        live = asked(lambda director: read_live(director, REGISTRY, TARGET, ()))
    assert not live.ambiguous
    assert [each.problem for each in live.objects.values() if each.problem] == []
    assert [each.unknown for each in live.objects.values() if each.unknown] == []
    own = {key for key in live.objects if not REGISTRY.is_vendor_name(*key)}
    assert own == {
        ResourceKey("Repo", "Repo_system"),
        ResourceKey("RoutingPolicy", "rp_cisco"),
        ResourceKey("EnrichmentPolicy", "testPolicy"),
    }
    alerts = live.objects[ResourceKey("RoutingPolicy", "_LogPointAlerts")].spec
    assert (alerts["catch_all"], [each["key"] for each in alerts["routing_criteria"]]) == ("default", ["norm_id"] * 2)
    pipeline = live.objects[ResourceKey("ProcessingPolicy", "default")].spec
    assert pipeline == {"routing_policy": "default", "enrichment_policy": "testPolicy"}


def test_a_sync_of_a_recorded_box_takes_what_is_not_the_vendors_and_leaves_nothing_to_do() -> None:
    prefix = f"/configapi/{POOL}/{LOGPOINT}/"
    recordings = {**exchanges("recorded_inventory"), **exchanges("recorded_box")}
    desk = Desk({path.removeprefix(prefix): answer for (_, path), answer in recordings.items()})
    result = desk.sync()
    assert sorted(each.key.name for each in result.objects) == ["Repo_system", "rp_cisco", "testPolicy"]
    assert (result.findings, result.errors) == ((), ())
    assert desk.plan().is_empty
    assert desk.sync().edits == ()


OWN = {"Repo": ("name", "repopath", "repoha"), "RoutingPolicy": ("policy_name", "catch_all", "routing_criteria")}


@pytest.mark.parametrize(("kind", "path"), [("Repo", "Repos"), ("RoutingPolicy", "RoutingPolicies")])
def test_the_simulator_shows_every_recorded_object_field_by_field(bench: Bench, kind: str, path: str) -> None:
    for each in answered(path):
        if not REGISTRY.is_vendor_name(kind, each[OWN[kind][0]]):
            bench.logpoint.create(kind, {field: each[field] for field in OWN[kind]})
    shown = {each[OWN[kind][0]]: each for each in simulated(bench, "GET", f"/configapi/{POOL}/{LOGPOINT}/{path}")}
    for each in answered(path):
        found = shown[each[OWN[kind][0]]]
        assert shape(found) == shape(each)
        assert {k: v for k, v in found.items() if k not in VOLATILE} == {
            k: v for k, v in each.items() if k not in VOLATILE
        }
        one = simulated(bench, "GET", f"/configapi/{POOL}/{LOGPOINT}/{path}/{found['id']}")
        assert {**one, "used_size": ""} == {**found, "used_size": ""}


@pytest.mark.parametrize(
    ("kind", "path"), [("NormalizationPolicy", "NormalizationPolicy"), ("ProcessingPolicy", "ProcessingPolicy")]
)
def test_the_simulators_vendor_policies_have_the_documented_fields(kind: str, path: str) -> None:
    shown = simulated(Bench(compiled_normalizer_read="absent"), "GET", f"/configapi/{POOL}/{LOGPOINT}/{path}")
    assert shown
    assert {frozenset(each) for each in shown} == {frozenset(each) for each in answered(path)}, kind


INVENTORY = [path.removeprefix(f"/configapi/{POOL}/{LOGPOINT}/") for _, path in exchanges("recorded_inventory")]


@pytest.mark.parametrize("path", INVENTORY)
def test_the_simulators_inventories_have_the_documented_shape(bench: Bench, path: str) -> None:
    assert shape(simulated(bench, "GET", f"/configapi/{POOL}/{LOGPOINT}/{path}")) == shape(
        answered(path, "recorded_inventory")
    )


@pytest.mark.parametrize(
    "path", ["NormalizationPackage", "EnrichmentSource", "DistributedCollectors", "LogCollectionPolicies"]
)
def test_every_entry_of_an_inventory_with_ids_can_be_asked_for(bench: Bench, path: str) -> None:
    address = f"/configapi/{POOL}/{LOGPOINT}/{path}"
    listed = simulated(bench, "GET", address)
    entries = listed[0] if path == "DistributedCollectors" else listed
    assert entries
    assert all(simulated(bench, "GET", f"{address}/{each['id']}") == each for each in entries)
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        simulated(bench, "GET", f"{address}/absent")


def test_the_director_tells_its_health_and_versions_as_documented(bench: Bench) -> None:
    recording = exchanges("recorded_director")
    health, version = (f"/monitorapi/v1/director/{what}" for what in ("health", "version"))
    assert simulated(bench, "GET", health) == recording["GET", health]
    shown = simulated(bench, "GET", version)
    assert shown.keys() == recording["GET", version].keys()
    assert all(isinstance(each, str) for hosts in shown.values() for each in hosts.values())


def test_an_orders_id_is_a_dashed_uuid(bench: Bench) -> None:
    path = f"/configapi/{POOL}/{LOGPOINT}/Repos/RepoPaths/refreshlist"
    for message in (exchanges("recorded_director")["POST", path]["message"], simulated(bench, "POST", path)["message"]):
        assert re.fullmatch(rf"/?monitorapi/[0-9a-f]{{32}}/[0-9a-f]{{32}}/orders/{DASHED}", message)


def test_repos_are_fetched_by_an_order_that_ends_with_its_rows(bench: Bench) -> None:
    fetched = simulated(bench, "POST", f"/configapi/{POOL}/{LOGPOINT}/Repos/RemoteRepos/fetch")["message"]
    assert re.fullmatch(rf"/?monitorapi/.*/orders/{DASHED}/[0-9a-f]{{32}}", fetched)
    address = "/" + fetched.lstrip("/")
    assert "rows" not in (simulated(bench, "GET", address)["response"] or {})
    bench.advance(10)
    response = simulated(bench, "GET", address)["response"]
    assert response["success"] is True
    assert {each["name"] for each in response["rows"]} == set(bench.logpoint.names("Repo"))
