"""Does several things at once, of which none goes on after the others were given up."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

Result = TypeVar("Result")


async def side_by_side(work: Iterable[Coroutine[Any, Any, Result]]) -> list[Result]:
    """Return what each of the coroutines returns, in their sequence.

    The first that raises ends the others, and has them ended before it is raised, by itself: callers are told of one
    error that they know how to tell, not of a group of them.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in work]
    except BaseExceptionGroup as failed:
        # They stand in the order in which they happened.
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
