"""Hundreds of clients: told apart from Git alone, planned by many jobs, shown in one comment, applied by one merge."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from tests.action.nights import drift_issues, retention, told
from tests.action.scene import READ_ONLY, Ran, Scene, client, directory_map, policies, repo
from tests.action.sharded import share, together

from lpcac.action.plan_record.encoding import find_record


def many(scene: Scene, count: int) -> dict[str, str | None]:
    """Give every client a logpoint, and return the files that declare them all."""
    pool = scene.director.world.add_pool("pool-many")
    names = [f"client-{number:03d}" for number in range(count)]
    for name in names:
        pool.add_logpoint(name)
        pool.logpoint(name).refresh_lists()
    clients = "".join(client(name, "pool-many", f"[{name}]") for name in names)
    return {
        "lpcac.yaml": directory_map(scene.director.url, clients),
        **{f"clients/{name}/r.yaml": repo(f"repo-{name}") for name in names},
    }


def matrix_of(workspace: str, base: str, *more: str) -> list[str]:
    """Return the shares as the workflow's first job sees them, with neither secrets nor network."""
    arguments = ["targets", "--changed", "--compare-with", base, "--format", "matrix", *more]
    environment = {"PATH": os.environ["PATH"], "HOME": workspace}
    command = [sys.executable, "-m", "lpcac.main", *arguments]
    done = subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, check=True)
    return [entry["clients"] for entry in json.loads(done.stdout)["include"]]


def test_sixty_clients_are_planned_in_shares_shown_in_one_comment_and_applied(scene: Scene) -> None:
    pull = scene.propose("many", many(scene, 60))
    event = scene.github.events.pull_request(pull)
    first = scene.github.job(event, scene.folder / "matrix")
    first.check_out()
    shares = matrix_of(first.workspace, event.payload["pull_request"]["base"]["sha"])
    assert len(shares) == 6
    assert len({name for clients in shares for name in clients.split(",")}) == 60

    planned = [share(scene, event, clients, number=number) for number, clients in enumerate(shares)]
    assert [ran.code for ran in planned] == [0] * 6
    assert pull.comments == []
    asked = len(scene.director.requests)
    ran = together(scene, event, planned, shares=shares)

    assert ran.code == 0, ran.log
    assert len(scene.director.requests) == asked
    comment = scene.plan_comment(pull)
    assert "60 to create" in comment
    assert len(comment) <= 65_536
    assert len(find_record(comment).targets) == 60
    assert ran.outputs["creates"] == "60"

    merged = scene.merge(pull)

    assert merged.code == 0, merged.log
    assert all(
        f"repo-client-{n:03d}" in scene.logpoint("pool-many", f"client-{n:03d}").names("Repo") for n in range(60)
    )


def test_the_label_that_waives_the_limits_makes_all_of_a_shared_plan_green(scene: Scene) -> None:
    scene.landed("start", {"clients/acme/p.yaml": policies(5), "clients/acme/r.yaml": repo("system")})
    pull = scene.propose("fewer", {"clients/acme/p.yaml": None})
    event = scene.github.events.pull_request(pull)

    planned = share(scene, event, "acme")
    refused = together(scene, event, [planned])
    scene.repository.create_label("lpcac/allow-deletes", description="Deletes are meant")
    pull.label("lpcac/allow-deletes")
    ran = together(scene, event, [planned])

    assert (planned.code, refused.code, ran.code) == (0, 4, 0), ran.log
    assert "waived" in scene.plan_comment(pull)
    assert "```mermaid" in scene.plan_comment(pull)
    merged = scene.merge(pull)
    assert merged.code == 0, merged.log
    assert "p0" not in scene.logpoint().names("RoutingPolicy")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"inputs": {"signing-key": "another key, of more than 32 characters"}}, "is not signed with this job's key"),
        ({"secrets": False}, "lacks the key"),
    ],
)
def test_a_job_without_the_key_of_the_shares_believes_none_of_them(scene: Scene, words: dict, told: str) -> None:
    pull = scene.propose("many", many(scene, 1))
    event = scene.github.events.pull_request(pull)
    planned = share(scene, event)

    ran = together(scene, event, [planned], **words)

    assert ran.code == 3
    assert told in ran.log
    assert pull.comments == []
    assert scene.merge(pull).code == 4


def test_a_share_that_is_missing_fails_the_check_and_is_told(scene: Scene) -> None:
    pull = scene.propose("many", many(scene, 3))
    event = scene.github.events.pull_request(pull)
    planned = share(scene, event, "client-000,client-002")

    ran = together(scene, event, [planned])

    assert ran.code == 3
    assert "no job planned it" in scene.plan_comment(pull)
    assert len(find_record(scene.plan_comment(pull)).targets) == 2


def test_parts_of_another_commit_do_not_count(scene: Scene) -> None:
    pull = scene.propose("many", many(scene, 2))
    event = scene.github.events.pull_request(pull)
    planned = share(scene, event)
    pull.push({"clients/client-000/r.yaml": repo("other")})

    event = scene.github.events.pull_request(pull)
    ran = together(scene, event, [planned])

    assert ran.code == 3
    assert "is from another head" in ran.log
    assert pull.comments == []


def test_a_fork_is_planned_in_shares_without_secrets_and_without_a_comment(scene: Scene) -> None:
    fork = scene.repository.fork("mallory")
    fork.push("idea", many(scene, 2))
    pull = scene.repository.open_pull_request("idea", source=fork)
    event = scene.github.events.pull_request(pull)
    words = {"secrets": False, "permissions": READ_ONLY}
    planned = share(scene, event, **words)

    ran = together(scene, event, [planned], **words)

    assert (planned.code, ran.code) == (0, 0), ran.log
    assert scene.director.requests == ()
    assert pull.comments == []
    assert "2 to create" in ran.summary


def test_a_change_that_concerns_no_client_gives_an_empty_matrix_and_a_green_check(scene: Scene) -> None:
    pull = scene.propose("docs", {"README.md": "x"})
    event = scene.github.events.pull_request(pull)
    job = scene.github.job(event, scene.folder / "matrix")
    job.check_out()

    assert matrix_of(job.workspace, event.payload["pull_request"]["base"]["sha"]) == []
    ran = together(scene, event, [])
    assert ran.code == 0, ran.log
    assert pull.comments == []


def test_a_map_with_errors_has_no_shares_and_is_told_by_the_comment(scene: Scene) -> None:
    broken = directory_map(scene.director.url).replace("clients: []", "clients: 5")
    pull = scene.propose("broken", {"lpcac.yaml": broken})

    ran = together(scene, scene.github.events.pull_request(pull), [])

    assert ran.code == 3
    assert "::error file=lpcac.yaml" in ran.log
    assert "1 error" in scene.plan_comment(pull)


def test_a_repository_without_a_map_gives_an_empty_matrix(scene: Scene) -> None:
    scene.repository.push("main", {"lpcac.yaml": None})
    pull = scene.propose("docs", {"README.md": "x"})
    event = scene.github.events.pull_request(pull)
    job = scene.github.job(event, scene.folder / "matrix")
    job.check_out()

    assert matrix_of(job.workspace, event.payload["pull_request"]["base"]["sha"]) == []


def test_a_merge_is_applied_in_shares_and_the_last_job_tells_all_of_it(scene: Scene) -> None:
    pull = scene.propose("many", many(scene, 12))
    reviewed = scene.review(pull)
    assert reviewed.code == 0, reviewed.log
    push = pull.merge()
    event = scene.github.events.push(push)
    first = scene.job(event)
    shares = matrix_of(first.workspace, push.before, "--jobs", "3")
    assert len(shares) == 2

    done, left = shares
    ran = scene.run(event, inputs={"command": "apply-shard", "clients": done})

    assert ran.code == 0, ran.log
    assert ran.outputs["applied"] == "true"
    assert "6 done on 6 targets" in ran.summary
    assert len(scene.own_comments(pull)) == 1, "a share comments on nothing"
    written = len(scene.director_writes())

    # The second share's job never came to it: the last job does what is left, and nothing twice.
    last = scene.run(event)

    assert last.code == 0, last.log
    assert len(scene.director_writes()) == 2 * written
    for name in (*done.split(","), *left.split(",")):
        assert scene.logpoint("pool-many", name).created[("Repo", f"repo-{name}")] == 1
    told = scene.result_comment(pull)
    assert "6 done on 6 targets" in told
    assert "6 targets: applied by an earlier attempt" in told
    assert last.outputs["applied"] == "true"


def test_a_share_of_a_merge_names_its_clients(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/repos.yaml": repo("system")})
    scene.review(pull)

    ran = scene.merge(pull, inputs={"command": "apply-shard"})

    assert ran.code == 64
    assert "name them with the input clients" in ran.log
    assert scene.director_writes() == []


def test_a_matrix_has_no_more_jobs_than_asked_for(scene: Scene) -> None:
    pull = scene.propose("many", many(scene, 40))
    event = scene.github.events.pull_request(pull)
    job = scene.job(event)
    base = event.payload["pull_request"]["base"]["sha"]

    shares = matrix_of(job.workspace, base, "--jobs", "3")

    assert [len(share.split(",")) for share in shares] == [14, 13, 13]


def share_of_a_night(scene: Scene, clients: str, number: int = 0) -> Ran:
    event = scene.github.events.schedule(scene.repository)
    return share(scene, event, clients, number=number, command="drift-shard")


def issues_of_a_night(scene: Scene, looked: list[Ran], **options: object) -> Ran:
    event = scene.github.events.schedule(scene.repository)
    return together(scene, event, looked, command="drift-issues", **options)


def test_a_night_is_looked_at_in_shares_and_the_last_job_keeps_every_issue(scene: Scene) -> None:
    scene.landed("many", many(scene, 12))
    event = scene.github.events.schedule(scene.repository)
    names = [f"client-{number:03d}" for number in range(12)]
    for name in (names[0], names[7]):
        scene.logpoint("pool-many", name).edit("Repo", f"repo-{name}", retention(7))
    scene.repository.push("main", {"clients/client-003/r.yaml": repo("repo-client-003", 99)})
    arguments = [sys.executable, "-m", "lpcac.main", "targets", "--format", "matrix", "--jobs", "2"]
    listed = subprocess.run(arguments, cwd=scene.job(event).workspace, capture_output=True, text=True, check=True)
    shares = [entry["clients"] for entry in json.loads(listed.stdout)["include"]]
    assert sorted(",".join(shares).split(",")) == names

    looked = [share_of_a_night(scene, clients, number) for number, clients in enumerate(shares)]

    assert [ran.code for ran in looked] == [0, 0], looked[0].log + looked[1].log
    assert drift_issues(scene) == [], "a share touches no issue"
    asked = len(scene.director.requests)
    ran = issues_of_a_night(scene, looked)
    assert ran.code == 0, ran.log
    assert len(scene.director.requests) == asked
    assert json.loads(ran.outputs["drifted"]) == [names[0], names[7]]
    assert json.loads(ran.outputs["lost-applies"]) == [names[3]]
    assert len(drift_issues(scene)) == 3
    told_in_shares = {issue.number: told(issue) for issue in drift_issues(scene)}

    # One job that looks at everything says the same, so both kinds of nights keep the same issues.
    scene.now += timedelta(days=1)
    alone = scene.night()

    assert alone.code == 0, alone.log
    assert {issue.number: told(issue) for issue in drift_issues(scene)} == told_in_shares
    assert [len(issue.comments) for issue in drift_issues(scene)] == [0, 0, 0]


def test_a_client_whose_share_is_missing_counts_as_not_checked(scene: Scene) -> None:
    scene.landed("many", many(scene, 2))
    looked = [share_of_a_night(scene, "client-000")]

    ran = issues_of_a_night(scene, looked)

    assert ran.code == 1
    assert json.loads(ran.outputs["unreachable"]) == ["client-001"]
    assert "no job checked it: run the failed jobs again" in ran.summary
    [issue] = scene.repository.issues(label="lpcac/unreachable")
    assert "client-001" in (issue.body or "")
    assert drift_issues(scene) == []


def test_the_last_job_of_a_shared_night_tells_of_clients_that_no_job_applies(scene: Scene) -> None:
    files = many(scene, 2)
    pull = scene.propose("many", files)
    north = {"scope": "north", "clients": "client-000"}
    scene.review(pull, inputs=north)
    assert scene.merge(pull, inputs=north).code == 0
    event = scene.github.events.schedule(scene.repository)
    looked = [share(scene, event, "client-000", command="drift-shard", inputs={"scope": "north"})]

    ran = together(scene, event, looked, command="drift-issues", inputs=north)

    assert (ran.code, ran.outputs["lost-applies"]) == (0, "[]"), ran.log
    assert 'client "client-001": never applied by a job of any scope' in ran.log
    assert "#### Merged but not applied by any job" in ran.summary


@pytest.mark.parametrize("command", ["drift-shard", "drift-issues"])
def test_a_share_of_a_night_says_where_its_part_lies(scene: Scene, command: str) -> None:
    ran = scene.run(scene.github.events.schedule(scene.repository), inputs={"command": command, "clients": "acme"})

    assert ran.code == 64
    assert "the input parts names the folder" in ran.log


def test_a_share_of_a_night_names_its_clients(scene: Scene) -> None:
    ran = share_of_a_night(scene, "")

    assert ran.code == 64
    assert "name them with the input clients" in ran.log
