"""Does several things at once, of which none goes on after the others were given up."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

Result = TypeVar("Result")


async def side_by_side(work: Iterable[Coroutine[Any, Any, Result]]) -> list[Result]:
    """Return what each of the coroutines returns, in their sequence.

    The first that raises ends the others, and has them ended before it is raised: `asyncio.gather` would let them go
    on asking, on connections that nobody closes any more.
    """
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
