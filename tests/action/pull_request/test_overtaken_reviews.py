"""Runs that come when the pull request is somewhere else already: what was reviewed stays what it was."""

from __future__ import annotations

from tests.action.scene import Scene, policies, repo
from tests.action.sharded import share, together

from lpcac.action.plan_record.encoding import find_record


def deletes(scene: Scene):  # noqa: ANN201
    """Return a pull request that deletes more than the limit allows, reviewed."""
    scene.landed("start", {"clients/acme/p.yaml": policies(12), "clients/acme/r.yaml": repo("system")})
    pull = scene.propose("fewer", {"clients/acme/p.yaml": None})
    scene.review(pull)
    return pull


def test_a_label_on_a_merged_pull_request_takes_nothing_from_its_review(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    scene.review(pull)
    push = pull.merge()
    scene.github.travel(minutes=1)
    scene.repository.create_label("released", description="It is out")
    pull.label("released")

    labelled = scene.run(scene.github.events.pull_request(pull, "labeled"))
    ran = scene.pushed(push)

    assert labelled.code == 0, labelled.log
    assert "closed" in labelled.summary
    assert labelled.outputs["has-changes"] == "false"
    assert ran.code == 0, ran.log


def test_the_label_that_a_refusal_asks_for_helps_when_the_job_is_run_again(scene: Scene) -> None:
    pull = deletes(scene)
    push = pull.merge()
    refused = scene.pushed(push)
    assert refused.code == 4
    assert "lpcac/allow-deletes" in scene.result_comment(pull)

    scene.github.travel(minutes=1)
    scene.repository.create_label("lpcac/allow-deletes", description="Deletes are meant")
    pull.label("lpcac/allow-deletes")
    assert scene.run(scene.github.events.pull_request(pull, "labeled")).code == 0
    again = scene.pushed(push, attempt=2)

    assert again.code == 0, again.log
    assert "p0" not in scene.logpoint().names("RoutingPolicy")


def test_a_run_for_an_older_push_leaves_the_newer_ones_comment_alone(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    older = scene.github.events.pull_request(pull)
    pull.push({"clients/acme/r.yaml": repo("security")})
    scene.review(pull)
    told = scene.plan_comment(pull)

    ran = scene.run(older)

    assert ran.code == 0, ran.log
    assert "system" in ran.summary
    assert "its comment was not changed" in ran.log
    assert scene.plan_comment(pull) == told
    assert scene.merge(pull).code == 0


def test_a_comment_put_together_for_an_older_push_is_not_written_either(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    older = scene.github.events.pull_request(pull)
    planned = share(scene, older)
    pull.push({"clients/acme/r.yaml": repo("security")})
    scene.review(pull)

    together(scene, older, [planned])

    assert find_record(scene.plan_comment(pull)).origin.head == pull.head_sha


def test_a_share_that_was_run_again_counts_once(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    event = scene.github.events.pull_request(pull)
    planned = [share(scene, event, attempt=attempt) for attempt in (1, 2)]

    ran = together(scene, event, planned, attempt=2)

    assert ran.outputs["creates"] == "1"


def test_a_github_that_does_not_answer_about_the_pull_request_waives_nothing(scene: Scene) -> None:
    pull = deletes(scene)
    scene.repository.create_label("lpcac/allow-deletes", description="Deletes are meant")
    pull.label("lpcac/allow-deletes")
    scene.github.faults.fail("GET", "/repos/{owner}/{repo}/pulls/{number}", times=100)

    ran = scene.review(pull)

    assert ran.code == 4
    assert "12 to delete" in ran.summary
