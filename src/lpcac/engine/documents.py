"""A document as it was read: plain values, and where each of them stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from lpcac.engine.values import Position


class Places(Protocol):
    """Answers where a value stands, for whoever has something to say of it.

    A pointer that leads to nothing stands for the closest value around it.
    """

    def value_at(self, pointer: str) -> Position:
        """Return the position of the value at this JSON pointer."""

    def key_at(self, pointer: str) -> Position:
        """Return the position of that value's key; of a list's item, that of the item."""

    def text_at(self, pointer: str) -> str | None:
        """Return an unquoted scalar exactly as it was typed, `None` for everything else."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A scalar that YAML 1.1 reads as something few people expect: no field accepts it.

    Arguments:
        text: as typed.
        reading: what YAML makes of it, such as `a date`.
    """

    text: str
    reading: str


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document.

    Arguments:
        value: text, int, float, bool, None, list, dict with text keys, `Ambiguous`.
        is_sound: False when findings say that parts of it could not be read; the value is then what is left.
    """

    value: Any
    position: Position
    places: Places = field(compare=False, repr=False)
    is_sound: bool = True


@dataclass(frozen=True, slots=True)
class OnePlace:
    """The places of a document of which only the start is known."""

    position: Position

    def value_at(self, pointer: str) -> Position:
        """Return the start."""
        del pointer
        return self.position

    key_at = value_at

    def text_at(self, pointer: str) -> None:
        """Return that nothing is known of it."""
        del pointer
