"""Which pull request a change was reviewed on, and which targets a review has to show."""

from __future__ import annotations

import pytest
from tests.action.recorded import entries
from tests.action.scene import Scene, client, directory_map, policies, repo
from tests.fakes.github import ALWAYS, PullRequest

from lpcac.simulator.faults.faults import Fault

COMMIT_PULLS = "/repos/{owner}/{repo}/commits/{sha}/pulls"


def retention(scene: Scene) -> int:
    return scene.logpoint().named("Repo", "system")["repopath"][0]["retention"]


def lost(scene: Scene, branch: str, days: int) -> PullRequest:
    """Review and merge a retention, and lose the run that applies it."""
    pull = scene.propose(branch, {"clients/acme/r.yaml": repo("system", days)})
    scene.review(pull)
    pull.merge()
    return pull


@pytest.mark.parametrize("fault", ["edited", "gone"])
def test_an_earlier_review_does_not_stand_in_for_ones_own_that_was_altered_or_removed(scene: Scene, fault: str) -> None:
    scene.landed("start", {"clients/acme/r.yaml": repo("system", 90)})
    lost(scene, "shorter", 1)
    lost(scene, "back", 90)
    pull = scene.propose("again", {"clients/acme/r.yaml": repo("system", 1)})
    scene.review(pull)
    [comment] = scene.own_comments(pull)
    if fault == "edited":
        comment.edit("<!-- lpcac:plan:v1 lpcac.yaml -->\n### Nothing to do")
    else:
        pull.comments.remove(comment)

    ran = scene.merge(pull)

    assert ran.code == 4, ran.log
    assert "is missing" in scene.result_comment(pull)
    assert retention(scene) == 90


def test_one_of_two_pull_requests_in_a_push_does_not_stand_in_for_the_other(scene: Scene) -> None:
    scene.landed("start", {"clients/acme/r.yaml": repo("system", 90)})
    evil = scene.propose("evil", {"clients/acme/r.yaml": repo("system", 1)})
    scene.review(evil)
    scene.repository.push("nice", {"README.md": "# Nice", "clients/acme/n.yaml": repo("nice")}, start="evil")
    nice = scene.repository.open_pull_request("nice")
    scene.review(nice)
    [comment] = scene.own_comments(nice)
    comment.edit(comment.body.replace("system", "nothing"))

    ran = scene.merge(nice)

    assert ran.code == 4, ran.log
    assert retention(scene) == 90


def test_a_pull_request_of_the_same_push_that_touches_something_else_needs_no_record(scene: Scene) -> None:
    plain = scene.propose("docs", {"README.md": "# Clients"})
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    scene.review(pull)
    group = plain.enqueue(after=pull.enqueue())

    ran = scene.pushed(group.merge())

    assert ran.code == 0, ran.log
    assert "system" in scene.logpoint().names("Repo")


def test_a_pull_request_behind_its_base_shows_the_clients_that_the_base_branch_got_since(scene: Scene) -> None:
    base = {"bases/standard/r.yaml": repo("system", 30)}
    one = client("acme", "pool-acme", more="bases: [bases/standard]")
    two = one + client("globex", "pool-globex", more="bases: [bases/standard]")
    scene.landed("start", base | {"lpcac.yaml": directory_map(scene.director.url, one)})
    pull = scene.propose("longer", {"bases/standard/r.yaml": repo("system", 60)})
    scene.landed("globex", {"lpcac.yaml": directory_map(scene.director.url, two), "clients/globex/r.yaml": repo("own")})

    reviewed = scene.review(pull)

    assert reviewed.code == 0, reviewed.log
    assert "globex" in scene.plan_comment(pull)
    merged = scene.merge(pull)
    assert merged.code == 0, merged.log
    assert scene.logpoint("pool-globex").named("Repo", "system")["repopath"][0]["retention"] == 60


def test_a_renamed_pool_keeps_the_history_of_its_logpoints(scene: Scene) -> None:
    pool = scene.director.world.pool("pool-acme")
    named_by_id = directory_map(scene.director.url, client("acme", pool.pool_uuid))
    scene.repository.push("main", {"lpcac.yaml": named_by_id})
    policy = (
        "apiVersion: logpoint-cac/v1\nkind: RoutingPolicy\nmetadata: {name: pp}\n"
        "spec: {catch_all: default, routing_criteria: []}\n"
    )
    repos = "---\n".join(repo(f"r{number}") for number in range(4))
    scene.landed("start", {"clients/acme/p.yaml": policy, "clients/acme/r.yaml": repos})
    pool.name = "renamed"
    pull = scene.propose("fewer", {"clients/acme/p.yaml": None})

    reviewed = scene.review(pull)

    assert (reviewed.code, reviewed.outputs["deletes"]) == (0, "1"), reviewed.log
    push = pull.merge()
    scene.director.faults.add(Fault("order-fails", "DELETE", count=1))
    assert scene.pushed(push).code == 1, "and an attempt that fails under the new name changes nothing about that"
    assert scene.pushed(push, attempt=2).code == 0
    assert "pp" not in scene.logpoint("renamed").names("RoutingPolicy")
    assert entries(scene)[0].names == ("acme", "renamed", "lp-01")
    assert len({entry.target for entry in entries(scene)}) == 1


def test_a_github_that_knows_of_the_merge_only_later_is_asked_again(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    scene.review(pull)
    scene.github.faults.answer("GET", COMMIT_PULLS, [], times=2)

    ran = scene.merge(pull)

    assert ran.code == 0, ran.log
    assert scene.slept == [1.0, 2.0]


def test_a_github_that_never_knows_of_it_is_believed(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    scene.review(pull)
    scene.github.faults.answer("GET", COMMIT_PULLS, [], times=ALWAYS)

    ran = scene.merge(pull)

    assert ran.code == 4
    assert "without a pull request" in ran.summary
    assert "run this job again" in ran.summary.lower()


def test_what_a_pull_request_does_to_limits_reviews_and_logpoints_is_told_in_its_comment(scene: Scene) -> None:
    both = directory_map(scene.director.url, client("acme", "pool-acme", "[lp-01, lp-02]"))
    scene.repository.push("main", {"lpcac.yaml": both})
    entry = client("acme", "pool-acme", more="allow_repo_delete: true, limits: {max_deletes: 100}")
    eased = directory_map(scene.director.url, entry, more="require_review: false\n")
    pull = scene.propose("ease", {"lpcac.yaml": eased, "clients/acme/r.yaml": repo("system")})

    scene.review(pull)

    notes = scene.plan_comment(pull).replace("`", "")
    assert "Reviews no longer needed" in notes
    assert "allow_repo_delete from false to true, max_deletes from 10 to 100" in notes
    assert 'client acme leaves logpoint "lp-02"; nothing there is deleted' in notes
    assert scene.merge(pull).code == 0


def test_a_pull_request_that_only_ends_the_need_for_reviews_is_not_nothing(scene: Scene) -> None:
    eased = directory_map(scene.director.url, client("acme", "pool-acme"), more="require_review: false\n")
    pull = scene.propose("ease", {"lpcac.yaml": eased})

    assert scene.review(pull).code == 0
    assert "Reviews no longer needed" in scene.plan_comment(pull)


def test_a_push_that_touches_no_client_asks_only_what_was_reviewed_of_the_map(scene: Scene) -> None:
    push = scene.repository.push("main", {"README.md": "# Clients"})
    scene.github.forget_exchanges()

    ran = scene.pushed(push)

    assert ran.code == 0, ran.log
    assert [(each.method, each.template) for each in scene.github.exchanges] == [
        ("GET", "/repos/{owner}/{repo}/deployments")
    ]
    assert scene.slept == []


def test_a_waiver_is_found_although_github_knows_of_the_merge_only_later(scene: Scene) -> None:
    lenient = directory_map(scene.director.url, client("acme", "pool-acme"), more="require_review: false\n")
    scene.repository.push("main", {"lpcac.yaml": lenient})
    scene.landed("start", {"clients/acme/p.yaml": policies(12), "clients/acme/r.yaml": repo("system")})
    pull = scene.propose("fewer", {"clients/acme/p.yaml": None})
    scene.repository.create_label("lpcac/allow-deletes", description="Deletes are meant")
    pull.label("lpcac/allow-deletes")
    scene.review(pull)
    scene.github.faults.answer("GET", COMMIT_PULLS, [])

    ran = scene.merge(pull)

    assert ran.code == 0, ran.log
    assert "Applied" in scene.result_comment(pull)


def test_whom_to_tell_does_not_hide_what_was_done(scene: Scene) -> None:
    lenient = directory_map(scene.director.url, client("acme", "pool-acme"), more="require_review: false\n")
    scene.repository.push("main", {"lpcac.yaml": lenient})
    push = scene.repository.push("main", {"clients/acme/r.yaml": repo("system")})
    scene.github.faults.fail("GET", COMMIT_PULLS, times=ALWAYS)

    ran = scene.pushed(push)

    assert ran.code == 0, ran.log
    assert ran.outputs["applied"] == "true"
    assert "Applied" in ran.summary


@pytest.mark.parametrize("event", ["pull request", "merge", "by hand"])
def test_a_map_that_is_named_and_not_there_is_a_mistake_that_is_named(scene: Scene, event: str) -> None:
    typo = {"map": "config/lpcac.yml"}
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    ran = {
        "pull request": lambda: scene.review(pull, inputs=typo),
        "merge": lambda: scene.merge(pull, inputs=typo),
        "by hand": lambda: scene.by_hand("apply", typo),
    }[event]()

    assert ran.code == 64, ran.log
    assert 'no directory map "config/lpcac.yml"' in ran.log


def test_by_hand_there_has_to_be_a_map(scene: Scene) -> None:
    scene.repository.push("main", {"lpcac.yaml": None})

    for command in ("plan", "validate", "apply"):
        assert scene.by_hand(command).code == 64


def test_a_forced_push_from_a_commit_that_is_gone_says_what_is_not_known(scene: Scene) -> None:
    push = scene.repository.push("main", {"clients/acme/r.yaml": repo("system")})
    event = scene.github.events.push(push)
    event.payload["before"] = "f" * 40

    ran = scene.run(event)

    assert ran.code == 4, ran.log
    assert "lacks the commit before the push" in ran.summary.replace("`", "")
    assert scene.director.requests == ()
