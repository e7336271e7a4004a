"""Targets whose plans say the same are grouped, and only those."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from lpcac.core.findings import Finding, Position
from lpcac.core.json_values import Json
from lpcac.core.resources import Desired, Live, LiveObject, Ownership, Resource, ResourceKey, Target
from lpcac.directory_map.directory_map import Acceptance
from lpcac.kinds.kind import Risk
from lpcac.models import registry
from lpcac.planning.drift import Drift, drift_of
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.planning.plan import TargetPlan
from lpcac.planning.planner import plan_target
from lpcac.planning.targets.identical import alike_drifts, alike_targets


def spec(days: int) -> Json:
    return {"paths": [{"path": "/data_hot", "retention_days": days}]}


def planned(
    client: str, before: int = 30, after: int = 90, file: str = "a.yaml", name: str = "system"
) -> GuardedTarget:
    key = ResourceKey("Repo", name)
    target = Target(client, f"pool-{client}", "lp-01", f"uuid-{client}", "id")
    desired = Desired({key: Resource(key, spec(after), Position(file))})
    live = Live({key: LiveObject(key, spec(before), "1")}, {"StoragePath": {"/data_hot": "/data_hot"}})
    return GuardedTarget(plan_target(registry(), target, desired, live, Ownership()))


def groups(*targets: GuardedTarget) -> list[list[str]]:
    return [[target.plan.target.client for target in group.targets] for group in alike_targets(targets)]


def test_the_same_changes_make_one_group_where_its_first_target_stood() -> None:
    found = alike_targets([planned("a"), planned("b", after=60), planned("c", file="other.yaml")])
    assert [group.clients for group in found] == [("a", "c"), ("b",)]
    assert found[0].first.plan.target.client == "a"


def test_clients_are_named_once_however_many_logpoints_they_have() -> None:
    one = planned("a")
    two = replace(one, plan=replace(one.plan, target=replace(one.plan.target, logpoint="lp-02", logpoint_id="2")))
    (group,) = alike_targets([one, two])
    assert (len(group.targets), group.clients) == (2, ("a",))


def test_another_value_before_after_or_another_object_is_another_change() -> None:
    assert groups(planned("a"), planned("b", before=20), planned("c", after=91), planned("d", name="x")) == [
        ["a"],
        ["b"],
        ["c"],
        ["d"],
    ]


def test_what_is_unchanged_or_unmanaged_makes_no_difference() -> None:
    one, other = planned("a"), planned("b")
    other = replace(other, plan=replace(other.plan, unchanged=7, unmanaged=(ResourceKey("Repo", "x"),), managed=9))
    assert groups(one, other) == [["a", "b"]]


def test_what_is_left_alone_from_now_on_and_what_is_destroyed_tell_targets_apart() -> None:
    one, released, risky = planned("a"), planned("b"), planned("c")
    released = replace(released, plan=replace(released.plan, released=(ResourceKey("Repo", "x"),)))
    (change,) = risky.plan.changes
    risky = replace(risky, plan=replace(risky.plan, changes=(replace(change, risks=(Risk("r", "logs go"),)),)))
    assert groups(one, released, risky) == [["a"], ["b"], ["c"]]


def test_what_a_base_asks_for_and_logpoints_lack_reads_alike_on_all_of_them() -> None:
    def lacking(client: str, *, elsewhere: bool = False) -> GuardedTarget:
        target = Target(client, f"pool-{client}", f"lp-{client}", f"uuid-{client}", f"id-{client}")
        key, gone, used = ResourceKey("Repo", "system"), ResourceKey("Repo", "gone"), ResourceKey("RoutingPolicy", "r")
        objects = {
            gone: LiveObject(gone, spec(1), "1"),
            used: LiveObject(used, {"catch_all": "gone", "routing_criteria": []}, "2"),
        }
        desired = Desired({key: Resource(key, spec(90), Position("a.yaml"))}, is_silent=True)
        inventories = {"StoragePath": {"/other": "/other"} if elsewhere else {}}
        plan = plan_target(registry(), target, desired, Live(objects, inventories), Ownership(frozenset({gone})))
        assert [error.code for error in plan.errors] == ["missing-on-logpoint", "blocked-deletion", "nothing-declared"]
        return GuardedTarget(plan)

    assert groups(lacking("a"), lacking("b"), lacking("c", elsewhere=True)) == [["a", "b"], ["c"]], "what c has is told"


def test_drift_is_alike_when_the_same_differs_for_the_same_reasons() -> None:
    def drift(client: str, days: int = 30, accept: str = "", **more: Any) -> Drift:
        entry = Acceptance("Repo", "system", accept, date.max)
        return replace(drift_of(planned(client, before=days).plan, [entry] if accept else ()), **more)

    drifts = [
        drift("a"),
        drift("b", unmanaged=(ResourceKey("Repo", "x"),)),
        drift("c", days=31),
        drift("d", accept="known"),
        drift("e", accept="known since"),
        drift("f", errors=(Finding("a", "wrong"),)),
        drift("g", not_checked="not there"),
        replace(drift("h"), changed=(), missing=drift("h").changed),
    ]
    found = [[each.target.client for each in group] for group in alike_drifts(drifts)]
    assert found == [["a", "b"], ["c"], ["d"], ["e"], ["f"], ["g"], ["h"]]


def test_errors_refusals_and_reasons_why_nothing_was_read_tell_targets_apart() -> None:
    def of(client: str, plan: TargetPlan, *refusals: Refusal) -> GuardedTarget:
        return GuardedTarget(replace(plan, target=Target(client, "p", "l", "u", "i")), refusals)

    empty = planned("x", before=90).plan
    error = replace(empty, errors=(Finding("a", "wrong"),))
    unread = replace(empty, unread="not there")
    assert groups(
        of("a", empty),
        of("b", error),
        of("c", unread),
        of("d", empty, Refusal("r", "no")),
        of("e", error),
        of("f", empty),
    ) == [["a", "f"], ["b", "e"], ["c"], ["d"]]
