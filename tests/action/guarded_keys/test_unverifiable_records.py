"""Records of what was reviewed that nobody can verify: anybody may have written them, so they loosen nothing."""

from __future__ import annotations

import pytest
from tests.action.guarded_keys.test_reviewed_rules import SHORT, ruled
from tests.action.recorded import forget_reviewed_maps
from tests.action.scene import Scene, client, directory_map, repo

from lpcac.action.run_history.deployments.contents import Task
from lpcac.action.run_history.deployments.parts import payloads
from lpcac.action.run_history.reviewed_map import ReviewedMap
from lpcac.directory_map.guarded_map import GuardedMap
from lpcac.lint.codes import graver_levels
from lpcac.simulator.world import demo_world

__all__ = ["ruled"]

ACME = client("acme", "pool-acme")
RESOURCE = {"clients/acme/r.yaml": repo("system")}
ENTRY = {"path": "clients/acme", "director": "main", "pool": "pool-acme", "logpoints": ["lp-01"]}


def forge(scene: Scene, url: str, **entry: object) -> None:
    """Record, without any signature, that this address and an entry were reviewed, and that nothing is checked."""
    values = {
        "require_approval": False,
        "require_review": True,
        "accept": [],
        "rules": [],
        "lint": {"unused-repo": "off"},
        "directors/main": {"url": url, "token_env": "DIRECTOR_TOKEN"},
        "clients/acme": {**ENTRY, **entry},
    }
    forged = ReviewedMap("octo/clients", "lpcac.yaml", 9, "0" * 40, 0, GuardedMap(values))
    [part] = payloads(forged.document(lambda _: {}))
    scene.repository.deploy("lpcac", payload=part, task=Task.MAP.value)


@pytest.mark.parametrize("forced", [False, True])
def test_a_record_that_nobody_can_verify_moves_no_director(
    scene: Scene,
    make_director,  # noqa: ANN001
    *,
    forced: bool,
) -> None:
    attacker = make_director(demo_world())
    forge(scene, attacker.url)
    push = scene.repository.push("main", {"lpcac.yaml": directory_map(attacker.url, ACME), **RESOURCE})
    if forced:
        git = scene.repository.git
        push = scene.repository.force_push(
            "main", git.write_commit(git.read(push.after).tree, [], "Begin anew", "mallory")
        )

    ran = scene.pushed(push)

    assert ran.code == 4, ran.log
    assert attacker.requests == ()


def test_a_record_that_nobody_can_verify_lets_no_client_count(scene: Scene) -> None:
    scene.landed("start", RESOURCE)
    forget_reviewed_maps(scene)
    forge(scene, scene.director.url, prune=True, max_deletes=999, max_delete_percent=100)
    more = "prune: true, limits: {max_deletes: 999, max_delete_percent: 100}"
    entry = directory_map(scene.director.url, client("acme", "pool-acme", more=more))
    before = len(scene.director_writes())

    ran = scene.pushed(scene.repository.push("main", {"lpcac.yaml": entry}))

    assert ran.code == 4, ran.log
    assert "its entry in the map was not reviewed by anyone" in ran.summary
    assert len(scene.director_writes()) == before


def test_a_record_that_nobody_can_verify_takes_away_no_rule_and_no_lint_level(ruled: Scene) -> None:
    url = ruled.director.url
    strict = directory_map(url, ACME, more="rules: [rules]\nlint: {unused-repo: error}\n")
    ruled.repository.push("main", {"lpcac.yaml": strict})
    forget_reviewed_maps(ruled)
    forge(ruled, url)
    loose = directory_map(url, ACME, more="rules: []\nlint: {unused-repo: off}\n")
    pull = ruled.propose("short", {**SHORT, "lpcac.yaml": loose, "rules/own.yaml": None})
    before = len(ruled.director_writes())

    reviewed, merged = ruled.review(pull), ruled.merge(pull)

    assert (reviewed.code, merged.code) == (3, 3), reviewed.log + merged.log
    assert "Kept for a month" in reviewed.summary
    assert "Kept for a month" in merged.summary
    shown = ruled.plan_comment(pull)
    assert "removes rule" in shown
    assert "sets lint code `unused-repo` from error to off" in shown or "unused-repo from error to off" in shown
    assert len(ruled.director_writes()) == before


@pytest.mark.parametrize(
    ("some", "others", "graver"),
    [
        ({}, {}, {}),
        ({"unused-repo": "error"}, {"unused-repo": "off"}, {"unused-repo": "error"}),
        ({"unused-repo": "off"}, {}, {"unused-repo": "warning"}),
        ({}, {"unused-repo": "error"}, {"unused-repo": "error"}),
        ({"unused-repo": ["odd"], "no-code": "off"}, {"unused-repo": "notice"}, {"unused-repo": "notice"}),
    ],
)
def test_of_two_lint_levels_the_graver_one_is_taken(
    some: dict[str, object], others: dict[str, object], graver: dict[str, str]
) -> None:
    assert graver_levels(some, others) == graver
