"""How much a plan may delete."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How much a plan may delete before the guard stops it, and whether it may delete repos."""

    max_deletes: int = 10
    max_delete_percent: int = 30
    percent_applies_from: int = 4
    allow_repo_delete: bool = False
