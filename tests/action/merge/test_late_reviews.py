"""A review counts when a person could read it before the merge."""

from __future__ import annotations

from tests.action.scene import Scene, repo


def test_a_record_that_was_written_after_the_merge_allows_nothing(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/one.yaml": repo("system")})
    scene.review(pull)
    push = pull.merge("merge")
    scene.github.travel(hours=1)
    [comment] = [each for each in scene.own_comments(pull) if "lpcac:plan" in each.body]
    comment.edit(comment.body)

    ran = scene.pushed(push)

    assert ran.code == 4, ran.log
    assert "recorded or edited after the merge" in scene.result_comment(pull)
    assert scene.director_writes() == []


def test_a_pull_request_into_another_branch_sends_the_token_nowhere(scene: Scene) -> None:
    scene.repository.push("other", {"README.md": "another base"}, by="carol")
    scene.repository.push("topic", {"clients/acme/one.yaml": repo("system")}, by="carol")
    pull = scene.repository.open_pull_request("topic", base="other")

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    assert len(scene.director.requests) == 0
    assert "does not go to the default branch" in ran.summary


def test_a_pull_request_that_goes_to_another_branch_now_says_that_its_plan_does_not_count(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/one.yaml": repo("system")})
    scene.review(pull)
    scene.repository.push("other", {"README.md": "another base"}, by="carol")
    pull.base_branch = "other"

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    told = scene.plan_comment(pull)
    assert "### The plan no longer counts" in told
    assert "lpcac:record" not in told
    edits = len(scene.github.writes)
    scene.review(pull)
    assert len(scene.github.writes) == edits, "it is said once"

    pull.base_branch = "main"
    assert scene.review(pull).code == 0
    assert "1 to create" in scene.plan_comment(pull)
    assert scene.merge(pull).code == 0
