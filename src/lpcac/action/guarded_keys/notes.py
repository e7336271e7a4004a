"""What comments and summaries say about a map's guarded keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class MapNotes:
    """What people are shown of guarded keys, as Markdown, a sentence each.

    Arguments:
        loosened: Directors, and whatever allows more than before.
        others: further changes.
        pending: what the base branch got without a review, and this pull request makes count.
        does_not_count: why nothing of it counts after a merge; empty where it does.
    """

    loosened: Sequence[str] = ()
    others: Sequence[str] = ()
    pending: Sequence[str] = ()
    does_not_count: str = ""
