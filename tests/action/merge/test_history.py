"""A branch whose history is not a straight line: forced pushes, overtaken runs, commits that are gone."""

from __future__ import annotations

from tests.action.scene import Scene, client, directory_map, policies, repo
from tests.fakes.github import Push

from lpcac.simulator.faults.faults import Fault


def two_versions(scene: Scene) -> tuple[Push, Push]:
    """Merge two pull requests about one repo, reviewed both; return their pushes, of which no run was made."""
    first = scene.propose("one", {"clients/acme/one.yaml": repo("system", 30)})
    scene.review(first)
    older = first.merge("squash")
    second = scene.propose("two", {"clients/acme/one.yaml": repo("system", 60)})
    scene.review(second)
    return older, second.merge("squash")


def retention(scene: Scene) -> int:
    return scene.logpoint().named("Repo", "system")["repopath"][0]["retention"]


def test_a_forced_push_back_is_not_left_to_the_commit_that_it_took_away(scene: Scene) -> None:
    older, newer = two_versions(scene)
    assert scene.pushed(older).code == 0
    assert scene.pushed(newer).code == 4, "what it shows was planned before the older one was applied"
    scene.by_hand("apply", {"require-review": "false"})
    assert retention(scene) == 60

    back = scene.pushed(scene.repository.force_push("main", older.after))

    assert back.code == 4, back.log
    assert "left to commit" not in back.summary
    assert "Reviewed against now" in back.summary
    assert back.outputs["applied"] == "false"
    assert retention(scene) == 60


def test_a_forced_push_back_is_applied_by_hand_and_a_night_is_clean_afterwards(scene: Scene) -> None:
    older, _ = two_versions(scene)
    scene.by_hand("apply", {"require-review": "false"})
    scene.pushed(scene.repository.force_push("main", older.after))

    assert scene.by_hand("apply", {"require-review": "false"}).code == 0
    assert retention(scene) == 30
    night = scene.night()
    assert (night.code, night.outputs["has-drift"], night.outputs["lost-applies"]) == (0, "false", "[]"), night.summary


def test_a_commit_that_left_the_history_leaves_the_one_before_it_to_tell_what_git_owned(scene: Scene) -> None:
    start = scene.propose("start", {"clients/acme/one.yaml": repo("system") + "---\n" + repo("security")})
    scene.review(start)
    kept = start.merge("squash")
    assert scene.pushed(kept).code == 0
    scene.landed("gone", {"clients/acme/two.yaml": repo("third")})
    for branch in ("gone", "start"):
        scene.repository.git.delete_ref(f"refs/heads/{branch}")
    scene.repository.force_push("main", kept.after)
    scene.github.travel(seconds=2)
    pull = scene.propose("next", {"clients/acme/one.yaml": repo("system", 90) + "---\n" + repo("security")})

    reviewed = scene.review(pull)

    assert reviewed.code == 0, reviewed.log
    assert "no longer in the history" in reviewed.log
    assert (reviewed.outputs["updates"], reviewed.outputs["deletes"]) == ("1", "0")
    assert scene.merge(pull).code == 0
    assert "third" in scene.logpoint().names("Repo"), "nobody who can be asked declared it: it is not deleted"


def test_a_clone_that_lacks_history_says_so_and_plans_no_delete_on_a_guess(scene: Scene) -> None:
    scene.landed("start", {"clients/acme/one.yaml": repo("system") + "---\n" + repo("security")})
    pull = scene.propose("fewer", {"clients/acme/one.yaml": repo("security")})

    ran = scene.review(pull, before=lambda job: job.check_out(depth=1))

    assert ran.code != 0
    assert "fetch-depth: 0" in ran.log + ran.summary


def test_what_is_left_to_a_newer_commit_counts_as_applied_once_that_succeeded(scene: Scene) -> None:
    older, newer = two_versions(scene)
    scene.director.faults.add(Fault("order-fails", "POST", "/Repos$", count=1))
    assert scene.pushed(newer).code == 1

    overtaken = scene.pushed(older)

    assert overtaken.code == 0, overtaken.log
    assert "left to commit" in overtaken.summary
    assert overtaken.outputs["applied"] == "false"

    assert scene.pushed(newer, attempt=2).code == 0
    assert scene.pushed(older, attempt=2).outputs["applied"] == "true"


def test_without_a_word_from_github_an_older_push_does_not_undo_a_newer_one(scene: Scene) -> None:
    older, newer = two_versions(scene)
    assert scene.pushed(newer).code == 0
    fault = scene.github.faults.fail("GET", "*/branches/main", times=100)

    overtaken = scene.pushed(older)

    assert fault.met
    assert overtaken.code == 1
    assert "cannot read the branch" in overtaken.summary
    assert retention(scene) == 60


def test_a_forced_push_waives_no_limit_where_no_review_is_needed(scene: Scene) -> None:
    lenient = directory_map(scene.director.url, client("acme", "pool-acme"), more="require_review: false\n")
    scene.repository.push("main", {"lpcac.yaml": lenient})
    kept = scene.repository.push("main", {"clients/acme/r.yaml": repo("system")})
    scene.pushed(kept)
    more = scene.repository.push("main", {"clients/acme/p.yaml": policies(12)})
    assert scene.pushed(more).code == 0
    scene.repository.git.set_ref("refs/heads/keeps-the-commit", more.after)

    back = scene.pushed(scene.repository.force_push("main", kept.after))

    assert back.code == 4, back.log
    assert "p0" in scene.logpoint().names("RoutingPolicy")
