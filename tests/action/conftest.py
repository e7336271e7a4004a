"""Fixtures for tests that run the action against a fake GitHub and a simulated Director."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.action.in_process import answer_in_process, without_sockets
from tests.action.policy import only_the_policy_sends
from tests.action.scene import Scene, client, directory_map, repo
from tests.fakes.github import FakeGitHub
from tests.fakes.github.fixtures import github, make_github
from tests.folder_in_memory import tmp_path
from tests.waiting import wait_until

from lpcac.action import run
from lpcac.apply.applier import Pacing
from lpcac.connectors.director.latency import ReadbackLimits
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.server import Simulator, running
from lpcac.simulator.world import World

__all__ = ["github", "make_github", "only_the_policy_sends", "tmp_path", "wait_until", "without_sockets"]

MakeDirector = Callable[..., Simulator]


@pytest.fixture(autouse=True)
def _ask_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask early about the first order of an apply: a simulated one takes no second."""
    monkeypatch.setattr(run, "Pacing", partial(Pacing, patience=ReadbackLimits(first_question=0.02)))


@pytest.fixture
def make_director() -> Iterator[MakeDirector]:
    """Start simulated Directors that end with the test."""
    with ExitStack() as stack:

        def make(*args: World, **options: Any) -> Simulator:
            director = stack.enter_context(running(SimulatorOptions(order_delay=0.0, **options), *args))
            answer_in_process(director)
            return director

        yield make


@pytest.fixture
def director(make_director: MakeDirector) -> Simulator:
    """Return a Director whose orders take no time."""
    return make_director()


@pytest.fixture
def scene(github: FakeGitHub, director: Simulator, tmp_path: Path) -> Scene:
    """Return a repository whose main branch has a map with a Director and one client without any resource."""
    files = {"lpcac.yaml": directory_map(director.url, client("acme", "pool-acme")), "clients/acme/.keep": ""}
    return Scene(github, director, github.repository("octo/clients", files), tmp_path)


@pytest.fixture
def applied(scene: Scene) -> Scene:
    """Return a scene whose client is live."""
    scene.landed("start", {"clients/acme/repos.yaml": repo("system") + "---\n" + repo("security")})
    return scene
