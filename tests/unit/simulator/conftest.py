"""A Director without HTTP, whose time stands still until a test moves it."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from lpcac.simulator.api.resources import REFRESH_LISTS, RESOURCES, Method
from lpcac.simulator.director import Director
from lpcac.simulator.faults.faults import Fault
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.world import demo_world

RESOURCE_OF = {resource.kind: resource for resource in RESOURCES}

SYSTEM = {"name": "system", "hiddenrepopath": [{"path": "/data_hot/", "retention": 90}]}


class Bench:
    """The demo's first logpoint behind a Director, one order taking one second."""

    def __init__(self, **options: Any) -> None:
        self.now = 1000.0
        self.world = demo_world()
        self.finished = 0
        self.director = Director(self.world, SimulatorOptions(**options), lambda: self.now, self._count)
        self.pool = self.world.pool("pool-acme")
        self.logpoint = self.pool.logpoint("lp-01")
        self.address = (self.pool.pool_uuid, self.logpoint.identifier)

    def _count(self) -> None:
        self.finished += 1

    def advance(self, seconds: float) -> None:
        self.now += seconds
        self.director.settle()

    def write(self, method: Method, kind: str, identifier: str, data: object, *faults: Fault) -> str:
        call = (method, RESOURCE_OF[kind], identifier)
        return self.director.write(self.address, call, {"data": data}, faults)

    def post(self, kind: str, data: object, *faults: Fault) -> str:
        return self.write("POST", kind, "", data, *faults)

    def put(self, kind: str, name: str, data: object) -> str:
        return self.write("PUT", kind, self.id_of(kind, name), data)

    def delete(self, kind: str, name: str) -> str:
        return self.write("DELETE", kind, self.id_of(kind, name), None)

    def refresh(self, path: str) -> str:
        assert path in REFRESH_LISTS
        return self.director.refresh_list(self.address, path, None)

    def id_of(self, kind: str, name: str) -> str:
        return str(self.logpoint.named(kind, name)["id"])

    def state(self, order_path: str) -> dict[str, Any]:
        return self.director.order_state(*self.address, order_path.rsplit("/", 1)[1])

    def outcome(self, order_path: str) -> dict[str, Any]:
        """What an order came to, ten seconds later."""
        self.advance(10)
        response = self.state(order_path)["response"]
        assert isinstance(response, dict)
        return response

    def done(self, *order_paths: str) -> None:
        """See orders through, all of which must succeed."""
        for order_path in order_paths:
            assert self.outcome(order_path)["success"] is True

    def listed(self, kind: str) -> list[dict[str, Any]]:
        return self.director.read_objects(*self.address, kind)

    def read(self, kind: str, name: str) -> dict[str, Any]:
        (found,) = [each for each in self.listed(kind) if name in (each.get("name"), each.get("policy_name"))]
        return found

    def read_list(self, path: str) -> list[dict[str, Any]]:
        return self.director.read(*self.address, path)

    def with_pipeline(self) -> "Bench":
        """Put one object of each kind on the logpoint, each used by the processing policy."""
        self.done(self.post("Repo", SYSTEM))
        self.done(self.post("RoutingPolicy", {"policy_name": "windows", "catch_all": "system", "routing_criteria": []}))
        self.done(self.post("NormalizationPolicy", {"name": "windows", "compiled_normalizer": "LPA_Windows"}))
        references = {
            "routing_policy": self.id_of("RoutingPolicy", "windows"),
            "norm_policy": "windows",
            "enrich_policy": self.id_of("EnrichmentPolicy", "Threat_Intelligence"),
        }
        self.done(self.post("ProcessingPolicy", {"policy_name": "windows", **references}))
        return self


@pytest.fixture
def make_bench() -> Callable[..., Bench]:
    return Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def valid_bodies(bench: Bench) -> dict[str, dict[str, Any]]:
    """A body that creates an object of each kind on a fresh logpoint."""
    return valid_data(bench.logpoint.packages.values(), bench.id_of("RoutingPolicy", "default"))


def valid_data(package_ids: Iterable[str], routing_policy_id: str) -> dict[str, dict[str, Any]]:
    criterion = {"type": "KeyPresent", "key": "user", "value": "", "repo": "default", "drop": "store"}
    simple = {"category": "simple", "source_key": "ip", "operation": "Equals", "event_key": "source_address"}
    typed = {
        "category": "type_based",
        "source_key": "ip",
        "operation": "Equals",
        "type": "ip",
        "prefix": False,
    }
    specification = {
        "source": "geo_ip",
        "criteria": [{"type": "KeyPresents", "key": "source_address", "value": ""}],
        "rules": [simple, typed],
    }
    return {
        "Repo": {**SYSTEM, "repoha": [{"ha_li": "192.0.2.7", "ha_day": 5}]},
        "RoutingPolicy": {"policy_name": "new", "catch_all": "default", "routing_criteria": [criterion]},
        "NormalizationPolicy": {
            "name": "new",
            "norm_packages": ",".join(list(package_ids)[:2]),
            "compiled_normalizer": "LPA_Windows,CEFCompiledNormalizer",
        },
        "ProcessingPolicy": {
            "policy_name": "new",
            "routing_policy": routing_policy_id,
            "norm_policy": "None",
            "enrich_policy": "None",
        },
        "EnrichmentPolicy": {"name": "new", "description": "", "specifications": [specification]},
    }
