"""Which criterion of a routing policy decides about an event.

Facts: Director API 2.7.0, chapter on RoutingPolicies. The first criterion that matches wins. `KeyPresent` asks for the
field alone, `KeyPresentValueMatches` for the field with exactly this value; upper and lower case count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lpcac.core.json_values import Json
from lpcac.pipeline.events import Event

VALUE_MATCHES = "KeyPresentValueMatches"


@dataclass(frozen=True)
class Decision:
    """What a list of criteria says of an event.

    Arguments:
        criterion: number of the criterion that matches, `None` for none of them.
        undecidable: the field because of which it is unknown; empty if it is known.
    """

    criterion: int | None
    undecidable: str = ""


@dataclass(frozen=True, eq=False)
class Criteria:
    """A list of criteria, arranged so that a decision takes as long as the event has fields."""

    listed: Sequence[Json]
    _present: dict[str, int] = field(default_factory=dict)
    _values: dict[str, dict[str, int]] = field(default_factory=dict)
    _folded: dict[tuple[str, str | None], list[int]] = field(default_factory=dict)
    """By key and value without their case, `None` for presence alone, the numbers of the criteria."""
    _folded_keys: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for index, criterion in enumerate(self.listed):
            key, value = criterion["key"], None
            if criterion["type"] == VALUE_MATCHES:
                value = criterion.get("value") or ""
                self._values.setdefault(key, {}).setdefault(value, index)
            else:
                self._present.setdefault(key, index)
            self._folded_keys.add(key.casefold())
            self._folded.setdefault((key.casefold(), None if value is None else value.casefold()), []).append(index)

    def decide(self, event: Event) -> Decision:
        """Return the first criterion that matches the event.

        Where the decision hangs on a value that is no text, such as a list or null, it is not guessed.
        """
        found, undecidable = len(self.listed), ""
        for key, value in event.items():
            matching, open_from = self._of_field(key, value)
            if matching < found:
                found, undecidable = matching, ""
            if open_from < found:
                found, undecidable = open_from, key
        if undecidable:
            return Decision(None, undecidable)
        return Decision(found if found < len(self.listed) else None)

    def _of_field(self, key: str, value: object) -> tuple[int, int]:
        """Return the first criterion that one field satisfies, and the first of which that is unknown."""
        none = len(self.listed)
        present, values = self._present.get(key, none), self._values.get(key, {})
        text = text_of(value)
        if text is not None:
            return min(present, values.get(text, none)), none
        could_be = min(values.values(), default=none)
        # A field that holds null may count as absent.
        return (none, min(present, could_be)) if value is None else (present, could_be)

    def doubts(self, event: Event, before: int | None) -> tuple[int, ...]:
        """Return the criteria that come before a criterion and miss the event by upper and lower case alone.

        Arguments:
            before: number of the criterion that decides about the event, `None` for none of them.
        """
        end = len(self.listed) if before is None else before
        found: set[int] = set()
        for key, value in event.items():
            folded = key.casefold()
            if folded not in self._folded_keys:
                continue
            text = text_of(value)
            candidates = [*self._folded.get((folded, None), ())]
            if text is not None:
                candidates += self._folded.get((folded, text.casefold()), ())
            # What matches exactly does not come before what decides.
            found.update(number for number in candidates if number < end)
        return tuple(sorted(found))


def text_of(value: object) -> str | None:
    """Return a field's value as it is compared, `None` for what is neither text nor a whole number."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
