"""Which lines a diff adds or changes, read from git's own words."""

from __future__ import annotations

import re
from typing import Final

_HUNK: Final = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def hunks(diff: bytes) -> dict[str, list[range]]:
    """Return the changed lines of each file's new side.

    Arguments:
        diff: unified, without context and without prefixes before the names. Names that git quotes are left out.
    """
    found: dict[str, list[range]] = {}
    lines: list[range] = []
    # Lines of the content that look like headers are counted, not read.
    content = 0
    for line in diff.split(b"\n"):
        if content:
            content -= not line.startswith(b"\\")
        elif line.startswith(b"+++ "):
            name = line.removeprefix(b"+++ ").rstrip(b"\t").decode(errors="backslashreplace")
            lines = found.setdefault(name, [])
        elif match := _HUNK.match(line):
            removed, start, added = (int(part) if part else 1 for part in match.group(2, 3, 4))
            lines.append(range(start, start + added))
            content = removed + added
    return {name: ranges for name, ranges in found.items() if name != "/dev/null"}
