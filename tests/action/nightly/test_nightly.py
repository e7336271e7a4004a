"""The night: one issue a client through its whole life, and nothing concluded from what could not be checked."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from tests.action.nights import drift_issues, next_night, retention, the_issue, told
from tests.action.recorded import entries, record_attempt
from tests.action.scene import Scene, client, directory_map, repo
from tests.fakes.github import ACTIONS_BOT

from lpcac.action.nightly.issue_state import IssueState, state_line
from lpcac.simulator.faults.faults import Fault


def test_a_night_without_drift_is_green_and_opens_nothing(applied: Scene) -> None:
    ran = applied.night()

    assert ran.code == 0, ran.log
    assert drift_issues(applied) == []
    assert ran.outputs["has-drift"] == "false"
    assert "1 of 1 client as declared" in ran.summary


def test_drift_over_twelve_nights(applied: Scene) -> None:  # noqa: PLR0915 - one story
    scene = applied
    edit = scene.logpoint().edit

    # 1: all is well. 2: somebody edits a repo.
    assert scene.night().outputs["has-drift"] == "false"
    edit("Repo", "system", retention(7))
    ran = next_night(scene)
    assert (ran.code, ran.outputs["has-drift"], ran.outputs["drifted"]) == (0, "true", '["acme"]')
    issue = the_issue(scene)
    assert issue.title == "Drift: acme"
    assert "First seen 2026-03-03" in issue.body
    assert "1 night" in issue.body
    first_text = told(issue)

    # 3: the same drift: one line changes, nobody is told again.
    next_night(scene)
    assert told(issue) == first_text
    assert "2 nights in a row" in issue.body
    assert "last checked 2026-03-04" in issue.body
    assert issue.comments == []

    # 4: more drift: the text changes, and a comment says so.
    edit("Repo", "security", retention(8))
    next_night(scene)
    assert told(issue) != first_text
    assert len(issue.comments) == 1
    assert "3 nights in a row" in issue.body
    assert "First seen 2026-03-03" in issue.body

    # 5: the Director cannot be reached: the drift issue is left exactly as it is.
    frozen = issue.body
    fault = Fault("status", path="Repos", status=403)
    scene.director.faults.add(fault)
    ran = next_night(scene)
    assert ran.code == 1
    assert json.loads(ran.outputs["unreachable"]) == ["acme"]
    assert issue.body == frozen
    [unreachable] = scene.repository.issues(label="lpcac/unreachable")
    assert "acme" in unreachable.body

    # 6: still not: one rolling issue, closing nothing.
    assert next_night(scene).code == 1
    assert issue.state == "open"
    assert len(scene.repository.issues(label="lpcac/unreachable")) == 1
    assert "2 nights in a row" in unreachable.body

    # 7: reachable again, same drift as before.
    scene.director.faults.clear()
    assert next_night(scene).code == 0
    assert unreachable.state == "closed"
    assert issue.state == "open"
    assert len(issue.comments) == 1

    # 8: put right: closed by the run that saw it.
    edit("Repo", "system", retention(30))
    edit("Repo", "security", retention(30))
    next_night(scene)
    assert issue.state == "closed"
    assert "as declared" in issue.comments[-1].body

    # 9: clean again: nothing happens.
    comments = len(issue.comments)
    next_night(scene)
    assert (issue.state, len(issue.comments)) == ("closed", comments)

    # 10: drift again: reopened, not duplicated.
    edit("Repo", "system", retention(9))
    next_night(scene)
    assert the_issue(scene) is issue
    assert issue.state == "open"
    assert "First seen 2026-03-11" in issue.body
    assert len(issue.comments) == comments + 1

    # 11: a person closes it while it lasts: reopened.
    issue.close("alice")
    next_night(scene)
    assert issue.state == "open"

    # 12: gone for good.
    edit("Repo", "system", retention(30))
    next_night(scene)
    assert issue.state == "closed"
    assert len(drift_issues(scene)) == 1


def test_what_was_merged_and_never_applied_is_told_in_the_clients_issue(applied: Scene) -> None:
    pull = applied.propose("more", {"clients/acme/more.yaml": repo("more")})
    applied.review(pull)
    push = pull.merge()

    ran = applied.night()

    assert ran.outputs["lost-applies"] == '["acme"]'
    assert ran.outputs["has-drift"] == "false"
    assert "never applied" in the_issue(applied).body
    assert ran.code == 0

    applied.pushed(push)
    next_night(applied)
    assert the_issue(applied).state == "closed"


def test_a_client_that_was_never_applied_at_all_is_a_lost_apply(scene: Scene) -> None:
    scene.repository.push("main", {"clients/acme/repos.yaml": repo("system")})

    ran = scene.night()

    assert ran.outputs["lost-applies"] == '["acme"]'
    assert "never applied" in the_issue(scene).body


def test_what_is_being_applied_right_now_is_not_lost(applied: Scene) -> None:
    push = applied.repository.push("main", {"clients/acme/more.yaml": repo("more")})
    [earlier] = entries(applied)
    record_attempt(applied, push.after, like=earlier)
    applied.github.travel(minutes=5)

    assert applied.night().outputs["lost-applies"] == "[]"


def test_drift_is_measured_against_what_was_applied_and_not_against_what_was_merged_since(applied: Scene) -> None:
    applied.repository.push("main", {"clients/acme/repos.yaml": repo("system", 90) + "---\n" + repo("security")})

    ran = applied.night()

    assert ran.outputs["has-drift"] == "false"


def test_an_issue_with_the_marker_of_somebody_else_is_not_touched(applied: Scene) -> None:
    applied.logpoint().edit("Repo", "system", retention(7))
    applied.night()
    ours = the_issue(applied)
    copy = applied.repository.open_issue("mallory", ours.title, ours.body, ("lpcac/drift",))
    before = copy.body

    next_night(applied)

    assert copy.body == before
    assert "2 nights in a row" in ours.body


def test_an_older_issue_with_the_marker_of_somebody_else_is_not_taken_for_ours(applied: Scene) -> None:
    forged = state_line("drift", IssueState("acme", "0" * 64, applied.now, applied.now, scope="lpcac.yaml"))
    copy = applied.repository.open_issue("mallory", "Drift: acme", forged, ("lpcac/drift",))
    applied.logpoint().edit("Repo", "system", retention(7))

    applied.night()

    assert copy.body == forged
    assert [issue.author.login for issue in drift_issues(applied)] == ["mallory", ACTIONS_BOT]


def test_at_most_so_many_issues_are_opened_in_a_night_and_the_rest_is_told(scene: Scene) -> None:
    pool = scene.director.world.add_pool("pool-many")
    names = [f"client-{number}" for number in range(5)]
    for name in names:
        pool.add_logpoint(name)
    clients = "".join(client(name, "pool-many", f"[{name}]") for name in names)
    files = {f"clients/{name}/r.yaml": repo("system") for name in names}
    scene.landed("many", {"lpcac.yaml": directory_map(scene.director.url, clients), **files})
    for name in names:
        scene.logpoint("pool-many", name).edit("Repo", "system", retention(7))

    ran = scene.night(inputs={"max-issues": "2"})

    assert len(drift_issues(scene)) == 2
    assert "3 issues not opened" in ran.summary
    assert len(json.loads(ran.outputs["drifted"])) == 5

    next_night(scene)
    assert len(drift_issues(scene)) == 5


def test_drift_by_hand_looks_at_the_chosen_client_only(applied: Scene) -> None:
    applied.logpoint().edit("Repo", "system", retention(7))

    ran = applied.by_hand("drift", {"clients": "acme"})

    assert ran.code == 0, ran.log
    assert ran.outputs["drifted"] == '["acme"]'
    assert applied.by_hand("drift", {"clients": "amce"}).code == 64


def test_accepted_drift_is_silent_until_its_day_has_passed(applied: Scene) -> None:
    accept = "accept:\n  - {kind: Repo, name: system, reason: being moved, until: '2026-03-05'}\n"
    accepting = directory_map(applied.director.url, client("acme", "pool-acme"), more=accept)
    applied.landed("accept", {"lpcac.yaml": accepting, "clients/acme/more.yaml": repo("more")})
    applied.logpoint().edit("Repo", "system", retention(7))

    assert applied.night().outputs["has-drift"] == "false"
    applied.now += timedelta(days=10)
    assert applied.night().outputs["has-drift"] == "true"


def test_a_token_that_may_not_open_issues_fails_the_night_and_says_so(applied: Scene) -> None:
    applied.logpoint().edit("Repo", "system", retention(7))

    ran = applied.night(permissions={"contents": "read", "deployments": "read", "issues": "read"})

    assert ran.code == 1
    assert "issues: write" in ran.log
    assert "Could not be reported" in ran.summary
    assert "| opened |" not in ran.summary, "what did not happen is not claimed"


def test_an_unknown_pool_is_one_of_the_things_that_cannot_be_checked(applied: Scene) -> None:
    clients = client("acme", "pool-acme") + client("gone", "pool-gone")
    files = {"lpcac.yaml": directory_map(applied.director.url, clients), "clients/gone/r.yaml": repo("system")}
    applied.repository.push("main", files)

    ran = applied.night()

    assert ran.code == 1
    assert ran.outputs["unreachable"] == '["gone"]'
    [issue] = applied.repository.issues(label="lpcac/unreachable")
    assert re.search("gone.*pool-gone", issue.body)


def test_new_drift_is_told_while_another_logpoint_of_the_client_cannot_be_read(scene: Scene) -> None:
    both = directory_map(scene.director.url, client("acme", "pool-acme", "[lp-01, lp-02]"))
    scene.repository.push("main", {"lpcac.yaml": both})
    scene.landed("start", {"clients/acme/r.yaml": repo("system") + "---\n" + repo("security")})
    scene.logpoint().edit("Repo", "system", retention(7))
    unread = Fault("status", path=f"/{scene.logpoint(name='lp-02').identifier}/Repos", status=403)
    scene.director.faults.add(unread)

    ran = scene.night()

    assert (ran.code, ran.outputs["has-drift"], ran.outputs["unreachable"]) == (1, "true", '["acme"]')
    issue = the_issue(scene)
    assert "system" in issue.body
    assert "lp-02" in issue.body, "what could not be checked is told as well"

    # One logpoint is put right while the other one still cannot be read: that closes nothing.
    scene.logpoint().edit("Repo", "system", retention(30))
    assert next_night(scene).code == 1
    assert issue.state == "open"

    scene.director.faults.clear()
    assert next_night(scene).code == 0
    assert issue.state == "closed"
