"""Carries out one change: submits it, follows its order, and settles whatever is not certain."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lpcac.apply.pace import LatencyEstimate, ReadbackLimits
from lpcac.apply.port import Journal, Leftover, NoJournal
from lpcac.apply.readback import Readback, ReadbackResult
from lpcac.apply.report import Outcome, State
from lpcac.connectors.director.name_table import NameTable
from lpcac.connectors.director.order_polling import UnknownOutcome, follow
from lpcac.connectors.director.port import Accepted, AnswerLost, DirectorPort, Finished, NotSent, Rejected, Submission
from lpcac.core.json_values import Json, same_json
from lpcac.core.resources import Action, LiveObject, Target
from lpcac.kinds.registry import Registry
from lpcac.planning.field_diff import field_changes
from lpcac.planning.plan import Change

_SUBMISSIONS = 5
# Words of a refusal that suggest that what was ordered is so already; it only decides how long to look.
_SAYS_IT_IS_SO = re.compile(r"\b(409|404|exists?|already|duplicate|not found)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Settled:
    """A verdict on a change; `again` when it is certain enough that it was not carried out to submit it once more."""

    state: State
    detail: str = ""
    again: bool = False


_Ended = Submission | Finished | UnknownOutcome


@dataclass
class ChangeExecutor:
    """Carries out changes of one target.

    Arguments:
        order_timeout: seconds after which an unfinished order is given up on.
        slots: bound the orders in flight, on this logpoint and overall; waited for in this sequence.
        journal: where it is remembered what was submitted and not settled.
    """

    director: DirectorPort
    registry: Registry
    target: Target
    names: NameTable
    order_timeout: float
    slots: tuple[asyncio.Semaphore, asyncio.Semaphore]
    patience: ReadbackLimits = field(default_factory=ReadbackLimits)
    journal: Journal = field(default_factory=NoJournal)
    pace: LatencyEstimate = field(init=False)
    readback: Readback = field(init=False)

    def __post_init__(self) -> None:
        """Read back through the same Director, and learn how fast it is."""
        self.pace = LatencyEstimate(self.patience)
        self.readback = Readback(self.director, self.registry, self.target, self.names)

    async def carry_out(self, change: Change, begin: Callable[[Change, bool], str | None]) -> Outcome:
        """Return what became of the change; never raises for what the Director or the network does.

        Arguments:
            begin: called with the change, and whether it was sent before, when a slot is free; a text it returns is
                the reason why it is not sent after all.
        """
        loop = asyncio.get_running_loop()
        began, settled = loop.time(), _Settled(State.UNKNOWN)
        for submission in range(_SUBMISSIONS):
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
            if settled.state is not State.UNKNOWN or settled.again:
                self.journal.settled(entry)
            if not settled.again:
                break
        return Outcome(change, settled.state, settled.detail, loop.time() - began)

    async def conclude(self, leftover: Leftover) -> bool:
        """Wait until it is known how a write of an earlier run ended; tell whether it is known now."""
        change = Change(leftover.action, leftover.key, None, leftover.after, (), (), (), None, "")
        ended: _Ended = AnswerLost("the run was ended before the answer came")
        if leftover.order:
            ended = await follow(self.director, leftover.order, self.order_timeout, self.patience.unheard_of)
        settled = await self._judge(change, ended, asyncio.get_running_loop().time(), first=False)
        return settled.state is not State.UNKNOWN or settled.again

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
            sent = asyncio.get_running_loop().time()
            patience, grace, expected = self.order_timeout, self.patience.unheard_of, self.pace.shortest_order
            ended = await follow(self.director, answer.order, patience, grace, expected)
            if isinstance(ended, Finished):
                self.pace.learn_order(asyncio.get_running_loop().time() - sent)
            return ended
        return answer

    async def _judge(  # noqa: PLR0911 - one return for each way an order can end
        self, change: Change, ended: _Ended, sent: float, *, first: bool
    ) -> _Settled:
        """Turn what was heard into what is certain, by reading back."""
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
                return await self._settle(change, "the order was accepted without a way to follow it", repeat=False)
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
        sight = await self.readback.until(change.key, _is_right(change), self.pace.patience)
        if sight.satisfied:
            return _Settled(State.DONE, f"{reason}, found done by reading back")
        what = self._difference(change, sight)
        is_foreign = change.action is Action.CREATE and sight.seen is not None
        again = repeat and sight.problem is None and not is_foreign and not sight.ambiguous
        return _Settled(State.FAILED if is_foreign else State.UNKNOWN, f"{reason}; {what}", again)

    def _difference(self, change: Change, sight: ReadbackResult) -> str:
        if sight.problem:
            return sight.problem
        if sight.ambiguous:
            return "more than one object of this name is listed now: remove all but one by hand"
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
        return seen is not None and seen.problem is None and same_json(seen.spec, change.after)

    return judge
