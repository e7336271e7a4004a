"""The read-only lock: below every caller, on every way that a request could take."""

from __future__ import annotations

import httpx


class WriteWhileReadOnlyError(AssertionError):
    """A caller tried to write in read-only mode: a defect of lpcac, stopped before anything was sent."""


class _ReadOnlyTransport(httpx.AsyncBaseTransport):
    """Lets nothing but GET and the token's renewal pass."""

    def __init__(self, inner: httpx.AsyncBaseTransport, renewal_path: str) -> None:
        self._inner = inner
        self._renewal_path = renewal_path

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        renewal = request.method == "POST" and request.url.path == self._renewal_path
        if request.method != "GET" and not renewal:
            msg = f"{request.method} {request.url.path} in read-only mode"
            raise WriteWhileReadOnlyError(msg)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def lock(client: httpx.AsyncClient, renewal_path: str) -> None:
    """Put the read-only lock on every transport the client would use, proxies included."""
    client._transport = _ReadOnlyTransport(client._transport, renewal_path)  # noqa: SLF001
    client._mounts = {  # noqa: SLF001 - httpx builds the environment's proxies itself and offers no other way
        pattern: transport and _ReadOnlyTransport(transport, renewal_path)
        for pattern, transport in client._mounts.items()  # noqa: SLF001
    }
