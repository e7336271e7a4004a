"""Decoded JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
"""A decoded JSON object. The one place where values are untyped: the wire, and specs on their way to the digest."""


def same_json(one: object, other: object) -> bool:
    """Tell whether two values are the same JSON: unlike for `==`, `1`, `1.0` and `true` are three values."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same_json(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and type(one) is type(other) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same_json, one, other))
    return type(one) is type(other) and one == other


def flag(value: object) -> bool | None:
    """Return a flag of the wire, on which flags are observed as text too; `None` for what is no flag."""
    if isinstance(value, str):
        return {"true": True, "on": True, "false": False, "off": False}.get(value.strip().casefold())
    return value if isinstance(value, bool) else None
