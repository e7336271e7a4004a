"""What happens to an event: the way that it takes, and where it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

Event = Mapping[str, object]
"""An event's fields after normalization. A value is text or a whole number; of any other value only the presence of
its field is known."""


class End(StrEnum):
    """Where an event ends."""

    STORED = "stored"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


class Entry(NamedTuple):
    """The object by which events enter: a processing policy, or a routing policy that no processing policy uses."""

    kind: str
    name: str


class Step(NamedTuple):
    """One object that an event passes, and the part of it that decided.

    Arguments:
        pointer: JSON pointer into the object's document; empty where no part of it decided anything.
    """

    kind: str
    name: str
    pointer: str = ""


@dataclass(frozen=True)
class Tier:
    """A storage path, and how many days an event stays there."""

    path: str
    days: int


@dataclass(frozen=True)
class EventEnd:
    """The way of one event, and its end.

    Arguments:
        way: the objects passed, from the first to the last. What will come before a processing policy (a device, its
            collector) comes before it in the same way.
        criterion: number of the criterion that decided, from 0; `None` for the catch-all, and where nothing decided.
        repo: name of the repo that stores the event; `None` where none does.
        tiers: of that repo, first to last; `None` where they are not known.
        keeps_raw: whether the raw message is stored with the fields.
        reason: why the end is not known, as half a sentence.
        doubts: criteria (numbers from 0) before the deciding one that differ from the event only in upper and lower
            case. It is not documented whether the Director distinguishes case; the evaluation assumes that it does.
    """

    end: End
    way: tuple[Step, ...]
    criterion: int | None = None
    repo: str | None = None
    tiers: tuple[Tier, ...] | None = None
    keeps_raw: bool = True
    reason: str = ""
    doubts: tuple[int, ...] = ()

    @property
    def days(self) -> int | None:
        """Return for how many days the event is kept in all: 0 when it is dropped, `None` when that is not known."""
        if self.end is End.DROPPED:
            return 0
        if self.end is End.UNKNOWN or self.tiers is None:
            return None
        return sum(tier.days for tier in self.tiers)

    @property
    def decided_by(self) -> Step | None:
        """Return the criterion or catch-all that decided, if one did."""
        return next((step for step in reversed(self.way) if step.kind == "RoutingPolicy" and step.pointer), None)
