"""Clients that left the map, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from lpcac.core.text.enumeration import with_rest
from lpcac.directory_map.affected_clients import Affected
from lpcac.reports.released_clients import MOST_SHOWN, why_released
from lpcac.reports.terminal.console_lines import ConsoleWriter
from lpcac.reports.wording import message_text


def print_released(console: Console, released: Sequence[Affected]) -> None:
    """Write one line for each client, then an empty line."""
    writer = ConsoleWriter(console)
    for each in released[:MOST_SHOWN]:
        where = f" ({each.client.pool}): {why_released(each)}"
        writer.line((message_text(f"client {each.client.name}"), "bold"), message_text(where))
    if released:
        writer.line(*with_rest([], len(released[MOST_SHOWN:]), "clients"))
