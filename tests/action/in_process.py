"""Carries requests to the fakes of this process without a socket, as long as nothing is to go wrong on the way.

What goes wrong goes wrong on a real connection: where a fault waits, every request takes the network, and so does each
request of another process.
"""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import httpcore
import httpx
import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from tests.fakes.github import FakeGitHub
from urllib3 import HTTPResponse

from lpcac.simulator.server import Simulator

_near: WeakValueDictionary[str, FakeGitHub | Simulator] = WeakValueDictionary()


def answer_in_process(fake: FakeGitHub | Simulator) -> None:
    """Let requests to a fake take the short way until it stops."""
    address = fake.server_url if isinstance(fake, FakeGitHub) else fake.url
    _near[urlsplit(address).netloc] = fake


@pytest.fixture(autouse=True)
def without_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send what goes to a fake of this process the short way."""
    send, handle = HTTPAdapter.send, httpx.AsyncHTTPTransport.handle_async_request

    def sent(self: HTTPAdapter, request: PreparedRequest, *arguments: Any, **options: Any) -> Response:
        fake = _near.get(urlsplit(request.url or "").netloc)
        if not isinstance(fake, FakeGitHub) or fake.needs_connections or options.get("proxies"):
            return send(self, request, *arguments, **options)
        body = request.body or b""
        content = body if isinstance(body, bytes) else body.encode()
        answer = fake.answered(request.method or "", request.url or "", dict(request.headers), content)
        told = HTTPResponse(io.BytesIO(answer.content), answer.headers, answer.status, preload_content=False)
        return self.build_response(request, told)

    async def handled(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        fake = _near.get(request.url.netloc.decode())
        is_direct = type(self._pool) is httpcore.AsyncConnectionPool
        if not isinstance(fake, Simulator) or not is_direct or not _is_well(fake):
            return await handle(self, request)
        return await httpx.ASGITransport(fake._front).handle_async_request(request)

    monkeypatch.setattr(HTTPAdapter, "send", sent)
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handled)


def _is_well(director: Simulator) -> bool:
    return director._thread.is_alive() and not director.faults._entries
