"""`require_approval: true`: what a merge applies was approved after it was shown, by somebody else who may write."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.action.pull_request.test_plan_changes import change_live
from tests.action.scene import JOB_PERMISSIONS, Scene, client, directory_map, repo
from tests.fakes.github import ALWAYS, PullRequest

MORE = "require_approval: true\n"
PERMISSION = "/repos/{owner}/{repo}/collaborators/{user}/permission"


@pytest.fixture
def strict(scene: Scene) -> Scene:
    """Return a scene whose map requires approvals."""
    strict_map = directory_map(scene.director.url, client("acme", "pool-acme"), more=MORE)
    scene.repository.push("main", {"lpcac.yaml": strict_map})
    return scene


def planned(scene: Scene) -> PullRequest:
    """Return alice's pull request, planned a minute ago."""
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")}, by="alice")
    assert scene.review(pull).code == 0
    scene.github.travel(minutes=1)
    return pull


def approve(pull: PullRequest, by: str = "bob", state: str = "APPROVED") -> None:
    pull.review(by, state)
    pull.repository.world.travel(minutes=1)


def test_a_plan_that_was_approved_after_it_was_shown_is_applied(strict: Scene) -> None:
    pull = planned(strict)
    approve(pull)

    ran = strict.merge(pull)

    assert ran.code == 0, ran.log
    assert "system" in strict.logpoint().names("Repo")


@pytest.mark.parametrize("role", ["admin", "maintain", "write"])
def test_whoever_may_write_may_approve(strict: Scene, role: str) -> None:
    strict.repository.roles["bob"] = role
    pull = planned(strict)
    approve(pull)

    assert strict.merge(pull).code == 0


def nobody(_scene: Scene, _pull: PullRequest) -> None:
    """Approve nothing."""


def dismissed(_scene: Scene, pull: PullRequest) -> None:
    approve(pull, state="DISMISSED")


def taken_back(_scene: Scene, pull: PullRequest) -> None:
    approve(pull)
    approve(pull, state="CHANGES_REQUESTED")


def by_the_author(_scene: Scene, pull: PullRequest) -> None:
    approve(pull, "alice")


def by_an_app(_scene: Scene, pull: PullRequest) -> None:
    approve(pull, "github-actions[bot]")


def by_role(role: str) -> Callable[[Scene, PullRequest], None]:
    def approved(scene: Scene, pull: PullRequest) -> None:
        scene.repository.roles["bob"] = role
        approve(pull)

    approved.__name__ = f"by_{role}"
    return approved


def of_an_older_head(scene: Scene, pull: PullRequest) -> None:
    approve(pull)
    pull.push({"clients/acme/more.yaml": repo("more")})
    scene.review(pull)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (nobody, "has no valid approval of the merged commit"),
        (dismissed, "has no valid approval of the merged commit"),
        (taken_back, "has no valid approval of the merged commit"),
        (by_the_author, "was approved only by the pull request's author"),
        (by_an_app, "only by an app or by someone without write permission"),
        (by_role("read"), "without write permission"),
        (by_role("triage"), "without write permission"),
        (by_role("none"), "without write permission"),
        (of_an_older_head, "only for an older commit"),
    ],
)
def test_without_an_approval_that_counts_a_merge_is_refused(
    strict: Scene, what: Callable[[Scene, PullRequest], None], words: str
) -> None:
    pull = planned(strict)
    what(strict, pull)

    ran = strict.merge(pull)

    assert ran.code == 4, ran.log
    assert words in strict.result_comment(pull)
    assert "run this job again" in strict.result_comment(pull)
    assert strict.director_writes() == []


def test_an_approval_from_before_the_plan_changed_does_not_count_and_a_new_one_does(strict: Scene) -> None:
    start = planned(strict)
    approve(start)
    assert strict.merge(start).code == 0
    pull = strict.propose("longer", {"clients/acme/r.yaml": repo("system", 90)})
    strict.review(pull)
    strict.github.travel(minutes=1)
    approve(pull)
    change_live(strict, "system", 7)
    strict.review(pull)
    strict.github.travel(minutes=1)
    written = len(strict.director_writes())
    push = pull.merge()

    ran = strict.pushed(push)

    assert ran.code == 4, ran.log
    assert "was approved only before it was shown" in strict.result_comment(pull)
    assert len(strict.director_writes()) == written
    approve(pull)
    again = strict.pushed(push, attempt=2)
    assert again.code == 0, again.log


def test_an_approval_from_before_the_first_plan_does_not_count(strict: Scene) -> None:
    pull = strict.propose("more", {"clients/acme/r.yaml": repo("system")})
    pull.review("bob")
    strict.review(pull)

    assert strict.merge(pull).code == 4
    assert "before it was shown" in strict.result_comment(pull)


def test_an_approval_stays_good_when_the_same_plan_is_made_again(strict: Scene) -> None:
    pull = planned(strict)
    approve(pull)

    assert strict.review(pull).code == 0

    assert strict.merge(pull).code == 0


def test_the_map_before_the_push_decides(scene: Scene, strict: Scene) -> None:
    eased = directory_map(scene.director.url, client("acme", "pool-acme"))
    pull = strict.propose("ease", {"lpcac.yaml": eased, "clients/acme/r.yaml": repo("system")})
    strict.review(pull)

    assert "Approvals no longer needed" in strict.plan_comment(pull)
    assert strict.merge(pull).code == 4
    assert strict.director_writes() == []


def test_a_pull_request_that_brings_the_requirement_needs_no_approval_itself(scene: Scene) -> None:
    strict_map = directory_map(scene.director.url, client("acme", "pool-acme"), more=MORE)
    pull = scene.propose("strict", {"lpcac.yaml": strict_map, "clients/acme/r.yaml": repo("system")})
    scene.review(pull)

    assert scene.merge(pull).code == 0


@pytest.mark.parametrize("more", [f"require_review: false\n{MORE}", MORE])
def test_who_needs_no_review_needs_an_approval_all_the_same(scene: Scene, more: str) -> None:
    lenient = directory_map(scene.director.url, client("acme", "pool-acme"), more=more)
    scene.repository.push("main", {"lpcac.yaml": lenient})
    push = scene.repository.push("main", {"clients/acme/r.yaml": repo("system")})

    ran = scene.pushed(push, inputs={"require-review": "false"})

    assert ran.code == 4, ran.log
    assert scene.director_writes() == []


def test_a_broken_map_before_the_push_does_not_end_the_need_for_approvals(strict: Scene) -> None:
    good = directory_map(strict.director.url, client("acme", "pool-acme"), more=MORE)
    strict.repository.push("main", {"lpcac.yaml": f"{good}nonsense: 1\n"})
    pull = strict.propose("mend", {"lpcac.yaml": good, "clients/acme/r.yaml": repo("system")})
    strict.review(pull)

    assert strict.merge(pull).code == 4


def test_by_hand_the_approval_is_needed_as_well(strict: Scene) -> None:
    pull = planned(strict)
    pull.merge()

    refused = strict.by_hand("apply")
    strict.github.travel(minutes=1)
    approve(pull)

    assert refused.code == 4, refused.log
    assert strict.by_hand("apply").code == 0


def test_a_merge_group_says_before_the_merge_that_an_approval_is_missing(strict: Scene) -> None:
    pull = planned(strict)
    permissions = JOB_PERMISSIONS["merge_group"] | {"pull_requests": "read"}

    ran = strict.queued(pull.enqueue(), permissions=permissions)

    assert ran.code == 4, ran.log
    assert "has no valid approval" in ran.summary
    approve(pull)
    assert strict.queued(pull.enqueue(), permissions=permissions).code == 0


def test_a_github_that_does_not_say_what_a_reviewer_may_do_applies_nothing(strict: Scene) -> None:
    pull = planned(strict)
    approve(pull)
    strict.github.faults.fail("GET", PERMISSION, times=ALWAYS)

    assert strict.merge(pull).code == 1
    assert strict.director_writes() == []


def test_a_map_that_does_not_require_it_asks_nothing_of_reviewers(scene: Scene) -> None:
    pull = planned(scene)

    assert scene.merge(pull).code == 0
    assert not [each for each in scene.github.exchanges if "collaborators" in each.request.path]
