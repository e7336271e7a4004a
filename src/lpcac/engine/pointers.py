"""JSON pointers (RFC 6901), and the dotted paths that people read instead."""

from __future__ import annotations

from collections.abc import Iterable

from lpcac.engine.inert import shortened


def escaped_token(key: str) -> str:
    """Return the key as one part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def pointer_to(parts: Iterable[str | int]) -> str:
    """Return the JSON pointer that leads through these keys and indexes."""
    return "".join(f"/{escaped_token(str(part))}" for part in parts)


def parts_of(pointer: str) -> list[str]:
    """Return the keys and indexes of a JSON pointer, each as text."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def readable_path(parts: Iterable[str | int]) -> str:
    """Return `routing_criteria[0].value` for those parts, on one line whatever the keys hold."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{shortened(part)}" if path else shortened(part)
    return path
