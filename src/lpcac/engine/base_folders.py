"""Which folders can be bases of one client: none that the client, or another of its bases, would read as well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from lpcac.engine.inert import quoted


def overlap(base: str, folder: str, earlier: Sequence[str]) -> str | None:
    """Return why a base cannot be used beside a client's folder and the bases before it, `None` when it can."""
    if base in earlier:
        return f"base {quoted(base)} is named twice"
    if _is_within(folder, base) or _is_within(base, folder):
        return f"base {quoted(base)} and the client's folder {quoted(folder)} lie in each other: keep them apart"
    other = next((each for each in earlier if _is_within(base, each) or _is_within(each, base)), None)
    if other is not None:
        return f"bases {quoted(other)} and {quoted(base)} lie in each other: keep them apart"
    return None


def _is_within(path: str, folder: str) -> bool:
    return path == folder or PurePosixPath(folder) in PurePosixPath(path).parents
