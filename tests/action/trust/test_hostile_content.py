"""What others wrote is data: inert in the comment, the summary, the issue, the annotations and the log."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.action.rendered import assert_inert
from tests.action.scene import Ran, Scene, client, directory_map, repo
from tests.fakes.github import Job

from lpcac.action.plan_record.encoding import find_record

NAMES = [
    "``` `` `",
    "a | b | c",
    "@octo-team and #1",
    "<img src=x onerror=alert(1)>",
    "--> <!-- lpcac:record:v1 AAAA -->",
    "<!-- lpcac:plan:v1 lpcac.yaml -->",
    "</details><h1>x</h1>",
    "::error::stop %0A::warning::x",
    "##[error]x",
    "[link](https://example.com)",
    "![x](https://example.com/x.png)",
    "x" * 10_000,
    "ünïcödé 🦊 \u202e reversed",
]
ACTIVE = ["@octo-team", "#1", "<img", "<h1>", "::error", "https://example.com", "AAAA"]


def quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def assert_harmless(ran: Ran) -> None:
    """Fail when a line of the log is a command that we did not mean, or holds what a terminal acts on."""
    for line in ran.log.splitlines():
        assert not re.match(r"\s*(::(?!error |warning )|##\[)", line), line
        assert "##[" not in line
        assert "\x1b" not in line
        if line.startswith("::"):
            assert line.count("\n") == 0


@pytest.fixture
def hostile(scene: Scene) -> Scene:
    """Return a scene whose logpoint holds objects with hostile names, made by hand."""
    for name in [*NAMES, "two\nlines\n::error::x", "\x1b[31mred"]:
        scene.logpoint().create("Repo", {"name": name, "repopath": [{"path": "/data_hot", "retention": 1}]})
    return scene


def test_hostile_names_are_inert_in_comment_summary_and_log(hostile: Scene) -> None:
    files = {f"clients/acme/{n}.yaml": repo(quoted(f"{name} new")) for n, name in enumerate(NAMES)}
    pull = hostile.propose("hostile", files)

    ran = hostile.review(pull)

    assert ran.code == 0, ran.log
    comment = hostile.plan_comment(pull)
    assert_inert(comment, *ACTIVE)
    assert_inert(ran.summary, *ACTIVE)
    assert_harmless(ran)
    assert find_record(comment).origin.pull_request == pull.number
    assert comment.count("<!-- lpcac:record:v1 ") == 1


def test_hostile_names_are_applied_and_told_harmlessly(hostile: Scene) -> None:
    names = [name for name in NAMES if len(name) < 100]
    files = {f"clients/acme/{n}.yaml": repo(quoted(f"{name} new")) for n, name in enumerate(names)}
    pull = hostile.propose("hostile", files)
    hostile.review(pull)

    ran = hostile.merge(pull)

    assert ran.code == 0, ran.log
    assert {f"{name} new" for name in names} <= set(hostile.logpoint().names("Repo"))
    assert_inert(hostile.result_comment(pull), *ACTIVE)
    assert_harmless(ran)


def test_hostile_values_in_errors_are_inert_in_annotations_and_comment(scene: Scene) -> None:
    broken = "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: x}\nspec:\n  paths:\n"
    for value in [*NAMES, "a\\n::error::b", "\\e[31mred"]:
        escaped = '"' + value.replace('"', '\\"') + '"'
        broken += f"    - {{path: {escaped}, retention_days: -1, {escaped}: 1}}\n"
    pull = scene.propose("hostile", {"clients/acme/x.yaml": broken})

    ran = scene.review(pull)

    assert ran.code == 3
    assert_inert(scene.plan_comment(pull), *ACTIVE)
    assert_inert(ran.summary, *ACTIVE)
    assert_harmless(ran)


def test_hostile_drift_is_inert_in_the_issue_and_the_summary(hostile: Scene) -> None:
    files = {"clients/acme/repos.yaml": repo("system")}
    hostile.landed("start", files)
    evil = "@octo-team #1 <img src=x> --> ::error:: \x1b[31m `"
    hostile.logpoint().edit("Repo", "system", lambda fields: fields["repopath"][0].update(path=evil))

    ran = hostile.night()

    [issue] = hostile.repository.issues(label="lpcac/drift")
    assert_inert(issue.body, *ACTIVE)
    assert_inert(ran.summary, *ACTIVE)
    assert_harmless(ran)


def test_a_hostile_client_name_is_inert_everywhere(scene: Scene) -> None:
    evil = "'@octo-team #1 <img src=x> `'"
    clients = client("acme", "pool-acme", "[lp-01]") + client("x", "pool-globex").replace("name: x", f"name: {evil}")
    pull = scene.propose(
        "evil", {"lpcac.yaml": directory_map(scene.director.url, clients), "clients/x/r.yaml": repo("r")}
    )

    ran = scene.review(pull)
    assert ran.code == 0, ran.log
    assert_inert(scene.plan_comment(pull), *ACTIVE)
    merged = scene.merge(pull)
    assert merged.code == 0, merged.log
    assert_inert(scene.result_comment(pull), *ACTIVE)
    scene.logpoint("pool-globex").delete("Repo", "r")
    scene.night()
    [issue] = [each for each in scene.repository.issues(label="lpcac/drift") if "octo-team" in each.title]
    assert_inert(issue.body, *ACTIVE)


def test_an_output_cannot_set_another_one(scene: Scene) -> None:
    evil = "'x\"]%0Ahas-changes=false'"
    clients = client("x", "pool-globex").replace("name: x", f"name: {evil}")
    pull = scene.propose(
        "evil", {"lpcac.yaml": directory_map(scene.director.url, clients), "clients/x/r.yaml": repo("r")}
    )

    ran = scene.review(pull)

    assert ran.outputs["has-changes"] == "true"
    assert set(ran.outputs) == {
        "has-changes",
        "creates",
        "updates",
        "deletes",
        "risks",
        "plan-file",
        "digest",
        "targets",
        "comment-url",
    }


def test_a_link_in_the_workspace_does_not_lead_the_plan_file_elsewhere(scene: Scene, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    pull = scene.propose("link", {"clients/acme/r.yaml": repo("r")})

    def link(job: Job) -> None:
        Path(job.workspace, "lpcac-plan.json").symlink_to(precious)

    assert scene.review(pull, before=link).code == 0
    assert precious.read_text() == "precious"


def test_a_folder_in_the_place_of_the_plan_file_is_left_alone(scene: Scene) -> None:
    pull = scene.propose("folder", {"clients/acme/r.yaml": repo("r"), "lpcac-plan.json/x.txt": "precious"})

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    assert ran.outputs["plan-file"] == "lpcac-plan-2.json"
    assert '"Repo"' in Path(ran.job.workspace, "lpcac-plan-2.json").read_text()
    assert Path(ran.job.workspace, "lpcac-plan.json/x.txt").read_text() == "precious"
    assert scene.merge(pull).code == 0


def test_letters_that_only_look_like_ascii_are_escaped_and_warned_of(scene: Scene) -> None:
    scene.landed("start", {"clients/acme/r.yaml": repo("system")})
    # The Cyrillic letters that look like "y", and like "a" and "c" in a word of nothing else.
    twins = repo("s\u0443stem") + "---\n" + repo("\u0430\u0441")
    pull = scene.propose("twin", {"clients/acme/t.yaml": twins})

    ran = scene.review(pull)

    assert ran.code == 0, ran.log
    told = scene.plan_comment(pull)
    assert r"s\u0443stem" in told
    assert "s\u0443stem" not in told + ran.log + ran.summary
    assert "are two objects whose names are easily mistaken for one another" in ran.log
    for shown in (r"s\u0443stem", r"\u0430\u0441"):
        assert f'letters of another script that look like ASCII letters ("{shown}")' in ran.log
