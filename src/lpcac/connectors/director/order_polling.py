"""Follows an order to its end: polls its state, quick at first, slower for a long one."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

from lpcac.connectors.director.port import DirectorPort, Finished
from lpcac.core.errors import DirectorError, RefusedTokenError

_FIRST_POLL = 0.1
_SHORTEST_POLL = 0.04
_LONGEST_POLL = 2.0


@dataclass(frozen=True)
class UnknownOutcome:
    """An accepted order of which it cannot be said how it ended; `lost` when it will never be carried out any more."""

    reason: str
    lost: bool = False


async def follow(
    director: DirectorPort, order: str, patience: float, unheard_of_grace: float, expected: float = 0.0
) -> Finished | UnknownOutcome:
    """Return how the order finished, or why that cannot be said.

    Arguments:
        patience: seconds after which an unfinished order is given up on.
        unheard_of_grace: seconds for which it is normal that the Director does not know the order yet.
        expected: seconds that orders here take at least, as far as is known: there is no use in asking earlier.
    """
    loop = asyncio.get_running_loop()
    began, trouble, elapsed = loop.time(), "", 0.0
    while elapsed < patience:
        await asyncio.sleep(min(_pause(elapsed, expected), patience - elapsed))
        elapsed = loop.time() - began
        try:
            state = await director.order_state(order)
        except RefusedTokenError as error:
            return UnknownOutcome(f"the order could not be followed: {error}")
        except DirectorError as error:
            trouble = f", the last answer: {error}"
            continue
        if isinstance(state, Finished):
            return state
        if state.unheard_of and elapsed > unheard_of_grace:
            return UnknownOutcome("the Director lost track of the order", lost=True)
        trouble = ""
    return UnknownOutcome(f"the order did not finish within {patience:g} s{trouble}")


def _pause(elapsed: float, expected: float) -> float:
    """Return the seconds until the next question, with jitter: the closer to the expected end, the sooner."""
    if elapsed < expected:
        return min(max(expected - elapsed, _SHORTEST_POLL), _LONGEST_POLL)
    if elapsed < expected * 1.25:
        return _SHORTEST_POLL
    # Proportional to the time gone by: a short order is noticed at once, a long one is not pestered.
    return min(max(_FIRST_POLL, elapsed * 0.1), _LONGEST_POLL) * random.uniform(0.9, 1.1)  # noqa: S311 - nothing secret
