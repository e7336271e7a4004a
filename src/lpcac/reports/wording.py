"""Words that all reports share. Text from outside is made safe and put on one line."""

from __future__ import annotations

from collections.abc import Sequence

from lpcac.apply.report import State
from lpcac.core.findings import Position
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.core.text.safe_text import quoted, shortened

MARKS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-"}
_MESSAGE_LIMIT = 500
_FILE_LIMIT = 200
_MINUTE = 60


def object_name(key: ResourceKey) -> str:
    """Return how every report names an object: `Repo "system"`."""
    return f"{shortened(key.kind)} {quoted(key.name)}"


def target_name(target: Target) -> str:
    """Return `client on pool/logpoint`."""
    return f"{shortened(target.client)} on {logpoint_name(target)}"


def logpoint_name(target: Target) -> str:
    """Return `pool/logpoint`."""
    return f"{shortened(target.pool)}/{shortened(target.logpoint)}"


def message_text(message: str) -> str:
    """Return a message on one line, cut if it is very long."""
    return shortened(message, _MESSAGE_LIMIT)


def place(position: Position) -> str:
    """Return `file:line`, which editors and terminals make clickable."""
    return f"{shortened(position.file, _FILE_LIMIT)}:{position.line}"


def counted(number: int, noun: str) -> str:
    """Return the number with its noun: `1 target`, `2 targets`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """Return a duration for people: `1.2 s`, `2 min 05 s`."""
    if round(seconds, 1) < _MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest:02d} s"


def state_counts(states: Sequence[State]) -> str:
    """Return how many changes ended in each state, zeros left out: `3 done, 1 failed`."""
    counts = [f"{states.count(state)} {state}" for state in State if state in states]
    return ", ".join(counts) or "nothing to do"
