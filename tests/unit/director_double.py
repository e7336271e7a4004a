"""A Director of a few lines, whose every answer a test decides, on a clock that jumps."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from lpcac.apply.orders import ChangeExecutor
from lpcac.connectors.director.name_table import NameTable
from lpcac.connectors.director.pools import Pool
from lpcac.connectors.director.port import Accepted, Finished, OrderState, Running, Submission
from lpcac.core.errors import DirectorError
from lpcac.core.json_values import Json
from lpcac.core.resources import Action, Target
from lpcac.models import registry

TARGET = Target("acme", "pool-acme", "lp-01", "1" * 32, "2" * 32)
ORDER = "/monitorapi/p/l/orders/1"

Answer = Submission | Callable[[], Submission]


class Double:
    """A Director that accepts every write and carries it out after a second, unless a test says otherwise."""

    def __init__(self) -> None:
        self.objects: dict[str, list[Json]] = {kind.path: [] for kind in registry().kinds.values()}
        self.submissions: list[tuple[Action, str, str | None, Json]] = []
        self.answers: list[Answer] = []
        """What the next writes are answered; what comes after them is accepted and carried out."""
        self.states: list[OrderState | DirectorError] = []
        """What the next polls are answered, the last one for ever; without any, orders end after their time."""
        self.order_seconds = 1.0
        self.list_lag = 0.0
        self.list_seconds = 0.05
        self.unreadable: DirectorError | None = None
        self.polls: list[float] = []
        self.lists: Counter[str] = Counter()
        self.events: list[str] = []
        self._due: dict[str, float] = {}

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def put(self, path: str, after: float, *objects: Json) -> None:
        """Let the lists of this path show exactly these objects from so many seconds on."""
        asyncio.get_running_loop().call_later(after, self.objects.__setitem__, path, list(objects))

    async def pools(self) -> Sequence[Pool]:
        raise NotImplementedError

    async def refresh(self, target: Target, path: str) -> str | None:
        raise NotImplementedError

    async def list_objects(self, target: Target, path: str) -> list[Json]:
        assert target == TARGET
        self.lists[path] += 1
        seen = list(self.objects.get(path, []))
        await asyncio.sleep(self.list_seconds)
        if self.unreadable:
            raise self.unreadable
        return seen

    async def get_object(self, target: Target, path: str, object_id: str) -> Json | None:
        assert target == TARGET
        return next((each for each in self.objects.get(path, []) if str(each.get("id")) == object_id), None)

    async def submit(self, target: Target, action: Action, path: str, object_id: str | None, data: Json) -> Submission:
        assert target == TARGET
        self.submissions.append((action, path, object_id, data))
        self.events.append("submit")
        if self.answers:
            answer = self.answers.pop(0)
            return answer() if callable(answer) else answer
        return self.accept(action, path, object_id, data)

    def accept(self, action: Action, path: str, object_id: str | None, data: Json) -> Accepted:
        """Take an order that is carried out after its time, and seen in lists after their lag."""
        order = f"{ORDER}{len(self._due)}"
        self._due[order] = self.now + self.order_seconds
        loop = asyncio.get_running_loop()
        delay = self.order_seconds + self.list_lag
        loop.call_later(delay, self.carry_out, action, path, object_id, data)
        return Accepted(order)

    def carry_out(self, action: Action, path: str, object_id: str | None, data: Json) -> None:
        """Change what the lists of this path show."""
        kept = [each for each in self.objects[path] if each["id"] != object_id]
        if action is Action.DELETE:
            self.objects[path] = kept
            return
        before = next((each for each in self.objects[path] if each["id"] == object_id), {})
        read = {**before, **data, "id": object_id or f"id-{len(self.submissions)}"}
        if "hiddenrepopath" in read:
            read["repopath"] = read.pop("hiddenrepopath")
        self.objects[path] = [*kept, read]

    async def order_state(self, order: str) -> OrderState:
        self.polls.append(self.now)
        if self.states:
            state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
            if isinstance(state, DirectorError):
                raise state
            return state
        return Finished(success=True) if self.now >= self._due[order] else Running()


@pytest.fixture
def director() -> Double:
    return Double()


@pytest.fixture
def orders_on(director: Double) -> Callable[..., ChangeExecutor]:
    """Give what makes the orders of one target on the double; call it inside the event loop."""

    def make(in_flight: int = 4, order_timeout: float = 300.0, **more: Any) -> ChangeExecutor:
        names = NameTable(registry())
        for kind in registry().kinds:
            names.know(kind)
        names.learn("Repo", "system", "live-1")
        slots = (asyncio.Semaphore(in_flight), asyncio.Semaphore(32))
        return ChangeExecutor(director, registry(), TARGET, names, order_timeout, slots, **more)

    return make
