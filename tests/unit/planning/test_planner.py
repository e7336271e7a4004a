"""What a plan of one target says."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpcac.core.findings import Position
from lpcac.core.json_values import Json
from lpcac.core.resources import (
    THIS_LOGPOINT,
    THIS_POOL,
    Action,
    Desired,
    Live,
    LiveObject,
    Ownership,
    Resource,
    ResourceKey,
    Target,
)
from lpcac.kinds.references import references
from lpcac.kinds.registry import Registry
from lpcac.models import registry
from lpcac.planning.plan import Change, TargetPlan
from lpcac.planning.planner import plan_digest, plan_target

REGISTRY = registry()
TARGET = Target("acme", "pool-acme", "lp-01", "0" * 32, "1" * 32)
INVENTORIES: Mapping[str, Mapping[str, str]] = {
    "StoragePath": {"/hot": "/hot", "/cold": "/cold"},
    "NormalizationPackage": {"LP_Windows": "p1"},
    "CompiledNormalizer": {},
    "EnrichmentPolicy": {"Threat_Intelligence": "e1"},
}


def repo(name: str, *, days: int = 90, path: str = "/hot") -> tuple[ResourceKey, Json]:
    return ResourceKey("Repo", name), {"paths": [{"path": path, "retention_days": days}]}


def routing(name: str, catch_all: str) -> tuple[ResourceKey, Json]:
    return ResourceKey("RoutingPolicy", name), {"catch_all": catch_all, "routing_criteria": []}


def normalization(name: str, package: str = "LP_Windows") -> tuple[ResourceKey, Json]:
    return ResourceKey("NormalizationPolicy", name), {"normalization_packages": [package]}


def processing(name: str, routing_policy: str, **more: str) -> tuple[ResourceKey, Json]:
    return ResourceKey("ProcessingPolicy", name), {"routing_policy": routing_policy, **more}


def desired(*declared: tuple[ResourceKey, Json], external: Iterable[ResourceKey] = ()) -> Desired:
    resources = {key: Resource(key, spec, Position("x.yaml", line)) for line, (key, spec) in enumerate(declared, 1)}
    return Desired(resources, frozenset(external))


def live(*objects: tuple[ResourceKey, Json], ambiguous: Iterable[ResourceKey] = ()) -> Live:
    found = {key: LiveObject(key, spec, f"id-{key.kind}-{key.name}") for key, spec in objects}
    return Live(found, INVENTORIES, frozenset(ambiguous))


def plan(want: Desired, have: Live, *, owned: Iterable[ResourceKey] = (), prune: bool = False) -> TargetPlan:
    return plan_target(REGISTRY, TARGET, want, have, Ownership(frozenset(owned), prune))


def steps(made: TargetPlan) -> list[tuple[str, str, str]]:
    return [(change.action.value, *change.key) for change in made.changes]


@pytest.mark.parametrize("prune", [False, True])
def test_nothing_is_deleted_because_nothing_is_said(prune: bool) -> None:
    have, silent = live(repo("a"), repo("default")), replace(desired(), is_silent=True)
    made = plan(silent, have, owned=[ResourceKey("Repo", "a")], prune=prune)
    assert [error.code for error in made.errors] == ["nothing-declared"]
    assert "1 of the objects on the logpoint would be deleted" in made.errors[0].message
    assert plan(silent, have).is_empty
    assert plan(desired(), have, owned=[ResourceKey("Repo", "a")], prune=prune).errors == ()


def codes(made: TargetPlan) -> list[str]:
    return [error.code for error in made.errors]


PIPELINE = (repo("system"), routing("windows", "system"), normalization("windows"), processing("windows", "windows"))


def test_everything_is_created_on_an_empty_logpoint_after_what_it_refers_to() -> None:
    made = plan(desired(*reversed(PIPELINE)), live())
    assert sorted(steps(made)) == sorted(("create", *key) for key, _ in PIPELINE)
    position = {change.key: n for n, change in enumerate(made.changes)}
    assert all(position[needed] < position[change.key] for change in made.changes for needed in change.depends_on)
    assert {c.key.name for c in made.changes if c.depends_on} == {"windows"}


def test_a_plan_of_what_is_live_already_is_empty() -> None:
    made = plan(desired(*PIPELINE), live(*PIPELINE))
    assert (made.is_empty, made.unchanged, made.managed) == (True, 4, 4)


def test_an_update_shows_its_fields_risks_source_and_what_it_is_based_on() -> None:
    (change,) = plan(desired(repo("system", days=30)), live(repo("system"))).changes
    assert change.action is Action.UPDATE
    assert [(f.path, f.before, f.after) for f in change.fields] == [("paths[1 /hot].retention_days", 90, 30)]
    assert [risk.code for risk in change.risks] == ["retention-shortened"]
    assert change.source == Position("x.yaml", 1)
    assert change.before == repo("system")[1]


def test_what_was_never_declared_is_unmanaged_and_left_alone() -> None:
    made = plan(desired(repo("system")), live(repo("system"), repo("byhand")))
    assert made.changes == ()
    assert made.unmanaged == (ResourceKey("Repo", "byhand"),)


def test_what_git_owned_and_no_longer_declares_is_deleted_referrers_first_and_last_of_all() -> None:
    made = plan(desired(repo("new")), live(*PIPELINE), owned=[key for key, _ in PIPELINE])
    assert steps(made)[0] == ("create", "Repo", "new")
    assert all(action == "delete" for action, *_ in steps(made)[1:])
    position = {change.key: n for n, change in enumerate(made.changes)}
    assert all(position[needed] < position[change.key] for change in made.changes for needed in change.depends_on)
    doomed_repo = next(c for c in made.changes if c.key == ResourceKey("Repo", "system"))
    assert doomed_repo.depends_on == (ResourceKey("RoutingPolicy", "windows"),)


def test_prune_deletes_what_was_never_declared_but_nothing_external_or_of_the_vendor() -> None:
    have = live(repo("byhand"), repo("default"), repo("_logpoint"), repo("elsewhere"))
    made = plan(desired(repo("system"), external=[ResourceKey("Repo", "elsewhere")]), have, prune=True)
    assert [step for step in steps(made) if step[0] == "delete"] == [("delete", "Repo", "byhand")]
    assert made.unmanaged == ()


def test_vendor_objects_are_never_unmanaged_and_never_deleted_even_if_git_declared_them() -> None:
    made = plan(desired(repo("system")), live(repo("default"), repo("_x")), owned=[repo("default")[0], repo("_x")[0]])
    assert steps(made) == [("create", "Repo", "system")]
    assert made.unmanaged == ()


def test_an_object_that_became_external_is_released() -> None:
    key = repo("elsewhere")[0]
    made = plan(desired(repo("system"), external=[key]), live(repo("elsewhere")), owned=[key])
    assert (made.released, steps(made)) == ((key,), [("create", "Repo", "system")])


def test_a_vendor_object_can_be_updated_but_not_created() -> None:
    assert steps(plan(desired(repo("default", days=120)), live(repo("default")))) == [("update", "Repo", "default")]
    assert codes(plan(desired(repo("_mine")), live())) == ["vendor-name"]


def test_a_reference_into_an_inventory_that_the_logpoint_lacks_is_an_error_with_what_exists() -> None:
    made = plan(desired(normalization("windows", "LP_Window")), live())
    assert [str(error) for error in made.errors] == [
        (
            'x.yaml:1:1: NormalizationPolicy "windows": normalization package "LP_Window" does not exist on '
            'the logpoint: it has "LP_Windows"'
        )
    ]


def test_storage_paths_are_the_same_with_and_without_a_trailing_slash() -> None:
    assert plan(desired(repo("system", path="/cold")), live()).errors == ()
    assert codes(plan(desired(repo("system", path="/warm")), live())) == ["missing-on-logpoint"]


def test_an_external_object_has_to_be_live() -> None:
    want = desired(routing("windows", "elsewhere"), external=[ResourceKey("Repo", "elsewhere")])
    assert codes(plan(want, live())) == ["missing-on-logpoint"]
    assert codes(plan(want, live(repo("elsewhere")))) == []


def test_an_enrichment_policy_that_is_not_managed_is_looked_up_on_the_logpoint() -> None:
    unmanaged = Registry(kind for kind in REGISTRY.kinds.values() if kind.name != "EnrichmentPolicy")
    good = processing("windows", "windows", enrichment_policy="Threat_Intelligence")
    bad = processing("windows", "windows", enrichment_policy="Threat")
    base = (repo("system"), routing("windows", "system"))
    assert codes(plan_target(unmanaged, TARGET, desired(*base, good), live(), Ownership())) == []
    assert codes(plan_target(unmanaged, TARGET, desired(*base, bad), live(), Ownership())) == ["missing-on-logpoint"]


def test_a_deletion_that_something_live_still_needs_is_blocked() -> None:
    have = live(repo("system"), routing("byhand", "system"))
    made = plan(desired(repo("new")), have, owned=[ResourceKey("Repo", "system")])
    assert codes(made) == ["blocked-deletion"]
    assert "byhand" in made.errors[0].message


def test_a_deletion_is_not_blocked_by_what_no_longer_refers_to_it_afterwards() -> None:
    have = live(repo("old"), repo("new"), routing("windows", "old"))
    made = plan(desired(repo("new"), routing("windows", "new")), have, owned=[ResourceKey("Repo", "old")])
    assert (codes(made), steps(made)) == ([], [("update", "RoutingPolicy", "windows"), ("delete", "Repo", "old")])


def test_two_live_objects_of_one_name_are_an_error_where_git_has_a_say() -> None:
    key = ResourceKey("Repo", "system")
    assert codes(plan(desired(repo("system")), live(repo("system"), ambiguous=[key]))) == ["unusable-live-object"]
    assert codes(plan(desired(repo("new")), live(repo("system"), ambiguous=[key]), owned=[key])) == [
        "unusable-live-object"
    ]
    assert codes(plan(desired(repo("new")), live(repo("system"), ambiguous=[key]))) == []


def test_a_live_object_that_is_not_understood_is_an_error_where_git_has_a_say() -> None:
    key = ResourceKey("Repo", "system")
    odd = Live({key: LiveObject(key, {}, "id", problem="KeyError: 'repopath'")}, INVENTORIES)
    assert codes(plan(desired(repo("system")), odd)) == ["unusable-live-object"]
    assert codes(plan(desired(repo("new")), odd)) == []


def test_the_digest_binds_the_target_the_change_and_the_live_content_it_is_based_on() -> None:
    made = plan(desired(repo("system", days=30)), live(repo("system")))
    others = [
        plan(desired(repo("system", days=31)), live(repo("system"))),
        plan(desired(repo("system", days=30)), live(repo("system", days=91))),
        plan(desired(repo("system", days=30)), live()),
        plan_target(
            REGISTRY,
            replace(TARGET, logpoint_id="2" * 32),
            desired(repo("system", days=30)),
            live(repo("system")),
            Ownership(),
        ),
    ]
    assert len({made.digest, *(other.digest for other in others)}) == 5
    assert plan_digest([made, others[0]]) == plan_digest([others[0], made])


def test_the_digest_ignores_ids_positions_and_unrelated_objects() -> None:
    want, have = desired(repo("system", days=30)), live(repo("system"))
    other_ids = Live({k: replace(o, object_id="x") for k, o in have.objects.items()}, INVENTORIES)
    moved = Desired({k: replace(r, position=Position("y.yaml", 7)) for k, r in want.resources.items()})
    more = live(repo("system"), repo("byhand"))
    assert {
        plan(want, have).digest,
        plan(want, other_ids).digest,
        plan(moved, have).digest,
        plan(want, more).digest,
    } == {plan(want, have).digest}


# -- laws

_names = st.sampled_from(["a", "b", "c", "d", "e"])
_days = st.integers(1, 3)


@st.composite
def _states(draw: st.DrawFn) -> dict[ResourceKey, Json]:
    """A consistent set of objects: everything referred to is there."""
    repos = draw(st.lists(_names, min_size=1, unique=True))
    state = dict(repo(name, days=draw(_days)) for name in repos)
    routings = draw(st.lists(_names, unique=True))
    state |= dict(routing(name, draw(st.sampled_from(repos))) for name in routings)
    norms = draw(st.lists(_names, unique=True))
    state |= dict(normalization(name) for name in norms)
    if routings and norms:
        for name in draw(st.lists(_names, unique=True)):
            policy = {"normalization_policy": draw(st.sampled_from(norms))}
            state |= dict([processing(name, draw(st.sampled_from(routings)), **policy)])
    return state


def _applied(have: Live, changes: Iterable[Change]) -> Live:
    objects = dict(have.objects)
    for change in changes:
        if change.after is None:
            del objects[change.key]
        else:
            objects[change.key] = LiveObject(change.key, change.after, "id")
    return replace(have, objects=objects)


@given(_states(), _states())
def test_a_plan_after_its_apply_is_empty(want: dict[ResourceKey, Json], have: dict[ResourceKey, Json]) -> None:
    made = plan(desired(*want.items()), live(*have.items()), owned=have)
    after = _applied(live(*have.items()), made.changes)
    assert after.objects.keys() == want.keys()
    assert plan(desired(*want.items()), after, owned=have).is_empty


@given(_states(), _states())
def test_every_change_comes_after_what_it_refers_to_and_deletes_come_last(
    want: dict[ResourceKey, Json], have: dict[ResourceKey, Json]
) -> None:
    made = plan(desired(*want.items()), live(*have.items()), owned=have)
    position = {change.key: n for n, change in enumerate(made.changes)}
    assert all(position[needed] < position[change.key] for change in made.changes for needed in change.depends_on)
    is_delete = [change.action is Action.DELETE for change in made.changes]
    assert is_delete == sorted(is_delete)


@given(_states(), _states())
def test_at_every_step_everything_referred_to_exists(
    want: dict[ResourceKey, Json], have: dict[ResourceKey, Json]
) -> None:
    state = dict(have)
    for change in plan(desired(*want.items()), live(*have.items()), owned=have).changes:
        if change.after is None:
            del state[change.key]
        else:
            state[change.key] = change.after
        for key, spec in state.items():
            for _, kind, name in references(REGISTRY.shapes[key.kind], spec):
                assert kind not in REGISTRY.kinds or ResourceKey(kind, name) in state


@given(_states(), _states(), st.randoms(use_true_random=False))
def test_the_sequence_of_documents_and_of_the_live_lists_moves_nothing(
    want: dict[ResourceKey, Json], have: dict[ResourceKey, Json], shuffler: random.Random
) -> None:
    wanted, had = list(want.items()), list(have.items())
    before = plan(desired(*wanted), live(*had), owned=have)
    shuffler.shuffle(wanted)
    shuffler.shuffle(had)
    after = plan(desired(*wanted), live(*had), owned=have)
    assert (after.digest, steps(after), after.unmanaged) == (before.digest, steps(before), before.unmanaged)


def patched(pointer: str, spec: Json) -> Desired:
    key = ResourceKey("ProcessingPolicy", "windows")
    places = {pointer: Position("patch.yaml", 7)}
    return Desired({key: Resource(key, spec, Position("base.yaml", 1), places, (pointer,))})


def test_an_update_points_at_the_patch_only_when_what_it_set_is_what_differs() -> None:
    want = patched("/spec/enrichment_policy", {"routing_policy": "default", "enrichment_policy": "Threat_Intelligence"})
    have = routing("default", "default")
    (by_patch,) = plan(want, live(have, processing("windows", "default"))).changes
    both = processing("windows", "other", enrichment_policy="Threat_Intelligence")
    (by_base,) = plan(want, live(have, both)).changes
    (created,) = plan(want, live(have)).changes
    assert (by_patch.source, by_base.source, created.source) == (
        Position("patch.yaml", 7),
        Position("base.yaml", 1),
        Position("base.yaml", 1),
    )


def test_a_key_that_a_patch_removed_is_the_patchs_doing_and_a_changed_description_is_nobodys() -> None:
    have = live(routing("default", "default"), processing("windows", "default", normalization_policy="n"))
    (removed,) = plan(patched("/spec/normalization_policy", {"routing_policy": "default"}), have).changes
    (other,) = plan(patched("/metadata/normalization_policy", {"routing_policy": "default"}), have).changes
    assert (removed.source, other.source) == (Position("patch.yaml", 7), Position("base.yaml", 1))


def test_a_delete_points_at_the_patch_that_dropped_the_object() -> None:
    key, spec = repo("a")
    want = replace(desired(), dropped={key: Position("patch.yaml", 3)})
    (change,) = plan(want, live((key, spec)), owned=[key]).changes
    assert (change.action, change.source) == (Action.DELETE, Position("patch.yaml", 3))


def test_an_owned_name_that_depends_on_the_logpoint_means_this_targets_own() -> None:
    owned = [ResourceKey("Repo", f"{THIS_POOL}/{THIS_LOGPOINT}")]
    have = live(repo("pool-acme/lp-01"), repo("pool-acme/lp-02"))
    assert steps(plan(desired(), have, owned=owned)) == [("delete", "Repo", "pool-acme/lp-01")]
