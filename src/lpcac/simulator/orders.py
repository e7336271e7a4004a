"""Asynchronous orders: accepted at once, carried out later, asked about in between."""

import heapq
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Literal

from lpcac.simulator.api.refusals import Refusal
from lpcac.simulator.faults.faults import Fault
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.world import Identifiers, JsonObject

NOT_FOUND_SECONDS = 2.0
"""How long a young order is unknown, when unfinished orders are shown as `not_found`."""

Rows = list[JsonObject]

CarryOut = Callable[[float], Rows | None]
"""Changes the logpoint, given the time at which the order is done; returns the rows that an order was to fetch."""

State = Literal["waiting", "succeeded", "failed"]


@dataclass(slots=True)
class Order:
    """One accepted write: who asked for what, when it is due, and what came of it."""

    identifier: str
    logpoint: str
    request: JsonObject
    carry_out: CarryOut
    submitted: float
    start: float
    due: float
    state: State = "waiting"
    message: str = ""
    rows: Rows | None = None
    hidden_polls: int = 0
    hidden_until: float = -math.inf


class OrderBook:
    """All orders of one simulator, carried out in the order in which they are due."""

    def __init__(self, options: SimulatorOptions) -> None:
        self._options = options
        self._orders: dict[str, Order] = {}
        self._waiting: list[tuple[float, int, Order]] = []
        self._workers: dict[str, list[float]] = {}
        self._ids = Identifiers(f"orders {options.seed}")
        self._random = Random(f"order delays {options.seed}")

    def accept(
        self, logpoint: str, request: JsonObject, carry_out: CarryOut, now: float, faults: Iterable[Fault]
    ) -> Order:
        """Queue a write for a logpoint and decide when it will be due."""
        delay = self._options.order_delay + self._random.uniform(0, self._options.order_delay_jitter)
        start = self._claim_worker(logpoint, now, delay)
        order = Order(self._ids.dashed(), logpoint, request, carry_out, now, start, start + delay)
        for fault in faults:
            _spoil(order, fault)
        self._orders[order.identifier] = order
        heapq.heappush(self._waiting, (order.due, len(self._orders), order))
        return order

    def _claim_worker(self, logpoint: str, now: float, delay: float) -> float:
        """Return when a worker of the logpoint is free for this order."""
        limit = self._options.workers_per_logpoint
        if limit is None:
            return now
        busy = self._workers.setdefault(logpoint, [])
        start = now if len(busy) < limit else max(now, heapq.heappop(busy))
        heapq.heappush(busy, start + delay)
        return start

    def next_due(self) -> float:
        """Return when the next order is due: infinity if none is."""
        return self._waiting[0][0] if self._waiting else math.inf

    def take_due(self, now: float) -> Order | None:
        """Take out the earliest order that is due by now, if any."""
        if self._waiting and self._waiting[0][0] <= now:
            return heapq.heappop(self._waiting)[2]
        return None

    def settle(self, order: Order) -> None:
        """Carry an order out; a refusal by the logpoint fails it."""
        try:
            order.rows = order.carry_out(order.due)
        except Refusal as refusal:
            order.state, order.message = "failed", refusal.message
        else:
            order.state, order.message = "succeeded", "The request was carried out"

    def state(self, logpoint: str, identifier: str, now: float) -> JsonObject:
        """Answer a poll; an order that the logpoint does not have, or hides, is refused with 404."""
        order = self._orders.get(identifier)
        if order is None or order.logpoint != logpoint or self._hides(order, now):
            raise Refusal("The order does not exist", 404)
        if order.state == "waiting":
            return self._unfinished(order, now)
        return {"request": order.request, "response": self._response(order)}

    def _hides(self, order: Order, now: float) -> bool:
        if order.hidden_polls > 0:
            order.hidden_polls -= 1
            return True
        if now < order.hidden_until:
            return True
        return (
            self._options.unfinished_order == "not_found"
            and order.state == "waiting"
            and now - order.submitted < NOT_FOUND_SECONDS
        )

    def _unfinished(self, order: Order, now: float) -> JsonObject:
        match self._options.unfinished_order:
            case "status":
                return {"status": "queued" if now < order.start else "in_progress"}
            case "null_response":
                return {"request": order.request, "response": None}
            case "no_success":
                return {"request": order.request, "response": {"message": "", "errors": []}}
        return {"request": order.request, "response": {}}

    def _response(self, order: Order) -> JsonObject:
        failed = order.state == "failed"
        error = {"code": 1, "message": order.message} if self._options.error_objects else order.message
        rows = {} if order.rows is None else {"rows": order.rows}
        return {
            "success": not failed,
            "message": order.message,
            "errors": [error] if failed else [],
            "node_change_count": -1,
            **rows,
        }


def _spoil(order: Order, fault: Fault) -> None:
    """Let a fault that hit the write act on its order."""
    match fault.kind:
        case "order-fails":
            order.carry_out = partial(_fail, fault.message)
        case "order-hangs":
            order.due = math.inf
        case "order-unknown":
            order.hidden_polls = fault.polls
            order.hidden_until = order.submitted + fault.seconds


def _fail(message: str, _finished: float) -> None:
    raise Refusal(message)
