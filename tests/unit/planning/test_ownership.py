"""What Git owns is owned on the logpoints it was declared for, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from lpcac.connectors.director.pools import Logpoint, Pool
from lpcac.connectors.director.port import OrderState, Rejected, Running, Submission
from lpcac.core.json_values import Json
from lpcac.core.resources import Action, Ownership, ResourceKey, Target
from lpcac.directory_map.directory_map import Client
from lpcac.models import registry
from lpcac.planning.client_planning import PlannedTarget, plan_clients
from lpcac.planning.targets.loaded_clients import load_client
from lpcac.planning.targets.requests import Request

REGISTRY = registry()
HANDMADE = {"name": "handmade", "id": "1", "repopath": [{"path": "/hot/", "retention": 1}], "repoha": []}
FILE = b"""apiVersion: logpoint-cac/v1
kind: Repo
metadata: {name: system}
spec: {paths: [{path: /hot, retention_days: 1}]}
"""


class TwoLogpoints:
    """A Director with one pool of two logpoints, each with a repo made by hand."""

    async def pools(self) -> Sequence[Pool]:
        return [Pool("pool-acme", "p" * 32, machines=(Logpoint("lp-01", "1" * 32), Logpoint("lp-02", "2" * 32)))]

    async def list_objects(self, target: Target, path: str) -> list[Json]:
        del target
        return {"Repos": [HANDMADE], "Repos/RepoPaths": [{"paths": ["/hot/"]}]}.get(path, [])

    async def get_object(self, target: Target, path: str, object_id: str) -> Json | None:
        del target, path, object_id
        return None

    async def refresh(self, target: Target, path: str) -> str | None:
        raise AssertionError((target, path))

    async def submit(self, target: Target, action: Action, path: str, object_id: str | None, data: Json) -> Submission:
        del target, action, path, object_id, data
        return Rejected("nothing is written here")

    async def order_state(self, order: str) -> OrderState:
        del order
        return Running()


def client(*logpoints: str, pool: str = "pool-acme") -> Client:
    return Client("acme", "clients/acme", "main", pool, logpoints)


def planned(now: Client, owned_on: Client | None) -> list[PlannedTarget]:
    loaded = load_client(now, [("x.yaml", FILE)], REGISTRY)
    ownership = Ownership(frozenset({ResourceKey("Repo", "handmade")}))
    request = Request(loaded, ownership, TwoLogpoints(), owned_on=owned_on)
    return asyncio.run(plan_clients(REGISTRY, [request]))


def deletes(now: Client, owned_on: Client | None) -> list[tuple[str, str]]:
    return [
        (target.plan.target.logpoint, change.key.name)
        for target in planned(now, owned_on)
        for change in target.plan.changes
        if change.action is Action.DELETE
    ]


def test_an_object_is_deleted_on_the_logpoints_it_was_declared_for() -> None:
    both = client("lp-01", "lp-02")
    assert deletes(both, both) == [("lp-01", "handmade"), ("lp-02", "handmade")]


def test_an_object_of_that_name_on_a_logpoint_that_is_new_to_the_client_is_left_alone() -> None:
    assert deletes(client("lp-01", "lp-02"), client("lp-02")) == [("lp-02", "handmade")]
    assert deletes(client("lp-01"), client("lp-02")) == []
    (target,) = planned(client("lp-01"), client("lp-02"))
    assert target.plan.unmanaged == (ResourceKey("Repo", "handmade"),)


def test_a_logpoint_is_the_same_by_name_and_by_identifier() -> None:
    assert deletes(client("lp-01"), client("1" * 32, pool="p" * 32)) == [("lp-01", "handmade")]


def test_nothing_is_owned_when_the_pool_is_another_now() -> None:
    assert deletes(client("lp-01"), client("lp-01", pool="pool-other")) == []


def test_an_ad_hoc_target_owns_what_the_base_commit_declared() -> None:
    assert deletes(client("lp-01"), None) == [("lp-01", "handmade")]
