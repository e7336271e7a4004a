"""A document as it was read: plain values with their positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from lpcac.core.findings import Position
from lpcac.core.text.safe_text import quoted


class Places(Protocol):
    """The positions of a document's values.

    A pointer to nothing gives the position of the closest value around it.
    """

    def value_at(self, pointer: str) -> Position:
        """Return the position of the value at this JSON pointer."""

    def key_at(self, pointer: str) -> Position:
        """Return the position of that value's key; of a list's item, that of the item."""

    def text_at(self, pointer: str) -> str | None:
        """Return an unquoted scalar exactly as it was typed, `None` for everything else."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A scalar that YAML 1.1 reads in an unexpected way: no field accepts it.

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
        is_readable: False when findings say that parts of it could not be read; the value is then what is left.
        filled: pointer to each text in which placeholders were replaced, and that text as written.
        variables_at: pointer to those of them that hold variables, and where the map sets these.
        patched: pointers to what patches set or removed.
    """

    value: Any
    position: Position
    places: Places = field(compare=False, repr=False)
    is_readable: bool = True
    filled: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    variables_at: Mapping[str, tuple[Position, ...]] = field(default_factory=dict, compare=False, repr=False)
    patched: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def typed_at(self, pointer: str) -> str | None:
        """Return an unquoted scalar as it was typed, unless placeholders made something else of it."""
        return None if pointer in self.filled else self.places.text_at(pointer)

    def origins_of(self, pointer: str) -> tuple[Position, ...]:
        """Return where the map sets the variables that this value was made from."""
        return self.variables_at.get(pointer, ())

    def origin_of(self, pointer: str) -> str:
        """Return ` (from "${vars.days}", set at lpcac.yaml:9:20)` for what placeholders made, else nothing."""
        if pointer not in self.filled:
            return ""
        places = " and ".join(map(str, self.origins_of(pointer)))
        return f" (from {quoted(self.filled[pointer])}{', set at ' if places else ''}{places})"


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
