"""Clients that left the map, in every form: nothing of theirs is deleted, and that is said."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from lpcac.directory_map.affected_clients import Affected
from lpcac.reports.markdown.blocks import bullets, code, prose
from lpcac.reports.terminal.console_lines import ConsoleWriter
from lpcac.reports.wording import listed, message_text

_MOST = 50


def print_released(console: Console, released: Sequence[Affected]) -> None:
    """Write one line for each client, and an empty one behind them."""
    sheet = ConsoleWriter(console)
    for each in released[:_MOST]:
        where = f" ({each.client.pool})"
        sheet.line((message_text(f"client {each.client.name}"), "bold"), message_text(f"{where}: {_reason(each)}"))
    if released:
        sheet.line(*([f"and {len(released) - _MOST} more clients"] if len(released) > _MOST else []))


def released_markdown(released: Sequence[Affected]) -> str:
    """Return the clients as a section to stand behind others, or nothing."""
    if not released:
        return ""
    lines = [
        f"{code(each.client.name)} ({code(each.client.pool)}): {prose(_reason(each))}" for each in released[:_MOST]
    ]
    if len(released) > _MOST:
        lines.append(f"and {len(released) - _MOST} more")
    return f"\n#### Clients that left the map\n\n{bullets(lines)}\n"


def _reason(released: Affected) -> str:
    return listed([str(reason) for reason in released.reasons])
