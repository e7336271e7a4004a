"""Plans far beyond what a comment holds, through the whole action: shown, recorded, merged."""

from __future__ import annotations

import json
import random
from pathlib import Path

from tests.action.scene import Scene, repo
from tests.action.sharding.test_sharding import many

from lpcac.action.plan_record.encoding import find_record

LIMIT = 65_536
TEXT = "größe-日本語-🦊-" * 12


def policy(name: str, catch_all: str, criteria: int) -> str:
    """Return a routing policy whose every criterion throws events away, under long names of many scripts."""
    rows = "".join(
        f"    - {{type: KeyPresentValueMatches, key: 'key-{number}', value: '{TEXT}{number}', drop: discard}}\n"
        for number in range(criteria)
    )
    return (
        f"apiVersion: logpoint-cac/v1\nkind: RoutingPolicy\nmetadata: {{name: {name}}}\n"
        f"spec:\n  catch_all: {catch_all}\n  routing_criteria:\n{rows}"
    )


def test_sixty_clients_and_ten_megabytes_are_told_in_one_comment_and_applied(scene: Scene) -> None:
    files = many(scene, 60)
    files |= {
        f"clients/client-{n:03d}/p.yaml": policy(f"policy-{n:03d}", f"repo-client-{n:03d}", 400) for n in range(60)
    }
    pull = scene.propose("large", files)

    reviewed = scene.review(pull)

    assert reviewed.code == 0, reviewed.log[-2000:]
    comment = scene.plan_comment(pull)
    assert len(comment.encode()) <= LIMIT
    assert "120 to create" in comment.splitlines()[1]
    assert all(f"policy-{n:03d}" in comment for n in range(60)), "every risk stands there"
    assert "Left out for size" in comment
    record = find_record(comment)
    assert len(record.targets) + len(record.wholes) == 60
    plan = Path(reviewed.job.workspace) / reviewed.outputs["plan-file"]
    assert plan.stat().st_size > 10_000_000
    assert len(json.loads(plan.read_text(encoding="utf-8"))["targets"]) == 60
    assert len(reviewed.summary.encode()) <= 1024 * 1024

    merged = scene.merge(pull)

    assert merged.code == 0, merged.log[-2000:]
    assert "policy-059" in scene.logpoint("pool-many", "client-059").names("RoutingPolicy")
    assert len(scene.result_comment(pull).encode()) <= LIMIT


def test_a_record_without_room_for_every_change_lets_only_the_equal_plan_pass(scene: Scene) -> None:
    names = [random.Random(number).randbytes(120).hex() for number in range(160)]
    pull = scene.propose("large", {"clients/acme/r.yaml": "---\n".join(repo(name) for name in names)})
    reviewed = scene.review(pull)
    assert reviewed.code == 0, reviewed.log[-2000:]
    record = find_record(scene.plan_comment(pull))
    assert (len(record.targets), len(record.wholes)) == (0, 1)
    push = pull.merge()
    scene.logpoint().create("Repo", {"name": names[0], "repopath": [{"path": "/data_hot/", "retention": 30}]})

    other = scene.pushed(push)

    assert other.code == 4, other.log[-2000:]
    assert "not the one that was reviewed" in scene.result_comment(pull)
    scene.logpoint().delete("Repo", names[0])
    equal = scene.pushed(push, attempt=2)
    assert equal.code == 0, equal.log[-2000:]
    assert set(names) <= set(scene.logpoint().names("Repo"))
