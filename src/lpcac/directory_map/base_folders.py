"""Which folders must not overlap: a client's own folder and its bases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from lpcac.core.safe_text import quoted


def overlap(base: str, folder: str, earlier: Sequence[str]) -> str | None:
    """Return why a base cannot be used beside a client's folder and the bases before it, `None` when it can."""
    if base in earlier:
        return f"base {quoted(base)} is named twice"
    if lie_in_each_other(base, folder):
        return f"base {quoted(base)} and the client's folder {quoted(folder)} overlap: keep them apart"
    other = next((each for each in earlier if lie_in_each_other(base, each)), None)
    if other is not None:
        return f"bases {quoted(other)} and {quoted(base)} overlap: keep them apart"
    return None


def lie_in_each_other(one: str, other: str) -> bool:
    """Tell whether two folders are the same, or one of them is in the other."""
    return _is_within(one, other) or _is_within(other, one)


def _is_within(path: str, folder: str) -> bool:
    return path == folder or PurePosixPath(folder) in PurePosixPath(path).parents
