"""The read-only lock: below every caller, on every way that a request could take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx


class WriteWhileReadOnlyError(AssertionError):
    """A caller tried to write in read-only mode: a defect of lpcac, stopped before anything was sent."""


def read_only_hook(renewal_path: str) -> Callable[[httpx.Request], Awaitable[None]]:
    """Return the hook that httpx calls before each request: it lets nothing but GET and the token's renewal pass.

    httpx calls its request hooks for every method, through proxies and for redirects as well, before it opens a
    connection; what a hook raises ends the request (its documentation, "Event hooks").
    """

    async def refuse_writes(request: httpx.Request) -> None:
        renewal = request.method == "POST" and request.url.path == renewal_path
        if request.method != "GET" and not renewal:
            msg = f"{request.method} {request.url.path} in read-only mode"
            raise WriteWhileReadOnlyError(msg)

    return refuse_writes
