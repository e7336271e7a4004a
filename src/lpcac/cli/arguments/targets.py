"""The options that select targets, as one value; what that needs is imported when a command runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lpcac.workspace.target_options import TargetOptions


def target_options(
    *,
    paths: Sequence[str] | None = None,
    pool: str | None = None,
    logpoints: Sequence[str] | None = None,
    map_file: str | None = None,
    clients: Sequence[str] | None = None,
    owned_by: str | None = None,
    prune: bool = False,
    allow_repo_delete: bool = False,
    external: Sequence[str] | None = None,
    max_deletes: int | None = None,
    max_delete_percent: int | None = None,
) -> TargetOptions:
    """Return which targets the command line selects; `None` for an option that it does not have."""
    from lpcac.workspace.target_options import TargetOptions  # noqa: PLC0415

    return TargetOptions(
        paths=tuple(paths or ()),
        pool=pool,
        logpoints=tuple(logpoints or ()),
        map_file=map_file,
        clients=tuple(clients or ()),
        owned_by=owned_by,
        prune=prune,
        allow_repo_delete=allow_repo_delete,
        external=tuple(external or ()),
        max_deletes=max_deletes,
        max_delete_percent=max_delete_percent,
    )
