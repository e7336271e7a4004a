"""Which folders must not overlap: a client's own folder and its bases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from lpcac.core.text.safe_text import quoted


def overlaps(bases: Sequence[str], folder: str) -> Iterator[tuple[int, str]]:
    """Yield the place of each base that conflicts with the client's folder or the bases before it, and why."""
    earlier: set[str] = set()
    holding: dict[str, str] = {}
    """Folder around bases, to the first of those."""
    for index, base in enumerate(bases):
        around = [str(each) for each in PurePosixPath(base).parents]
        if base in earlier:
            yield index, f"base {quoted(base)} is named twice"
        elif lie_in_each_other(base, folder):
            yield (
                index,
                f"base {quoted(base)} and the client's folder {quoted(folder)} overlap: keep them apart",
            )
        elif other := holding.get(base) or next((each for each in around if each in earlier), None):
            yield index, f"bases {quoted(other)} and {quoted(base)} overlap: keep them apart"
        earlier.add(base)
        for each in around:
            holding.setdefault(each, base)


def overlap(base: str, folder: str, earlier: Sequence[str]) -> str | None:
    """Return why a base conflicts with a client's folder or the bases before it, `None` if it does not."""
    return next((why for index, why in overlaps([*earlier, base], folder) if index == len(earlier)), None)


def lie_in_each_other(one: str, other: str) -> bool:
    """Tell whether two folders are the same, or one of them is in the other."""
    return _is_within(one, other) or _is_within(other, one)


def _is_within(path: str, folder: str) -> bool:
    return path == folder or PurePosixPath(folder) in PurePosixPath(path).parents
