"""What a night looks at, what it compares with, and what it says of what nobody knows."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.action.nights import next_night, retention, the_issue
from tests.action.scene import Scene, client, directory_map, repo

from lpcac.simulator.faults import Fault

ENVIRONMENT = "lpcac/acme/pool-acme/lp-01"


# -- what was applied last


def test_a_success_that_other_states_came_after_counts(applied: Scene) -> None:
    [deployment] = applied.repository.deployments
    deployment.add_status("inactive", "github-actions[bot]")
    applied.logpoint().edit("Repo", "system", retention(7))

    ran = applied.night()

    assert (ran.outputs["has-drift"], ran.outputs["lost-applies"]) == ("true", "[]")


@pytest.mark.parametrize(("hours", "lost"), [(5.9, []), (6.1, ["acme"])])
def test_a_job_that_was_killed_is_under_way_for_six_hours_at_most(
    applied: Scene, hours: float, lost: list[str]
) -> None:
    push = applied.repository.push("main", {"clients/acme/more.yaml": repo("more")})
    [earlier] = applied.repository.deployments
    killed = applied.repository.deploy(ENVIRONMENT, ref=push.after, payload=earlier.payload, task="lpcac")
    killed.add_status("in_progress", "github-actions[bot]")
    applied.now = killed.created_at + timedelta(hours=hours)

    assert json.loads(applied.night().outputs["lost-applies"]) == lost


def test_errors_in_what_was_applied_make_the_night_red(applied: Scene) -> None:
    broken = applied.repository.push("main", {"clients/acme/repos.yaml": repo("system", days=-1)})
    [earlier] = applied.repository.deployments
    after = applied.repository.deploy(ENVIRONMENT, ref=broken.after, payload=earlier.payload, task="lpcac")
    after.add_status("success", "github-actions[bot]")

    ran = applied.night()

    assert (ran.code, ran.outputs["has-drift"], ran.outputs["unreachable"]) == (1, "true", "[]")
    assert "retention_days" in the_issue(applied).body


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
