"""Pull requests that GitHub calls merged because their commits came in with another one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.action.recorded import wholes
from tests.action.scene import READ_ONLY, Scene, repo
from tests.fakes.github import PullRequest

from lpcac.action.plan_record.encoding import find_record
from lpcac.action.run_history.deployments.contents import Goal, Task
from lpcac.action.run_history.deployments.documents import attempt_document, entries_of
from lpcac.action.run_history.deployments.parts import payloads


def retention(scene: Scene) -> int:
    return scene.logpoint().named("Repo", "system")["repopath"][0]["retention"]


def twin_of_a_fork(scene: Scene, pull: PullRequest) -> PullRequest:
    """Return a stranger's pull request with the same head."""
    fork = scene.repository.fork("mallory")
    fork.git.fetch(scene.repository.git, pull.head_sha, "refs/heads/twin")
    return scene.repository.open_pull_request("twin", source=fork)


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_forks_twin_with_the_same_head_neither_blocks_a_merge_nor_is_told_of_it(scene: Scene, order: str) -> None:
    scene.landed("start", {"clients/acme/r.yaml": repo("system", 90)})
    scene.repository.push("longer", {"clients/acme/r.yaml": repo("system", 365)})
    twin = None
    if order == "before":
        # A branch is public before its pull request is.
        fork = scene.repository.fork("mallory")
        twin = scene.repository.open_pull_request("longer", source=fork)
    pull = scene.repository.open_pull_request("longer")
    twin = twin or twin_of_a_fork(scene, pull)
    assert scene.review(pull).code == 0
    assert scene.review(twin, permissions=READ_ONLY, secrets=False).code == 0

    ran = scene.merge(pull)

    assert twin.is_merged
    assert ran.code == 0, ran.log
    assert retention(scene) == 365
    assert scene.own_comments(twin) == []
    assert "1 done" in scene.result_comment(pull)


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_twin_in_the_repository_does_not_stand_in_for_the_one_that_was_altered(scene: Scene, order: str) -> None:
    scene.landed("start", {"clients/acme/r.yaml": repo("system", 90)})
    scene.repository.push("evil", {"clients/acme/r.yaml": repo("system", 1)}, by="mallory")
    scene.repository.git.set_ref("refs/heads/copy", scene.repository.git.sha("refs/heads/evil"))
    first, second = (scene.repository.open_pull_request(name) for name in ("evil", "copy"))
    merged, twin = (second, first) if order == "before" else (first, second)
    assert scene.review(twin).code == 0
    assert scene.review(merged).code == 0
    [comment] = scene.own_comments(merged)
    comment.edit(comment.body.replace("system", "harmless"))

    ran = scene.merge(merged)

    assert twin.is_merged
    assert ran.code == 4, ran.log
    assert retention(scene) == 90


def test_a_stack_of_pull_requests_that_come_in_with_the_last_one_is_applied(scene: Scene) -> None:
    scene.landed("start", {"clients/acme/r.yaml": repo("system", 90)})
    below = scene.propose("below", {"clients/acme/s.yaml": repo("security")})
    scene.repository.push("above", {"clients/acme/t.yaml": repo("third")}, start="below")
    above = scene.repository.open_pull_request("above")
    assert scene.review(below).code == 0
    assert scene.review(above).code == 0

    ran = scene.merge(above)

    assert below.is_merged
    assert ran.code == 0, ran.log
    assert {"security", "third"} <= set(scene.logpoint().names("Repo"))


def withdrawn(scene: Scene) -> None:
    """Review and merge a shorter retention and its withdrawal; both runs are lost, so the target got neither."""
    for branch, days in (("shorter", 1), ("back", 90)):
        pull = scene.propose(branch, {"clients/acme/r.yaml": repo("system", days)})
        scene.review(pull)
        scene.github.travel(minutes=1)
        pull.merge()
        scene.github.travel(minutes=1)


def pushed_again(scene: Scene) -> None:
    """Push the withdrawn retention without a pull request."""
    scene.repository.push("main", {"clients/acme/r.yaml": repo("system", 1)}, by="mallory")


def test_a_withdrawn_change_that_somebody_pushes_again_is_not_applied_by_hand(scene: Scene) -> None:
    scene.landed("start", {"clients/acme/r.yaml": repo("system", 90)})
    withdrawn(scene)
    pushed_again(scene)

    ran = scene.by_hand("apply")

    assert ran.code == 4, ran.log
    assert retention(scene) == 90


@pytest.mark.parametrize("way", ["an earlier push", "the same push", "the merge commit"])
def test_a_withdrawn_change_that_somebody_pushes_again_does_not_come_with_a_merge(scene: Scene, way: str) -> None:
    scene.landed("start", {"clients/acme/r.yaml": repo("system", 90)})
    nice = scene.propose("nice", {"clients/acme/n.yaml": repo("nice")})
    scene.review(nice)
    withdrawn(scene)
    git = scene.repository.git
    before = git.sha("refs/heads/main")
    if way != "the merge commit":
        pushed_again(scene)
        merged = nice.merge()
        push = replace(merged, before=before) if way == "the same push" else merged
    else:
        git.set_ref("refs/heads/evil", nice.merged_onto(before, "merge", "mallory"))
        tree = git.read(scene.repository.push("evil", {"clients/acme/r.yaml": repo("system", 1)}).after).tree
        merge = git.write_commit(tree, [before, nice.head_sha], "Merge nice", "mallory")
        push = scene.repository.force_push("main", merge, by="mallory")

    ran = scene.pushed(push)

    assert nice.is_merged
    assert ran.code == 4, ran.log
    assert retention(scene) == 90


def test_a_record_of_a_withdrawn_change_does_not_count_for_being_put_into_an_attempt(scene: Scene) -> None:
    scene.landed("start", {"clients/acme/r.yaml": repo("system", 90)})
    withdrawn(scene)
    pushed_again(scene)
    forge_attempt(scene, scene.repository.pull_requests[1])

    ran = scene.by_hand("apply")

    assert ran.code == 4, ran.log
    assert retention(scene) == 90


def forge_attempt(scene: Scene, pull: PullRequest) -> None:
    """Record an attempt at the newest commit, as a workflow on any branch can, with a pull request's old record."""
    [whole] = wholes(scene, Task.ATTEMPT)
    [entry] = entries_of(whole)
    tip = scene.repository.git.sha("refs/heads/main")
    stamp = replace(entry.stamp, commit=tip, run="9999")
    record = find_record(scene.plan_comment(pull))
    document = attempt_document(stamp, [Goal(entry.target, entry.names, (record,))])
    for payload in payloads(document):
        scene.repository.deploy("lpcac", ref="main", task=Task.ATTEMPT.value, payload=payload)
