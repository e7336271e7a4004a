"""GitHub in trouble: what helps is repeated, nothing is done twice, and nothing is waited for without end."""

from __future__ import annotations

import time

import pytest
from tests.action.recorded import endings, of_targets, states
from tests.action.scene import Scene, repo
from tests.fakes.github import ALWAYS

COMMENTS = "/repos/{owner}/{repo}/issues/{number}/comments"
DEPLOYMENTS = "/repos/{owner}/{repo}/deployments"
STATUSES = "/repos/{owner}/{repo}/deployments/{id}/statuses"


def test_server_errors_are_outlasted_on_every_call(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    for method in ("GET", "POST"):
        scene.github.faults.fail(method, times=2)

    assert scene.review(pull).code == 0
    assert len(scene.own_comments(pull)) == 1
    for method in ("GET", "POST"):
        scene.github.faults.fail(method, times=2)

    assert scene.merge(pull).code == 0
    assert len(of_targets(scene)) == 2


@pytest.mark.parametrize("lose", ["answer", "connection"])
def test_a_comment_whose_answer_was_lost_is_not_written_twice(scene: Scene, lose: str) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    faults = scene.github.faults
    (faults.fail if lose == "answer" else faults.drop)("POST", COMMENTS, after_effect=True)

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    assert len(scene.own_comments(pull)) == 1
    assert ran.outputs["comment-url"] != ""


@pytest.mark.parametrize("path", [DEPLOYMENTS, STATUSES])
def test_a_deployment_whose_answer_was_lost_is_not_recorded_twice(scene: Scene, path: str) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    scene.github.faults.drop("POST", path, after_effect=True)

    ran = scene.merge(pull)

    assert ran.code == 0, ran.log
    attempt, result = of_targets(scene)
    assert (attempt.states, result.states) == ([], ["success"])


def test_an_issue_whose_answer_was_lost_is_not_opened_twice(scene: Scene) -> None:
    scene.repository.push("main", {"clients/acme/repos.yaml": repo("system")})
    scene.github.faults.fail("POST", "/repos/{owner}/{repo}/issues", after_effect=True)

    ran = scene.night()

    assert ran.code == 0, ran.log
    assert len(scene.repository.issues(label="lpcac/drift")) == 1


def test_a_secondary_limit_is_waited_for_as_long_as_github_says(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.github.faults.secondary_rate_limit("POST", COMMENTS, retry_after=42)

    ran = scene.review(pull)

    assert ran.code == 0
    assert scene.slept == [42.0]
    assert "GitHub: waiting 42 s before trying again; cannot comment on #1 now: HTTP 403 Forbidden (You have" in ran.log
    assert len(scene.own_comments(pull)) == 1


def test_a_limit_without_a_time_is_waited_for_a_minute(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.github.faults.secondary_rate_limit("POST", COMMENTS, retry_after=None, status=429)

    assert scene.review(pull).code == 0
    assert scene.slept == [60.0]


def test_a_limit_of_the_hour_that_is_soon_over_is_waited_for(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.github.faults.primary_rate_limit("GET", COMMENTS, resets_at=int(time.time()) + 100)

    assert scene.review(pull).code == 0
    [waited] = scene.slept
    assert 95 < waited < 105


def test_limits_are_not_waited_for_without_end(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.github.faults.secondary_rate_limit("POST", COMMENTS, retry_after=600, times=ALWAYS)

    ran = scene.review(pull)

    assert ran.code == 1
    assert "1 to create" in ran.summary
    assert "secondary rate limit" in ran.log
    assert sum(scene.slept) <= 900


def test_a_github_that_stays_down_ends_the_run_with_a_reason_and_no_write_to_the_director(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    push = pull.merge()
    scene.github.faults.fail("GET", DEPLOYMENTS, times=ALWAYS)

    ran = scene.pushed(push)

    assert ran.code == 1
    assert "GitHub: cannot read the deployments: GET /repos/octo/clients/deployments: HTTP 502 Bad Gateway" in ran.log
    assert "system" not in scene.logpoint().names("Repo")
    assert "### ❌ Stopped" in ran.summary
    assert "run this job again" in ran.summary


def test_what_was_applied_but_not_recorded_fails_the_check_and_the_next_run_records_it(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    push = pull.merge()

    def no_more_answers() -> None:
        if scene.repository.deployments:
            scene.github.faults.fail("POST", DEPLOYMENTS, times=ALWAYS)

    scene.github.faults.act("POST", DEPLOYMENTS, no_more_answers, times=2)

    ran = scene.pushed(push)

    assert ran.code == 1
    assert "not recorded" in ran.summary
    assert "system" in scene.logpoint().names("Repo")
    scene.github.faults.clear()

    again = scene.pushed(push, attempt=2)

    assert again.code == 0, again.log
    assert (endings(scene), states(scene)) == ([None, "done"], ["success"])
    assert scene.logpoint().created[("Repo", "system")] == 1


def test_an_answer_that_only_says_where_the_repository_went_is_no_success(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    moved = {"message": "Temporary Redirect", "url": "https://api.github.com/x", "documentation_url": "https://x"}
    scene.github.faults.fail("POST", COMMENTS, status=307, body=moved)

    ran = scene.review(pull)

    assert ran.code == 1
    assert "was the repository renamed?" in ran.log
    [difference] = scene.github.differences()
    assert "307" in difference, "GitHub's description leaves out what it says to writes after a repository was renamed"
    assert "1 to create" in ran.summary


def test_a_server_error_that_names_a_time_is_waited_for_that_long(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.github.faults.fail("POST", COMMENTS, status=503, headers={"Retry-After": "7"})

    assert scene.review(pull).code == 0
    assert scene.slept == [7.0]


def test_a_run_that_meets_a_used_up_hour_says_when_to_run_it_again_and_is_green_then(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    push = pull.merge()
    scene.github.limits.enforce()
    scene.github.limits.use_up(scene.repository.full_name)

    ran = scene.pushed(push)

    assert ran.code == 1
    assert "run this job again after " in ran.summary
    assert scene.slept == []
    assert scene.director_writes() == []
    scene.github.travel(hours=1)

    again = scene.pushed(push, attempt=2)

    assert again.code == 0, again.log
    assert "system" in scene.logpoint().names("Repo")
