"""The marks by which lpcac knows its own comments and the label that waives the limits; they decide what is trusted."""

from __future__ import annotations

import re

ALLOW_DELETES = "lpcac/allow-deletes"
"""Label on a pull request that waives the delete limits for its plan."""


def is_ours(body: str, marker: str) -> bool:
    """Tell whether a comment's text starts with the marker, of whatever version."""
    kind, scope = marker.removesuffix(" -->").split(":v1 ", 1)
    return re.match(rf"\s*{re.escape(kind)}:v\d+ {re.escape(scope)} -->", body) is not None
