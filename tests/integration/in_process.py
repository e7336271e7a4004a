"""A simulated Director without a network and without waiting: its ASGI app is called in virtual time."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import httpx
import pytest
from tests.virtual_time import VirtualClock, run_virtually

from lpcac.connectors.director.transport.http import Credentials, DirectorHttp, HttpOptions
from lpcac.core.text.redaction import Redactor
from lpcac.simulator.app import director_app
from lpcac.simulator.director import Director
from lpcac.simulator.faults.connections import Connections, FaultyFront, Peer, ServedRequest
from lpcac.simulator.faults.faults import FaultBook
from lpcac.simulator.options import SimulatorOptions
from lpcac.simulator.world import World, demo_world

READ_SECONDS = 0.001
"""What a call takes, so that time passes where somebody asks again and again."""


class InProcessDirector:
    """What a test sees of a simulator, and `transport`, which carries requests to it."""

    def __init__(self, options: SimulatorOptions, world: World | None, clock: VirtualClock) -> None:
        self.options = options
        self.url = "http://127.0.0.1:2"
        self.faults = FaultBook(options.faults, options.seed)
        self._director = Director(world or demo_world(options.seed), options, clock)
        connections = _Calls()
        self._front = FaultyFront(director_app(self._director), self.faults, connections, clock)
        self.transport = _Transport(self._front, connections)

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
        """The token in force."""
        return self._director.credentials.token

    @property
    def secret_key(self) -> str:
        """The secret key in force."""
        return self._director.credentials.secret_key


def let_commands_call(director: InProcessDirector, clock: VirtualClock, environment: pytest.MonkeyPatch) -> None:
    """Let the command line, run in this process, reach the Director by its address, and wait in virtual time."""

    def connected(options: HttpOptions, credentials: Credentials, redactor: Redactor) -> DirectorHttp:
        assert options.url == director.url, "in virtual time there is one Director only"
        return DirectorHttp(options, credentials, redactor, director.transport)

    environment.setattr("lpcac.workspace.connections.DirectorHttp", connected)
    environment.setattr(asyncio, "run", lambda work: run_virtually(work, clock))


class _Calls(Connections):
    """One connection a call; to abort it is to let its caller hear of a broken connection."""

    def __init__(self) -> None:
        super().__init__()
        self.gone: dict[Peer, asyncio.Event] = {}

    def abort(self, client: Peer) -> None:
        self.gone[client].set()


class _Transport(httpx.AsyncBaseTransport):
    def __init__(self, front: FaultyFront, calls: _Calls) -> None:
        self._front = front
        self._calls = calls
        self._ports = itertools.count(1)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the simulator's server does.

        Raises:
            httpx.ReadError, httpx.RemoteProtocolError: the connection was reset or closed, in turns as the server's.
            httpx.ReadTimeout: no answer in time.
        """
        body = await request.aread()
        peer = ("in-process", next(self._ports))
        gone = self._calls.gone.setdefault(peer, asyncio.Event())
        unread = [{"type": "http.request", "body": body, "more_body": False}]
        answer: dict[str, Any] = {}

        async def receive() -> dict[str, Any]:
            if unread:
                return unread.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            answer.setdefault("body", b"")
            answer.update(message if message["type"] == "http.response.start" else {})
            answer["body"] += message.get("body", b"") if message["type"] == "http.response.body" else b""

        await asyncio.sleep(READ_SECONDS)
        seconds = request.extensions["timeout"]["read"]
        try:
            async with asyncio.timeout(seconds):
                await self._front(_scope(request, peer), receive, send)
        except TimeoutError:
            raise httpx.ReadTimeout(f"no answer within {seconds} s", request=request) from None
        finally:
            del self._calls.gone[peer]
        if gone.is_set():
            if peer[1] % 2:
                raise httpx.ReadError("reset", request=request)
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
        return httpx.Response(answer["status"], headers=answer["headers"], content=answer["body"], request=request)


def _scope(request: httpx.Request, peer: Peer) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, 80),
        "client": peer,
        "root_path": "",
    }
