"""Carries out one change: submits it, follows its order, and settles whatever is not certain."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from lpcac.apply.port import Journal, Leftover, NoJournal
from lpcac.apply.readback import Readback, ReadbackResult
from lpcac.apply.report import Outcome, State
from lpcac.connectors.director.latency import LatencyEstimate, ReadbackLimits
from lpcac.connectors.director.name_table import NameTable
from lpcac.connectors.director.order_polling import UnknownOutcome, follow
from lpcac.connectors.director.port import Accepted, AnswerLost, DirectorPort, Finished, NotSent, Rejected, Submission
from lpcac.core.json_values import Json, same_json
from lpcac.core.resources import Action, LiveObject, Target
from lpcac.kinds.registry import Registry
from lpcac.planning.diff.carried_fields import declarable
from lpcac.planning.diff.field_diff import field_changes
from lpcac.planning.plan import Change

_SUBMISSIONS = 5
# Each but the first one of these was waited for as long as an order may take.
_CREATE_SUBMISSIONS = 3
# The share of that time for which a lost create keeps its place among the orders in flight.
_IN_FLIGHT_SHARE = 0.25
# Words of a refusal that suggest that what was ordered is so already; it only decides how long to look.
_SAYS_IT_IS_SO = re.compile(r"\b(409|404|exists?|already|duplicate|not found)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Settled:
    """A verdict on a change.

    Arguments:
        again: whether it is certain enough that it was not carried out to submit it once more.
        lost: why it is not known whether a create was carried out; only time will tell.
    """

    state: State
    detail: str = ""
    again: bool = False
    lost: str = ""


_REMOVE = "remove all but one by hand"
_Ended = Submission | Finished | UnknownOutcome


@dataclass
class ChangeExecutor:
    """Carries out changes of one target.

    Arguments:
        order_timeout: seconds after which an unfinished order is given up on.
        slots: bound the orders in flight, on this logpoint and overall; waited for in this sequence.
        journal: where it is remembered what was submitted and not settled.
        tell: hears of every long wait, in one line.
        is_stopped: tells whether nothing more is to be sent.
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

    def __post_init__(self) -> None:
        """Read back through the same Director, and learn how fast it is."""
        self.pace = LatencyEstimate(self.patience)
        self.readback = Readback(self.director, self.registry, self.target, self.names, self.order_timeout)

    async def carry_out(self, change: Change, begin: Callable[[Change, bool], str | None]) -> Outcome:
        """Return the outcome of the change; never raises for what the Director or the network does.

        Arguments:
            begin: called with the change, and whether it was sent before, when a slot is free; a text it returns is
                the reason why it is not sent after all.
        """
        loop = asyncio.get_running_loop()
        began, settled = loop.time(), _Settled(State.UNKNOWN)
        most = _CREATE_SUBMISSIONS if change.action is Action.CREATE else _SUBMISSIONS
        for submission in range(most):
            logpoint, overall = self.slots
            async with logpoint, overall:
                if submission == 0:
                    began = loop.time()
                if reason := begin(change, submission > 0):
                    state = State.UNKNOWN if submission else State.SKIPPED
                    settled = _Settled(state, "; ".join(filter(None, (settled.detail, reason))))
                    break
                sent, entry = loop.time(), self.journal.begin(change)
                ended = await self._order(change, entry)
                may_still_run = isinstance(ended, AnswerLost | UnknownOutcome | Accepted)
                if may_still_run:
                    settled = await self._judge(change, ended, sent, first=submission == 0)
            if not may_still_run:
                settled = await self._judge(change, ended, sent, first=submission == 0)
            if settled.lost:
                settled = await self._wait_for_lost_create(change, settled.lost, sent, is_last=submission == most - 1)
            if settled.state is not State.UNKNOWN or settled.again:
                self.journal.settled(entry)
            if not settled.again:
                break
        return Outcome(change, settled.state, settled.detail, loop.time() - began)

    async def conclude(self, leftover: Leftover) -> str | None:
        """Wait until it is known how a write of an earlier run ended; return why it is not, if it is not."""
        change = Change(leftover.action, leftover.key, None, leftover.after, (), (), (), None, "")
        sent = asyncio.get_running_loop().time() - leftover.age
        ended: _Ended = AnswerLost("the run stopped before the answer arrived")
        if leftover.order:
            patience = max(self.order_timeout - leftover.age, min(self.order_timeout, self.patience.unheard_of))
            grace = self.patience.unheard_of
            ended = await follow(self.director, leftover.order, patience, grace, age=leftover.age)
        settled = await self._judge(change, ended, sent, first=False)
        if settled.lost:
            settled = await self._wait_for_lost_create(change, settled.lost, sent, is_last=True)
        return settled.detail if settled.state is State.UNKNOWN and not settled.again else None

    async def _order(self, change: Change, entry: str) -> _Ended:
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

    async def _judge(  # noqa: PLR0911 - one return for each way an order can end
        self, change: Change, ended: _Ended, sent: float, *, first: bool
    ) -> _Settled:
        """Settle an unclear outcome by reading back."""
        match ended:
            case Finished(success=True):
                return await self._confirm(change, sent)
            case Finished(message=message):
                return await self._after_refusal(change, f"the order failed: {message or 'no reason'}", first=first)
            case Rejected(message):
                return await self._after_refusal(change, f"refused: {message}", first=first)
            case NotSent(message):
                return _Settled(State.FAILED, f"not sent: {message}")
            case AnswerLost(message):
                return await self._settle(change, f"the answer was lost ({message})", repeat=True)
            case Accepted():
                return await self._settle(
                    change, "the order was accepted, but the answer does not say how to follow it", repeat=False
                )
            case UnknownOutcome(reason, lost):
                return await self._settle(change, reason, repeat=lost)

    def _object_id(self, change: Change) -> str | None:
        return None if change.action is Action.CREATE else self.names.id_of(*change.key)

    def _data(self, change: Change) -> Json:
        if change.after is None:
            return {}
        replacing = change.action is Action.UPDATE
        return self.registry.kinds[change.key.kind].to_wire(change.key.name, change.after, self.names, replacing)

    async def _confirm(self, change: Change, sent: float) -> _Settled:
        """After a successful order: wait until the result can be read, which dependants need."""
        sight = await self.readback.until(change.key, _is_right(change), lambda: self.patience.list_lag)
        if sight.satisfied:
            self.pace.learn(asyncio.get_running_loop().time() - sent)
            return _Settled(State.DONE)
        what = self._difference(change, sight)
        return _Settled(State.FAILED if sight.seen else State.UNKNOWN, f"the order succeeded, but {what}")

    async def _after_refusal(self, change: Change, reason: str, *, first: bool) -> _Settled:
        """Take a refusal as final, unless the very change was carried out before: by a lost or a killed submission."""
        may_be_our_own = not first or _SAYS_IT_IS_SO.search(reason) is not None
        patience = self.pace.patience if may_be_our_own else lambda: 0.0
        sight = await self.readback.until(change.key, _is_right(change), patience)
        if sight.satisfied:
            return _Settled(State.DONE, "already carried out by an earlier order")
        return _Settled(State.FAILED, reason)

    async def _settle(self, change: Change, reason: str, *, repeat: bool) -> _Settled:
        """Find out by reading back whether the change was carried out."""
        may_be_made_twice = change.action is Action.CREATE and repeat
        most = self.order_timeout * (_IN_FLIGHT_SHARE if may_be_made_twice else 1)
        sight = await self.readback.until(change.key, _is_right(change), lambda: min(self.pace.patience(), most))
        if sight.satisfied:
            return _Settled(State.DONE, f"{reason}, reading back shows that it is done")
        if may_be_made_twice and sight.seen is None and not sight.is_final:
            return _Settled(State.UNKNOWN, f"{reason}; {self._difference(change, sight)}", lost=reason)
        what = self._difference(change, sight)
        is_foreign = change.action is Action.CREATE and sight.seen is not None
        again = repeat and sight.problem is None and not is_foreign and not sight.ambiguous
        return _Settled(State.FAILED if is_foreign else State.UNKNOWN, f"{reason}; {what}", again)

    async def _wait_for_lost_create(self, change: Change, reason: str, sent: float, *, is_last: bool) -> _Settled:
        """Look for what may still be created, as long as an order may take: sent earlier, it could be made twice."""
        loop = asyncio.get_running_loop()
        left = sent + self.order_timeout - loop.time()
        what = f"{change.key} on {self.target}"
        if left > 0:
            until = datetime.fromtimestamp(self.clock() + left).astimezone().strftime("%H:%M:%S")
            then = "" if is_last else ", then it is sent again"
            self.tell(f"{what}: {reason}; looking for it until {until}, {left:.0f} s{then}")
        deadline = sent + self.order_timeout
        began = loop.time()
        sight = await self.readback.until(change.key, _is_right(change), lambda: deadline - began, self.is_stopped)
        if sight.satisfied:
            self.tell(f"{what}: found, it was created")
            return _Settled(State.DONE, f"{reason}, reading back shows that it is done")
        difference = self._difference(change, sight)
        if sight.seen is not None or sight.problem is not None or loop.time() < deadline:
            state = State.UNKNOWN if sight.seen is None else State.FAILED
            return _Settled(state, f"{reason}; {difference}")
        if left > 0:
            self.tell(f"{what}: it is not listed{'' if is_last else ', so it is sent again'}")
        return _Settled(State.UNKNOWN, f"{reason}; {difference}", again=True)

    def _difference(self, change: Change, sight: ReadbackResult) -> str:
        if sight.problem:
            return sight.problem
        if sight.ambiguous:
            return f"{len(sight.ids)} objects of this name are listed now (ids {', '.join(sight.ids)}): {_REMOVE}"
        if sight.seen is None:
            return "it is not listed"
        if change.after is None:
            return "it is still listed"
        differing = field_changes(sight.seen.spec, change.after, self.registry.shapes[change.key.kind])
        return f"it differs in {', '.join(f.path for f in differing[:5])}" if differing else "it is listed"


def _is_right(change: Change) -> Callable[[LiveObject | None], bool]:
    def judge(seen: LiveObject | None) -> bool:
        if change.after is None:
            return seen is None
        # What no document can declare was sent along; the Director may well keep it in its own way.
        return seen is not None and seen.problem is None and same_json(declarable(seen.spec), declarable(change.after))

    return judge
