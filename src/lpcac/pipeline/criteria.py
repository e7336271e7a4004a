"""Which criterion of a routing policy decides about an event.

Facts: Director API 2.7.0, chapter on RoutingPolicies. The first criterion that matches wins. `KeyPresent` asks for the
field alone, `KeyPresentValueMatches` for the field with exactly this value; upper and lower case count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lpcac.core.json_values import Json
from lpcac.pipeline.fate import Event

VALUE_MATCHES = "KeyPresentValueMatches"


@dataclass(frozen=True)
class Decision:
    """What a list of criteria says of an event.

    Arguments:
        criterion: number of the criterion that matches, `None` for none of them.
        undecidable: the field because of which it cannot be told; empty when it can.
    """

    criterion: int | None
    undecidable: str = ""


@dataclass(frozen=True, eq=False)
class Criteria:
    """A list of criteria, arranged so that a decision takes as long as the event has fields."""

    listed: Sequence[Json]
    _present: dict[str, int] = field(default_factory=dict)
    _values: dict[str, dict[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, criterion in enumerate(self.listed):
            if criterion["type"] == VALUE_MATCHES:
                self._values.setdefault(criterion["key"], {}).setdefault(criterion.get("value") or "", index)
            else:
                self._present.setdefault(criterion["key"], index)

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
        """Return the first criterion that one field satisfies, and the first of which that cannot be told."""
        none = len(self.listed)
        present, values = self._present.get(key, none), self._values.get(key, {})
        text = text_of(value)
        if text is not None:
            return min(present, values.get(text, none)), none
        could_be = min(values.values(), default=none)
        # A field that holds null may count as absent.
        return (none, min(present, could_be)) if value is None else (present, could_be)

    def doubts(self, event: Event, before: int | None) -> tuple[int, ...]:
        """Return the criteria that come before a criterion and miss the event by upper and lower case alone."""
        return tuple(self._missed_by_case(event, len(self.listed) if before is None else before))

    def _missed_by_case(self, event: Event, before: int) -> Iterator[int]:
        folded: Mapping[str, list[tuple[str, object]]] = _by_folded_key(event)
        for index, criterion in enumerate(self.listed[:before]):
            for _, value in folded.get(criterion["key"].casefold(), ()):
                text = text_of(value)
                wanted = criterion.get("value") or ""
                if criterion["type"] != VALUE_MATCHES or (text and text.casefold() == wanted.casefold()):
                    yield index
                    break


def text_of(value: object) -> str | None:
    """Return a field's value as it is compared, `None` for what is neither text nor a whole number."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _by_folded_key(event: Event) -> dict[str, list[tuple[str, object]]]:
    folded: dict[str, list[tuple[str, object]]] = {}
    for key, value in event.items():
        folded.setdefault(key.casefold(), []).append((key, value))
    return folded
