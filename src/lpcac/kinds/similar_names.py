"""Names that people take for one another: they look alike or differ in case only, and are two objects."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from lpcac.core.resources import ResourceKey
from lpcac.core.text.confusables import LOOKS_LIKE
from lpcac.core.text.safe_text import quoted


def folded(name: str) -> str:
    """Return the one form of all names that look or sound alike."""
    looks = unicodedata.normalize("NFKC", name).translate(LOOKS_LIKE)
    return unicodedata.normalize("NFKC", looks.casefold())


def look_alikes(keys: Iterable[ResourceKey]) -> dict[ResourceKey, list[ResourceKey]]:
    """Return for each object the others of its kind whose names are alike; objects without any are left out."""
    groups: dict[ResourceKey, list[ResourceKey]] = {}
    for key in sorted(set(keys)):
        groups.setdefault(ResourceKey(key.kind, folded(key.name)), []).append(key)
    return {
        key: [other for other in group if other != key] for group in groups.values() if len(group) > 1 for key in group
    }


def difference(one: str, other: str) -> str:
    """Return where two names differ, so that it shows even where they look the same."""
    index = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    first, second = (f"{_character(name, index)} in {quoted(name)}" for name in (one, other))
    return f"character {index + 1} is {first} and {second}"


def _character(text: str, index: int) -> str:
    if index >= len(text):
        return "missing"
    return f"{quoted(text[index])} (U+{ord(text[index]):04X})"
