"""Reads objects back until the Director shows what was ordered: its lists lag behind its orders."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from lpcac.connectors.director.live_reader import complete, live_object
from lpcac.connectors.director.name_table import NameTable
from lpcac.connectors.director.port import DirectorPort
from lpcac.core.errors import DirectorError, RefusedTokenError
from lpcac.core.json_values import Json
from lpcac.core.resources import LiveObject, ResourceKey, Target
from lpcac.kinds.registry import Registry

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
_LONGEST_LOOK = 300.0
# Waiting does not make two objects of one name one; but a list may be changing from one state to the next.
_TWINS_PATIENCE = 3.0


@dataclass(frozen=True)
class ReadbackResult:
    """What the last complete list showed of one object; `seen` is `None` when it was not there.

    `problem` says why no list could be read at all; `is_final` when asking again would not help; `ids` of all objects
    of the name.
    """

    satisfied: bool
    seen: LiveObject | None = None
    ambiguous: bool = False
    problem: str | None = None
    is_final: bool = False
    ids: tuple[str, ...] = ()


class Readback:
    """Looks for objects of one target; objects of one kind that are waited for share each list call."""

    def __init__(
        self,
        director: DirectorPort,
        registry: Registry,
        target: Target,
        names: NameTable,
        longest_look: float = _LONGEST_LOOK,
    ) -> None:
        """Read from this Director; learn the ids of what is found into `names`.

        Arguments:
            longest_look: seconds that one list may take, however often it is asked for again.
        """
        self._director = director
        self._registry = registry
        self._target = target
        self._names = names
        self._scheduled: dict[str, asyncio.Task[list[Json]]] = {}
        self._one_at_a_time: dict[str, asyncio.Lock] = {}
        self._longest_look = longest_look

    async def until(
        self,
        key: ResourceKey,
        is_right: Callable[[LiveObject | None], bool],
        patience: Callable[[], float],
        is_over: Callable[[], bool] = lambda: False,
    ) -> ReadbackResult:
        """Return what is seen of the object as soon as it is right, otherwise after `patience` seconds.

        Arguments:
            is_right: judges the object, `None` when it is absent; ambiguous names are never right.
            patience: seconds to keep looking; asked again and again, since it may be learnt on the way.
            is_over: tells whether to stop waiting.
        """
        loop = asyncio.get_running_loop()
        began, pause = loop.time(), _FIRST_PAUSE
        while True:
            sight = await self._look(key, is_right)
            most = min(patience(), _TWINS_PATIENCE) if sight.ambiguous else patience()
            if sight.satisfied or sight.is_final or loop.time() - began >= most or is_over():
                return sight
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    async def _look(self, key: ResourceKey, is_right: Callable[[LiveObject | None], bool]) -> ReadbackResult:
        try:
            name_field = self._registry.kinds[key.kind].name_field
            async with asyncio.timeout(self._longest_look):
                listed = await self._fresh_list(key.kind)
                answer = [obj for obj in listed if obj.get(name_field) in (key.name, None, "")]
                whole = await complete(self._director, self._registry, self._target, key.kind, answer)
            found = [obj for o in whole if (obj := live_object(self._registry, key.kind, o, self._names)).key == key]
        except DirectorError as error:
            return ReadbackResult(satisfied=False, problem=str(error), is_final=isinstance(error, RefusedTokenError))
        except TimeoutError:
            return ReadbackResult(satisfied=False, problem=f"no list arrived within {self._longest_look:g} s")
        if len(found) > 1:
            ids = tuple(sorted(each.object_id for each in found))
            return ReadbackResult(satisfied=False, seen=found[0], ambiguous=True, ids=ids)
        seen = found[0] if found else None
        if seen:
            self._names.learn(key.kind, key.name, seen.object_id)
        return ReadbackResult(is_right(seen), seen)

    async def twins(self, key: ResourceKey) -> str:
        """Return a sentence that names all objects of this name by their ids, if there is more than one."""
        sight = await self._look(key, lambda _seen: False)
        if not sight.ambiguous:
            return ""
        return f"{key} exists {len(sight.ids)} times (ids {', '.join(sight.ids)}): remove all but one by hand"

    async def _fresh_list(self, kind: str) -> list[Json]:
        """Return a list that was asked for after this call began."""
        task = self._scheduled.get(kind)
        if task is None:
            task = self._scheduled[kind] = asyncio.create_task(self._list_when_free(kind))
        return await asyncio.shield(task)

    async def _list_when_free(self, kind: str) -> list[Json]:
        async with self._one_at_a_time.setdefault(kind, asyncio.Lock()):
            del self._scheduled[kind]
            return await self._director.list_objects(self._target, self._registry.kinds[kind].path)
