"""Settles the outcome of a change that is not certain: a lost answer, a refusal, an order whose end was not seen.

What the Director shows afterwards decides. A create that may still be carried out is not sent again before an order's
time is over, because it could be made twice.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lpcac.apply.readback import Readback, ReadbackResult
from lpcac.apply.report import State
from lpcac.connectors.director.latency import LatencyEstimate, ReadbackLimits
from lpcac.connectors.director.order_polling import UnknownOutcome
from lpcac.connectors.director.port import Accepted, AnswerLost, Finished, NotSent, Rejected, Submission
from lpcac.core.json_values import same_json
from lpcac.core.resources import Action, LiveObject, Target
from lpcac.kinds.registry import Registry
from lpcac.planning.diff.carried_fields import declarable
from lpcac.planning.diff.field_diff import field_changes
from lpcac.planning.plan import Change

# The share of an order's time for which a lost create keeps its place among the orders in flight.
_IN_FLIGHT_SHARE = 0.25
# Words of a refusal that suggest that what was ordered is so already; it only decides how long to look.
_SAYS_IT_IS_SO = re.compile(r"\b(409|404|exists?|already|duplicate|not found)\b", re.IGNORECASE)
_REMOVE = "remove all but one by hand"

Ended = Submission | Finished | UnknownOutcome
"""How an order ended, as far as its sender knows."""


@dataclass(frozen=True)
class Settled:
    """A verdict on a change.

    Arguments:
        again: whether it is certain enough that it was not carried out to submit it once more.
        lost: why it is not known yet whether a create was carried out.
    """

    state: State
    detail: str = ""
    again: bool = False
    lost: str = ""


@dataclass
class Settler:
    """Settles outcomes of changes of one target by reading back.

    Arguments:
        order_timeout: seconds that an order may take.
        pace: how fast this Director is; learns from every order that succeeds.
        tell: receives a line about each long wait.
        is_stopped: tells whether to stop waiting.
        clock: seconds since the epoch, for people.
    """

    registry: Registry
    target: Target
    readback: Readback
    order_timeout: float
    patience: ReadbackLimits
    pace: LatencyEstimate
    tell: Callable[[str], None] = lambda _line: None
    is_stopped: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.time

    async def judge(  # noqa: PLR0911 - one return for each way an order can end
        self, change: Change, ended: Ended, sent: float, *, first: bool
    ) -> Settled:
        """Return the verdict on a change whose order ended like this.

        Arguments:
            sent: when it was submitted, by the event loop's clock.
            first: whether this was its first submission.
        """
        match ended:
            case Finished(success=True):
                return await self._confirm(change, sent)
            case Finished(message=message):
                return await self._after_refusal(change, f"the order failed: {message or 'no reason'}", first=first)
            case Rejected(message):
                return await self._after_refusal(change, f"refused: {message}", first=first)
            case NotSent(message):
                return Settled(State.FAILED, f"not sent: {message}")
            case AnswerLost(message):
                return await self._settle(change, f"the answer was lost ({message})", repeat=True)
            case Accepted():
                return await self._settle(
                    change, "the order was accepted, but the answer does not say how to follow it", repeat=False
                )
            case UnknownOutcome(reason, lost):
                return await self._settle(change, reason, repeat=lost)

    async def _confirm(self, change: Change, sent: float) -> Settled:
        """After a successful order: wait until the result can be read, which dependants need."""
        sight = await self.readback.until(change.key, _is_right(change), lambda: self.patience.list_lag)
        if sight.satisfied:
            self.pace.learn(asyncio.get_running_loop().time() - sent)
            return Settled(State.DONE)
        what = self._difference(change, sight)
        return Settled(State.FAILED if sight.seen else State.UNKNOWN, f"the order succeeded, but {what}")

    async def _after_refusal(self, change: Change, reason: str, *, first: bool) -> Settled:
        """Take a refusal as final, unless the same change was carried out before, by a lost or a killed submission."""
        may_be_our_own = not first or _SAYS_IT_IS_SO.search(reason) is not None
        patience = self.pace.patience if may_be_our_own else lambda: 0.0
        sight = await self.readback.until(change.key, _is_right(change), patience)
        if sight.satisfied:
            return Settled(State.DONE, "already carried out by an earlier order")
        return Settled(State.FAILED, reason)

    async def _settle(self, change: Change, reason: str, *, repeat: bool) -> Settled:
        """Find out by reading back whether the change was carried out."""
        may_be_made_twice = change.action is Action.CREATE and repeat
        most = self.order_timeout * (_IN_FLIGHT_SHARE if may_be_made_twice else 1)
        sight = await self.readback.until(change.key, _is_right(change), lambda: min(self.pace.patience(), most))
        if sight.satisfied:
            return Settled(State.DONE, f"{reason}, reading back shows that it is done")
        if may_be_made_twice and sight.seen is None and not sight.is_final:
            return Settled(State.UNKNOWN, f"{reason}; {self._difference(change, sight)}", lost=reason)
        what = self._difference(change, sight)
        is_foreign = change.action is Action.CREATE and sight.seen is not None
        again = repeat and sight.problem is None and not is_foreign and not sight.ambiguous
        return Settled(State.FAILED if is_foreign else State.UNKNOWN, f"{reason}; {what}", again)

    async def wait_for_lost_create(self, change: Change, reason: str, sent: float, *, is_last: bool) -> Settled:
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
            return Settled(State.DONE, f"{reason}, reading back shows that it is done")
        difference = self._difference(change, sight)
        if sight.seen is not None or sight.problem is not None or loop.time() < deadline:
            state = State.UNKNOWN if sight.seen is None else State.FAILED
            return Settled(state, f"{reason}; {difference}")
        if left > 0:
            self.tell(f"{what}: not listed{'' if is_last else ', sending it again'}")
        return Settled(State.UNKNOWN, f"{reason}; {difference}", again=True)

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
        # What no document can declare was sent too; the Director may keep it in another form.
        return seen is not None and seen.problem is None and same_json(declarable(seen.spec), declarable(change.after))

    return judge
