"""`lpcac targets`: list the clients of the map, or those that a change affects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from lpcac.cli.session import require_sound_map, start
from lpcac.connectors.github.matrix import MOST_JOBS, matrix
from lpcac.core.errors import ExitCode
from lpcac.core.text.safe_text import escaped
from lpcac.models import registry
from lpcac.workspace.changed_clients import affected_since
from lpcac.workspace.load_scope import load_scope
from lpcac.workspace.target_options import TargetOptions


def targets(options: TargetOptions, output_format: str, jobs: int | None = None) -> ExitCode:
    """List the clients of the map with their pools and logpoints, as written in the map.

    Arguments:
        jobs: the most jobs in a matrix; as many as GitHub takes unless given.
    """
    output = start().output
    scope = load_scope(options, registry())
    require_sound_map(scope, output)
    rows = [
        {"client": c.name, "path": c.path, "director": c.director, "pool": c.pool, "logpoint": logpoint}
        for c in (loaded.client for loaded in scope.clients)
        for logpoint in c.logpoints
    ]
    if output_format == "matrix":
        names = [loaded.client.name for loaded in scope.clients]
        output.result(json.dumps(matrix(names, jobs or MOST_JOBS), ensure_ascii=False))
    elif output_format == "json":
        output.json({"targets": rows})
    else:
        table = [(r["client"], f"{r['pool']}/{r['logpoint']}", r["path"]) for r in rows]
        output.result(_table(("CLIENT", "TARGET", "FOLDER"), table))
    return ExitCode.OK


def changed_targets(options: TargetOptions, compare_with: str, output_format: str, jobs: int | None = None) -> ExitCode:
    """List the clients that differ between a commit and the checked-out one, with the reasons.

    Clients that left the map are not listed: there is nothing to plan for them.

    Arguments:
        jobs: the most jobs in a matrix; as many as GitHub takes unless given.
    """
    output = start().output
    found = [each for each in affected_since(options, compare_with, registry()) if not each.is_released]
    if output_format == "matrix":
        output.result(json.dumps(matrix([each.client.name for each in found], jobs or MOST_JOBS), ensure_ascii=False))
    elif output_format == "json":
        rows = [{"client": each.client.name, "reasons": [str(reason) for reason in each.reasons]} for each in found]
        output.json({"clients": rows})
    else:
        table = [(each.client.name, "; ".join(str(reason) for reason in each.reasons)) for each in found]
        output.result(_table(("CLIENT", "REASONS"), table))
    return ExitCode.OK


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with a header and aligned columns; the header alone where there are no rows."""
    lines = [head, *([escaped(cell) for cell in row] for row in rows)]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(head) - 1)]
    return "\n".join(
        "".join(f"{cell}{' ' * (width - cell_len(cell) + 2)}" for cell, width in zip(line, widths, strict=False))
        + line[-1]
        for line in lines
    )
