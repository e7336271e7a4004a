"""The Director itself: a world, its orders and credentials, moved on by a clock. Free of HTTP."""

from collections.abc import Callable, Iterable
from functools import partial
from random import Random

from lpcac.simulator.api.read_shapes import Reader
from lpcac.simulator.api.refusals import Refusal
from lpcac.simulator.api.resources import FETCHES, LISTS, REFRESH_LISTS, Method, Resource, Write
from lpcac.simulator.api.write_shapes import unwrapped
from lpcac.simulator.auth import Credentials
from lpcac.simulator.faults.faults import Fault
from lpcac.simulator.list_lag import ListLag
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.orders import Order, OrderBook
from lpcac.simulator.world import NORMAL_MODE, JsonObject, Logpoint, Pool, World

Clock = Callable[[], float]


def _do_nothing() -> None:
    """Ignore finished orders."""


class Director:
    """All calls of the API as methods; each first carries out the orders that are due by now.

    `clock` returns seconds that never go back. `on_finished` is called after each finished order.
    """

    def __init__(
        self,
        world: World,
        options: SimulatorOptions,
        clock: Clock,
        on_finished: Callable[[], None] = _do_nothing,
    ) -> None:
        self.world = world
        self.options = options
        self.clock = clock
        self.credentials = Credentials(options, clock())
        self._orders = OrderBook(options)
        self._lag = ListLag(options.list_lag)
        self._random = Random(f"director {options.seed}")
        self._reader = Reader(self._random, options.compiled_normalizer_read)
        self._on_finished = on_finished
        self._slash = False

    def settle(self) -> None:
        """Carry out all orders that are due by now, in the order in which they are due."""
        with self.world.lock:
            now = self.clock()
            while order := self._orders.take_due(now):
                self._orders.settle(order)
                self._on_finished()

    def next_due(self) -> float:
        """Return when, by the clock, the next order is due: infinity if none is."""
        with self.world.lock:
            return self._orders.next_due()

    def pool_info(self) -> list[JsonObject]:
        """Answer `poolinfo`: all pools with their machines."""
        with self.world.lock:
            return self._shuffled([_pool_answer(pool, self._shuffled) for pool in self.world.pools])

    def _shuffled(self, answers: list[JsonObject]) -> list[JsonObject]:
        self._random.shuffle(answers)
        return answers

    def machine(self, pool_uuid: str, identifier: str) -> tuple[Pool, Logpoint]:
        """Find the logpoint at an address, or refuse with 404."""
        for pool in self.world.pools:
            if pool.pool_uuid == pool_uuid:
                for logpoint in pool.logpoints:
                    if logpoint.identifier == identifier:
                        return pool, logpoint
                raise Refusal(f"logpoint {identifier!r} does not exist in the pool", 404)
        raise Refusal(f"pool {pool_uuid!r} does not exist", 404)

    def configurable(self, pool_uuid: str, identifier: str) -> Logpoint:
        """Find the logpoint at an address whose configuration API is not blocked."""
        pool, logpoint = self.machine(pool_uuid, identifier)
        if not pool.active:
            raise Refusal(f"pool {pool.name!r} is not active", 403)
        if logpoint.director_mode != NORMAL_MODE:
            raise Refusal("the configuration API is blocked: the logpoint is in co-managed mode", 403)
        return logpoint

    def read(self, pool_uuid: str, identifier: str, path: str) -> list[JsonObject]:
        """Answer a list call of what is not written: packages, paths, sources."""
        with self.world.lock:
            self.settle()
            return LISTS[path](self._reader, self.configurable(pool_uuid, identifier))

    def read_one(self, pool_uuid: str, identifier: str, path: str, entry_id: str) -> JsonObject:
        """Answer the call for one entry of such a list, or refuse with 404."""
        for entry in self.read(pool_uuid, identifier, path):
            if entry["id"] == entry_id:
                return entry
        raise Refusal(f"{path} {entry_id!r} does not exist on the logpoint", 404)

    def read_objects(self, pool_uuid: str, identifier: str, kind: str) -> list[JsonObject]:
        """Answer a list call of one kind."""
        with self.world.lock:
            self.settle()
            logpoint = self.configurable(pool_uuid, identifier)
            return self._reader.objects(kind, self._lag.visible(logpoint, kind, self.clock()))

    def read_object(self, pool_uuid: str, identifier: str, kind: str, object_id: str) -> JsonObject:
        """Answer the call for one object, or refuse with 404."""
        with self.world.lock:
            self.settle()
            logpoint = self.configurable(pool_uuid, identifier)
            for held in self._lag.visible(logpoint, kind, self.clock()):
                if str(held["id"]) == object_id:
                    return self._reader.one(kind, held)
            raise Refusal(f"{kind} {object_id!r} does not exist on the logpoint", 404)

    def write(
        self,
        address: tuple[str, str],
        call: tuple[Method, Resource, str],
        body: object,
        faults: Iterable[Fault] = (),
    ) -> str:
        """Accept a write, or refuse it, and return the path of its order.

        `address` is the pool's and the logpoint's id; `call` is the method, the resource and the object's id.
        """
        with self.world.lock:
            self.settle()
            logpoint = self.configurable(*address)
            write = Write.read(*call, body)
            self._check_at_once(write, logpoint)
            request = {
                "method": write.method,
                "resource": call[1].path,
                "id": write.identifier,
                "params": body,
            }
            carry_out = partial(self._carry_out, write, logpoint)
            order = self._orders.accept(address[1], request, carry_out, self.clock(), faults)
            return self._order_path(address, order)

    def _check_at_once(self, write: Write, logpoint: Logpoint) -> None:
        """Refuse what the logpoint cannot carry out, unless such things are to fail inside the order."""
        if not self.options.late_reference_check:
            write.check(logpoint)
        if self.options.duplicate_names == "refuse":
            write.check_name(logpoint)

    def _carry_out(self, write: Write, logpoint: Logpoint, finished: float) -> None:
        """Check again, as the logpoint may have changed since, and change it."""
        write.check(logpoint)
        if self.options.duplicate_names != "allow":
            write.check_name(logpoint)
        self._lag.remember(logpoint, write.kind, finished)
        write.carry_out(logpoint)

    def refresh_list(self, address: tuple[str, str], path: str, body: object, faults: Iterable[Fault] = ()) -> str:
        """Accept a call that refreshes one of the logpoint's lists, and return the path of its order.

        The body says nothing: it may be None, but if there is one it is wrapped like any other.
        """
        return self._act(address, path, body, faults, partial(_refresh, path))

    def fetch(self, address: tuple[str, str], path: str, body: object, faults: Iterable[Fault] = ()) -> str:
        """Accept a read that is carried out as an order, and return the order's path, with the data node at its end."""
        return f"{self._act(address, path, body, faults, partial(_fetch, path))}/{address[1]}"

    def _act(
        self,
        address: tuple[str, str],
        path: str,
        body: object,
        faults: Iterable[Fault],
        action: Callable[[Logpoint], list[JsonObject] | None],
    ) -> str:
        with self.world.lock:
            self.settle()
            logpoint = self.configurable(*address)
            if body is not None:
                unwrapped(body)
            request = {"method": "POST", "resource": path, "id": "", "params": body}
            order = self._orders.accept(address[1], request, lambda _: action(logpoint), self.clock(), faults)
            return self._order_path(address, order)

    def _order_path(self, address: tuple[str, str], order: Order) -> str:
        self._slash = not self._slash
        slash = self._slash if self.options.leading_slash is None else self.options.leading_slash
        path = f"monitorapi/{address[0]}/{address[1]}/orders/{order.identifier}"
        return f"/{path}" if slash else path

    def order_state(self, pool_uuid: str, identifier: str, order: str) -> JsonObject:
        """Answer a poll of one order."""
        with self.world.lock:
            self.settle()
            _, logpoint = self.machine(pool_uuid, identifier)
            return self._orders.state(logpoint.identifier, order, self.clock())


def _refresh(path: str, logpoint: Logpoint) -> None:
    REFRESH_LISTS[path](logpoint)


def _fetch(path: str, logpoint: Logpoint) -> list[JsonObject]:
    return FETCHES[path](logpoint)


def _pool_answer(pool: Pool, shuffled: Callable[[list[JsonObject]], list[JsonObject]]) -> JsonObject:
    machines = [
        {
            "director_mode": each.director_mode,
            "identifier": each.identifier,
            "name": each.name,
            "version": each.version,
        }
        for each in pool.logpoints
    ]
    return {
        "active": pool.active,
        "name": pool.name,
        "pool_uuid": pool.pool_uuid,
        "machines": shuffled(machines),
    }
