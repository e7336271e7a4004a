"""Clients that left the map, in every form: nothing of theirs is deleted, and that is said."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from lpcac.engine.affected import Affected
from lpcac.kinds import Json
from lpcac.render.inert_markdown import bullets, code, prose
from lpcac.render.published import Published
from lpcac.render.sheet import Sheet
from lpcac.render.wording import listed, message_text

_MOST = 50


class ReleasedClientRow(Published):
    """A client that left the map: nothing of it is deleted."""

    client: str
    pool: str
    logpoints: tuple[str, ...]
    """As the map named them."""
    reason: str


def print_released(console: Console, released: Sequence[Affected]) -> None:
    """Write one line for each client, and an empty one behind them."""
    sheet = Sheet(console)
    for each in released[:_MOST]:
        where = f" ({each.client.pool})"
        sheet.line((message_text(f"client {each.client.name}"), "bold"), message_text(f"{where}: {_reason(each)}"))
    if released:
        sheet.line(*([f"and {len(released) - _MOST} more clients"] if len(released) > _MOST else []))


def released_rows(released: Sequence[Affected]) -> tuple[ReleasedClientRow, ...]:
    """Return the clients in their published form."""
    return tuple(
        ReleasedClientRow(
            client=each.client.name,
            pool=each.client.pool,
            logpoints=tuple(each.client.logpoints),
            reason=_reason(each),
        )
        for each in released
    )


def released_json(released: Sequence[Affected]) -> list[Json]:
    """Return the clients as JSON."""
    return [row.model_dump(mode="json") for row in released_rows(released)]


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
