"""An update writes back every value that the Director holds and that the plan does not show as changed."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.unit.sync.live_states import ACME, FOLDER
from tests.unit.sync.raw_objects import NORMALIZERS, PACKAGES, PATHS, POLICIES, REPOS, SOURCES, loose, objects

from lpcac.connectors.director.live_reader import read_live
from lpcac.connectors.director.name_table import names_of
from lpcac.connectors.director.pools import Logpoint, Pool
from lpcac.connectors.director.port import OrderState, Submission
from lpcac.core.findings import Position
from lpcac.core.json_values import Json
from lpcac.core.resources import Action, Desired, Live, Ownership, Resource, ResourceKey, Target
from lpcac.kinds.kind import OTHER_FIELDS
from lpcac.models import registry
from lpcac.planning.diff.carried_fields import declarable
from lpcac.planning.diff.field_diff import field_changes
from lpcac.planning.plan import Change, TargetPlan
from lpcac.planning.planner import plan_target
from lpcac.planning.targets.loaded_clients import load_client
from lpcac.simulator.api.resources import RESOURCES, Method
from lpcac.simulator.director import Director
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.world import NAME_FIELDS, World
from lpcac.sync.client_state import ClientFolder, ClientState
from lpcac.sync.decision import decide
from lpcac.sync.declarable import resource_value
from lpcac.sync.document_edits import literal
from lpcac.sync.result import SyncOptions, SyncResult
from lpcac.yaml_editing.emitter import block_text

SLOW = settings(deadline=None, max_examples=50, suppress_health_check=list(HealthCheck))
KINDS = list(registry().kinds)
METHODS: dict[Action, Method] = {Action.CREATE: "POST", Action.UPDATE: "PUT", Action.DELETE: "DELETE"}
OTHERS = frozenset({*(ResourceKey("Repo", name) for name in REPOS), *(ResourceKey(*each) for each in POLICIES.items())})
CLIENT = replace(ACME, external=OTHERS)
REFERENCES = {
    "routing_policy": "RoutingPolicy",
    "normalization_policy": "NormalizationPolicy",
    "enrichment_policy": "EnrichmentPolicy",
}
MARK = "mark"
"""A field that nobody knows; each item of a list has its own."""


class Desk:
    """One logpoint of a simulated Director, without HTTP and without waiting."""

    def __init__(self, kind: str, held: Json, compiled_normalizer: Any = "string") -> None:
        world = World()
        pool = world.add_pool("pool-acme")
        self.logpoint = pool.add_logpoint("lp-01", bare=True)
        self.logpoint.storage_paths = list(PATHS)
        self.logpoint.packages = dict(PACKAGES)
        self.logpoint.compiled_normalizers = dict.fromkeys(NORMALIZERS, "1.0")
        self.logpoint.enrichment_sources = list(SOURCES)
        self.logpoint.refresh_lists()
        tier = {"path": PATHS[0], "retention": 7}
        for repo in REPOS:
            self.logpoint.create("Repo", {"name": repo, "repopath": [tier], "repoha": []})
        ids = {
            "route": self.logpoint.create(
                "RoutingPolicy", {"policy_name": "route", "catch_all": REPOS[0], "routing_criteria": []}
            ),
            "enrich": self.logpoint.create(
                "EnrichmentPolicy", {"name": "enrich", "description": "", "specifications": []}
            ),
        }
        self.logpoint.create(
            "NormalizationPolicy",
            {"name": "parse", "normalization_packages": [], "compiled_normalizer": NORMALIZERS[:1]},
        )
        self.key = ResourceKey(kind, "mine")
        by_id = ("routing_policy", "enrich_policy") if kind == "ProcessingPolicy" else ()
        held = {**held, **{field: ids.get(held[field], held[field]) for field in by_id}}
        self.object_id = self.logpoint.create(kind, held)
        self.now = 0.0
        options = SimulatorOptions(compiled_normalizer_read=compiled_normalizer)
        self.director = Director(world, options, lambda: self.now)
        self.target = Target("acme", "pool-acme", "lp-01", pool.pool_uuid, self.logpoint.identifier)
        self.files: dict[str, bytes] = {}
        self.unlisted: dict[str, str] = {}
        """Fields that lists show otherwise than the object's own call, and how: "left out" or "null"."""
        self.spoilt: Json = {}
        """What the object shows in place of what the logpoint holds."""

    @property
    def held(self) -> Json:
        found = self.logpoint.find(self.key.kind, self.object_id)
        assert found is not None
        return found

    async def pools(self) -> Sequence[Pool]:
        return [Pool("pool-acme", self.target.pool_uuid, machines=(Logpoint("lp-01", self.target.logpoint_id),))]

    async def list_objects(self, target: Target, path: str) -> list[Json]:
        kind = next((each.kind for each in RESOURCES if each.path == path), None)
        address = target.pool_uuid, target.logpoint_id
        if kind is None:
            return self.director.read(*address, path)
        return [self._as_listed(obj) for obj in self.director.read_objects(*address, kind)]

    def _as_listed(self, obj: Json) -> Json:
        if obj["id"] == self.object_id:
            obj = obj | self.spoilt
        shown = {name: value for name, value in obj.items() if self.unlisted.get(name) != "left out"}
        return shown | {name: None for name, how in self.unlisted.items() if how == "null" and name in shown}

    async def get_object(self, target: Target, path: str, object_id: str) -> Json | None:
        kind = next(each.kind for each in RESOURCES if each.path == path)
        found = self.director.read_object(target.pool_uuid, target.logpoint_id, kind, object_id)
        return found | self.spoilt if found and object_id == self.object_id else found

    async def refresh(self, target: Target, path: str) -> str | None:
        raise AssertionError((target, path))

    async def submit(self, target: Target, action: Action, path: str, object_id: str | None, data: Json) -> Submission:
        raise AssertionError((target, action, path, object_id, data))

    async def order_state(self, order: str) -> OrderState:
        raise AssertionError(order)

    def live(self) -> Live:
        return asyncio.run(read_live(self, registry(), self.target, self._everything()))

    def _everything(self) -> Iterator[Resource]:
        yield Resource(ResourceKey("EnrichmentPolicy", ""), {"specifications": [{"source": "x"}]}, Position(""))
        yield Resource(ResourceKey("Repo", ""), {"paths": [{"path": "/x"}]}, Position(""))
        lists = {"normalization_packages": ["x"], "compiled_normalizers": ["x"]}
        yield Resource(ResourceKey("NormalizationPolicy", ""), lists, Position(""))

    def plan(self, spec: Json) -> TargetPlan:
        canonical = registry().kinds[self.key.kind].canonical(spec)
        resource = Resource(self.key, canonical, Position("x.yaml"))
        desired = Desired({self.key: resource})
        return plan_target(registry(), self.target, desired, self.live(), Ownership())

    def put(self, plan: TargetPlan) -> None:
        """Carry out the plan on a Director that stores whatever it is sent, as it is sent."""
        names = names_of(self.live(), registry())
        for change in plan.changes:
            kind = registry().kinds[change.key.kind]
            sent = json.loads(json.dumps(kind.to_wire(change.key.name, change.after or {}, names, True)))
            for wire, field in (("hiddenrepopath", "repopath"), ("norm_packages", "normalization_packages")):
                if wire in sent:
                    sent[field] = sent.pop(wire)
            for field in ("normalization_packages", "compiled_normalizer"):
                if field in sent:
                    sent[field] = [part for part in sent[field].split(",") if part]
            self.logpoint.replace(change.key.kind, self.object_id, sent)

    def apply(self, plan: TargetPlan) -> None:
        """Carry out the plan as an apply does, and wait for the orders."""
        names = names_of(self.live(), registry())
        for change in plan.changes:
            kind = registry().kinds[change.key.kind]
            resource = next(each for each in RESOURCES if each.path == kind.path)
            data = kind.to_wire(change.key.name, change.after or {}, names, change.action is Action.UPDATE)
            # As JSON: what travels is what a Director would be sent.
            body = json.loads(json.dumps({"data": data}))
            address = self.target.pool_uuid, self.target.logpoint_id
            self.director.write(address, (METHODS[change.action], resource, names.id_of(*change.key)), body)
            self.now += 60
            self.director.settle()

    def sync(self) -> list[str]:
        """Sync, keep what it writes, and return the names of the files that changed."""
        result = self.synced()
        assert not result.findings, result.findings
        for edit in result.edits:
            assert edit.after is not None
            self.files[edit.name] = edit.after
        return [edit.name for edit in result.edits]

    def synced(self) -> SyncResult:
        """Return what a sync would write."""
        folder = ClientFolder(FOLDER, tuple(sorted(self.files.items())), (), (), holds_more=False)
        return decide(ClientState(registry(), CLIENT, self.target, self.live(), folder), SyncOptions())

    def declared(self) -> Desired:
        """Return what the files declare."""
        loaded = load_client(CLIENT, sorted(self.files.items()), registry(), (), ()).on(self.target)
        assert not loaded.errors, loaded.errors
        return loaded.desired


def marked(held: Json) -> Json:
    """Return the object with a mark of its own in each item of its lists."""
    count = iter(range(1000))

    def walk(value: Any, *, is_item: bool = False) -> Any:
        if isinstance(value, dict):
            inner = {
                name: walk(each) if name not in ("note", "weight", "id", "tid", "x y") else each
                for name, each in value.items()
            }
            return {**inner, MARK: next(count)} if is_item else inner
        return [walk(each, is_item=isinstance(each, dict)) for each in value] if isinstance(value, list) else value

    result: Json = walk(copy.deepcopy(held))
    return result


def items_of(value: Any) -> Iterator[Json]:
    """Yield every marked item, outer ones first."""
    if isinstance(value, dict):
        if MARK in value:
            yield value
        for inner in value.values():
            yield from items_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from items_of(inner)


def own_fields(item: Json) -> Json:
    """Return the fields of an item without the lists of marked items in it."""
    return {name: value for name, value in item.items() if not any(True for _ in items_of(value))}


@st.composite
def edited(draw: st.DrawFn, kind: str, spec: Json) -> Json:
    """Give a spec that people could have made of this one: any field changed, left out, cleared, moved."""
    result = copy.deepcopy(spec)
    if "description" in result and draw(st.booleans()):
        result["description"] = draw(st.sampled_from(["new", ""]))
    if result.get("catch_all") and draw(st.booleans()):
        result["catch_all"] = draw(st.sampled_from(REPOS))
    for field in ("normalization_packages", "compiled_normalizers"):
        if result.get(field) and draw(st.booleans()):
            result[field] = result[field][1:]
    for field, referred in REFERENCES.items():
        if kind == "ProcessingPolicy" and draw(st.booleans()):
            result.pop(field, None)
            result |= draw(st.sampled_from([{}, {field: POLICIES[referred]}]))
    for field in ("paths", "remote_logpoints", "routing_criteria", "specifications"):
        if result.get(field):
            result[field] = draw(_edited_items(result[field], least=1 if field == "paths" else 0))
    return result


@st.composite
def _edited_items(draw: st.DrawFn, items: list[Json], least: int = 0) -> list[Json]:
    items = draw(st.permutations(items)) if draw(st.booleans()) else list(items)
    if len(items) > least and draw(st.booleans()):
        items.pop(draw(st.integers(0, len(items) - 1)))
    return [draw(_edited_item(item)) for item in items]


@st.composite
def _edited_item(draw: st.DrawFn, item: Json) -> Json:
    item = dict(item)
    for field in _optional(item):
        match draw(st.sampled_from(["as it is", "left out", "cleared", "set"])):
            case "left out":
                item.pop(field, None)
            case "cleared":
                item[field] = None
            case "set":
                item[field] = {"value": "set", "type": "ip", "prefix": True}[field]
    for field in ("retention_days", "available_days"):
        if field in item and draw(st.booleans()):
            item[field] = draw(st.integers(1, 400))
    for field in ("criteria", "rules"):
        if field in item:
            item[field] = draw(_edited_items(item[field]))
    return item


def _optional(item: Json) -> Sequence[str]:
    """Return the fields that a declaration may leave out to keep what is held."""
    if item.get("type") in ("KeyPresent", "KeyPresents"):
        return ["value"]
    return ["type", "prefix"] if item.get("category") == "simple" else []


def shown(change: Change) -> str:
    """Return everything that the plan shows of a change."""
    return json.dumps([[each.path, each.before, each.after] for each in change.fields])


def removed_marks(change: Change) -> set[int]:
    """Return the marks of the items that the plan shows as removed."""
    gone = [each.before for each in change.fields if each.after is None]
    return {item[OTHER_FIELDS][MARK] for item in _spec_items(gone)}


def _spec_items(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        if OTHER_FIELDS in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _spec_items(inner)


WIRE_NAMES = {
    "retention": "retention_days",
    "ha_day": "available_days",
    "norm_policy": "normalization_policy",
    "enrich_policy": "enrichment_policy",
    "compiled_normalizer": "compiled_normalizers",
}


def unordered(value: Any) -> Any:
    """Return a value without the order of names, which means nothing, and null as the empty text that it stands for."""
    return sorted(value) if isinstance(value, list) and all(isinstance(each, str) for each in value) else value or ""


def unlisted(kind: str) -> st.SearchStrategy[dict[str, str]]:
    """Give fields of an object that its list may leave out, or say null of."""
    fields = sorted(registry().kinds[kind].held_fields)
    return st.dictionaries(st.sampled_from(fields), st.sampled_from(["left out", "null"]))


@SLOW
@given(st.sampled_from(KINDS), st.data())
def test_an_update_loses_nothing_that_the_plan_does_not_show(kind: str, data: st.DataObject) -> None:
    desk = Desk(kind, marked(data.draw(objects[kind])))
    desk.unlisted = data.draw(unlisted(kind))
    check_that_an_update_loses_nothing(desk, data, desk.apply)


@SLOW
@given(st.sampled_from(["Repo", "RoutingPolicy", "EnrichmentPolicy"]), st.data())
def test_an_update_loses_nothing_of_objects_in_forms_that_no_director_is_known_to_hold(
    kind: str, data: st.DataObject
) -> None:
    desk = Desk(kind, marked(data.draw(loose(kind))))
    check_that_an_update_loses_nothing(desk, data, desk.put)


def check_that_an_update_loses_nothing(
    desk: Desk, data: st.DataObject, carry_out: Callable[[TargetPlan], None]
) -> None:
    kind, before = desk.key.kind, desk.held
    found = desk.live().objects[desk.key]
    assert found.problem is None
    plan = desk.plan(data.draw(edited(kind, declarable(found.spec))))
    assert plan.errors == ()
    carry_out(plan)
    after = desk.held
    event(f"{kind}: {len(plan.changes)}")
    if not plan.changes:
        assert after == before
        return
    (change,) = plan.changes
    assert change.fields
    top = set(registry().kinds[kind].held_fields)
    assert {n: v for n, v in before.items() if n not in top} == {n: v for n, v in after.items() if n not in top}
    unknown = before.keys() & {"last_editor", "colour"}
    assert {risk.message.split("`")[1] for risk in change.risks if risk.code == "unknown-field"} == unknown
    for field in top:
        if not any(True for _ in items_of(before[field])) and unordered(before[field]) != unordered(after[field]):
            assert WIRE_NAMES.get(field, field) in shown(change)
    left = {item[MARK]: item for item in items_of(after)}
    assert len(left) == len(list(items_of(after)))
    for item in items_of(before):
        if item[MARK] not in left:
            assert item[MARK] in removed_marks(change)
            continue
        now = own_fields(left[item[MARK]])
        for name, value in own_fields(item).items():
            # An empty list holds nothing that could be lost.
            # So are a flag and its text.
            is_same = now.get(name) == value or (isinstance(value, str) and str(now.get(name)).lower() == value)
            if not is_same and value != []:
                wanted = WIRE_NAMES.get(name, name)
                assert any(each.path.endswith(f".{wanted}") for each in change.fields), (name, change.fields)
    assert not desk.plan(declarable(change.after)).changes


@SLOW
@given(st.sampled_from(KINDS), st.data())
def test_what_is_declared_in_part_is_written_once_and_then_there_is_nothing_to_do(
    kind: str, data: st.DataObject
) -> None:
    desk = Desk(kind, marked(data.draw(objects[kind])))
    wanted = data.draw(edited(kind, declarable(desk.live().objects[desk.key].spec)))
    desk.apply(desk.plan(wanted))
    again = desk.plan(wanted)
    assert (again.changes, again.errors) == ((), ())


@SLOW
@given(st.sampled_from(KINDS), st.sampled_from(["string", "list", "absent_when_empty", "absent"]), st.data())
def test_a_sync_takes_every_object_and_a_plan_of_it_is_empty(
    kind: str, compiled_normalizer: str, data: st.DataObject
) -> None:
    desk = Desk(kind, marked(data.draw(objects[kind] | loose(kind))), compiled_normalizer)
    desk.unlisted = data.draw(unlisted(kind))
    assert desk.sync()
    desired = desk.declared()
    assert desk.key in desired.resources
    assert plan_target(registry(), desk.target, desired, desk.live(), Ownership()).is_empty
    assert desk.sync() == []


@SLOW
@given(st.sampled_from(KINDS), st.data())
def test_a_sync_leaves_what_people_declared_and_applied_as_they_wrote_it(kind: str, data: st.DataObject) -> None:
    desk = Desk(kind, marked(data.draw(objects[kind])))
    wanted = data.draw(edited(kind, declarable(desk.live().objects[desk.key].spec)))
    text = block_text(resource_value(*desk.key, literal(wanted)))
    desk.files = {f"{FOLDER}/mine.yaml": text.encode()}
    desired = desk.declared()
    plan = plan_target(registry(), desk.target, desired, desk.live(), Ownership())
    assert plan.errors == ()
    desk.apply(plan)
    assert plan_target(registry(), desk.target, desk.declared(), desk.live(), Ownership()).is_empty
    desk.sync()
    assert desk.files[f"{FOLDER}/mine.yaml"].decode() == text


@pytest.mark.parametrize("name", NAME_FIELDS)
def test_every_kind_says_which_fields_hold_its_spec(name: str) -> None:
    assert registry().kinds[name].held_fields


def test_the_digest_covers_what_travels() -> None:
    digests = set()
    for weight in (1, 2):
        tier = {"path": PATHS[0], "retention": 7, "weight": weight}
        desk = Desk("Repo", {"name": "mine", "repopath": [tier], "repoha": []})
        desk.target = Target("acme", "pool-acme", "lp-01", desk.target.pool_uuid, desk.target.logpoint_id)
        (change,) = desk.plan({"paths": [{"path": "/data_hot", "retention_days": 8}]}).changes
        assert [each.path for each in change.fields] == ["paths[1 /data_hot].retention_days"]
        digests.add(change.digest)
    assert len(digests) == 2


def test_only_what_is_declared_differently_shows() -> None:
    rule = {"category": "simple", "source_key": "a", "operation": "Equals", "event_key": "b", "type": "ip"}
    held = {
        "name": "mine",
        "description": "old",
        "specifications": [{"source": "geo_ip", "criteria": [], "rules": [rule]}],
    }
    desk = Desk("EnrichmentPolicy", held)
    left_out = {k: v for k, v in rule.items() if k != "type"}
    (change,) = desk.plan(
        {"description": "new", "specifications": [{"source": "geo_ip", "criteria": [], "rules": [left_out]}]}
    ).changes
    assert [each.path for each in change.fields] == ["description"]
    (change,) = desk.plan(
        {
            "description": "old",
            "specifications": [{"source": "geo_ip", "criteria": [], "rules": [{**rule, "type": None}]}],
        }
    ).changes
    ((path, before, after),) = [(each.path, each.before, each.after) for each in change.fields]
    assert (path.rpartition(".")[2], before, after) == ("type", "ip", None)
    assert (
        field_changes(change.before or {}, change.after or {}, registry().shapes["EnrichmentPolicy"]) == change.fields
    )
