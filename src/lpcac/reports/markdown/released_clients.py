"""Clients that left the map, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from lpcac.core.text.enumeration import capped
from lpcac.directory_map.affected_clients import Affected
from lpcac.reports.markdown.blocks import bullets, code, prose
from lpcac.reports.released_clients import MOST_SHOWN, why_released


def released_markdown(released: Sequence[Affected]) -> str:
    """Return the clients as a section to follow others, or nothing."""
    if not released:
        return ""
    lines = (f"{code(each.client.name)} ({code(each.client.pool)}): {prose(why_released(each))}" for each in released)
    return f"\n#### Clients that left the map\n\n{bullets(capped(lines, MOST_SHOWN))}\n"
