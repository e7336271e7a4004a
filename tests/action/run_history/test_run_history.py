"""A run records all of its targets together: few requests, two runs at once, attempts that nobody heard of again."""

from __future__ import annotations

import json
import re

import pytest
from tests.action.recorded import endings, entries, record_attempt, record_end, results, states
from tests.action.scene import Scene, client, directory_map, policies, repo
from tests.fakes.github import ALWAYS

from lpcac.action.run_history.deployments.contents import ENVIRONMENT, Ending
from lpcac.main import run as lpcac
from lpcac.simulator.faults.faults import Fault

DEPLOYMENTS = "/repos/{owner}/{repo}/deployments"


def fleet(scene: Scene, count: int) -> dict[str, str]:
    """Give one client so many logpoints, and return its map."""
    pool = scene.director.world.add_pool("pool-fleet")
    for number in range(count):
        name = f"lp-{number:04d}"
        pool.add_logpoint(name)
        pool.logpoint(name).refresh_lists()
    return {"lpcac.yaml": directory_map(scene.director.url, client("fleet", "pool-fleet", '"*"'))}


def asked(scene: Scene) -> tuple[int, int]:
    """Return how many requests GitHub got, and how many of them were writes; and forget them."""
    counts = len(scene.github.exchanges), len(scene.github.writes)
    scene.github.forget_exchanges()
    return counts


# -- what it costs


@pytest.mark.parametrize("count", [4, 40])
def test_a_run_costs_a_few_requests_whatever_the_number_of_targets(scene: Scene, count: int) -> None:
    scene.landed("start", {**fleet(scene, count), "clients/fleet/r.yaml": repo("system")})
    pull = scene.propose("more", {"clients/fleet/s.yaml": repo("security")})
    asked(scene)

    assert scene.review(pull).code == 0
    requests, writes = asked(scene)
    assert (requests <= 10 + count / 50, writes <= 2) == (True, True), (requests, writes)

    push = pull.merge()
    merged = scene.pushed(push)
    assert merged.code == 0, merged.log
    requests, writes = asked(scene)
    assert (requests <= 20 + count / 50, writes <= 10 + count / 50) == (True, True), (requests, writes)
    assert endings(scene, "fleet") == ["done"] * 2 * count

    assert scene.night().code == 0
    requests, writes = asked(scene)
    assert (requests <= 10 + count / 50, writes) == (True, 0), (requests, writes)

    directors = len(scene.director.requests)
    again = scene.pushed(push, attempt=2)
    assert (again.code, again.outputs["applied"]) == (0, "true"), again.log
    _, writes = asked(scene)
    assert writes == 0, "what is recorded as done at this commit is left alone"
    assert f"{count} done on {count} targets" in scene.result_comment(pull), "what was done is still told"
    assert [each.path for each in scene.director.requests[directors:]] == ["/monitorapi/v1/director/poolinfo"]


def test_the_re_run_of_a_partial_apply_records_only_what_was_not_done(scene: Scene) -> None:
    pull = scene.propose("start", {**fleet(scene, 3), "clients/fleet/r.yaml": repo("system")})
    scene.review(pull)
    push = pull.merge()
    scene.director.faults.add(Fault("order-fails", "POST", "/Repos$", count=1))
    assert scene.pushed(push).code == 1

    again = scene.pushed(push, attempt=2)

    assert again.code == 0, again.log
    first, second = results(scene)
    assert sorted(target_result.ending for target_result in first.target_results) == [
        Ending.DONE,
        Ending.DONE,
        Ending.FAILED,
    ]
    assert [target_result.ending for target_result in second.target_results] == [Ending.DONE]
    assert states(scene) == ["failure", "success"]
    assert "2 targets: applied by an earlier attempt, and left alone" in again.summary
    assert "1 done on 1 target" in scene.result_comment(pull), "a comment that says less than all is replaced"


def test_a_run_that_github_does_not_take_any_more_changes_nothing_and_says_when(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    scene.review(pull)
    push = pull.merge()
    scene.github.limits.enforce(len(scene.github.exchanges) + 30)

    ran = scene.pushed(push)

    assert ran.code == 1, ran.log
    assert scene.director_writes() == []
    assert scene.repository.deployments == []
    assert "### ❌ Nothing was applied." in ran.summary
    assert re.search(
        r"GitHub accepts \d+ more requests this hour, but \d+ are needed; run this job again after", ran.log
    )
    scene.github.limits.lift()
    assert scene.pushed(push, attempt=2).code == 0


# -- who wanted it


def test_the_audit_names_pull_request_approvals_merger_and_waivers(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    scene.review(pull)
    pull.review("carol")
    pull.review("dave", "DISMISSED")
    assert scene.pushed(pull.merge(by="bob")).code == 0
    scene.landed("other", {**fleet(scene, 1), "clients/fleet/r.yaml": repo("system")})

    [result, _] = results(scene)
    [reviewed] = result.audit.pull_requests
    assert (reviewed.number, reviewed.head, reviewed.merged_by) == (pull.number, pull.head_sha, "bob")
    assert [each.login for each in reviewed.approvals] == ["carol"]
    assert reviewed.approvals[0].time == pull.reviews[0].submitted_at.replace(microsecond=0)
    assert result.audit.started_by == "bob"

    monkeypatch.setenv("GITHUB_API_URL", scene.github.api_url)
    monkeypatch.setenv("GITHUB_REPOSITORY", "octo/clients")
    monkeypatch.setenv("GITHUB_TOKEN", scene.github.token({"deployments": "read"}))
    with pytest.raises(SystemExit) as ended:
        lpcac(["history", "acme"])
    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert f"#{pull.number} at {pull.head_sha[:12]}, merged by bob, approved by carol (" in told
    assert "acme on pool-acme/lp-01: done (1 done)" in told
    assert "/actions/runs/2/attempts/1" in told
    assert "fleet" not in told

    with pytest.raises(SystemExit):
        lpcac(["history", "--format", "json"])
    newest, oldest = json.loads(capsys.readouterr().out)["runs"]
    assert newest["targets"][0]["client"] == "fleet"
    assert [each["login"] for each in oldest["pull_requests"][0]["approvals"]] == ["carol"]


def test_a_result_that_comes_late_takes_no_place_of_a_run_that_began_later(
    applied: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [like] = entries(applied)
    late = [record_attempt(applied, like.commit, like=like, run=f"late-{number}") for number in range(3)]
    record_attempt(applied, like.commit, like=like, run="older", ending=Ending.DONE)
    for _ in range(100):
        applied.repository.deploy(ENVIRONMENT, ref="main")
    record_attempt(applied, like.commit, like=like, run="newer", ending=Ending.DONE)
    for number, begun in enumerate(late):
        record_end(applied, begun, like, run=f"late-{number}")
    monkeypatch.setenv("GITHUB_API_URL", applied.github.api_url)
    monkeypatch.setenv("GITHUB_TOKEN", applied.github.token({"deployments": "read"}))

    with pytest.raises(SystemExit):
        lpcac(["history", "--repository", "octo/clients", "--limit", "2", "--format", "json"])

    assert [each["run"]["id"] for each in json.loads(capsys.readouterr().out)["runs"]] == ["newer", "older"]


# -- two runs, and runs that ended nobody knows how


def meanwhile(scene: Scene, commit: str) -> None:
    """Have another run set out for the same target as soon as this one has recorded its attempt."""

    def rival() -> None:
        if len(found := entries(scene)) == 1:
            record_attempt(scene, commit, like=found[0])

    scene.github.faults.act("GET", DEPLOYMENTS, rival, times=ALWAYS)


def test_of_two_runs_at_once_the_one_that_set_out_later_goes_on(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    scene.review(pull)
    push = pull.merge()
    meanwhile(scene, push.after)

    ran = scene.pushed(push)

    assert ran.code == 0, ran.log
    assert scene.director_writes() == []
    assert endings(scene) == ["superseded", None]
    assert "left to commit" in ran.summary
    assert ran.outputs["applied"] == "false"


@pytest.mark.parametrize("this_is_newer", [False, True])
def test_a_target_goes_to_the_newer_commit_whichever_run_set_out_later(scene: Scene, this_is_newer: bool) -> None:
    first = scene.propose("one", {"clients/acme/one.yaml": repo("system")})
    scene.review(first)
    older = first.merge("squash")
    second = scene.propose("two", {"clients/acme/two.yaml": repo("security")})
    scene.review(second)
    newer = second.merge("squash")
    this, other = (newer, older) if this_is_newer else (older, newer)
    meanwhile(scene, other.after)

    ran = scene.pushed(this)

    assert ran.code == 0, ran.log
    assert (ran.outputs["applied"], bool(scene.director_writes())) == (
        "true" if this_is_newer else "false",
        this_is_newer,
    )
    assert endings(scene) == (["done", None] if this_is_newer else ["superseded", None])


@pytest.mark.parametrize("ends", [False, True])
def test_what_another_run_began_while_this_one_planned_is_waited_for_and_planned_again(
    applied: Scene, ends: bool
) -> None:
    """It was recorded first, and may have looked for others before this one was recorded: it goes on."""
    [like] = entries(applied)
    pull = applied.propose("more", {"clients/acme/more.yaml": repo("more")})
    applied.review(pull)
    push = pull.merge()

    def began() -> None:
        record_attempt(applied, like.commit, like=like, ending=Ending.DONE if ends else None)
        if ends:
            applied.logpoint().create("Repo", {"name": "more", "repopath": [{"path": "/data_hot/", "retention": 30}]})

    applied.github.faults.act("POST", DEPLOYMENTS, began)
    before = len(applied.director_writes())

    ran = applied.pushed(push)

    assert ran.code == 0, ran.log
    assert "planning again" in ran.log
    assert applied.slept == ([] if ends else [pytest.approx(300, abs=20)])
    assert len(applied.director_writes()) - before == (0 if ends else 1), "and nothing is created twice"


@pytest.mark.parametrize("reads", [2, 9])
def test_a_list_that_does_not_show_yet_what_was_just_recorded_is_read_again(scene: Scene, reads: int) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    scene.review(pull)
    push = pull.merge()
    scene.github.faults.answer("GET", DEPLOYMENTS, [], times=1 + reads)

    ran = scene.pushed(push)

    assert (ran.code, bool(scene.director_writes())) == ((0, True) if reads == 2 else (1, False)), ran.log
    assert scene.slept == [1.0, 2.0, 4.0, 8.0][:reads]
    assert ("does not show what this run has just recorded" in ran.summary) is (reads == 9)


@pytest.mark.parametrize(("seconds", "waited"), [(100, [pytest.approx(200, abs=20)]), (301, [])])
def test_creates_wait_until_the_orders_of_an_attempt_without_a_result_have_ended(
    applied: Scene, seconds: int, waited: list[float]
) -> None:
    [like] = entries(applied)
    pull = applied.propose("more", {"clients/acme/more.yaml": repo("more")})
    applied.review(pull)
    push = pull.merge()
    record_attempt(applied, push.after, like=like)
    applied.github.travel(seconds=seconds)
    applied.slept.clear()

    ran = applied.pushed(push, attempt=2)

    assert ran.code == 0, ran.log
    assert applied.slept == waited
    assert applied.logpoint().created[("Repo", "more")] == 1


def test_updates_do_not_wait_for_an_attempt_without_a_result(applied: Scene) -> None:
    [like] = entries(applied)
    pull = applied.propose("more", {"clients/acme/repos.yaml": repo("system", 90) + "---\n" + repo("security")})
    applied.review(pull)
    push = pull.merge()
    record_attempt(applied, push.after, like=like)
    applied.slept.clear()

    ran = applied.pushed(push, attempt=2)

    assert (ran.code, applied.slept) == (0, []), ran.log


# -- reviews are used once


EXTRA = policies(1).replace("p0", "extra")


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_review_that_was_used_is_not_valid_again_after_a_forced_push(scene: Scene, is_gone: bool) -> None:
    scene.landed("start", {"clients/acme/p.yaml": policies(6)})
    used = scene.propose("more", {"clients/acme/extra.yaml": EXTRA})
    scene.review(used)
    older = used.merge("squash")
    assert scene.pushed(older).code == 0
    undone = scene.propose("fewer", {"clients/acme/extra.yaml": None})
    scene.review(undone)
    assert scene.merge(undone, "squash").code == 0
    scene.github.travel(minutes=1)
    scene.repository.force_push("main", older.after)
    if is_gone:
        for branch in ("fewer", "more", "start"):
            scene.repository.git.delete_ref(f"refs/heads/{branch}")

    ran = scene.by_hand("apply", {"clients": "acme"})

    assert ran.code == 4, ran.log
    assert "was applied already, and a later commit after it" in ran.summary
    assert "extra" not in scene.logpoint().names("RoutingPolicy")


def test_what_is_reviewed_after_a_forced_push_counts_although_a_later_commit_was_applied_and_is_gone(
    scene: Scene,
) -> None:
    scene.landed("start", {"clients/acme/p.yaml": policies(6)})
    kept = scene.repository.git.sha("refs/heads/main")
    scene.landed("gone", {"clients/acme/extra.yaml": EXTRA})
    for branch in ("gone", "start"):
        scene.repository.git.delete_ref(f"refs/heads/{branch}")
    scene.github.travel(minutes=1)
    scene.repository.force_push("main", kept)

    scene.landed("next", {"clients/acme/r.yaml": repo("system")})

    assert "system" in scene.logpoint().names("Repo")


def test_by_hand_what_is_as_declared_and_applied_already_costs_no_write(applied: Scene) -> None:
    applied.repository.push("main", {"README.md": "# Clients"})
    asked(applied)

    ran = applied.by_hand("apply")

    assert (ran.code, ran.outputs["applied"]) == (0, "true"), ran.log
    assert asked(applied)[1] == 0
    assert endings(applied) == ["done"]


def test_a_review_may_be_used_again_at_the_commit_that_it_was_used_for(applied: Scene) -> None:
    applied.logpoint().delete("Repo", "system")

    ran = applied.by_hand("apply", {"clients": "acme"})

    assert ran.code == 0, ran.log
    assert "system" in applied.logpoint().names("Repo")
