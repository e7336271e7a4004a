"""What the use cases need from the outside, and the values those answers come as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lpcac.connectors.director.pools import Pool
from lpcac.core.json_values import Json
from lpcac.core.resources import Action, Target


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
    """The Director, as the use cases see it. Every method raises `DirectorError` when it cannot give a true answer."""

    async def pools(self) -> Sequence[Pool]:
        """Return every pool with its logpoints."""

    async def list_objects(self, target: Target, path: str) -> list[Json]:
        """Return the complete answer of one list call."""

    async def get_object(self, target: Target, path: str, object_id: str) -> Json | None:
        """Return one object as its own call shows it; `None` when the Director has no such object or call."""

    async def refresh(self, target: Target, path: str) -> str | None:
        """Ask the Director to refresh a list; return the order that does so, if it is one."""

    async def submit(self, target: Target, action: Action, path: str, object_id: str | None, data: Json) -> Submission:
        """Send one write; never raises for what the Director or the network does."""

    async def order_state(self, order: str) -> OrderState:
        """Return the state of an order."""


class ReadingProgress(Protocol):
    """Receives the progress of reading logpoints."""

    def expect(self, logpoints: int) -> None:
        """Report that this many more are going to be read."""

    def read(self) -> None:
        """Say that one more was read, or given up on."""


class NoReadingProgress:
    """A progress that nobody sees."""

    def expect(self, logpoints: int) -> None:
        """Do nothing."""

    def read(self) -> None:
        """Do nothing."""
