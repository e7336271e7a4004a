"""JSON pointers (RFC 6901), and the dotted paths that people read instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lpcac.core.text.safe_text import shortened


def escaped_token(key: str) -> str:
    """Return the key as one part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def pointer_to(parts: Iterable[str | int]) -> str:
    """Return the JSON pointer that leads through these keys and indexes."""
    return "".join(f"/{escaped_token(str(part))}" for part in parts)


def parts_of(pointer: str) -> list[str]:
    """Return the keys and indexes of a JSON pointer, each as text."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def value_below(value: Any, parts: Iterable[str]) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value that these keys and indexes lead to, `None` where they lead to nothing."""
    for part in parts:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def readable_path(parts: Iterable[str | int]) -> str:
    """Return `routing_criteria[0].value` for those parts, on one line whatever the keys hold."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{shortened(part)}" if path else shortened(part)
    return path
