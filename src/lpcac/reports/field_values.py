"""Field values as short, safe, unambiguous text, in YAML's flow style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from lpcac.core.json_values import Json
from lpcac.core.safe_text import shortened
from lpcac.planning.plan import FieldChange

VALUE_LIMIT = 120
_PATH_LIMIT = 120
_ITEMS = 8
_WHOLE = 6
_DEPTH = 6
_CONTEXT = 24
_MORE = "…"

# What reads as itself without quotes: words without the punctuation that the flow style gives a meaning.
_PLAIN = re.compile(r"[\w/*.(<-][\w/.@+*%:()=-]*(?: [\w/.@+*%()=-]+)*")
_WORDS_WITH_MEANING = frozenset({"true", "false", "null", "yes", "no", "on", "off", "-", "~"})


def path_text(change: FieldChange) -> str:
    """Return the field's path on one line."""
    return shortened(change.path, _PATH_LIMIT)


def is_in_path(change: FieldChange) -> bool:
    """Tell whether the path ends with the value itself, as it does for an item of an unordered list."""
    value = change.after if change.before is None else change.before
    return isinstance(value, str) and len(value) <= _PATH_LIMIT // 2 and change.path.endswith(f"[{value}]")


def value_text(value: Any, limit: int = VALUE_LIMIT) -> str:  # noqa: ANN401 - any JSON value
    """Return the value on one line; a text is cut to `limit` characters, and what is long in another way as well."""
    return shortened(_composite(value, limit, 0), _WHOLE * limit)


def object_lines(spec: Json, limit: int = VALUE_LIMIT) -> Iterator[tuple[str, str]]:
    """Yield (field, value) for a whole object, compactly."""
    for field, value in spec.items():
        if isinstance(value, list) and value:
            yield shortened(field), shortened(", ".join(_items(value, limit, 1)), _WHOLE * limit)
        else:
            yield shortened(field), value_text(value, limit)


def before_and_after(before: Any, after: Any, limit: int = VALUE_LIMIT) -> tuple[str, str]:  # noqa: ANN401 - JSON
    """Return both values as texts that differ; only common parts are cut."""
    texts = value_text(before, limit), value_text(after, limit)
    if isinstance(before, list) and isinstance(after, list):
        texts = _lists_from_difference(before, after, limit)
    elif isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > limit:
        texts = _texts_from_difference(before, after, limit)
    if texts[0] == texts[1] and isinstance(before, str) and isinstance(after, str):
        texts = _spelt_out(before, limit), _spelt_out(after, limit)
    if texts[0] == texts[1] and before != after:
        return texts[0], f"{texts[1]} (the difference is not shown)"
    return texts


def _spelt_out(text: str, limit: int) -> str:
    """Return the text so that a backslash of its own is told from the one of an escape."""
    doubled = text.replace("\\", "\\\\")
    return f'"{shortened(doubled, limit)}"'


def _composite(value: Any, limit: int, depth: int) -> str:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict | list) and depth >= _DEPTH:
        return _MORE
    if isinstance(value, dict):
        inner = ", ".join(_fields(value, limit, depth + 1))
        return f"{{{inner}}}" if depth or not inner else inner
    if isinstance(value, list):
        return f"[{', '.join(_items(value, limit, depth + 1))}]"
    return _scalar(value, limit)


def _fields(value: Json, limit: int, depth: int) -> Iterator[str]:
    for number, (name, inner) in enumerate(value.items()):
        if number == _ITEMS:
            yield f"{_MORE} {len(value) - _ITEMS} more"
            return
        yield f"{_scalar(name, limit)}: {_composite(inner, limit, depth)}"


def _items(value: list[Any], limit: int, depth: int) -> Iterator[str]:
    for number, inner in enumerate(value):
        if number == _ITEMS:
            yield f"{_MORE} {len(value) - _ITEMS} more"
            return
        yield _composite(inner, limit, depth)


def _scalar(value: object, limit: int) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    text = shortened(value, limit)
    return text if _reads_as_text(text) else f'"{text}"'


def _reads_as_text(text: str) -> bool:
    if not _PLAIN.fullmatch(text.removesuffix(_MORE)) or text.lower() in _WORDS_WITH_MEANING:
        return False
    try:
        float(text)
    except ValueError:
        return True
    return False


def _texts_from_difference(before: str, after: str, limit: int) -> tuple[str, str]:
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    start = max(0, same - _CONTEXT)
    lead = _MORE if start else ""
    first, second = (f'"{lead}{shortened(text[start : start + limit + 1], limit)}"' for text in (before, after))
    return first, second


def _lists_from_difference(before: list[Any], after: list[Any], limit: int) -> tuple[str, str]:
    if max(len(before), len(after)) <= _ITEMS:
        return value_text(before, limit), value_text(after, limit)
    head = _same_items(before, after)
    tail = min(_same_items(before[::-1], after[::-1]), len(before) - head, len(after) - head)

    def without_ends(items: list[Any]) -> str:
        shown = [f"{_MORE} {head} alike"] if head else []
        shown += _items(items[head : len(items) - tail], limit, 1)
        shown += [f"{_MORE} {tail} alike"] if tail else []
        return shortened(f"[{', '.join(shown)}]", _WHOLE * limit)

    return without_ends(before), without_ends(after)


def _same_items(one: list[Any], other: list[Any]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
