"""Carries out one change: submits it, follows its order, and submits it again where nothing came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lpcac.apply.lost_answers import Ended, Settled, Settler
from lpcac.apply.port import Journal, Leftover, NoJournal
from lpcac.apply.readback import Readback
from lpcac.apply.report import Outcome, State
from lpcac.connectors.director.latency import LatencyEstimate, ReadbackLimits
from lpcac.connectors.director.name_table import NameTable
from lpcac.connectors.director.order_polling import UnknownOutcome, follow
from lpcac.connectors.director.port import Accepted, AnswerLost, DirectorPort, Rejected
from lpcac.core.json_values import Json
from lpcac.core.resources import Action, Target
from lpcac.kinds.registry import Registry
from lpcac.planning.plan import Change

_SUBMISSIONS = 5
# Each but the first one of these was waited for as long as an order may take.
_CREATE_SUBMISSIONS = 3


@dataclass
class ChangeExecutor:
    """Carries out changes of one target.

    Arguments:
        order_timeout: seconds after which an unfinished order is given up on.
        slots: bound the orders in flight, on this logpoint and overall; waited for in this sequence.
        journal: where it is remembered what was submitted and not settled.
        tell: receives a line about each long wait.
        is_stopped: tells whether to send nothing more.
        clock: seconds since the epoch, for people.
    """

    director: DirectorPort
    registry: Registry
    target: Target
    names: NameTable
    order_timeout: float
    slots: tuple[asyncio.Semaphore, asyncio.Semaphore]
    patience: ReadbackLimits = field(default_factory=ReadbackLimits)
    journal: Journal = field(default_factory=NoJournal)
    tell: Callable[[str], None] = lambda _line: None
    is_stopped: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.time
    pace: LatencyEstimate = field(init=False)
    readback: Readback = field(init=False)
    settler: Settler = field(init=False)

    def __post_init__(self) -> None:
        """Read back through the same Director, and learn how fast it is."""
        self.pace = LatencyEstimate(self.patience)
        self.readback = Readback(self.director, self.registry, self.target, self.names, self.order_timeout)
        self.settler = Settler(
            self.registry,
            self.target,
            self.readback,
            self.order_timeout,
            self.patience,
            self.pace,
            self.tell,
            self.is_stopped,
            self.clock,
        )

    async def carry_out(self, change: Change, begin: Callable[[Change, bool], str | None]) -> Outcome:
        """Return the outcome of the change; never raises for what the Director or the network does.

        Arguments:
            begin: called with the change, and whether it was sent before, when a slot is free; a text it returns is
                the reason why it is not sent after all.
        """
        loop = asyncio.get_running_loop()
        began, settled = loop.time(), Settled(State.UNKNOWN)
        most = _CREATE_SUBMISSIONS if change.action is Action.CREATE else _SUBMISSIONS
        for submission in range(most):
            logpoint, overall = self.slots
            async with logpoint, overall:
                if submission == 0:
                    began = loop.time()
                if reason := begin(change, submission > 0):
                    state = State.UNKNOWN if submission else State.SKIPPED
                    settled = Settled(state, "; ".join(filter(None, (settled.detail, reason))))
                    break
                sent, entry = loop.time(), self.journal.begin(change)
                ended = await self._order(change, entry)
                may_still_run = isinstance(ended, AnswerLost | UnknownOutcome | Accepted)
                if may_still_run:
                    settled = await self.settler.judge(change, ended, sent, first=submission == 0)
            if not may_still_run:
                settled = await self.settler.judge(change, ended, sent, first=submission == 0)
            if settled.lost:
                settled = await self.settler.wait_for_lost_create(
                    change, settled.lost, sent, is_last=submission == most - 1
                )
            if settled.state is not State.UNKNOWN or settled.again:
                self.journal.settled(entry)
            if not settled.again:
                break
        return Outcome(change, settled.state, settled.detail, loop.time() - began)

    async def conclude(self, leftover: Leftover) -> str | None:
        """Wait until it is known how a write of an earlier run ended; return why it is not, if it is not."""
        change = Change(leftover.action, leftover.key, None, leftover.after, (), (), (), None, "")
        sent = asyncio.get_running_loop().time() - leftover.age
        ended: Ended = AnswerLost("the run stopped before the answer arrived")
        if leftover.order:
            patience = max(self.order_timeout - leftover.age, min(self.order_timeout, self.patience.unheard_of))
            grace = self.patience.unheard_of
            ended = await follow(self.director, leftover.order, patience, grace, age=leftover.age)
        settled = await self.settler.judge(change, ended, sent, first=False)
        if settled.lost:
            settled = await self.settler.wait_for_lost_create(change, settled.lost, sent, is_last=True)
        return settled.detail if settled.state is State.UNKNOWN and not settled.again else None

    async def _order(self, change: Change, entry: str) -> Ended:
        """Submit the change and follow its order to the end."""
        try:
            object_id, data = self._object_id(change), self._data(change)
        except KeyError as error:
            return Rejected(f"no id is known for {error.args[0]!r}; run again")
        path = self.registry.kinds[change.key.kind].path
        answer = await self.director.submit(self.target, change.action, path, object_id, data)
        if isinstance(answer, Accepted) and answer.order:
            self.journal.accepted(entry, answer.order)
            grace = self.patience.unheard_of
            return await follow(self.director, answer.order, self.order_timeout, grace, self.pace)
        return answer

    def _object_id(self, change: Change) -> str | None:
        return None if change.action is Action.CREATE else self.names.id_of(*change.key)

    def _data(self, change: Change) -> Json:
        if change.after is None:
            return {}
        replacing = change.action is Action.UPDATE
        return self.registry.kinds[change.key.kind].to_wire(change.key.name, change.after, self.names, replacing)
