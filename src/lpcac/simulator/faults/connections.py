"""Faults on the wire, in front of the app: refused, lost, late, garbled answers; the log of requests."""

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lpcac.simulator.faults.faults import Fault, FaultBook, FaultKind

JSON_TYPE = (b"content-type", b"application/json")
HTML = b"<!DOCTYPE html><html><head><title>Gateway</title></head><body>Please log in.</body></html>"

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""Linger for no time at all: closing the socket sends a TCP reset."""

Peer = tuple[str, int] | None
"""A client's address; None when it was gone before it could be asked for."""


class ServedRequest(NamedTuple):
    """One request that reached the simulator; `status` is None when no answer left it."""

    method: str
    path: str
    status: int | None
    time: float


class Connections:
    """The open TCP connections by peer address, so that one of them can be aborted."""

    def __init__(self) -> None:
        self._transports: dict[Peer, asyncio.Transport] = {}
        self._resets = False

    def opened(self, transport: asyncio.Transport) -> None:
        """Take note of a new connection."""
        self._transports[_peer(transport)] = transport

    def closed(self, transport: asyncio.Transport) -> None:
        """Forget a connection."""
        if self._transports.get(_peer(transport)) is transport:
            del self._transports[_peer(transport)]

    def abort(self, client: Peer) -> None:
        """Break one connection off: in turns by a TCP reset and by closing it, as a client can meet both."""
        transport = self._transports.get(client)
        if transport is None:
            return
        self._resets = not self._resets
        if self._resets:
            raw = transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        transport.abort()

    def abort_all(self) -> None:
        """Abort every connection that is still open."""
        for transport in list(self._transports.values()):
            transport.abort()


def _peer(transport: asyncio.Transport) -> Peer:
    peer = transport.get_extra_info("peername")
    return (str(peer[0]), int(peer[1])) if peer else None


class Answer:
    """An answer that the app gave, held back so that it can still be changed or lost."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""

    async def keep(self, message: Message) -> None:
        """Take the app's messages, in place of the connection."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def put(self, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
        """Become another answer."""
        self.status, self.body = status, body
        self.headers = [*headers, (b"content-length", str(len(body)).encode())]

    async def send(self, send: Send) -> None:
        """Let the answer go at last."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


class FaultyFront:
    """An ASGI app in front of the Director's: it lets faults happen and logs every request."""

    def __init__(self, app: ASGIApp, faults: FaultBook, connections: Connections, clock: Callable[[], float]) -> None:
        self._app = app
        self._faults = faults
        self._connections = connections
        self._clock = clock
        self._started = clock()
        self._served: list[ServedRequest] = []

    @property
    def served(self) -> tuple[ServedRequest, ...]:
        """All requests so far."""
        return tuple(self._served)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or spoil it."""
        now = self._clock()
        fired = self._faults.fire(scope["method"], scope["path"], now - self._started)
        by_kind: dict[FaultKind, Fault] = {}
        for fault in fired:
            by_kind.setdefault(fault.kind, fault)
        answer = await self._answer({**scope, "faults": fired}, receive, by_kind)
        if "delay" in by_kind:
            await _pause(receive, sum(fault.seconds for fault in fired if fault.kind == "delay"))
        status = None if answer is None else answer.status
        self._served.append(ServedRequest(scope["method"], scope["path"], status, now))
        if answer is None:
            self._connections.abort(scope["client"])
            await _disconnected(receive)
        else:
            await answer.send(send)

    async def _answer(self, scope: Scope, receive: Receive, faults: dict[FaultKind, Fault]) -> Answer | None:
        """Return the answer to give, or None when there is to be none."""
        answer = Answer()
        if "drop" in faults:
            await _request_received(receive)
            return None
        if "status" in faults:
            _refuse(answer, faults["status"])
            return answer
        await self._app(scope, receive, answer.keep)
        if "lost-answer" in faults:
            return None
        for kind, fault in faults.items():
            _garble(answer, kind, fault)
        return answer


def _refuse(answer: Answer, fault: Fault) -> None:
    headers = [JSON_TYPE]
    if fault.retry_after is not None:
        headers.append((b"retry-after", str(fault.retry_after).encode()))
    body = {"status": "Failed", "message": f"injected fault: status {fault.status}"}
    answer.put(fault.status, json.dumps(body).encode(), *headers)


def _garble(answer: Answer, kind: FaultKind, fault: Fault) -> None:
    match kind:
        case "late-status":
            _refuse(answer, fault)
        case "malformed-json":
            answer.put(200, answer.body[: len(answer.body) // 2] + b'{"', JSON_TYPE)
        case "wrong-shape":
            is_list = answer.body.startswith(b"[")
            answer.put(200, b'{"unexpected": true}' if is_list else b"[[]]", JSON_TYPE)
        case "html":
            answer.put(200, HTML, (b"content-type", b"text/html; charset=utf-8"))
        case "partial-list" | "empty-list":
            _shorten(answer, 0 if kind == "empty-list" else fault.keep)


def _shorten(answer: Answer, keep: int | None) -> None:
    entries = cast("Any", json.loads(answer.body))
    if isinstance(entries, list):
        kept = entries[: len(entries) // 2 if keep is None else keep]
        answer.put(answer.status, json.dumps(kept).encode(), JSON_TYPE)


async def _request_received(receive: Receive) -> None:
    """Wait for all of the request, without which closing the connection would always reset it."""
    while (await receive()).get("more_body", False):
        pass


async def _pause(receive: Receive, seconds: float) -> None:
    """Wait that long, or until the connection is lost."""
    with suppress(TimeoutError):
        await asyncio.wait_for(_disconnected(receive), seconds)


async def _disconnected(receive: Receive) -> None:
    """Wait until the server has taken note of the lost connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
