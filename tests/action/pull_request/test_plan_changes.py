"""The same commit gets another plan: people are told anew, because an approval of the commit stands."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.action.scene import Scene, repo
from tests.fakes.github import Comment, PullRequest

from lpcac.action.plan_record.encoding import find_record, record_comment


def proposed(scene: Scene) -> PullRequest:
    """Return a pull request that changes a retention, planned."""
    scene.landed("start", {"clients/acme/r.yaml": repo("system", 30) + "---\n" + repo("security", 30)})
    pull = scene.propose("longer", {"clients/acme/r.yaml": repo("system", 90) + "---\n" + repo("security", 30)})
    assert scene.review(pull).code == 0
    return pull


def change_live(scene: Scene, name: str = "security", days: int = 7) -> None:
    """Change a repo by hand, so that the same commit has another plan."""

    def edit(fields: dict) -> None:
        fields["repopath"][0]["retention"] = days

    scene.github.travel(minutes=10)
    scene.logpoint().edit("Repo", name, edit)


def test_another_plan_of_the_same_commit_is_a_new_comment_and_the_old_one_a_link_to_it(scene: Scene) -> None:
    pull = proposed(scene)
    [old] = scene.own_comments(pull)
    shown = find_record(old.body).origin.first_shown
    change_live(scene)

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    kept, new = scene.own_comments(pull)
    assert kept is old
    assert new.body == scene.plan_comment(pull)
    note = next(line for line in new.body.splitlines() if "The plan changed" in line)
    assert f"since [{shown:%Y-%m-%d %H:%M} UTC]" in note
    assert "from 1 change, to 2 changes" in note
    assert 'New: update `Repo "security"`' in note
    assert ran.outputs["comment-url"].endswith(str(new.id))
    assert f"({ran.outputs['comment-url']})" in old.body
    assert "lpcac:record" not in old.body
    assert "update" not in old.body
    assert scene.merge(pull).code == 0
    assert scene.logpoint().named("Repo", "security")["repopath"][0]["retention"] == 30


def test_an_object_that_gets_other_values_is_told_too(scene: Scene) -> None:
    pull = proposed(scene)
    change_live(scene, "system", 60)

    scene.review(pull)

    assert 'With other values: update `Repo "system"`' in scene.plan_comment(pull)


def test_a_plan_that_comes_to_nothing_is_told_too(scene: Scene) -> None:
    pull = proposed(scene)
    change_live(scene, "system", 90)

    scene.review(pull)

    assert len(scene.own_comments(pull)) == 2
    assert "from 1 change, to 0 changes" in scene.plan_comment(pull)
    assert 'Gone: update `Repo "system"`' in scene.plan_comment(pull)


def test_the_same_plan_keeps_its_comment_its_time_and_what_was_said_of_its_change(scene: Scene) -> None:
    pull = proposed(scene)
    change_live(scene)
    scene.review(pull)
    before = scene.plan_comment(pull)
    scene.github.travel(hours=1)

    assert scene.review(pull).code == 0

    assert len(scene.own_comments(pull)) == 2
    assert find_record(scene.plan_comment(pull)).origin.since == find_record(before).origin.since
    assert "The plan changed" in scene.plan_comment(pull)


def test_another_commit_with_the_same_plan_keeps_the_time_and_edits_the_comment(scene: Scene) -> None:
    pull = proposed(scene)
    before = find_record(scene.plan_comment(pull)).origin
    scene.github.travel(hours=1)
    pull.push({"clients/acme/notes.md": "Nothing that is applied"})

    scene.review(pull)

    after = find_record(scene.plan_comment(pull)).origin
    assert (after.since, after.plan) == (before.since, before.plan)
    assert after.head != before.head
    assert len(scene.own_comments(pull)) == 1


def test_a_plan_that_comes_back_counts_as_shown_anew(scene: Scene) -> None:
    pull = proposed(scene)
    first = find_record(scene.plan_comment(pull)).origin
    change_live(scene)
    scene.review(pull)
    change_live(scene, days=30)

    scene.review(pull)

    again = find_record(scene.plan_comment(pull)).origin
    assert again.plan == first.plan
    assert again.since > first.since
    assert len(scene.own_comments(pull)) == 3


def test_a_time_that_somebody_put_into_the_record_is_not_believed(scene: Scene) -> None:
    pull = proposed(scene)
    [comment] = scene.own_comments(pull)
    forge_time(comment)
    scene.github.travel(hours=1)

    scene.review(pull)

    assert not find_record(scene.plan_comment(pull)).origin.since.startswith("2001")


def forge_time(comment: Comment) -> None:
    """Say in a comment's record that its plan was shown long ago; nobody without the key can sign that."""
    record = find_record(comment.body)
    forged = replace(record, origin=replace(record.origin, since="2001-01-01T00:00:00+00:00"))
    text = comment.body[: comment.body.index("<!-- lpcac:record")]
    comment.edit(text + record_comment(forged))


@pytest.mark.parametrize("method", ["PATCH", "POST"])
def test_a_run_that_ends_between_the_two_comments_is_made_good_by_the_next(scene: Scene, method: str) -> None:
    pull = proposed(scene)
    change_live(scene)
    path = "/repos/{owner}/{repo}/issues/" + ("comments/{id}" if method == "PATCH" else "{number}/comments")
    scene.github.faults.fail(method, path, times=5, status=500)

    assert scene.review(pull).code == 1
    if method == "PATCH":
        assert len([each for each in scene.own_comments(pull) if "lpcac:plan" in each.body]) == 2
    assert scene.review(pull).code == 0

    assert "from 1 change, to 2 changes" in scene.plan_comment(pull)
    assert len(scene.own_comments(pull)) == 2
    assert scene.merge(pull).code == 0


def test_a_plan_that_follows_one_that_failed_is_told_as_a_change(scene: Scene) -> None:
    pull = proposed(scene)
    [comment] = scene.own_comments(pull)
    comment.edit(comment.body.replace("system", "nothing"))

    scene.review(pull)

    assert "from no plan that could be applied, to 1 change" in scene.plan_comment(pull)
    assert scene.merge(pull).code == 0
