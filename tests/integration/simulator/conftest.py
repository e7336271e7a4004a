"""A running simulator whose time stands still until a test moves it, and a plain HTTP client for it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running

SYSTEM = {"data": {"name": "system", "hiddenrepopath": [{"path": "/data_hot", "retention": 90}]}}


class Peer:
    """One simulator and a client that holds its token; an order takes a second of `now`."""

    def __init__(self, stack: ExitStack, **options: Any) -> None:
        self.now = 1000.0
        chosen = SimulatorOptions(**options)
        self.simulator: Simulator = stack.enter_context(running(chosen, clock=lambda: self.now))
        headers = {"Authorization": f"Bearer {chosen.token}"}
        self.client = stack.enter_context(httpx.Client(base_url=self.simulator.url, headers=headers))
        pool = self.simulator.world.pool("pool-acme")
        self.machine = f"{pool.pool_uuid}/{pool.logpoint('lp-01').identifier}"
        self.configuration = f"/configapi/{self.machine}/"

    def names(self) -> list[str]:
        """The repos that the logpoint really has."""
        return self.simulator.world.pool("pool-acme").logpoint("lp-01").names("Repo")

    def get(self, path: str) -> Any:
        return self.client.get(self.configuration + path).raise_for_status().json()

    def post_repo(self) -> httpx.Response:
        return self.client.post(self.configuration + "Repos", json=SYSTEM)

    def poll(self, accepted: httpx.Response) -> httpx.Response:
        return self.client.get("/" + accepted.json()["message"].lstrip("/"))


@pytest.fixture
def make_peer() -> Iterator[Callable[..., Peer]]:
    with ExitStack() as stack:

        def make(**options: Any) -> Peer:
            return Peer(stack, **options)

        yield make


@pytest.fixture
def peer(make_peer: Callable[..., Peer]) -> Peer:
    return make_peer()
