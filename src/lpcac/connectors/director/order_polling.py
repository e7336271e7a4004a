"""Follows an order to its end: asks for its state when it can be expected to have changed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from lpcac.connectors.director.latency import LatencyEstimate
from lpcac.connectors.director.port import DirectorPort, Finished, Running
from lpcac.core.errors import DirectorError, RefusedTokenError

# The last question decides the result of the order: a busy machine or Director gets this many seconds to answer.
_LAST_QUESTION: Final = 1.0


@dataclass(frozen=True)
class UnknownOutcome:
    """An accepted order whose end is not known; `lost` when it will never be carried out."""

    reason: str
    lost: bool = False


async def follow(
    director: DirectorPort,
    order: str,
    patience: float,
    unheard_of_grace: float,
    pace: LatencyEstimate | None = None,
    age: float = 0.0,
) -> Finished | UnknownOutcome:
    """Return how the order finished, or why that cannot be said.

    Arguments:
        patience: seconds after which an unfinished order is given up on.
        unheard_of_grace: seconds for which it is normal that the Director does not know the order yet.
        pace: what is known of how long orders take here; learns from this one.
        age: seconds that the order was under way already, in an earlier run.
    """
    loop, polling = asyncio.get_running_loop(), (pace or LatencyEstimate()).polling()
    began, trouble, elapsed, unfinished = loop.time(), "", 0.0, 0.0
    while elapsed < patience:
        await polling.wait(began, patience)
        asked = loop.time() - began
        state: Finished | Running | None = None
        try:
            async with asyncio.timeout(max(patience - asked, _LAST_QUESTION)):
                state = await director.order_state(order)
        except RefusedTokenError as error:
            return UnknownOutcome(f"the order could not be followed: {error}")
        except (DirectorError, TimeoutError) as error:
            trouble = f", the last answer: {error}" if str(error) else ", and the last status request was not answered"
        elapsed = loop.time() - began
        if isinstance(state, Finished):
            if state.success:
                polling.pace.learn_order(unfinished, elapsed)
            return state
        if state is not None:
            trouble, unfinished = "", asked
            if state.unheard_of and age + elapsed > unheard_of_grace:
                return UnknownOutcome("the Director lost track of the order", lost=True)
        polling.in_vain(asked)
    return UnknownOutcome(f"the order did not finish within {patience:g} s{trouble}")
