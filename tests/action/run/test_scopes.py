"""More than one job in a repository: each keeps to its own comments, records, targets and issues."""

from __future__ import annotations

import pytest
from tests.action.nights import retention
from tests.action.recorded import entries
from tests.action.scene import Ran, Scene, client, directory_map, repo
from tests.fakes.github import PullRequest

from lpcac.simulator.faults.faults import Fault

NORTH, SOUTH = {"map": "north.yaml"}, {"map": "south.yaml"}


@pytest.fixture
def two_maps(scene: Scene) -> Scene:
    """Return a repository with two maps, a client in each."""
    scene.repository.push(
        "main",
        {
            "lpcac.yaml": None,
            "north.yaml": directory_map(scene.director.url, client("acme", "pool-acme")),
            "south.yaml": directory_map(scene.director.url, client("globex", "pool-globex")),
        },
    )
    return scene


def comments(scene: Scene, pull: PullRequest, kind: str) -> list[str]:
    return [each.body for each in scene.own_comments(pull) if each.body.startswith(f"<!-- lpcac:{kind}:")]


def both(scene: Scene) -> tuple[PullRequest, list[Ran]]:
    """Return a pull request about a client of each map, and what both jobs said of it."""
    files = {"clients/acme/r.yaml": repo("north-repo"), "clients/globex/r.yaml": repo("south-repo")}
    pull = scene.propose("both", files)
    return pull, [scene.review(pull, inputs=inputs) for inputs in (NORTH, SOUTH, NORTH)]


def test_two_maps_have_a_plan_and_a_result_each_and_both_are_applied(two_maps: Scene) -> None:
    pull, reviewed = both(two_maps)
    assert [each.code for each in reviewed] == [0, 0, 0]
    north, south = comments(two_maps, pull, "plan")
    assert ("north-repo" in north, "south-repo" in north) == (True, False)
    assert ("north-repo" in south, "south-repo" in south) == (False, True)
    push = pull.merge()

    ran = [two_maps.pushed(push, inputs=inputs) for inputs in (NORTH, SOUTH)]

    assert [each.code for each in ran] == [0, 0], ran[1].log
    assert "north-repo" in two_maps.logpoint().names("Repo")
    assert "south-repo" in two_maps.logpoint("pool-globex").names("Repo")
    north, south = comments(two_maps, pull, "result")
    assert ("pool-acme" in north, "pool-globex" in north) == (True, False)
    assert ("pool-acme" in south, "pool-globex" in south) == (False, True)
    assert {entry.stamp.scope for entry in entries(two_maps, "globex")} == {"south.yaml"}


def test_the_record_of_another_scope_allows_nothing(scene: Scene) -> None:
    pull = scene.propose("more", {"clients/acme/r.yaml": repo("system")})
    scene.review(pull, inputs={"scope": "north"})

    ran = scene.merge(pull, inputs={"scope": "south"})

    assert ran.code == 4, ran.log
    [comment] = comments(scene, pull, "plan")
    pull.comment("github-actions[bot]", comment.replace("v1 north ", "v1 south ", 1))
    relabelled = scene.by_hand("apply", {"scope": "south"})
    assert relabelled.code == 4, relabelled.log
    assert scene.director_writes() == []


def test_a_target_of_another_scope_is_refused_with_both_names(applied: Scene) -> None:
    south = {"scope": "south"}
    pull = applied.propose("more", {"clients/acme/more.yaml": repo("more")})

    reviewed = applied.review(pull, inputs=south)

    assert reviewed.code == 4, reviewed.log
    for name in ("lpcac.yaml", "south"):
        assert f'"{name}"' in comments(applied, pull, "plan")[0]
    push = pull.merge()
    refused = applied.pushed(push, inputs=south)
    assert refused.code == 4, refused.log
    assert "belongs to scope" in refused.summary
    night = applied.night(inputs=south)
    assert (night.code, night.outputs["unreachable"]) == (1, '["acme"]')


def test_taking_over_adopts_a_target_and_the_other_job_is_refused_from_then_on(applied: Scene) -> None:
    taking = {"scope": "south", "take-over-scope": "lpcac.yaml"}
    pull = applied.propose("fewer", {"clients/acme/repos.yaml": repo("system", 90) + "---\n" + repo("security")})
    reviewed = applied.review(pull, inputs=taking)
    assert (reviewed.code, reviewed.outputs["updates"]) == (0, "1"), "its history came along"

    assert applied.merge(pull, inputs=taking).code == 0
    assert entries(applied)[0].stamp.scope == "south"
    other = applied.propose("other", {"clients/acme/more.yaml": repo("more")})
    assert applied.review(other).code == 4
    assert applied.review(other, inputs={"scope": "south"}).code == 0


def test_the_nights_of_two_scopes_leave_each_others_issues_alone(two_maps: Scene) -> None:
    pull, _ = both(two_maps)
    push = pull.merge()
    for inputs in (NORTH, SOUTH):
        assert two_maps.pushed(push, inputs=inputs).code == 0
    two_maps.logpoint().edit("Repo", "north-repo", retention(7))
    two_maps.logpoint("pool-globex").edit("Repo", "south-repo", retention(7))

    for _ in range(2):
        nights = [two_maps.night(inputs=inputs) for inputs in (NORTH, SOUTH)]
        assert [night.outputs["drifted"] for night in nights] == ['["acme"]', '["globex"]']

    found = two_maps.repository.issues(label="lpcac/drift")
    assert [(issue.title, issue.state) for issue in found] == [
        ("Drift: acme (north.yaml)", "open"),
        ("Drift: globex (south.yaml)", "open"),
    ]


def test_the_night_tells_of_clients_that_no_job_applies(scene: Scene) -> None:
    clients = client("acme", "pool-acme") + client("globex", "pool-globex")
    files = {"lpcac.yaml": directory_map(scene.director.url, clients)}
    files |= {f"clients/{name}/r.yaml": repo("system") for name in ("acme", "globex")}
    north = {"scope": "north", "clients": "acme"}
    pull = scene.propose("start", files)
    scene.review(pull, inputs=north)
    assert scene.merge(pull, inputs=north).code == 0

    night = scene.night(inputs=north)

    assert (night.code, night.outputs["lost-applies"]) == (0, "[]"), night.log
    assert "#### Merged but not applied by any job" in night.summary
    assert 'client "globex": never applied' in night.log

    south = {"scope": "south", "clients": "globex"}
    assert scene.by_hand("apply", {**south, "require-review": "false"}).code == 0
    assert "not applied by any job" not in scene.night(inputs=north).summary
    scene.repository.push("main", {"clients/globex/r.yaml": repo("system", 90)})
    assert 'which scope "south" applied last' in scene.night(inputs=north).log


def test_the_night_tells_of_a_client_of_another_job_that_was_applied_to_one_of_its_logpoints_only(
    applied: Scene,
) -> None:
    clients = client("acme", "pool-acme") + client("globex", "pool-globex", '"*"')
    applied.director.world.pool("pool-globex").add_logpoint("lp-extra").refresh_lists()
    south = {"scope": "south", "clients": "globex", "require-review": "false"}
    files = {"lpcac.yaml": directory_map(applied.director.url, clients), "clients/globex/r.yaml": repo("system")}
    applied.repository.push("main", files)
    applied.director.faults.add(Fault("order-fails", "POST", "/Repos$", count=1))
    assert applied.by_hand("apply", south).code == 1

    night = applied.night(inputs={"clients": "acme"})

    assert night.code == 0, night.log
    assert 'was not applied to logpoint "lp-' in night.log
    assert '(failed), which scope "south" set out to do' in night.log
    assert applied.by_hand("apply", south).code == 0
    assert "was not applied to" not in applied.night(inputs={"clients": "acme"}).log
