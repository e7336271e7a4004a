"""An issue among people and troubles: one a client for ever, told once, and nothing claimed that did not happen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.action.nights import drift_issues, next_night, retention, the_issue, told
from tests.action.recorded import forget_reviewed_maps
from tests.action.rendered import assert_inert
from tests.action.scene import Scene, client, directory_map, repo
from tests.action.trust.test_secrets import SIGNING_KEY, assert_kept
from tests.fakes.github import ACTIONS_BOT, ALWAYS, Issue

COMMENTS = "/repos/{owner}/{repo}/issues/{number}/comments"
ISSUE = "/repos/{owner}/{repo}/issues/{number}"


@pytest.fixture
def drifted(applied: Scene) -> Scene:
    """Return a scene with drift that the night has told."""
    applied.logpoint().edit("Repo", "system", retention(7))
    assert applied.night().code == 0
    return applied


def put_right(scene: Scene) -> None:
    scene.logpoint().edit("Repo", "system", retention(30))


# -- what people do to an issue


@pytest.mark.parametrize(
    "act",
    [
        lambda issue: issue.unlabel("lpcac/drift"),
        lambda issue: issue.repository.delete_label("lpcac/drift"),
        lambda issue: issue.set_labels(["help wanted"]),
    ],
)
def test_a_label_that_people_took_off_is_put_back(drifted: Scene, act: Callable[[Issue], None]) -> None:
    issue = the_issue(drifted)
    act(issue)

    assert next_night(drifted).code == 0

    assert drifted.repository.issues() == [issue]
    assert issue.has_label("lpcac/drift")
    assert drifted.repository.label("lpcac/drift").description == "A logpoint is not as declared"
    assert "2 nights in a row" in issue.body


def test_labels_of_people_stay(drifted: Scene) -> None:
    the_issue(drifted).set_labels(["help wanted"])

    next_night(drifted)

    assert the_issue(drifted).label_names == ["help wanted", "lpcac/drift"]


def test_what_people_write_around_the_text_stays(drifted: Scene) -> None:
    issue = the_issue(drifted)
    head, rest = issue.body.split("\n\n", 1)
    # As GitHub's web form saves it.
    issue.edit(body=f"Alice: I look into this\n\n{head}\n\nBob: so do I\n\n{rest}".replace("\n", "\r\n"))

    next_night(drifted)

    assert drifted.repository.issues() == [issue]
    assert issue.body.startswith("Alice: I look into this\n\n<!-- lpcac:drift:v1 ")
    assert "\n\nBob: so do I\n\n" in issue.body
    assert issue.body.count("First seen") == 1
    assert "2 nights in a row" in issue.body

    drifted.logpoint().edit("Repo", "security", retention(8))
    next_night(drifted)

    assert issue.body.startswith("Alice: I look into this\n\n<!-- lpcac:drift:v1 ")
    assert "security" in issue.body


def test_a_status_line_that_people_took_away_comes_back(drifted: Scene) -> None:
    issue = the_issue(drifted)
    marker, _, rest = issue.body.split("\n", 2)
    issue.edit(body=f"{marker}\n\nAlice: hm\n{rest}")

    next_night(drifted)

    assert issue.body.splitlines()[1].startswith("First seen 2026-03-02")
    assert "\n\nAlice: hm\n" in issue.body


def test_of_two_issues_of_a_client_the_older_one_is_kept(drifted: Scene) -> None:
    older = the_issue(drifted)
    younger = drifted.repository.open_issue(ACTIONS_BOT, older.title, older.body, ("lpcac/drift",))
    before = younger.body

    next_night(drifted)

    assert "2 nights in a row" in older.body
    assert younger.body == before


def test_a_pull_request_with_the_text_of_an_issue_is_none(drifted: Scene) -> None:
    text = the_issue(drifted).body
    the_issue(drifted).edit(body="gone")
    drifted.repository.push("copy", {"notes.txt": "x"})
    pull = drifted.repository.open_pull_request("copy", by=ACTIONS_BOT, body=text)
    pull.label("lpcac/drift")

    next_night(drifted)

    assert (pull.body, pull.comments) == (text, [])


def test_an_issue_that_a_person_closed_is_opened_again_with_its_history(drifted: Scene) -> None:
    for _ in range(3):
        next_night(drifted)
    issue = the_issue(drifted)
    issue.close("alice", "not_planned")

    next_night(drifted)

    assert issue.state == "open"
    assert "First seen 2026-03-02" in issue.body
    assert "5 nights in a row" in issue.body
    assert [comment.body.split(" (")[0] for comment in issue.comments] == [
        "It still drifts, so this issue was reopened"
    ]


def test_an_issue_that_a_person_closed_tells_of_drift_that_changed_meanwhile(drifted: Scene) -> None:
    issue = the_issue(drifted)
    issue.close("alice")
    drifted.logpoint().edit("Repo", "security", retention(8))

    next_night(drifted)

    assert issue.state == "open"
    assert "2 nights in a row" in issue.body
    assert [comment.body.split(" (")[0] for comment in issue.comments] == ["The drift changed"]


def test_the_same_drift_after_a_person_rightly_closed_the_issue_is_new(drifted: Scene) -> None:
    issue = the_issue(drifted)
    put_right(drifted)
    issue.close("alice")
    next_night(drifted)
    assert (issue.state, issue.comments) == ("closed", [])
    settled = issue.body
    next_night(drifted)
    assert issue.body == settled

    drifted.logpoint().edit("Repo", "system", retention(7))
    next_night(drifted)

    assert issue.state == "open"
    assert "First seen 2026-03-05" in issue.body
    assert [comment.body.split(" (")[0] for comment in issue.comments] == ["It drifted again"]


def test_the_same_drift_after_the_night_closed_the_issue_is_new(drifted: Scene) -> None:
    issue = the_issue(drifted)
    put_right(drifted)
    next_night(drifted)
    assert issue.state == "closed"

    drifted.logpoint().edit("Repo", "system", retention(7))
    next_night(drifted)

    assert (issue.state, "First seen 2026-03-04" in issue.body) == ("open", True)
    assert issue.comments[-1].body.startswith("It drifted again")


# -- GitHub in trouble


def test_a_night_without_issues_is_told_in_the_summary_and_the_outputs(applied: Scene) -> None:
    applied.logpoint().edit("Repo", "system", retention(7))
    applied.repository.has_issues = False

    ran = applied.night()

    assert ran.code == 1
    assert ran.outputs["drifted"] == '["acme"]'
    assert "1 changed" in ran.summary
    assert "Issues has been disabled" in ran.log


def test_a_night_whose_issues_cannot_be_listed_is_told_and_opens_none(drifted: Scene) -> None:
    refused = drifted.github.faults.fail("GET", "/repos/{owner}/{repo}/issues", status=403, times=ALWAYS)

    ran = next_night(drifted)

    assert refused.met
    assert ran.code == 1
    assert ran.outputs["drifted"] == '["acme"]'
    assert "1 changed" in ran.summary
    assert "Could not be reported" in ran.summary
    assert "2 nights" not in the_issue(drifted).body
    assert len(drifted.repository.issues()) == 1


def test_issues_are_found_where_github_does_not_find_them_by_their_creator(drifted: Scene) -> None:
    drifted.github.faults.answer("GET", "/repos/{owner}/{repo}/issues", [])

    next_night(drifted)

    assert "2 nights in a row" in the_issue(drifted).body
    assert len(drifted.repository.issues()) == 1


def test_an_issue_that_cannot_be_closed_is_not_told_about_every_night(drifted: Scene) -> None:
    issue = the_issue(drifted)
    put_right(drifted)
    drifted.github.faults.fail("PATCH", ISSUE, status=502, times=ALWAYS)
    for _ in range(3):
        ran = next_night(drifted)
        assert ran.code == 1
        assert "| closed |" not in ran.summary
    assert (issue.state, issue.comments) == ("open", [])

    drifted.github.faults.clear()
    ran = next_night(drifted)

    assert (ran.code, issue.state, len(issue.comments)) == (0, "closed", 1)
    assert "| `acme` | closed |" in ran.summary


def test_a_locked_issue_is_closed_without_a_comment_and_the_night_is_green(drifted: Scene) -> None:
    issue = the_issue(drifted)
    issue.locked = True
    put_right(drifted)

    ran = next_night(drifted)

    assert (ran.code, issue.state, issue.comments) == (0, "closed", [])
    assert "locked" in ran.log


def test_a_comment_that_is_refused_for_another_reason_is_a_problem(drifted: Scene) -> None:
    put_right(drifted)
    drifted.github.faults.fail("POST", COMMENTS, status=403, body={"message": "no"}, times=ALWAYS)

    ran = next_night(drifted)

    assert (ran.code, the_issue(drifted).state) == (1, "closed")
    assert "| `acme` | closed |" in ran.summary, "it was closed"
    assert "Could not be reported" in ran.summary


# -- lost applies


def test_another_lost_merge_is_told(applied: Scene) -> None:
    applied.repository.push("main", {"clients/acme/more.yaml": repo("more")})
    applied.night()
    issue = the_issue(applied)
    first = told(issue)

    applied.repository.push("main", {"clients/acme/other.yaml": repo("other")})
    next_night(applied)

    assert told(issue) != first
    assert len(issue.comments) == 1


# -- clients that come and go


def test_the_issue_of_a_client_that_left_the_map_says_so_and_is_closed(drifted: Scene) -> None:
    issue = the_issue(drifted)
    with_client = directory_map(drifted.director.url, client("acme", "pool-acme"))
    drifted.repository.push("main", {"lpcac.yaml": directory_map(drifted.director.url)})

    ran = next_night(drifted)

    assert (ran.code, issue.state) == (0, "closed")
    assert "left the map" in ran.summary
    [comment] = issue.comments
    assert "is no longer in the directory map" in comment.body
    next_night(drifted)
    assert len(issue.comments) == 1

    # It comes back, and drifts as it did before.
    drifted.repository.push("main", {"lpcac.yaml": with_client})
    next_night(drifted)
    assert (issue.state, "First seen 2026-03-05" in issue.body) == ("open", True)


def test_a_client_with_another_name_has_another_issue(drifted: Scene) -> None:
    issue = the_issue(drifted)
    renamed = client("acme", "pool-acme").replace("name: acme", "name: acme2")
    drifted.repository.push("main", {"lpcac.yaml": directory_map(drifted.director.url, renamed)})
    forget_reviewed_maps(drifted)

    next_night(drifted)

    assert issue.state == "closed"
    assert [each.title for each in drift_issues(drifted) if each.state == "open"] == ["Drift: acme2"]


def test_a_look_at_chosen_clients_closes_no_issue_of_the_others(drifted: Scene) -> None:
    both = directory_map(drifted.director.url, client("acme", "pool-acme") + client("globex", "pool-globex"))
    drifted.repository.push("main", {"lpcac.yaml": both, "clients/globex/.keep": ""})
    forget_reviewed_maps(drifted)

    assert drifted.by_hand("drift", {"clients": "globex"}).code == 0

    issue = next(each for each in drift_issues(drifted) if each.title == "Drift: acme")
    assert (issue.state, issue.comments) == ("open", [])


# -- secrets and hostile words


def test_a_secret_in_a_clients_name_is_not_in_the_title_of_its_issue(scene: Scene) -> None:
    named = client("x", "pool-globex").replace("name: x", f"name: '{SIGNING_KEY}'")
    files = {"lpcac.yaml": directory_map(scene.director.url, named), "clients/x/r.yaml": repo("r")}
    scene.repository.push("main", files)

    ran = scene.night(inputs={"signing-key": SIGNING_KEY})

    assert the_issue(scene).title == "Drift: [secret]"
    assert_kept(scene, ran, SIGNING_KEY)


def test_an_expired_acceptance_with_hostile_words_is_inert(applied: Scene) -> None:
    evil = "@octo-team #1 <img src=x> `"
    accept = f"accept:\n  - {{kind: Repo, name: system, reason: '{evil}', until: '2026-03-05'}}\n"
    accepting = directory_map(applied.director.url, client("acme", "pool-acme"), more=accept)
    applied.repository.push("main", {"lpcac.yaml": accepting})
    forget_reviewed_maps(applied)
    applied.logpoint().edit("Repo", "system", retention(7))
    applied.now += timedelta(days=10)

    ran = applied.night()

    for text in (the_issue(applied).body, ran.summary):
        assert_inert(text, "@octo-team", "#1", "<img")
    assert "octo-team" in the_issue(applied).body
