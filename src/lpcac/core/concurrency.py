"""Runs coroutines concurrently; a failure cancels the others."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

Result = TypeVar("Result")


async def side_by_side(work: Iterable[Coroutine[Any, Any, Result]]) -> list[Result]:
    """Return the results of the coroutines, in order.

    The first error cancels the others and is raised alone after they ended: callers handle one error, not a group.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in work]
    except BaseExceptionGroup as failed:
        # The group lists its errors in the order in which they happened.
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
