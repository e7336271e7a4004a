"""What a night looks at, what it compares with, and what it says of what nobody knows."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.action.nights import next_night, retention, the_issue
from tests.action.recorded import entries, forget_reviewed_maps, record_attempt
from tests.action.scene import Scene, client, directory_map, repo
from tests.fakes.github import ALWAYS

from lpcac.action.run_history.deployments.contents import Ending
from lpcac.simulator.faults.faults import Fault


def accepting(scene: Scene, until: str, name: str = "system") -> str:
    entry = f"accept:\n  - {{kind: Repo, name: {name}, reason: being moved, until: '{until}'}}\n"
    return directory_map(scene.director.url, client("acme", "pool-acme"), more=entry)


def verdict(summary: str) -> str:
    return summary.splitlines()[0]


# -- what was applied last


def test_a_result_counts_whatever_states_people_gave_to_it(applied: Scene) -> None:
    for deployment in applied.repository.deployments:
        deployment.add_status("inactive", "github-actions[bot]")
    applied.logpoint().edit("Repo", "system", retention(7))

    ran = applied.night()

    assert (ran.outputs["has-drift"], ran.outputs["lost-applies"]) == ("true", "[]")


@pytest.mark.parametrize(("hours", "lost"), [(5.9, []), (6.1, ["acme"])])
def test_a_job_that_was_killed_is_under_way_for_six_hours_at_most(
    applied: Scene, hours: float, lost: list[str]
) -> None:
    push = applied.repository.push("main", {"clients/acme/more.yaml": repo("more")})
    [earlier] = entries(applied)
    record_attempt(applied, push.after, like=earlier)
    applied.github.travel(hours=hours)

    assert json.loads(applied.night().outputs["lost-applies"]) == lost


def test_errors_in_what_was_applied_make_the_night_red(applied: Scene) -> None:
    broken = applied.repository.push("main", {"clients/acme/repos.yaml": repo("system", days=-1)})
    [earlier] = entries(applied)
    record_attempt(applied, broken.after, like=earlier, ending=Ending.DONE)

    ran = applied.night()

    assert (ran.code, ran.outputs["has-drift"], ran.outputs["unreachable"]) == (1, "true", "[]")
    assert "errors in what is declared" in verdict(ran.summary)
    assert "retention_days" in the_issue(applied).body


def test_a_night_that_cannot_read_what_was_applied_is_told_and_asks_once(scene: Scene) -> None:
    both = directory_map(scene.director.url, client("acme", "pool-acme", "[lp-01, lp-02]"))
    scene.repository.push("main", {"lpcac.yaml": both})
    scene.landed("start", {"clients/acme/r.yaml": repo("system")})
    refused = scene.github.faults.fail("GET", "/repos/{owner}/{repo}/deployments", status=403, times=ALWAYS)

    ran = scene.night()

    assert (ran.code, ran.outputs["unreachable"], len(refused.met)) == (1, '["acme"]', 1)
    assert verdict(ran.summary) == "### ⚠️ 2 targets could not be checked; 0 of 2 targets as declared."
    assert "read the deployments" in ran.summary
    [issue] = scene.repository.issues()
    assert issue.has_label("lpcac/unreachable")


# -- the verdict


def test_a_night_that_checked_nothing_does_not_say_that_all_is_well(applied: Scene) -> None:
    applied.director.faults.add(Fault("status", path=".*", status=403))

    ran = applied.night()

    assert ran.code == 1
    assert verdict(ran.summary) == "### ⚠️ 1 target could not be checked; 0 of 1 target as declared."
    assert "Could not be checked" in ran.summary
    assert "✅" not in ran.log


def test_a_night_that_found_lost_merges_alone_says_so_first(scene: Scene) -> None:
    scene.repository.push("main", {"clients/acme/repos.yaml": repo("system")})

    assert verdict(scene.night().summary) == "### ⚠️ On 1 target a merge was never applied."


def test_a_night_without_clients_is_green_and_claims_nothing(scene: Scene) -> None:
    scene.repository.push("main", {"lpcac.yaml": directory_map(scene.director.url)})

    ran = scene.night()

    assert (ran.code, verdict(ran.summary)) == (0, "### ❔ No targets to check.")


# -- chosen clients


def test_a_look_at_chosen_clients_concludes_nothing_about_who_cannot_be_reached(applied: Scene) -> None:
    clients = client("acme", "pool-acme") + client("gone", "pool-gone")
    files = {"lpcac.yaml": directory_map(applied.director.url, clients), "clients/gone/r.yaml": repo("system")}
    applied.repository.push("main", files)

    assert applied.by_hand("drift", {"clients": "gone"}).code == 1
    assert applied.repository.issues(label="lpcac/unreachable") == []

    applied.night()
    [issue] = applied.repository.issues(label="lpcac/unreachable")
    assert applied.by_hand("drift", {"clients": "acme"}).code == 0
    assert (issue.state, issue.comments) == ("open", [])


def test_the_issue_about_who_cannot_be_reached_ends_with_words_about_that(applied: Scene) -> None:
    applied.director.faults.add(Fault("status", path="Repos", status=403))
    applied.night()
    applied.director.faults.clear()
    next_night(applied)

    [issue] = applied.repository.issues(label="lpcac/unreachable")
    assert (issue.state, len(issue.comments)) == ("closed", 1)
    assert "every client could be checked" in issue.comments[0].body


# -- the accept list


def test_drift_whose_acceptance_expired_is_told_with_the_entry(applied: Scene) -> None:
    applied.repository.push("main", {"lpcac.yaml": accepting(applied, "2026-03-05")})
    forget_reviewed_maps(applied)
    applied.logpoint().edit("Repo", "system", retention(7))
    assert applied.night().outputs["has-drift"] == "false"
    applied.now += timedelta(days=10)

    ran = applied.night()

    issue = the_issue(applied)
    assert "Accepted drift that has expired" in issue.body
    assert "until 2026-03-05: being moved" in issue.body
    assert "set a later day in its entry under `accept`" in issue.body
    assert "Accept list" in ran.summary
    assert "expired on 2026-03-05: it is reported again" in ran.log


def test_an_expired_entry_is_told_only_where_it_is_about_the_drift(applied: Scene) -> None:
    applied.repository.push("main", {"lpcac.yaml": accepting(applied, "2026-03-05", name="security")})
    forget_reviewed_maps(applied)
    applied.logpoint().edit("Repo", "system", retention(7))
    applied.now += timedelta(days=10)

    ran = applied.night()

    assert "Was accepted" not in the_issue(applied).body
    assert "add it to `accept` in the map" in the_issue(applied).body
    assert "nothing drifts there: remove the entry" in ran.log


def test_whether_an_entry_is_needed_is_not_said_while_a_target_was_never_applied(scene: Scene) -> None:
    scene.repository.push(
        "main", {"lpcac.yaml": accepting(scene, "2026-04-05"), "clients/acme/repos.yaml": repo("system")}
    )

    ran = scene.night()

    assert "remove the entry" not in ran.log
    assert "Accept list" not in ran.summary
