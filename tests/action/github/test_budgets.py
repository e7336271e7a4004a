"""What a run may ask of GitHub, also where the repository has an unusual past."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.action.nights import retention
from tests.action.recorded import entries, record_attempt
from tests.action.scene import Scene, repo
from tests.fakes.github import PullRequest

from lpcac.action.run_history.deployments.contents import ENVIRONMENT, Ending

FILE = "clients/acme/repos.yaml"


def declared(days: int) -> dict[str, str]:
    return {FILE: repo("system", days) + "---\n" + repo("security")}


def failed_again_and_again(scene: Scene) -> None:
    """Attempts that failed since the last success, as many as until a checkpoint is due."""
    [like] = entries(scene)
    for _ in range(105):
        record_attempt(scene, like.commit, like=like, ending=Ending.FAILED)


def among_other_jobs(scene: Scene) -> None:
    """A job of another workflow that names the same environment, in a repository where nothing is applied for long."""
    for _ in range(230):
        scene.repository.deploy(ENVIRONMENT, ref="main")


def signed_with_another_key(scene: Scene) -> None:
    """An old repository whose key was changed: nobody can verify what was reviewed of the map."""
    for _ in range(900):
        scene.repository.deploy(ENVIRONMENT, ref="main")
    scene.github.travel(minutes=11)
    scene.landed("later", {"clients/acme/later.yaml": repo("later")})


def overlapping(scene: Scene) -> None:
    """Many open pull requests that change the same object."""
    for number in range(7):
        scene.review(scene.propose(f"other-{number}", declared(40 + number)))


def as_it_is(_scene: Scene) -> None:
    """Nothing unusual."""


PASTS = (as_it_is, failed_again_and_again, among_other_jobs, signed_with_another_key, overlapping)


def asked(scene: Scene) -> tuple[int, int]:
    """Return how many requests GitHub got since it was asked last, and how many of them were writes."""
    counts = len(scene.github.exchanges), len(scene.github.writes)
    scene.github.forget_exchanges()
    return counts


@pytest.mark.parametrize("past", PASTS, ids=lambda past: past.__name__)
def test_no_past_makes_a_run_ask_for_more(applied: Scene, past: Callable[[Scene], None]) -> None:
    past(applied)
    inputs = {"signing-key": "xK3vR8sQ2pLmZ7tWcY5nB9dHfJ4gA6eU1iO0+/=="} if past is signed_with_another_key else {}
    pull: PullRequest = applied.propose("more", declared(90))
    assert applied.review(pull, inputs=inputs).code == 0
    # The same commit gets another plan, in a run that is started again: what costs most.
    applied.logpoint().create("Repo", {"name": "more", "repopath": [{"path": "/data_hot/", "retention": 5}]})
    applied.repository.push("more", declared(90) | {"clients/acme/more.yaml": repo("more")})
    assert applied.review(pull, inputs=inputs).code == 0
    applied.logpoint().edit("Repo", "more", retention(6))
    asked(applied)

    assert applied.review(pull, inputs=inputs, attempt=2).code == 0
    requests, writes = asked(applied)
    assert (requests <= 10, writes <= 2) == (True, True), (requests, writes)

    push = pull.merge()
    merged = applied.pushed(push, inputs=inputs, attempt=2)
    assert merged.code == 0, merged.log
    requests, writes = asked(applied)
    assert (requests <= 20, writes <= 10) == (True, True), (requests, writes)

    night = applied.night(inputs=inputs, attempt=2)
    assert (night.code, night.outputs["has-drift"]) == (0, "false"), night.log
    requests, writes = asked(applied)
    assert (requests <= 10, writes) == (True, 0), (requests, writes)
