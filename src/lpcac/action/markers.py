"""The marks by which lpcac knows its own comments and the label that waives the limits; they decide what is trusted."""

from __future__ import annotations

import re

PLAN_MARKER = "<!-- lpcac:plan:v1 -->"
"""First line of the plan comment."""
RESULT_MARKER = "<!-- lpcac:result:v1 -->"
"""First line of the comment that tells what a merge did."""

ALLOW_DELETES = "lpcac/allow-deletes"
"""Label on a pull request that waives the delete limits for its plan."""


def is_ours(body: str, marker: str) -> bool:
    """Tell whether a comment's text starts with the marker, of whatever version."""
    family = re.escape(re.sub(r"v\d+ -->$", "", marker))
    return re.match(rf"\s*{family}v\d+ -->", body) is not None
