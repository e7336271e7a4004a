"""What a shell completes in addition to commands and options: names of the map's clients."""

from __future__ import annotations

from pathlib import Path

import typer


def client_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the clients of the map of the command line, or of the folder, that begin with this; none without a map."""
    from lpcac.connectors.files.maps import find_map, load_map  # noqa: PLC0415
    from lpcac.core.errors import LpcacError  # noqa: PLC0415
    from lpcac.models import registry  # noqa: PLC0415

    named = ctx.params.get("map_file")
    found = Path(named) if named else find_map(Path())
    try:
        directory_map = load_map(found, registry())[0] if found else None
    except LpcacError:
        return []
    names = [client.name for client in directory_map.clients] if directory_map else []
    return [name for name in names if name.startswith(incomplete) and name.isprintable() and " " not in name]
