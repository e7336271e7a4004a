"""The simulator on a real ASGI server: started and stopped on loopback, in a thread or for the CLI."""

import asyncio
import ipaddress
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from urllib.parse import urlsplit

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from lpcac.simulator.app import director_app
from lpcac.simulator.director import Clock, Director
from lpcac.simulator.faults.connections import Connections, FaultyFront, ServedRequest
from lpcac.simulator.faults.faults import FaultBook
from lpcac.simulator.options import DEMO_TOKEN, SimulatorOptions
from lpcac.simulator.state_file import load_world, save_world
from lpcac.simulator.world import World, demo_world

BACKLOG = 512

KEEP_ALIVE_SECONDS = 120
"""Longer than clients keep a connection, so that only faults ever lose one."""


class Simulator:
    """A Director that answers on loopback from the moment it is made until `stop`."""

    def __init__(self, options: SimulatorOptions, world: World, clock: Clock = time.monotonic) -> None:
        self.options = options
        if options.state_file is not None:
            save_world(world, options.state_file)  # a file that cannot be written is an error now, not at the end
        self.faults = FaultBook(options.faults, options.seed)
        self._director = Director(world, options, clock, self._save)
        connections = Connections()
        self._front = FaultyFront(director_app(self._director), self.faults, connections, clock)
        listener = _listener(options.host, options.port)
        host, port = listener.getsockname()[:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        """What goes in front of every path."""
        self._server = _Server(self._front, connections)
        self._thread = threading.Thread(
            target=self._server.answer_on, args=(listener,), name="director-simulator", daemon=True
        )
        self._thread.start()
        self._server.ready.result()

    @property
    def world(self) -> World:
        """The state, all orders that are due carried out; it may be edited."""
        self._director.settle()
        return self._director.world

    @property
    def requests(self) -> tuple[ServedRequest, ...]:
        """Every request served so far, in the order of their answers."""
        return self._front.served

    @property
    def token(self) -> str:
        """The token in force, which a renewal replaces."""
        return self._director.credentials.token

    @property
    def secret_key(self) -> str:
        """The secret key in force, which a renewal replaces."""
        return self._director.credentials.secret_key

    def stop(self) -> None:
        """Abort what is open, carry out the orders that are due, save the state; again is harmless."""
        if self._thread.is_alive():
            self._server.stop()
            self._thread.join()
            self._director.settle()
            self._save()

    def _save(self) -> None:
        if self.options.state_file is not None:
            save_world(self._director.world, self.options.state_file)


class _Server(uvicorn.Server):
    """Uvicorn, told to stop by another thread rather than by asking ten times a second."""

    def __init__(self, front: FaultyFront, connections: Connections) -> None:
        super().__init__(
            uvicorn.Config(
                front,
                http=_reporting_to(connections),
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                date_header=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
            )
        )
        self.ready: Future[None] = Future()
        self._connections = connections
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    def answer_on(self, listener: socket.socket) -> None:
        """Answer on a listening socket until told to stop."""
        try:
            self.run([listener])
        except BaseException as error:
            if not self.ready.done():
                self.ready.set_exception(error)
            raise

    async def main_loop(self) -> None:
        """Wait for `stop`."""
        self._loop = asyncio.get_running_loop()
        self.ready.set_result(None)
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Abort every connection and end with its requests; uvicorn's own way takes a tenth of a second more."""
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        while self.server_state.connections:
            self._connections.abort_all()
            await asyncio.sleep(0)  # in which the loop lets go of them
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks)

    def stop(self) -> None:
        """Stop, from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)


def _reporting_to(connections: Connections) -> type[H11Protocol]:
    """Return the HTTP protocol that keeps `connections` up to date."""

    class ReportingProtocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            # asyncio does so itself only where the listener was made for the TCP protocol by number. Without it an
            # answer in two packets waits 40 ms for the client's delayed acknowledgement.
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            super().connection_made(transport)
            connections.opened(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.closed(self.transport)
            super().connection_lost(exc)

    return ReportingProtocol


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def _seeded(options: SimulatorOptions, world: World | None) -> World:
    """Return the state to start from: the state file's, else the given one, else the demo's."""
    if options.state_file is not None and options.state_file.exists():
        return load_world(options.state_file, options.seed)
    return world if world is not None else demo_world(options.seed)


@contextmanager
def running(
    options: SimulatorOptions | None = None, world: World | None = None, *, clock: Clock = time.monotonic
) -> Iterator[Simulator]:
    """Run a Director in the background for the length of a `with` block.

    The state file, if it exists, goes before `world`; without either it is `demo_world`.

    Raises:
        OSError: the address is taken.
        ValueError: the state file is unreadable.

    """
    chosen = options or SimulatorOptions()
    simulator = Simulator(chosen, _seeded(chosen, world), clock)
    try:
        yield simulator
    finally:
        simulator.stop()


def serve(options: SimulatorOptions) -> None:
    """Run a Director until SIGINT or SIGTERM; its address and token go to stderr as shell variables.

    Call it from the main thread. Raises as `running` does.
    """
    stop: queue.SimpleQueue[int] = queue.SimpleQueue()
    handled = (signal.SIGINT, signal.SIGTERM)
    # A simple queue may be put to from a signal handler; an event or a condition may not.
    previous = {each: signal.signal(each, lambda number, _frame: stop.put(number)) for each in handled}
    try:
        with running(options) as simulator:
            if not ipaddress.ip_address(_address_of(simulator)).is_loopback and options.token == DEMO_TOKEN:
                print(_WARNING, file=sys.stderr, flush=True)  # noqa: T201 - the CLI's own words
            print(_greeting(simulator), file=sys.stderr, flush=True)  # noqa: T201 - the CLI's own words
            stop.get()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


_WARNING = (
    "warning: the simulator listens beyond this machine, and its token is public: whoever reaches it can change all "
    "that it holds. Listen on 127.0.0.1, or in a network of your own."
)


def _address_of(simulator: Simulator) -> str:
    return urlsplit(simulator.url).hostname or ""


def _greeting(simulator: Simulator) -> str:
    pools = ", ".join(pool.name for pool in simulator.world.pools)
    return (
        f"A Director simulator answers on {simulator.url} (pools: {pools}). Stop it with Ctrl-C.\n"
        f"export DIRECTOR_URL={simulator.url}\n"
        f"export DIRECTOR_TOKEN={simulator.token}\n"
        f"export DIRECTOR_SECRET_KEY={simulator.secret_key}"
    )
