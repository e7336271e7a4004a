"""A merge: what was reviewed is applied and recorded, anything else is refused and shown."""

from __future__ import annotations

import pytest
from tests.action.recorded import endings, entries, of_targets, results, states
from tests.action.scene import Scene, client, directory_map, policies, repo
from tests.fakes.github import MergeGroup, PullRequest

from lpcac.simulator.faults.faults import Fault

TWO_REPOS = repo("system") + "---\n" + repo("security")


def shorten_retention(fields: dict) -> None:
    fields["repopath"][0]["retention"] = 7


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_a_merge_of_any_kind_applies_what_was_reviewed_and_records_it(scene: Scene, method: str) -> None:
    pull = scene.propose("more", {"clients/acme/one.yaml": repo("system")})
    pull.push({"clients/acme/two.yaml": repo("security")})
    scene.review(pull)

    ran = scene.merge(pull, method)

    assert ran.code == 0, ran.log
    assert {"system", "security"} <= set(scene.logpoint().names("Repo"))
    assert (endings(scene), states(scene)) == (["done"], ["success"])
    attempt, result = of_targets(scene)
    assert (attempt.task, result.task) == ("lpcac:attempt", "lpcac:result")
    assert {attempt.sha, result.sha} == {ran.job.event.sha}
    assert {attempt.environment, result.environment} == {"lpcac"}
    assert result.statuses[-1].log_url.startswith(scene.github.server_url)
    assert "Applied" in scene.result_comment(pull)
    assert "2 to create" in scene.plan_comment(pull)
    assert ran.outputs["applied"] == "true"


def test_a_merge_queue_applies_what_was_reviewed(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/one.yaml": repo("system")})
    scene.review(pull)

    ran = scene.pushed(pull.enqueue().merge())

    assert ran.code == 0, ran.log
    assert "system" in scene.logpoint().names("Repo")


def test_two_pull_requests_landed_by_one_push_of_the_queue_are_both_applied(scene: Scene) -> None:
    first = scene.propose("one", {"clients/acme/one.yaml": repo("system")})
    second = scene.propose("two", {"clients/acme/two.yaml": repo("security")})
    scene.review(first)
    scene.review(second)
    group = second.enqueue(after=first.enqueue())

    ran = scene.pushed(group.merge())

    assert ran.code == 0, ran.log
    assert {"system", "security"} <= set(scene.logpoint().names("Repo"))
    assert "Applied" in scene.result_comment(first)
    assert "Applied" in scene.result_comment(second)


def test_two_merges_in_a_row_end_with_the_state_of_the_last(scene: Scene) -> None:
    first = scene.propose("one", {"clients/acme/one.yaml": repo("system")})
    second = scene.propose("two", {"clients/acme/two.yaml": repo("security")})
    scene.review(first)
    scene.review(second)
    pushes = [first.merge(), second.merge()]

    codes = [scene.pushed(push).code for push in pushes]

    assert codes == [0, 0]
    assert {"system", "security"} <= set(scene.logpoint().names("Repo"))
    assert (endings(scene), states(scene)) == (["done", "done"], ["success", "success"])


def test_an_older_push_that_comes_late_does_not_undo_a_newer_one(scene: Scene) -> None:
    first = scene.propose("one", {"clients/acme/one.yaml": repo("system", 30)})
    scene.review(first)
    older = first.merge()
    second = scene.propose("two", {"clients/acme/one.yaml": repo("system", 60)})
    scene.review(second)
    newer = second.merge()

    assert scene.pushed(newer).code == 0
    late = scene.pushed(older)

    assert late.code == 0, late.log
    assert "left to commit" in late.summary
    assert scene.logpoint().named("Repo", "system")["repopath"][0]["retention"] == 60
    assert endings(scene) == ["done"]


def test_the_run_after_a_lost_one_applies_what_both_pull_requests_reviewed(scene: Scene) -> None:
    first = scene.propose("one", {"clients/acme/one.yaml": repo("system")})
    scene.review(first)
    second = scene.propose("two", {"clients/acme/two.yaml": repo("security")})
    scene.review(second)
    scene.landed("zero", {"clients/acme/zero.yaml": repo("zero")})
    first.merge()

    ran = scene.merge(second)

    assert ran.code == 0, ran.log
    assert {"system", "security"} <= set(scene.logpoint().names("Repo"))


def test_what_changed_since_the_review_is_refused_and_shown(scene: Scene) -> None:
    scene.landed("start", {"clients/acme/repos.yaml": repo("system", 30)})
    pull = scene.propose("longer", {"clients/acme/repos.yaml": repo("system", 90)})
    scene.review(pull)
    scene.logpoint().edit("Repo", "system", shorten_retention)
    written = len(scene.director_writes())

    ran = scene.merge(pull)

    assert ran.code == 4
    assert len(scene.director_writes()) == written
    comment = scene.result_comment(pull)
    assert "Reviewed against now" in comment
    assert "Planned now, not reviewed (1)" in comment
    assert "Reviewed, no longer planned (1)" in comment
    assert "| `7` | `90` |" in comment
    assert endings(scene) == ["done"]
    assert ran.outputs["applied"] == "false"


def test_a_record_that_somebody_altered_allows_nothing(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    [comment] = scene.own_comments(pull)
    comment.body = comment.body.replace("<!-- lpcac:record:v1 ", "<!-- lpcac:record:v1 AAAA")

    ran = scene.merge(pull)

    assert ran.code == 4
    assert "altered" in scene.result_comment(pull)
    assert "system" not in scene.logpoint().names("Repo")


def test_a_record_of_another_pull_request_allows_nothing(scene: Scene) -> None:
    pull = scene.propose("evil", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    [reviewed] = scene.own_comments(pull)
    other = scene.propose("innocent", {"clients/acme/repos.yaml": repo("system")})
    other.comment(reviewed.author.login, reviewed.body)

    ran = scene.merge(other)

    assert ran.code == 4
    assert "another pull request" in scene.result_comment(other)


def test_a_push_after_the_review_is_not_reviewed(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    pull.push({"clients/acme/repos.yaml": repo("system", 1)})

    ran = scene.merge(pull)

    assert ran.code == 4
    assert "another commit" in scene.result_comment(pull)


def test_a_pull_request_that_was_never_planned_is_refused(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})

    ran = scene.merge(pull)

    assert ran.code == 4
    assert "is missing" in scene.result_comment(pull)


def test_a_key_that_changed_makes_the_review_worthless(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull, inputs={"signing-key": "one long secret key of several kinds: 1!"})

    ran = scene.merge(pull, inputs={"signing-key": "another long secret key of several kinds: 2!"})

    assert ran.code == 4
    assert "key or token changed" in scene.result_comment(pull)


def test_a_direct_push_is_refused(scene: Scene) -> None:
    push = scene.repository.push("main", {"clients/acme/repos.yaml": repo("system")})

    ran = scene.pushed(push)

    assert ran.code == 4
    assert "without a pull request" in ran.summary
    assert "system" not in scene.logpoint().names("Repo")
    assert scene.repository.deployments == []


def test_a_direct_push_excuses_neither_itself_nor_the_next_one(scene: Scene) -> None:
    lenient = directory_map(scene.director.url, client("acme", "pool-acme"), more="require_review: false\n")
    push = scene.repository.push("main", {"lpcac.yaml": lenient, "clients/acme/repos.yaml": repo("system")})

    assert scene.pushed(push).code == 4

    push = scene.repository.push("main", {"clients/acme/repos.yaml": TWO_REPOS})
    assert scene.pushed(push).code == 4
    assert scene.director_writes() == []


def test_a_direct_push_is_excused_where_the_map_said_so_before_anything_was_recorded(scene: Scene) -> None:
    lenient = directory_map(scene.director.url, client("acme", "pool-acme"), more="require_review: false\n")
    scene.repository.push("main", {"lpcac.yaml": lenient})

    ran = scene.pushed(scene.repository.push("main", {"clients/acme/repos.yaml": TWO_REPOS}))

    assert ran.code == 0, ran.log
    assert "counts as it is" in ran.log
    assert {"system", "security"} <= set(scene.logpoint().names("Repo"))


def test_an_input_excuses_a_direct_push(scene: Scene) -> None:
    push = scene.repository.push("main", {"clients/acme/repos.yaml": repo("system")})

    assert scene.pushed(push, inputs={"require-review": "false"}).code == 0
    assert "system" in scene.logpoint().names("Repo")


def test_a_push_that_touches_no_client_does_nothing_and_is_green(scene: Scene) -> None:
    ran = scene.pushed(scene.repository.push("main", {"README.md": "# Clients"}))

    assert ran.code == 0
    assert "Nothing to apply" in ran.summary
    assert scene.repository.deployments == []
    assert scene.director.requests == ()


def test_a_plan_of_nothing_is_recorded_as_done(scene: Scene) -> None:
    scene.landed("start", {"clients/acme/repos.yaml": repo("system")})

    scene.landed("comment", {"clients/acme/repos.yaml": "# a comment\n" + repo("system")})

    assert (endings(scene), states(scene)) == (["done", "done"], ["success", "success"])
    assert [each.task for each in of_targets(scene)] == ["lpcac:attempt", "lpcac:result", "lpcac:result"]


def test_deletes_are_what_was_declared_at_the_last_applied_commit(scene: Scene) -> None:
    scene.landed("start", {"clients/acme/p.yaml": policies(4), "clients/acme/repos.yaml": repo("system")})
    scene.logpoint().create("RoutingPolicy", {"policy_name": "by-hand", "catch_all": "default", "routing_criteria": []})

    scene.landed("fewer", {"clients/acme/p.yaml": policies(3)})

    names = scene.logpoint().names("RoutingPolicy")
    assert "p3" not in names
    assert {"p0", "p1", "p2", "by-hand"} <= set(names)


def test_a_partial_apply_fails_and_running_the_job_again_does_what_is_left(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": TWO_REPOS})
    scene.review(pull)
    push = pull.merge()
    scene.director.faults.add(Fault("order-fails", "POST", "/Repos$", count=1))

    first = scene.pushed(push)

    assert first.code == 1, first.log
    assert "Not everything was applied" in scene.result_comment(pull)
    assert (endings(scene), states(scene)) == (["failed"], ["failure"])
    scene.director.faults.clear()
    for comment in scene.own_comments(pull):
        pull.comments.remove(comment)

    again = scene.pushed(push, attempt=2)

    assert again.code == 0, again.log
    assert {"system", "security"} <= set(scene.logpoint().names("Repo"))
    assert scene.logpoint().created[("Repo", "system")] + scene.logpoint().created[("Repo", "security")] == 2
    assert (endings(scene), states(scene)) == (["failed", "done"], ["failure", "success"])
    assert "Applied" in scene.result_comment(pull)


def test_a_target_that_cannot_be_read_is_not_recorded_and_fails_the_check(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    scene.director.stop()

    ran = scene.merge(pull)

    assert ran.code == 1
    assert scene.repository.deployments == []
    assert "not applied" in scene.result_comment(pull)


def test_a_token_that_may_not_record_deployments_writes_nothing_to_the_director(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    only_read = {"contents": "read", "deployments": "read", "pull_requests": "write"}

    ran = scene.merge(pull, permissions=only_read)

    assert ran.code == 1
    assert "deployments: write" in ran.log
    assert "system" not in scene.logpoint().names("Repo")


def test_a_token_that_may_not_comment_applies_and_tells_it_in_the_summary(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)

    ran = scene.merge(pull, permissions={"contents": "read", "deployments": "write", "pull_requests": "read"})

    assert ran.code == 0, ran.log
    assert "Applied" in ran.summary


def test_a_waiver_is_recorded_with_the_deployment_and_told(scene: Scene) -> None:
    scene.landed("start", {"clients/acme/p.yaml": policies(5), "clients/acme/repos.yaml": repo("system")})
    pull = scene.propose("fewer", {"clients/acme/p.yaml": None})
    scene.review(pull)

    push = pull.merge()
    assert scene.pushed(push).code == 4
    scene.repository.create_label("lpcac/allow-deletes", description="Deletes are meant")
    pull.label("lpcac/allow-deletes")
    ran = scene.pushed(push, attempt=2)

    assert ran.code == 0, ran.log
    assert "waived" in scene.result_comment(pull)
    [target_result] = results(scene)[-1].target_results
    assert "limit is 30" in target_result.waived[0]
    assert entries(scene)[0].waived == target_result.waived


def fewer(scene: Scene) -> tuple[PullRequest, MergeGroup]:
    """Return two pull requests in one group of the merge queue: one deletes a lot, one has nothing to do with it."""
    scene.landed("start", {"clients/acme/p.yaml": policies(5), "clients/acme/repos.yaml": repo("system")})
    deleting = scene.propose("fewer", {"clients/acme/p.yaml": None})
    other = scene.propose("docs", {"README.md": "# Clients"})
    scene.review(deleting)
    scene.repository.create_label("lpcac/allow-deletes", description="Deletes are meant")
    return deleting, other.enqueue(after=deleting.enqueue())


def test_the_label_of_another_pull_request_in_the_same_push_waives_nothing(scene: Scene) -> None:
    _, group = fewer(scene)
    group.pull_request.label("lpcac/allow-deletes")

    ran = scene.pushed(group.merge())

    assert ran.code == 4, ran.log
    assert "p0" in scene.logpoint().names("RoutingPolicy")


def test_the_label_counts_on_the_pull_request_that_showed_the_deletes_in_either_case(scene: Scene) -> None:
    deleting, group = fewer(scene)
    deleting.label("LPCAC/Allow-Deletes")

    ran = scene.pushed(group.merge())

    assert ran.code == 0, ran.log
    assert "p0" not in scene.logpoint().names("RoutingPolicy")


def test_without_reviews_the_label_has_to_be_on_all_that_was_pushed(scene: Scene) -> None:
    lenient = directory_map(scene.director.url, client("acme", "pool-acme"), more="require_review: false\n")
    scene.repository.push("main", {"lpcac.yaml": lenient})
    deleting, group = fewer(scene)
    deleting.label("lpcac/allow-deletes")
    push = group.merge()

    assert scene.pushed(push).code == 4
    group.pull_request.label("lpcac/allow-deletes")
    assert scene.pushed(push, attempt=2).code == 0


def test_a_broken_map_applies_nothing_and_says_so(scene: Scene) -> None:
    pull = scene.propose("broken", {"lpcac.yaml": "clients: 5\n", "clients/acme/r.yaml": repo("system")})
    assert scene.review(pull).code == 3

    ran = scene.merge(pull)

    assert ran.code == 3
    assert "has errors" in scene.result_comment(pull)


def test_one_target_that_fails_leaves_the_others_alone(scene: Scene) -> None:
    clients = client("acme", "pool-acme") + client("globex", "pool-globex")
    files = {"lpcac.yaml": directory_map(scene.director.url, clients)}
    files |= {f"clients/{name}/r.yaml": repo("system") for name in ("acme", "globex")}
    pull = scene.propose("both", files)
    scene.review(pull)
    scene.logpoint().create("Repo", {"name": "system", "repopath": [{"path": "/opt/makalu/storage/", "retention": 1}]})

    ran = scene.merge(pull)

    assert ran.code == 4
    assert "system" in scene.logpoint("pool-globex").names("Repo")
    assert (endings(scene), endings(scene, "globex")) == ([], ["done"])
    assert states(scene) == ["failure"], "not all of it succeeded"


def test_applying_by_hand_needs_the_same_review(scene: Scene) -> None:
    scene.repository.push("main", {"clients/acme/repos.yaml": repo("system")})

    assert scene.by_hand("apply").code == 4
    assert scene.by_hand("apply", {"clients": "acme", "require-review": "false"}).code == 0
    assert "system" in scene.logpoint().names("Repo")


def test_applying_by_hand_does_what_was_reviewed_merged_and_lost(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)
    pull.merge()

    ran = scene.by_hand("apply", {"clients": "acme"})

    assert ran.code == 0, ran.log
    assert "system" in scene.logpoint().names("Repo")


def test_a_client_that_leaves_the_map_is_released_and_the_result_says_so(scene: Scene) -> None:
    scene.landed("start", {"clients/acme/repos.yaml": repo("system")})
    pull = scene.propose("leave", {"lpcac.yaml": directory_map(scene.director.url)})
    scene.review(pull)

    ran = scene.merge(pull)

    assert ran.code == 0, ran.log
    assert "left the map; its objects are not deleted" in ran.summary
    assert "system" in scene.logpoint().names("Repo")
