"""The simulated Director as a client sees it over real HTTP."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lpcac.simulator.faults.connections import Connections
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import running

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.simulator.conftest import Peer


def test_pools_and_machines_are_listed_in_the_vendors_shape(peer: Peer) -> None:
    pools = peer.client.get("/monitorapi/v1/director/poolinfo").json()
    assert {pool["name"] for pool in pools} == {"pool-acme", "pool-globex", "pool-initech"}
    for pool in pools:
        assert set(pool) == {"active", "name", "pool_uuid", "machines"}
        assert len(pool["pool_uuid"]) == 32
        for machine in pool["machines"]:
            assert set(machine) == {"director_mode", "identifier", "name", "version"}


def test_a_write_is_accepted_polled_and_read_back(peer: Peer) -> None:
    accepted = peer.post_repo()
    assert (accepted.status_code, accepted.json()["status"]) == (200, "Success")
    assert peer.poll(accepted).json()["response"] == {}
    assert "system" not in {repo["name"] for repo in peer.get("Repos")}
    peer.now += 1
    assert peer.poll(accepted).json()["response"]["success"] is True
    (repo,) = [repo for repo in peer.get("Repos") if repo["name"] == "system"]
    assert repo["repopath"] == [{"path": "/data_hot/", "retention": 90}]


def test_an_object_is_replaced_and_deleted_at_its_own_address(peer: Peer) -> None:
    peer.post_repo()
    peer.now += 1
    (own,) = [repo["id"] for repo in peer.get("Repos") if repo["name"] == "system"]
    address = f"{peer.configuration}Repos/{own}"
    replaced = peer.client.put(address, json={"data": {"hiddenrepopath": [{"path": "/data_warm/", "retention": 1}]}})
    peer.now += 1
    assert peer.poll(replaced).json()["response"]["success"] is True
    (repo,) = [repo for repo in peer.get("Repos") if repo["name"] == "system"]
    assert (repo["id"], repo["repopath"][0]["path"]) == (own, "/data_warm/")
    deleted = peer.client.delete(address)
    peer.now += 1
    assert peer.poll(deleted).json()["response"]["success"] is True
    assert "system" not in {repo["name"] for repo in peer.get("Repos")}


@pytest.mark.parametrize(
    "path",
    [
        "Repos",
        "RoutingPolicies",
        "NormalizationPolicy",
        "ProcessingPolicy",
        "EnrichmentPolicy",
        "EnrichmentSource",
        "NormalizationPackage",
        "NormalizationPackage/CompiledNormalizers",
        "Repos/RepoPaths",
    ],
)
def test_every_list_of_the_facts_answers_a_list_of_objects(peer: Peer, path: str) -> None:
    answer = peer.get(path)
    assert answer
    assert all(isinstance(each, dict) for each in answer)


@pytest.mark.parametrize("path", ["Repos/RepoPaths", "NormalizationPackage/CompiledNormalizers"])
@pytest.mark.parametrize("body", [{}, {"json": {"data": {}}}])
def test_a_list_is_refreshed_by_an_order(peer: Peer, path: str, body: dict[str, Any]) -> None:
    logpoint = peer.simulator.world.pool("pool-acme").logpoint("lp-01")
    logpoint.storage_paths.append("/brand_new/")
    logpoint.compiled_normalizers["/brand_new/"] = "1.0.0"
    accepted = peer.client.post(f"{peer.configuration}{path}/refreshlist", **body)
    assert "/brand_new/" not in str(peer.get(path))
    peer.now += 1
    assert peer.poll(accepted).json()["response"]["success"] is True
    assert "/brand_new/" in str(peer.get(path))


@pytest.mark.parametrize(
    "request_arguments",
    [
        {"json": {"name": "system", "hiddenrepopath": [{"path": "/data_hot", "retention": 90}]}},
        {"json": {"data": {"name": "system"}}},
        {"json": []},
        {"content": b"{", "headers": {"content-type": "application/json"}},
        {"content": b'{"data": {}}', "headers": {"content-type": "text/plain"}},
    ],
)
def test_a_body_that_is_not_as_documented_is_refused_with_400(peer: Peer, request_arguments: dict[str, Any]) -> None:
    refused = peer.client.post(f"{peer.configuration}Repos", **request_arguments)
    assert refused.status_code == 400
    assert refused.json()["status"] == "Failed"
    assert refused.json()["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "Nothing", 404),
        ("GET", "Repos/", 404),
        ("GET", "Repos/68d1ffb45cb7b6fa6ec694bd", 404),
        ("POST", "Repos/68d1ffb45cb7b6fa6ec694bd", 405),
        ("DELETE", "Repos", 405),
        ("DELETE", "Repos/68d1ffb45cb7b6fa6ec694bd", 404),
    ],
)
def test_addresses_outside_the_facts_do_not_exist(peer: Peer, method: str, path: str, status: int) -> None:
    refused = peer.client.request(method, peer.configuration + path)
    assert (refused.status_code, refused.json()["status"]) == (status, "Failed")


@pytest.mark.parametrize(("late", "status"), [(False, 400), (True, 200)])
def test_an_unknown_reference_is_refused_at_once_or_fails_later(
    make_peer: Callable[..., Peer], late: object, status: int
) -> None:
    peer = make_peer(late_reference_check=late)
    body = {"data": {"policy_name": "new", "catch_all": "nope", "routing_criteria": []}}
    answer = peer.client.post(f"{peer.configuration}RoutingPolicies", json=body)
    assert answer.status_code == status
    if late:
        peer.now += 1
        assert peer.poll(answer).json()["response"]["success"] is False


def test_a_co_managed_logpoint_refuses_configuration(peer: Peer) -> None:
    pool = peer.simulator.world.pool("pool-initech")
    machine = f"/configapi/{pool.pool_uuid}/{pool.logpoint('lp-01').identifier}/Repos"
    refused = peer.client.get(machine)
    assert refused.status_code == 403
    assert "co-managed" in refused.json()["message"]


@pytest.mark.parametrize(
    "path",
    [
        "/monitorapi/v1/director/poolinfo",
        "/monitorapi/v1/director/health",
        "/nowhere",
        "/configapi/a/b/Repos",
    ],
)
@pytest.mark.parametrize("status", [401, 403])
def test_nothing_but_the_renewal_answers_without_a_token(
    make_peer: Callable[..., Peer], path: str, status: int
) -> None:
    peer = make_peer(refusal_status=status)
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        assert httpx.get(peer.simulator.url + path, headers=headers).status_code == status


def test_an_expired_token_is_renewed_and_the_old_pair_stops_working(make_peer: Callable[..., Peer]) -> None:
    peer = make_peer(token_lifetime=60.0, secret_key="key")
    peer.now += 61
    assert peer.client.get("/monitorapi/v1/director/poolinfo").status_code == 401
    renewal = peer.simulator.url + "/refreshToken"
    answer = httpx.post(renewal, json={"secretKey": "key"}).json()
    assert answer["status"] == "Success"
    details = answer["tokenDetails"]
    assert details == {"token": peer.simulator.token, "secretKey": peer.simulator.secret_key}
    headers = {"Authorization": f"Bearer {details['token']}"}
    assert peer.client.get("/monitorapi/v1/director/poolinfo", headers=headers).status_code == 200
    assert httpx.post(renewal, json={"secretKey": "key"}).status_code == 401


def test_no_answer_waits_for_the_acknowledgement_of_the_one_before(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[asyncio.Transport] = []
    monkeypatch.setattr(Connections, "opened", lambda _self, transport: opened.append(transport))
    peer.client.get("/nowhere")
    (transport,) = opened
    assert transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_every_request_served_is_logged(peer: Peer) -> None:
    peer.get("Repos")
    peer.now += 5
    peer.client.get("/nowhere?secret=1")
    assert [tuple(each) for each in peer.simulator.requests] == [
        ("GET", f"{peer.configuration}Repos", 200, 1000.0),
        ("GET", "/nowhere", 404, 1005.0),
    ]


def test_forty_orders_polled_at_once_all_succeed() -> None:
    async def see_through(client: httpx.AsyncClient, address: str, number: int) -> bool:
        tiers = [{"path": "/data_hot", "retention": 1}]
        body = {"data": {"name": f"repo-{number}", "hiddenrepopath": tiers}}
        order = "/" + (await client.post(address, json=body)).json()["message"].lstrip("/")
        while True:
            response = (await client.get(order)).json()["response"]
            if response:
                return bool(response["success"])
            await asyncio.sleep(0)

    async def forty(url: str, token: str, address: str) -> list[bool]:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
            return await asyncio.gather(*(see_through(client, address, number) for number in range(40)))

    with running(SimulatorOptions(order_delay=0.2)) as simulator:
        pool = simulator.world.pool("pool-acme")
        logpoint = pool.logpoint("lp-01")
        address = f"/configapi/{pool.pool_uuid}/{logpoint.identifier}/Repos"
        assert asyncio.run(forty(simulator.url, simulator.token, address)) == [True] * 40
        assert set(logpoint.created.values()) == {1}
        assert len(logpoint.created) == 40
