"""Reading back: how many lists it takes, and how fresh they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from lpcac.apply.readback import Readback, ReadbackResult
from lpcac.connectors.director.name_table import NameTable
from lpcac.core.errors import DirectorError, RefusedTokenError
from lpcac.core.json_values import Json
from lpcac.core.resources import LiveObject, ResourceKey, Target
from lpcac.models import registry

if TYPE_CHECKING:
    from tests.unit.director_double import Double

Virtually = Callable[[Coroutine[Any, Any, Any]], Any]
TARGET = Target("acme", "pool-acme", "lp-01", "1" * 32, "2" * 32)


def repo(name: str) -> Json:
    return {"id": f"id-of-{name}", "name": name, "repopath": [{"path": "/hot/", "retention": 90}]}


def is_there(seen: LiveObject | None) -> bool:
    return seen is not None


def looking(director: Double) -> tuple[Readback, NameTable]:
    names = NameTable(registry())
    return Readback(director, registry(), TARGET, names), names


def test_many_that_wait_for_objects_of_one_kind_share_each_list(director: Double, virtually: Virtually) -> None:
    director.objects["Repos"] = [repo(f"repo-{n}") for n in range(30)]

    async def work() -> list[ReadbackResult]:
        readback, _ = looking(director)
        keys = [ResourceKey("Repo", f"repo-{n}") for n in range(30)]
        return await asyncio.gather(*(readback.until(key, is_there, lambda: 0) for key in keys))

    assert all(sight.satisfied for sight in virtually(work()))
    assert director.lists["Repos"] == 1


def test_a_list_that_was_asked_for_before_is_never_taken_for_a_fresh_one(
    director: Double, virtually: Virtually
) -> None:
    director.list_seconds = 1.0

    async def work() -> ReadbackResult:
        readback, _ = looking(director)
        early = asyncio.create_task(readback.until(ResourceKey("Repo", "other"), is_there, lambda: 0))
        await asyncio.sleep(0.5)
        # The early list is on its way without it: the order ends just now.
        director.objects["Repos"] = [repo("system")]
        late = await readback.until(ResourceKey("Repo", "system"), is_there, lambda: 0)
        await early
        return late

    assert virtually(work()).satisfied
    assert director.lists["Repos"] == 2


def test_kinds_do_not_wait_for_each_other(director: Double, virtually: Virtually) -> None:
    director.list_seconds = 1.0
    director.objects["Repos"] = [repo("system")]
    routing = {"id": "r", "policy_name": "windows", "catch_all": "system", "routing_criteria": []}
    director.objects["RoutingPolicies"] = [routing]

    async def work() -> float:
        readback, _ = looking(director)
        keys = [ResourceKey("Repo", "system"), ResourceKey("RoutingPolicy", "windows")]
        await asyncio.gather(*(readback.until(key, is_there, lambda: 0) for key in keys))
        return director.now

    assert virtually(work()) == 1.0


def test_the_id_of_what_is_found_is_learnt(director: Double, virtually: Virtually) -> None:
    director.objects["Repos"] = [repo("system")]

    async def work() -> str:
        readback, names = looking(director)
        await readback.until(ResourceKey("Repo", "system"), is_there, lambda: 0)
        return names.id_of("Repo", "system")

    assert virtually(work()) == "id-of-system"


def test_patience_that_grows_on_the_way_counts(director: Double, virtually: Virtually) -> None:
    patience = [3.0]

    async def work() -> ReadbackResult:
        readback, _ = looking(director)
        director.put("Repos", 20, repo("system"))
        asyncio.get_running_loop().call_later(2, patience.__setitem__, 0, 30.0)
        return await readback.until(ResourceKey("Repo", "system"), is_there, lambda: patience[0])

    assert virtually(work()).satisfied


def test_trouble_with_lists_is_told_only_if_it_lasts(director: Double, virtually: Virtually) -> None:
    async def work(recovers: float) -> ReadbackResult:
        readback, _ = looking(director)
        director.objects["Repos"] = [repo("system")]
        director.unreadable = DirectorError("out of order")
        asyncio.get_running_loop().call_later(recovers, setattr, director, "unreadable", None)
        return await readback.until(ResourceKey("Repo", "system"), is_there, lambda: 10)

    assert virtually(work(recovers=5)).satisfied
    sight = virtually(work(recovers=50))
    assert (sight.satisfied, sight.problem) == (False, "out of order")


def test_an_object_without_a_name_makes_the_list_unusable(director: Double, virtually: Virtually) -> None:
    director.objects["Repos"] = [repo("system"), {"id": "x"}]

    async def work() -> ReadbackResult:
        readback, _ = looking(director)
        return await readback.until(ResourceKey("Repo", "system"), is_there, lambda: 0)

    assert "without a name" in virtually(work()).problem


def test_a_refused_token_ends_the_looking_at_once(director: Double, virtually: Virtually) -> None:
    async def refused(_target: object, _path: str) -> list[Json]:
        message = "the Director refuses the token"
        raise RefusedTokenError(message)

    async def look() -> tuple[ReadbackResult, float]:
        director.list_objects = refused  # type: ignore[method-assign]
        readback, _ = looking(director)
        sight = await readback.until(ResourceKey("Repo", "system"), lambda _: False, lambda: 60.0)
        return sight, asyncio.get_running_loop().time()

    sight, seconds = virtually(look())
    assert (sight.problem, seconds) == ("the Director refuses the token", 0.0)
