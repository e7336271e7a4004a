"""A run of an older commit does not send the token to where that commit says, if that was taken back."""

from __future__ import annotations

from pathlib import Path

import certifi
import pytest
from tests.action.scene import Scene, repo
from tests.action.trust.test_trust import steering_to
from tests.fakes.github import Event

from lpcac.simulator.server import Simulator
from lpcac.simulator.world import demo_world


@pytest.fixture
def elsewhere(make_director) -> Simulator:  # noqa: ANN001
    """Return a copy of the Director at another address."""
    return make_director(demo_world())


def begun(scene: Scene, event: str) -> tuple[Event, dict[str, str]]:
    """Return an event of this commit, for which no run was made yet, and the inputs of its run."""
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    events = {
        "push": lambda: scene.github.events.push(pull.merge()),
        "pull_request": lambda: scene.github.events.pull_request(pull),
        "night": lambda: scene.github.events.schedule(scene.repository),
        "by hand": lambda: scene.github.events.workflow_dispatch(scene.repository),
    }
    return events[event](), {"command": "plan"} if event == "by hand" else {}


@pytest.mark.parametrize("attempt", [1, 2], ids=["waited in a queue", "started again"])
@pytest.mark.parametrize("event", ["push", "pull_request", "night", "by hand"])
def test_an_old_run_sends_nothing_to_a_director_that_was_taken_back(
    scene: Scene, elsewhere: Simulator, event: str, attempt: int
) -> None:
    scene.repository.push("main", {"lpcac.yaml": steering_to(elsewhere.url)})
    old, inputs = begun(scene, event)
    scene.repository.push("main", {"lpcac.yaml": steering_to(scene.director.url)})

    ran = scene.run(old, attempt=attempt, inputs=inputs)

    assert ran.code == 4, ran.log
    assert 'its Director "main" was changed in the default branch\'s map since' in ran.log
    assert elsewhere.requests == ()


@pytest.mark.parametrize("attempt", [1, 2])
@pytest.mark.parametrize("what", ["its address", "its certificates", "nothing"])
def test_a_director_that_is_taken_back_after_the_checkout_gets_nothing_either(
    scene: Scene, elsewhere: Simulator, what: str, attempt: int
) -> None:
    trusted = Path(certifi.where()).read_text(encoding="utf-8")
    bundled = steering_to(elsewhere.url).replace("token_env:", "ca_bundle: ca/ca.pem, token_env:")
    scene.repository.push("main", {"lpcac.yaml": bundled, "ca/ca.pem": trusted + "\n"})
    old, inputs = begun(scene, "pull_request")
    after = {
        "its address": {"lpcac.yaml": bundled.replace(elsewhere.url, scene.director.url)},
        "its certificates": {"ca/ca.pem": trusted},
        "nothing": {"README.md": "Something else"},
    }[what]

    ran = scene.run(old, attempt=attempt, inputs=inputs, before=lambda _: scene.repository.push("main", after))

    assert ran.code == (0 if what == "nothing" else 4), ran.log
    assert bool(elsewhere.requests) == (what == "nothing")


@pytest.mark.parametrize("event", ["push", "pull_request", "night", "by hand"])
def test_an_old_run_sends_nothing_with_certificates_that_were_taken_back(scene: Scene, event: str) -> None:
    trusted = Path(certifi.where()).read_text(encoding="utf-8")
    bundled = steering_to(scene.director.url).replace("token_env:", "ca_bundle: ca.pem, token_env:")
    scene.repository.push("main", {"lpcac.yaml": bundled, "ca.pem": trusted + "\n"})
    old, inputs = begun(scene, event)
    scene.repository.push("main", {"ca.pem": trusted})

    ran = scene.run(old, inputs=inputs)

    assert ran.code == 4, ran.log
    assert 'its Director "main" was given other certificates on the default branch since' in ran.log
    assert scene.director.requests == ()


@pytest.mark.parametrize("attempt", [1, 2])
def test_an_old_run_goes_on_while_its_director_is_the_same(scene: Scene, attempt: int) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    event = scene.github.events.pull_request(pull)
    scene.repository.push("main", {"README.md": "Something else"})

    ran = scene.run(event, attempt=attempt)

    assert ran.code == 0, ran.log
    assert ran.outputs["creates"] == "1"
