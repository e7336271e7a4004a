"""Files of sample events, one JSON object a line. No message shows their content."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from lpcac.core.findings import Finding, Position
from lpcac.core.text.safe_text import quoted
from lpcac.pipeline.events import Event

MAX_SAMPLE_BYTES: Final = 8 * 1024 * 1024
TOO_LARGE: Final = "it is over 8 MiB"
_MAX_EVENTS: Final = 10_000
_MAX_LINE: Final = 256 * 1024

ReadSample = Callable[[str, str], bytes | str]
"""Gives the content of a file by the folder of the test and the name in it, or a text that says why there is none."""


def sample_events(content: bytes, file: str) -> tuple[list[tuple[int, Event]], list[Finding]]:
    """Return every event with the number of its line, and a finding for each line that is none.

    Numbers count as they are typed. Whether the value of a field is text is asked when a criterion compares it.
    """
    if len(content) > MAX_SAMPLE_BYTES:
        return [], [Finding("sample-size", f"{quoted(file)} is over 8 MiB: keep fewer events", Position(file))]
    events: list[tuple[int, Event]] = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        if len(events) == _MAX_EVENTS:
            message = f"{quoted(file)} holds more than {_MAX_EVENTS} events: keep fewer"
            return [], [Finding("sample-size", message, Position(file, number))]
        event = _event(line)
        if event is None:
            message = f"{quoted(file)}: line {number} is not a JSON object with each of an event's fields once"
            return [], [Finding("sample-syntax", message, Position(file, number))]
        events.append((number, event))
    if not events:
        return [], [Finding("sample-empty", f"{quoted(file)} holds no event", Position(file))]
    return events, []


def _event(line: bytes) -> Event | None:
    if len(line) > _MAX_LINE:
        return None
    try:
        event = json.loads(line, parse_int=str, parse_float=str, parse_constant=_refused, object_pairs_hook=_fields)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _refused(_constant: str) -> object:
    """Refuse `NaN` and `Infinity`, which Python reads and JSON does not have."""
    raise ValueError


def _fields(pairs: list[tuple[str, object]]) -> Event:
    """Return the fields of an object; one that names a field twice could be read in two ways."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError
    return fields
