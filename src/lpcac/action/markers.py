"""The marks by which lpcac knows its own comments and the label that waives the limits; they decide what is trusted."""

from __future__ import annotations

import re
from urllib.parse import quote

ALLOW_DELETES = "lpcac/allow-deletes"
"""Label on a pull request that waives the delete limits for its plan."""


def is_ours(body: str, marker: str) -> bool:
    """Tell whether a comment's text starts with the marker, of whatever version."""
    kind, scope = marker.removesuffix(" -->").split(":v1 ", 1)
    return re.match(rf"\s*{re.escape(kind)}:v\d+ {re.escape(scope)} -->", body) is not None


def plan_marker(scope: str) -> str:
    """Return the first line of the plan comment of a scope's job."""
    return _marker("plan", scope)


def superseded_marker(scope: str) -> str:
    """Return the first line of a plan comment that another plan for the same commit replaced."""
    return _marker("superseded", scope)


def result_marker(scope: str) -> str:
    """Return the first line of the comment that tells what a merge did, of a scope's job."""
    return _marker("result", scope)


def _marker(kind: str, scope: str) -> str:
    # Percent-encoded, its dashes too: nothing in a name can end the HTML comment.
    return f"<!-- lpcac:{kind}:v1 {quote(scope, safe='/.').replace('-', '%2D')} -->"
