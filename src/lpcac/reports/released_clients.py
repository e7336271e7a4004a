"""Clients that left the map. Their objects are not deleted, and every report says so."""

from __future__ import annotations

from typing import Final

from lpcac.core.text.enumeration import listed
from lpcac.directory_map.affected_clients import Affected

MOST_SHOWN: Final = 50


def why_released(released: Affected) -> str:
    """Return why the client is no longer in the map."""
    return listed([str(reason) for reason in released.reasons])
