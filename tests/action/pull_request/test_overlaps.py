"""Two open pull requests that change the same object are told of each other."""

from __future__ import annotations

from tests.action.scene import Scene, policies, repo
from tests.fakes.github import ALWAYS


def test_a_pull_request_says_which_other_one_changes_the_same_object(applied: Scene) -> None:
    first = applied.propose("longer", {"clients/acme/repos.yaml": repo("system", 90) + "---\n" + repo("security")})
    applied.review(first)
    second = applied.propose("shorter", {"clients/acme/repos.yaml": repo("system", 60) + "---\n" + repo("security")})
    other = applied.propose("else", {"clients/acme/more.yaml": repo("more")})

    assert applied.review(second).code == 0
    assert applied.review(other).code == 0

    told = applied.plan_comment(second)
    assert f'**Also changed by #{first.number}**: `Repo "system"` (`acme` on `pool-acme/lp-01`).' in told
    assert "Also changed by" not in applied.plan_comment(other)
    first.close("alice")
    applied.review(second)
    assert "Also changed by" not in applied.plan_comment(second), "it is not open any more"


def test_what_somebody_else_wrote_tells_of_no_overlap_and_a_github_that_does_not_say_holds_nothing_up(
    applied: Scene,
) -> None:
    first = applied.propose("one", {"clients/acme/more.yaml": repo("more")})
    applied.review(first)
    [comment] = applied.own_comments(first)
    comment.author = applied.github.world.account("mallory")
    second = applied.propose("two", {"clients/acme/more.yaml": repo("more", 60)})

    assert applied.review(second).code == 0
    assert "Also changed by" not in applied.plan_comment(second)
    applied.github.faults.fail("GET", "/repos/{owner}/{repo}/issues/comments", status=404, times=ALWAYS)
    ran = applied.review(second)
    assert ran.code == 0, ran.log
    assert "were not checked" in ran.log


def test_an_overlap_is_found_where_the_record_has_no_room_for_names(applied: Scene) -> None:
    names = [f"{number:03d}-{'x' * 200}" for number in range(250)]
    files = {"clients/acme/many.yaml": "---\n".join(policies(1).replace("p0", name) for name in names)}
    first = applied.propose("many", files)
    assert applied.review(first).code == 0
    second = applied.propose("one", {"clients/acme/one.yaml": policies(1).replace("p0", names[17])})

    assert applied.review(second).code == 0

    assert f"Also changed by #{first.number}" in applied.plan_comment(second)
