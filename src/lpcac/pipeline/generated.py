"""Events made up for a pipeline, so that every criterion and every catch-all is met without anyone's sample."""

from __future__ import annotations

from collections.abc import Iterable

from lpcac.core.json_values import Json
from lpcac.pipeline.criteria import VALUE_MATCHES
from lpcac.pipeline.events import Event

ANY_VALUE = "\x00any"
"""Stands for a value that no criterion compares with: no real one holds this control character."""


def event_for(*criteria: Json) -> Event | None:
    """Return the smallest event that satisfies all of these criteria; `None` when none can.

    Without criteria it is the event without fields, which only a catch-all takes.
    """
    event: dict[str, str] = {}
    for criterion in criteria:
        key = criterion["key"]
        value = (criterion.get("value") or "") if criterion["type"] == VALUE_MATCHES else ANY_VALUE
        held = event.get(key, ANY_VALUE)
        if ANY_VALUE not in (held, value) and held != value:
            return None
        event[key] = held if value == ANY_VALUE else value
    return event


def words_for(event: Event | None) -> str:
    """Return a made-up event as the end of a sentence about events: `with severity=debug`, `that match nothing`."""
    if event is None:
        return "that may be there (too many criteria to tell)"
    if not event:
        return "that match nothing"
    return f"with {' and '.join(_field_words(event.items()))}"


def _field_words(fields: Iterable[tuple[str, object]]) -> list[str]:
    return [key if value == ANY_VALUE else f"{key}={value}" for key, value in fields]
