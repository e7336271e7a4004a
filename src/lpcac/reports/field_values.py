"""Field values as safe, unambiguous text on one line, in YAML's flow style; whole, unless a limit is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Any, Final

from lpcac.core.json_values import Json
from lpcac.core.text.safe_text import escaped, shortened
from lpcac.planning.plan import FieldChange

UNBROKEN: Final = "\u00a0"
"""A space at which no row is broken. Safe text never holds it: it is escaped there."""
_DEPTH = 64
_CONTEXT = 24
_LONG = 120
_LISTED_WHOLE = 8
_MORE = "…"

# What reads as itself without quotes: words without the punctuation that the flow style gives a meaning.
_PLAIN = re.compile(r"[\w/*.(<-][\w/.@+*%:()=-]*(?<!:)(?: [\w/.@+*%()=-]+)*")
_WORDS_WITH_MEANING = frozenset({"true", "false", "null", "yes", "no", "on", "off", "-", "~"})


def with_spaces(text: str) -> str:
    """Return the text with plain spaces, for what is not broken into rows by lpcac."""
    return text.replace(UNBROKEN, " ")


def unbroken(text: str) -> str:
    """Return the text so that no row is broken in it."""
    return text.replace(" ", UNBROKEN)


def path_text(change: FieldChange, limit: int | None = None) -> str:
    """Return the field's path on one line."""
    return unbroken(_safe(change.path, limit))


def is_in_path(change: FieldChange) -> bool:
    """Tell whether the path ends with the value itself, as it does for an item of an unordered list."""
    value = change.after if change.before is None else change.before
    return isinstance(value, str) and change.path.endswith(f"[{value}]")


def value_text(value: Any, limit: int | None = None) -> str:  # noqa: ANN401 - any JSON value
    """Return the value on one line; spaces inside a scalar, or between a name and its scalar, are `UNBROKEN`.

    Arguments:
        limit: characters of each text in it; `None` for all of them.
    """
    return _composite(value, limit, 0)


def items_text(values: list[Any], limit: int | None = None) -> str:
    """Return the items with commas, without brackets."""
    return ", ".join(_composite(value, limit, 1) for value in values)


def before_and_after(before: Any, after: Any, limit: int | None = None) -> tuple[str, str]:  # noqa: ANN401 - JSON
    """Return both values as texts that differ. Of long ones, what both begin and end with is cut, and nothing else.

    Arguments:
        limit: characters of each text in them; `None` for all that differs.
    """
    texts = value_text(before, limit), value_text(after, limit)
    if isinstance(before, list) and isinstance(after, list):
        texts = _lists_from_difference(before, after, limit)
    elif isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > (limit or _LONG):
        texts = _texts_from_difference(before, after, limit)
    if texts[0] == texts[1] and isinstance(before, str) and isinstance(after, str):
        texts = _spelt_out(before, limit), _spelt_out(after, limit)
    if texts[0] == texts[1] and before != after:
        return texts[0], f"{texts[1]} (the difference is not shown)"
    return texts


def _safe(text: str, limit: int | None) -> str:
    return escaped(text) if limit is None else shortened(text, limit)


def _spelt_out(text: str, limit: int | None) -> str:
    """Return the text with its own backslashes distinct from those of escapes."""
    doubled = text.replace("\\", "\\\\")
    return unbroken(f'"{_safe(doubled, limit)}"')


def _composite(value: Any, limit: int | None, depth: int) -> str:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict | list) and depth >= _DEPTH:
        return _MORE
    if isinstance(value, dict):
        inner = ", ".join(_fields(value, limit, depth + 1))
        return f"{{{inner}}}" if depth or not inner else inner
    if isinstance(value, list):
        return f"[{', '.join(_composite(item, limit, depth + 1) for item in value)}]"
    return _scalar(value, limit)


def _fields(value: Json, limit: int | None, depth: int) -> Iterator[str]:
    for name, inner in value.items():
        yield f"{_scalar(name, limit)}:{UNBROKEN}{_composite(inner, limit, depth)}"


def _scalar(value: object, limit: int | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    text = _safe(value, limit)
    return unbroken(text if _reads_as_text(text) else f'"{text}"')


def _reads_as_text(text: str) -> bool:
    if not _PLAIN.fullmatch(text.removesuffix(_MORE)) or text.lower() in _WORDS_WITH_MEANING:
        return False
    try:
        float(text)
    except ValueError:
        return True
    return False


def _texts_from_difference(before: str, after: str, limit: int | None) -> tuple[str, str]:
    head = _same_start(before, after)
    tail = min(_same_start(before[::-1], after[::-1]), len(before) - head, len(after) - head)
    start, end = max(0, head - _CONTEXT), max(0, tail - _CONTEXT)

    def without_ends(text: str) -> str:
        middle = _safe(text[start : len(text) - end], limit)
        return unbroken(f'"{_MORE if start else ""}{middle}{_MORE if end else ""}"')

    return without_ends(before), without_ends(after)


def _lists_from_difference(before: list[Any], after: list[Any], limit: int | None) -> tuple[str, str]:
    if max(len(before), len(after)) <= _LISTED_WHOLE:
        return value_text(before, limit), value_text(after, limit)
    head = _same_start(before, after)
    tail = min(_same_start(before[::-1], after[::-1]), len(before) - head, len(after) - head)

    def without_ends(items: list[Any]) -> str:
        shown = [unbroken(f"{_MORE} {head} alike")] if head else []
        shown += [_composite(item, limit, 1) for item in items[head : len(items) - tail]]
        shown += [unbroken(f"{_MORE} {tail} alike")] if tail else []
        return f"[{', '.join(shown)}]"

    return without_ends(before), without_ends(after)


def _same_start(one: str | list[Any], other: str | list[Any]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
