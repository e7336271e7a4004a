"""How long one Director is waited for."""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress
from typing import Any

import pytest
from tests.virtual_time import run_virtually

from lpcac.connectors.director.transport.retries import RateLimitedError, Silence


@pytest.mark.parametrize("rounds", range(5))
def test_no_error_is_left_to_asyncio_when_whoever_waits_is_cancelled(rounds: int) -> None:
    """Also where the answer comes in the very moment of the cancellation, in whichever round of the loop."""
    told: list[dict[str, Any]] = []

    async def cancelled_in_time() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: told.append(context))

        def cancel_after(more: int) -> None:
            loop.call_soon(cancel_after, more - 1) if more else waiting.cancel()

        async def refused() -> None:
            await asyncio.sleep(1.0)
            cancel_after(rounds)
            raise RateLimitedError(None)

        waiting = asyncio.ensure_future(Silence().bounded(refused(), 60.0))
        with suppress(RateLimitedError, asyncio.CancelledError):
            await waiting

    run_virtually(cancelled_in_time())
    gc.collect()
    assert told == []
