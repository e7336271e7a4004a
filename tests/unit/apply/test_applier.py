"""Applying whole plans, in virtual time, to the simulator's Director without HTTP in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strength import examples

from lpcac.apply.applier import Applier, Job, Pacing
from lpcac.apply.report import Outcome, State, TargetReport
from lpcac.connectors.director.live_reader import read_live
from lpcac.connectors.director.pools import Pool
from lpcac.connectors.director.port import Accepted, AnswerLost, Finished, OrderState, Rejected, Running, Submission
from lpcac.core.errors import DirectorError
from lpcac.core.findings import Position
from lpcac.core.json_values import Json
from lpcac.core.resources import Action, Desired, Ownership, Resource, ResourceKey, Target
from lpcac.directory_map.limits import Limits
from lpcac.kinds.references import references
from lpcac.models import registry
from lpcac.planning.guard import approve
from lpcac.planning.plan import Change
from lpcac.planning.planner import plan_target
from lpcac.simulator.api.refusals import Refusal
from lpcac.simulator.api.resources import RESOURCES
from lpcac.simulator.director import Director
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.world import NAME_FIELDS, Logpoint, demo_world

Virtually = Callable[[Coroutine[Any, Any, Any]], Any]
REGISTRY = registry()
RESOURCE_AT = {resource.path: resource for resource in RESOURCES}
METHODS: Any = {Action.CREATE: "POST", Action.UPDATE: "PUT", Action.DELETE: "DELETE"}


class WithoutHttp:
    """A simulated Director behind the port that the use cases see.

    If it is told to, it loses some answers, and drops some writes: each of them once, as a write that never gets
    through is rightly given up.
    """

    def __init__(self, options: SimulatorOptions, *, lost: float = 0.0, dropped: float = 0.0) -> None:
        self.world = demo_world()
        pool = self.world.pool("pool-acme")
        self.logpoint: Logpoint = pool.logpoint("lp-01")
        self.target = Target("acme", pool.name, self.logpoint.name, pool.pool_uuid, self.logpoint.identifier)
        self._director = Director(self.world, options, lambda: asyncio.get_running_loop().time())
        self._address = (pool.pool_uuid, self.logpoint.identifier)
        self._random = Random(options.seed)
        self._lost, self._dropped = lost, dropped
        self._gone: set[object] = set()
        self.submissions: list[tuple[Action, str]] = []
        self.is_readable = True

    async def pools(self) -> Sequence[Pool]:
        raise NotImplementedError

    async def refresh(self, target: Target, path: str) -> str | None:
        raise NotImplementedError

    async def list_objects(self, target: Target, path: str) -> list[Json]:
        assert target == self.target
        await asyncio.sleep(0.02)
        if not self.is_readable:
            raise DirectorError("the lists are out of order")
        if path in RESOURCE_AT:
            return self._director.read_objects(*self._address, RESOURCE_AT[path].kind)
        return self._director.read(*self._address, path)

    async def get_object(self, target: Target, path: str, object_id: str) -> Json | None:
        assert target == self.target
        await asyncio.sleep(0.02)
        try:
            return self._director.read_object(*self._address, RESOURCE_AT[path].kind, object_id)
        except Refusal:
            return None  # A list may still have what was deleted a moment ago.

    async def submit(self, target: Target, action: Action, path: str, object_id: str | None, data: Json) -> Submission:
        assert target == self.target
        self.submissions.append((action, path))
        await asyncio.sleep(0.02)
        write = (action, path, object_id, repr(data))
        if self._random.random() < self._dropped and write not in self._gone:
            self._gone.add(write)
            return AnswerLost("dropped")
        body = None if action is Action.DELETE else {"data": data}
        try:
            order = self._director.write(self._address, (METHODS[action], RESOURCE_AT[path], object_id or ""), body)
        except Refusal as refusal:
            return Rejected(refusal.message)
        return AnswerLost("lost") if self._random.random() < self._lost else Accepted(order)

    async def order_state(self, order: str) -> OrderState:
        await asyncio.sleep(0.01)
        try:
            state = self._director.order_state(*self._address, order.rpartition("/")[2])
        except Refusal:
            return Running(unheard_of=True)
        response = state.get("response") or {}
        return Finished(response["success"], response["message"]) if "success" in response else Running()


@dataclass
class Diary:
    """What apply said, in its sequence."""

    lines: list[tuple[str, ResourceKey]]

    def started(self, target: Target, change: Change) -> None:
        del target
        self.lines.append(("started", change.key))

    def finished(self, target: Target, outcome: Outcome) -> None:
        del target
        self.lines.append((outcome.state.value, outcome.change.key))


def declared(specs: dict[ResourceKey, Json]) -> Desired:
    return Desired(
        {
            key: Resource(key, REGISTRY.kinds[key.kind].canonical(spec), Position("x.yaml"))
            for key, spec in specs.items()
        }
    )


async def apply(
    director: WithoutHttp,
    desired: Desired,
    owned: Iterable[ResourceKey] = (),
    *,
    pacing: Pacing | None = None,
    diary: Diary | None = None,
) -> TargetReport:
    """Plan what is declared, apply the plan, and return the report."""
    ownership = Ownership(frozenset(owned))
    live = await read_live(director, REGISTRY, director.target, desired.resources.values())
    plan = plan_target(REGISTRY, director.target, desired, live, ownership)
    assert plan.errors == ()
    approved = approve(plan, Limits(allow_repo_delete=True), frozenset({plan.digest}))
    job = Job(approved, desired, live, ownership, director)
    (report,) = await Applier(REGISTRY, pacing or Pacing(), diary or Diary([])).apply([job])
    return report


# -- any pipeline, on any Director


@st.composite
def pipelines(draw: st.DrawFn) -> dict[ResourceKey, Json]:
    """Draw a pipeline in which every reference is declared."""
    paths = ["/data_hot", "/data_warm", "/cold_nfs"]
    tiers = st.lists(st.sampled_from(paths), min_size=1, unique=True)
    made: dict[ResourceKey, Json] = {}
    repos = draw(st.lists(st.sampled_from(["r1", "r2", "r3", "r4"]), min_size=1, unique=True))
    for name in repos:
        days = st.integers(1, 400)
        found = [{"path": path, "retention_days": draw(days)} for path in draw(tiers)]
        made[ResourceKey("Repo", name)] = {"paths": found}
    routings = draw(st.lists(st.sampled_from(["p1", "p2", "p3"]), unique=True))
    for name in routings:
        criteria = [
            {"type": "KeyPresent", "key": key, "repo": draw(st.sampled_from(repos)), "drop": "store"}
            for key in draw(st.lists(st.sampled_from("abc"), max_size=3))
        ]
        made[ResourceKey("RoutingPolicy", name)] = {
            "catch_all": draw(st.sampled_from(repos)),
            "routing_criteria": criteria,
        }
    normalizations = draw(st.lists(st.sampled_from(["n1", "n2"]), unique=True))
    for name in normalizations:
        packages = draw(
            st.lists(st.sampled_from(["LP_Linux", "LP_Windows", "LP_Squid_Proxy"]), min_size=1, unique=True)
        )
        made[ResourceKey("NormalizationPolicy", name)] = {"normalization_packages": packages}
    for name in draw(st.lists(st.sampled_from(["x1", "x2", "x3"]), unique=True)) if routings else []:
        spec = {"routing_policy": draw(st.sampled_from(routings))}
        if normalizations and draw(st.booleans()):
            spec["normalization_policy"] = draw(st.sampled_from(normalizations))
        made[ResourceKey("ProcessingPolicy", name)] = spec
    return made


directors = st.builds(
    SimulatorOptions,
    order_delay=st.sampled_from([0.05, 1.0, 4.0]),
    order_delay_jitter=st.sampled_from([0.0, 0.7]),
    list_lag=st.sampled_from([0.0, 0.8, 3.0]),
    unfinished_order=st.sampled_from(["empty_response", "null_response", "status", "not_found", "no_success"]),
    late_reference_check=st.booleans(),
    duplicate_names=st.sampled_from(["refuse", "fail_order", "allow"]),
    compiled_normalizer_read=st.sampled_from(["string", "list", "absent_when_empty"]),
    workers_per_logpoint=st.sampled_from([None, 2]),
    seed=st.integers(0, 1000),
)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=pipelines(), second=pipelines(), options=directors, lost=st.sampled_from([0.0, 0.2]))
def test_a_plan_after_an_apply_is_empty_and_nothing_was_made_twice(
    first: dict[ResourceKey, Json],
    second: dict[ResourceKey, Json],
    options: SimulatorOptions,
    lost: float,
    virtually: Virtually,
) -> None:
    async def work() -> None:
        director = WithoutHttp(options, lost=lost, dropped=lost / 4)
        owned: Iterable[ResourceKey] = ()
        for specs in (first, second):
            desired, diary = declared(specs), Diary([])
            report = await apply(director, desired, owned, diary=diary)
            assert [(o.change.key, o.detail) for o in report.outcomes if o.state is not State.DONE] == []
            assert report.is_done
            live = await read_live(director, REGISTRY, director.target, desired.resources.values())
            again = plan_target(REGISTRY, director.target, desired, live, Ownership(frozenset(owned)))
            assert again.is_empty
            assert_order_respected(report, diary)
            owned = specs
        for kind, name_field in NAME_FIELDS.items():
            names = [each[name_field] for each in director.logpoint.objects(kind)]
            assert len(names) == len(set(names))
            wanted = {key.name for key in second if key.kind == kind}
            assert {name for name in names if len(name) == 2} == wanted

    virtually(work())


def assert_order_respected(report: TargetReport, diary: Diary) -> None:
    """Fail unless each change was started after all that it refers to was done, and deletes after everything else."""
    at = {(word, key): number for number, (word, key) in enumerate(diary.lines)}
    writes = [change for change in report.plan.changes if change.action is not Action.DELETE]
    deletes = {change.key: change for change in report.plan.changes if change.action is Action.DELETE}
    for change in writes:
        needed = {
            ResourceKey(kind, name) for _, kind, name in references(REGISTRY.shapes[change.key.kind], change.after)
        }
        for key in needed & {other.key for other in writes}:
            assert at["done", key] < at["started", change.key]
    for key in deletes:
        assert all(at["done", other.key] < at["started", key] for other in writes)
    for key, change in deletes.items():
        referred = {ResourceKey(kind, name) for _, kind, name in references(REGISTRY.shapes[key.kind], change.before)}
        assert all(at["done", key] < at["started", other] for other in referred & deletes.keys())


# -- what is told when not all is done

PIPELINE: dict[ResourceKey, Json] = {
    ResourceKey("Repo", "r1"): {"paths": [{"path": "/data_hot", "retention_days": 9}]},
    ResourceKey("Repo", "r2"): {"paths": [{"path": "/data_hot", "retention_days": 9}]},
    ResourceKey("RoutingPolicy", "p1"): {"catch_all": "r1", "routing_criteria": []},
    ResourceKey("RoutingPolicy", "p2"): {"catch_all": "r2", "routing_criteria": []},
    ResourceKey("NormalizationPolicy", "n1"): {"normalization_packages": ["LP_Linux"]},
    ResourceKey("ProcessingPolicy", "x1"): {"routing_policy": "p1", "normalization_policy": "n1"},
    ResourceKey("ProcessingPolicy", "x2"): {"routing_policy": "p2"},
}


class Refusing(WithoutHttp):
    """Refuses to write one path."""

    refused = "Repos"

    async def get_object(self, target: Target, path: str, object_id: str) -> Json | None:
        assert target == self.target
        await asyncio.sleep(0.02)
        try:
            return self._director.read_object(*self._address, RESOURCE_AT[path].kind, object_id)
        except Refusal:
            return None  # A list may still have what was deleted a moment ago.

    async def submit(self, target: Target, action: Action, path: str, object_id: str | None, data: Json) -> Submission:
        if path == self.refused and data.get("name") == "r1":
            return Rejected("no room")
        return await super().submit(target, action, path, object_id, data)


def test_what_is_skipped_names_the_change_that_it_waited_for(virtually: Virtually) -> None:
    async def work() -> TargetReport:
        return await apply(Refusing(SimulatorOptions()), declared(PIPELINE))

    report = virtually(work())
    ended = {outcome.change.key.name: (outcome.state, outcome.detail) for outcome in report.outcomes}
    assert ended == {
        "r1": (State.FAILED, "refused: no room"),
        "p1": (State.SKIPPED, 'Repo "r1" is failed'),
        "x1": (State.SKIPPED, 'RoutingPolicy "p1" is skipped'),
        **dict.fromkeys(("r2", "p2", "n1", "x2"), (State.DONE, "")),
    }
    assert {change.key.name for change in report.remaining} == {"r1", "p1", "x1"}
    assert [outcome.change for outcome in report.outcomes] == list(report.plan.changes)
    assert not report.is_done


def test_deletes_are_skipped_when_anything_else_was_not_done(virtually: Virtually) -> None:
    async def work() -> TargetReport:
        director = Refusing(SimulatorOptions())
        director.refused = "nothing"
        await apply(director, declared({key: spec for key, spec in PIPELINE.items() if key.name in ("r2", "n1")}))
        director.refused = "Repos"
        only = {key: spec for key, spec in PIPELINE.items() if key.name in ("r1", "r2")}
        return await apply(director, declared(only), owned=[ResourceKey("NormalizationPolicy", "n1")])

    report = virtually(work())
    ended = {outcome.change.key.name: (outcome.state, outcome.detail) for outcome in report.outcomes}
    assert ended["n1"] == (State.SKIPPED, 'Repo "r1" is failed')


def test_a_result_that_cannot_be_checked_is_not_called_done(virtually: Virtually) -> None:
    async def work() -> TargetReport:
        director = WithoutHttp(SimulatorOptions())
        one = {key: spec for key, spec in PIPELINE.items() if key.name == "r1"}

        class Breaking(Diary):
            def finished(self, target: Target, outcome: Outcome) -> None:
                super().finished(target, outcome)
                director.is_readable = False

        return await apply(director, declared(one), diary=Breaking([]))

    report = virtually(work())
    assert (report.outcomes[0].state, report.is_done) == (State.DONE, False)
    assert "the result could not be checked: the lists are out of order" in (report.problem or "")


class Wavering(WithoutHttp):
    """Shows repos no more for a while, as one of several servers that lags behind does."""

    wavers_until = 0.0

    async def list_objects(self, target: Target, path: str) -> list[Json]:
        found = await super().list_objects(target, path)
        wavers = path == "Repos" and asyncio.get_running_loop().time() < self.wavers_until
        return [repo for repo in found if repo["name"] != "r1"] if wavers else found


@pytest.mark.parametrize(("seconds", "is_done"), [(5.0, True), (60.0, False)])
def test_what_is_done_is_given_a_while_to_show_everywhere(seconds: float, is_done: bool, virtually: Virtually) -> None:
    async def work() -> TargetReport:
        director = Wavering(SimulatorOptions())

        class Watching(Diary):
            def finished(self, target: Target, outcome: Outcome) -> None:
                super().finished(target, outcome)
                director.wavers_until = asyncio.get_running_loop().time() + seconds

        one = {key: spec for key, spec in PIPELINE.items() if key.name == "r1"}
        return await apply(director, declared(one), diary=Watching([]))

    assert virtually(work()).is_done is is_done


class Forgetful(WithoutHttp):
    """Undoes a change a while after it was seen."""

    async def order_state(self, order: str) -> OrderState:
        state = await super().order_state(order)
        if isinstance(state, Finished):
            self.logpoint.edit("Repo", "r2", lambda repo: repo["repopath"][0].update(retention=5))
        return state


def test_what_does_not_stay_as_declared_is_what_remains(virtually: Virtually) -> None:
    async def work() -> TargetReport:
        director = Forgetful(SimulatorOptions())
        director.logpoint.create(
            "Repo", {"name": "r2", "repopath": [{"path": "/data_hot/", "retention": 5}], "repoha": []}
        )
        specs = {key: spec for key, spec in PIPELINE.items() if key.name in ("r1", "r2")}
        return await apply(director, declared(specs))

    report = virtually(work())
    assert not report.is_done
    assert [change.key.name for change in report.remaining] == ["r2"]


def test_a_plan_without_changes_asks_nothing(virtually: Virtually) -> None:
    async def work() -> TargetReport:
        director = WithoutHttp(SimulatorOptions())
        await apply(director, declared(PIPELINE))
        before = len(director.submissions)
        report = await apply(director, declared(PIPELINE))
        assert len(director.submissions) == before
        return report

    report = virtually(work())
    assert (report.is_done, report.outcomes) == (True, ())


@pytest.mark.parametrize(("in_flight", "seconds"), [(1, 7), (2, 4), (7, 3)])
def test_changes_run_as_a_graph_and_not_in_stages(in_flight: int, seconds: int, virtually: Virtually) -> None:
    async def work() -> float:
        director = WithoutHttp(SimulatorOptions(order_delay=1.0))
        report = await apply(director, declared(PIPELINE), pacing=Pacing(in_flight_per_logpoint=in_flight))
        assert report.is_done
        return asyncio.get_running_loop().time()

    assert seconds <= virtually(work()) < seconds * 1.25
