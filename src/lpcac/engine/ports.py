"""What the use cases need from the outside, and the values those answers come as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lpcac.engine.pools import Pool
from lpcac.engine.values import Action, Change, Outcome, ResourceKey, Target
from lpcac.kinds import Json


@dataclass(frozen=True)
class Accepted:
    """The Director took the order; `order` is its state's path, absent when the answer did not name it."""

    order: str | None


@dataclass(frozen=True)
class Rejected:
    """The Director refused; nothing was or will be done."""

    message: str


@dataclass(frozen=True)
class NotSent:
    """The request never reached the Director."""

    message: str


@dataclass(frozen=True)
class AnswerLost:
    """The request may or may not have been carried out: no answer came, or none that can be relied on."""

    message: str


Submission = Accepted | Rejected | NotSent | AnswerLost


@dataclass(frozen=True)
class Running:
    """The order is not finished. `unheard_of` when the Director does not know it (yet)."""

    unheard_of: bool = False


@dataclass(frozen=True)
class Finished:
    """The order came to its end."""

    success: bool
    message: str = ""


OrderState = Running | Finished


class DirectorPort(Protocol):
    """The Director, as the use cases see it. Every method raises `DirectorError` when it cannot say the truth."""

    async def pools(self) -> Sequence[Pool]:
        """Return every pool with its logpoints."""

    async def list_objects(self, target: Target, path: str) -> list[Json]:
        """Return the complete answer of one list call."""

    async def refresh(self, target: Target, path: str) -> str | None:
        """Ask the Director to read a list anew; return the order that does so, if it is one."""

    async def submit(self, target: Target, action: Action, path: str, object_id: str | None, data: Json) -> Submission:
        """Send one write; never raises for what the Director or the network does."""

    async def order_state(self, order: str) -> OrderState:
        """Return the state of an order."""


@dataclass(frozen=True)
class Leftover:
    """A write of an earlier run of which it is not known how it ended.

    Arguments:
        after: the canonical spec that was ordered, `None` for a delete.
        order: the order's path; `None` when the run ended before the answer came.
    """

    key: ResourceKey
    action: Action
    after: Json | None
    order: str | None


class Journal(Protocol):
    """Remembers what was submitted until it is known how it ended, also when the process is killed in between."""

    def leftovers(self) -> list[Leftover]:
        """Return what earlier runs submitted without learning how it ended, oldest first."""

    def clear(self) -> None:
        """Forget everything: whatever was left over is settled."""

    def begin(self, change: Change) -> str:
        """Remember, before it is sent, that a write is going to be; return the entry's name."""

    def accepted(self, entry: str, order: str | None) -> None:
        """Remember the order that the write became."""

    def settled(self, entry: str) -> None:
        """Remember that it is known how the write ended."""


class NoJournal:
    """For where nothing can be remembered."""

    def leftovers(self) -> list[Leftover]:
        """Return that nothing is known."""
        return []

    def clear(self) -> None:
        """Do nothing."""

    def begin(self, change: Change) -> str:
        """Forget it."""
        del change
        return ""

    def accepted(self, entry: str, order: str | None) -> None:
        """Forget it."""

    def settled(self, entry: str) -> None:
        """Forget it."""


class Progress(Protocol):
    """Is told what apply does, while it does it."""

    def started(self, target: Target, change: Change) -> None:
        """Say that a change was begun."""

    def finished(self, target: Target, outcome: Outcome) -> None:
        """Say how a change ended."""
