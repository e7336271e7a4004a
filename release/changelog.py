"""CHANGELOG.md: its sections, and how what is unreleased becomes a version's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from release.version import Version

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_RELEASED = re.compile(r"(\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})")
UNRELEASED = "Unreleased"


def sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield every heading of the second level with the text below it."""
    _, *parts = _HEADING.split(text)
    yield from ((heading.strip(), body.strip()) for heading, body in zip(parts[::2], parts[1::2], strict=True))


def released(text: str) -> dict[Version, str]:
    """Return what the changelog says of each released version."""
    found = ((_RELEASED.fullmatch(heading), body) for heading, body in sections(text))
    return {Version.parse(match[1]): body for match, body in found if match}


def unreleased(text: str) -> str:
    """Return what has changed since the last version; empty if nothing has."""
    body = dict(sections(text)).get(UNRELEASED, "")
    return body if re.search(r"^- ", body, re.MULTILINE) else ""


def cut(text: str, version: Version, day: date) -> str:
    """Return the changelog with what is unreleased as the version's section, and a new empty section above it.

    Raises:
        ValueError: nothing is unreleased.
    """
    if not unreleased(text):
        message = f"CHANGELOG.md lists nothing under {UNRELEASED}: say what a user gets"
        raise ValueError(message)
    return text.replace(f"## {UNRELEASED}\n", f"## {UNRELEASED}\n\n## {version} - {day.isoformat()}\n", 1)
