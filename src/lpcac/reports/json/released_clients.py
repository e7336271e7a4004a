"""Released clients as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from lpcac.core.json_values import Json
from lpcac.directory_map.affected_clients import Affected
from lpcac.reports.json.row import Published
from lpcac.reports.released_clients import why_released


class ReleasedClientRow(Published):
    """A client that left the map: nothing of it is deleted."""

    client: str
    pool: str
    logpoints: tuple[str, ...]
    """As the map named them."""
    reason: str


def released_rows(released: Sequence[Affected]) -> tuple[ReleasedClientRow, ...]:
    """Return the clients in their published form."""
    return tuple(
        ReleasedClientRow(
            client=each.client.name,
            pool=each.client.pool,
            logpoints=tuple(each.client.logpoints),
            reason=why_released(each),
        )
        for each in released
    )


def released_json(released: Sequence[Affected]) -> list[Json]:
    """Return the clients as JSON."""
    return [row.model_dump(mode="json") for row in released_rows(released)]
