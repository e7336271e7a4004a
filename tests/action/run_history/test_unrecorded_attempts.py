"""Deployments that GitHub refuses: nobody could tell later what Git owns, so nothing is written to a Director."""

from __future__ import annotations

import pytest
from tests.action.recorded import endings, of_targets, states
from tests.action.scene import Scene, client, directory_map, repo
from tests.fakes.github import ALWAYS, PullRequest

DEPLOYMENTS = "/repos/{owner}/{repo}/deployments"
REFUSED = {"message": "Refused", "documentation_url": "https://docs.github.com/rest"}
STATUSES = "/repos/{owner}/{repo}/deployments/{id}/statuses"


def both(scene: Scene) -> PullRequest:
    """Return a reviewed pull request about two clients."""
    clients = client("acme", "pool-acme") + client("globex", "pool-globex")
    files = {"lpcac.yaml": directory_map(scene.director.url, clients)}
    pull = scene.propose("both", files | {f"clients/{name}/r.yaml": repo("system") for name in ("acme", "globex")})
    scene.review(pull)
    return pull


@pytest.mark.parametrize("status", [409, 422])
def test_where_the_attempt_cannot_be_recorded_nothing_is_done_and_the_next_run_does_it(
    scene: Scene, status: int
) -> None:
    pull = both(scene)
    push = pull.merge()
    scene.github.faults.fail("POST", DEPLOYMENTS, status=status, body=REFUSED)

    ran = scene.pushed(push)

    assert ran.code == 1, ran.log
    assert scene.director_writes() == []
    assert of_targets(scene) == []
    for text in (ran.summary, scene.result_comment(pull)):
        assert text.replace("<!--", "\n<!--").count("### ❌ Nothing was applied.") == 1
        assert "nothing was done on 2 targets, because the attempt could not be recorded" in text.replace("`", "")
        assert "✅" not in text
    assert ran.outputs["applied"] == "false"

    assert scene.pushed(push, attempt=2).code == 0
    assert "system" in scene.logpoint().names("Repo")


def test_a_state_that_cannot_be_recorded_is_told_and_takes_nothing_from_the_result(scene: Scene) -> None:
    push = both(scene).merge()
    scene.github.faults.fail("POST", STATUSES, status=422, body=REFUSED)

    ran = scene.pushed(push)

    assert ran.code == 1, ran.log
    assert "whether all of it succeeded could not be recorded" in ran.summary.replace("`", "")
    assert (endings(scene), endings(scene, "globex"), states(scene)) == (["done"], ["done"], [])
    assert scene.night().outputs["lost-applies"] == "[]"


def test_where_no_attempt_can_be_recorded_the_result_says_so_and_not_that_all_is_well(scene: Scene) -> None:
    pull = both(scene)
    scene.github.faults.fail("POST", DEPLOYMENTS, status=422, body=REFUSED, times=ALWAYS)

    ran = scene.merge(pull)

    assert ran.code == 1
    assert scene.director_writes() == []
    assert "✅" not in ran.summary
    assert of_targets(scene) == []


def test_a_deployment_asks_github_to_merge_nothing_and_to_wait_for_no_check(scene: Scene) -> None:
    scene.merge(both(scene))

    bodies = [each.request.json() for each in scene.github.writes if each.request.path.endswith("/deployments")]

    assert [body["task"] for body in bodies] == ["lpcac:attempt", "lpcac:result", "lpcac:map"]
    assert all(body["auto_merge"] is False and body["required_contexts"] == [] for body in bodies)
