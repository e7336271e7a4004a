"""A forced push back to a merge whose review was used already: what it showed of the map does not count again."""

from __future__ import annotations

import pytest
from tests.action.recorded import wholes
from tests.action.scene import Scene, client, directory_map, repo

from lpcac.action.run_history.deployments.contents import Task
from lpcac.action.run_history.deployments.parts import Whole
from lpcac.action.run_history.reviewed_map import reviewed_map_of
from lpcac.simulator.world import demo_world

ACME = client("acme", "pool-acme")
ACCEPT = "accept:\n  - {kind: Repo, name: system, reason: agreed, until: '2026-12-31'}\n"


def test_a_director_that_was_taken_back_does_not_count_again_after_a_forced_push(
    applied: Scene,
    make_director,  # noqa: ANN001
) -> None:
    other, first = make_director(demo_world()), applied.director.url
    away = applied.propose("away", {"lpcac.yaml": directory_map(other.url, ACME)})
    applied.review(away)
    moved = away.merge()
    applied.pushed(moved)
    applied.landed("back", {"lpcac.yaml": directory_map(first, ACME)})
    asked = len(other.requests)
    forced = applied.repository.force_push("main", moved.after)

    ran = [applied.pushed(forced, attempt=attempt) for attempt in (1, 2)]
    ran.append(applied.pushed(applied.repository.push("main", {"clients/acme/last.yaml": repo("last")})))
    ran.append(applied.night())

    assert [each.code for each in ran] == [4, 4, 4, 1], ran[1].log
    assert len(other.requests) == asked


def test_a_setting_that_was_taken_back_does_not_count_again_after_a_forced_push_but_with_a_new_review(
    applied: Scene,
) -> None:
    loose, strict = (directory_map(applied.director.url, ACME, more=more) for more in (ACCEPT, ""))
    applied.landed("loose", {"lpcac.yaml": loose})
    before = applied.repository.git.sha("main")
    applied.landed("strict", {"lpcac.yaml": strict})
    forced = applied.repository.force_push("main", before)
    applied.logpoint().edit("Repo", "system", lambda fields: fields["repopath"][0].update(retention=7))

    for attempt in (1, 2):
        applied.pushed(forced, attempt=attempt)
    night = applied.night()
    anew = applied.propose("anew", {"README.md": "# Clients"})
    reviewed, merged = applied.review(anew), applied.merge(anew)

    assert night.outputs["has-drift"] == "true"
    assert (reviewed.code, merged.code) == (0, 0), merged.log
    assert applied.night().outputs["has-drift"] == "false"


@pytest.mark.parametrize("used", ["", 5, "yesterday", "2026-03-02T03:00:00"])
def test_a_record_with_another_text_than_a_time_is_none(applied: Scene, used: object) -> None:
    [whole] = wholes(applied, Task.MAP)
    assert reviewed_map_of(whole) is not None

    assert reviewed_map_of(Whole(whole.name, {**whole.content, "used": used}, whole.order, whole.recorded)) is None
