"""A merge group is judged as its push would be: what would be refused does not get merged."""

from __future__ import annotations

import pytest
from tests.action.scene import Ran, Scene, client, directory_map, policies, repo
from tests.fakes.github import MergeGroup

RIGHTS = {"contents": "read", "deployments": "read", "pull_requests": "write"}
REFUSED = "**The push would be refused** for `acme` on `pool-acme/lp-01`"
UNKNOWN = "does not say which pull requests are in this merge group"


def queued(scene: Scene, group: MergeGroup) -> Ran:
    return scene.queued(group, permissions=RIGHTS)


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_a_group_whose_plan_was_reviewed_passes_and_its_push_too(scene: Scene, method: str) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    scene.review(pull)
    group = pull.enqueue(method)

    ran = queued(scene, group)

    assert ran.code == 0, ran.log
    assert (REFUSED in ran.summary, UNKNOWN in ran.summary) == (False, False)
    assert scene.pushed(group.merge()).code == 0


def test_a_group_that_was_never_planned_fails_and_says_why(scene: Scene) -> None:
    group = scene.propose("more", {"clients/acme/r.yaml": repo("system")}).enqueue()

    ran = queued(scene, group)

    assert ran.code == 4, ran.log
    assert f"{REFUSED}: the reviewed plan on #1 is missing" in ran.summary
    assert scene.pushed(group.merge()).code == 4, "as the push is"


def test_what_changed_since_the_review_fails_the_group(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    scene.review(pull)
    scene.logpoint().create("Repo", {"name": "system", "repopath": [{"path": "/data_hot/", "retention": 5}]})

    ran = queued(scene, pull.enqueue())

    assert ran.code == 4, ran.log
    assert "not the one that was reviewed on #1 any more" in ran.summary


def test_every_pull_request_of_a_group_is_judged(scene: Scene) -> None:
    first = scene.propose("one", {"clients/acme/one.yaml": repo("system")})
    second = scene.propose("two", {"clients/acme/two.yaml": repo("security")})
    scene.review(second)
    group = second.enqueue(after=first.enqueue())

    assert queued(scene, group).code == 4, "the first one was not planned"
    scene.review(first)
    assert queued(scene, group).code == 0


def test_where_the_group_cannot_be_told_it_says_so_and_stays_green(scene: Scene) -> None:
    first = scene.propose("one", {"clients/acme/one.yaml": repo("system")})
    second = scene.propose("two", {"clients/acme/two.yaml": repo("security")})
    group = second.enqueue("squash", after=first.enqueue("squash"))

    ran = queued(scene, group)

    assert ran.code == 0, ran.log
    assert UNKNOWN in ran.summary
    without = scene.queued(group)
    assert (without.code, UNKNOWN in without.summary) == (0, True), "nor without the permission"


def test_a_label_that_waives_the_limits_counts_for_the_group(scene: Scene) -> None:
    scene.landed("start", {"clients/acme/p.yaml": policies(12), "clients/acme/r.yaml": repo("system")})
    pull = scene.propose("fewer", {"clients/acme/p.yaml": None})
    scene.review(pull)
    group = pull.enqueue()
    assert queued(scene, group).code == 4

    scene.repository.create_label("lpcac/allow-deletes", description="Deletes are meant")
    pull.label("lpcac/allow-deletes")

    assert queued(scene, group).code == 0


def test_a_group_fails_where_the_push_would_leave_a_client_alone(applied: Scene) -> None:
    pull = applied.propose("more", {"clients/acme/more.yaml": repo("more")})
    assert applied.review(pull).code == 0
    entry = directory_map(applied.director.url, client("acme", "pool-acme", more="prune: true"))
    applied.repository.push("main", {"lpcac.yaml": entry})
    group = pull.enqueue()

    ran = queued(applied, group)

    assert ran.code == 4, ran.log
    assert "The push would be refused" in ran.summary
    assert "its entry in the map differs from what was reviewed" in ran.summary
    assert applied.pushed(group.merge()).code == 4, "as the push is"


@pytest.mark.parametrize("is_shown", [True, False])
def test_a_group_fails_where_a_change_of_the_map_alone_would_not_count(applied: Scene, *, is_shown: bool) -> None:
    looser = directory_map(applied.director.url, client("acme", "pool-acme"), more="require_review: false\n")
    pull = applied.propose("looser", {"lpcac.yaml": looser})
    if is_shown:
        assert applied.review(pull).code == 0
    group = pull.enqueue()

    ran, pushed = queued(applied, group), applied.pushed(group.merge())

    assert ran.code == pushed.code == (0 if is_shown else 4), ran.log + pushed.log
    assert ("no pull request of this group showed it" in ran.summary) is not is_shown
