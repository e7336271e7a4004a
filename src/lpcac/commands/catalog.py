"""`lpcac targets` and `lpcac schema`: what there is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from lpcac.commands.session import make_folder, require_sound_map, start, write_file
from lpcac.engine.inert import escaped, quoted
from lpcac.engine.map_document import MapDocument
from lpcac.engine.schemas import schema_file, schema_text, schemas
from lpcac.engine.sharding import matrix
from lpcac.engine.suggestions import did_you_mean
from lpcac.errors import ExitCode, UsageError
from lpcac.models import registry
from lpcac.render.plan_document import PlanDocument
from lpcac.scope import affected_since, load_scope
from lpcac.target_options import TargetOptions

EXTRA_SCHEMAS: Mapping[str, type[BaseModel]] = {
    "directory-map.schema.json": MapDocument,
    "plan.schema.json": PlanDocument,
}


def targets(options: TargetOptions, output_format: str) -> ExitCode:
    """Write the clients of the map and where they live, as the map says it."""
    output = start().output
    scope = load_scope(options, registry())
    require_sound_map(scope, output)
    rows = [
        {"client": c.name, "path": c.path, "director": c.director, "pool": c.pool, "logpoint": logpoint}
        for c in (loaded.client for loaded in scope.clients)
        for logpoint in c.logpoints
    ]
    if output_format == "json":
        output.json({"targets": rows})
    else:
        output.result("\n".join(escaped(f"{r['client']}  {r['pool']}/{r['logpoint']}  {r['path']}") for r in rows))
    return ExitCode.OK


def changed_targets(options: TargetOptions, base: str, output_format: str) -> ExitCode:
    """Write which clients differ between a commit and the checked-out one, and why; as a matrix for GitHub if wanted.

    Clients that leave the map are not among them: there is nothing to plan for them.
    """
    output = start().output
    found = [each for each in affected_since(options, base, registry()) if not each.is_released]
    if output_format == "matrix":
        output.result(json.dumps(matrix([each.client.name for each in found]), ensure_ascii=False))
    elif output_format == "json":
        rows = [{"client": each.client.name, "reasons": [str(reason) for reason in each.reasons]} for each in found]
        output.json({"clients": rows})
    else:
        lines = (f"{each.client.name}  {'; '.join(str(reason) for reason in each.reasons)}" for each in found)
        output.result("\n".join(escaped(line) for line in lines))
    return ExitCode.OK


def schema(name: str | None, write: Path | None, check: Path | None) -> ExitCode:
    """Print the list of schemas or one of them, or write or check all of them."""
    output = start().output
    texts = {file: schema_text(content) for file, content in schemas(registry(), EXTRA_SCHEMAS).items()}
    if write:
        make_folder(write)
        for file, text in texts.items():
            write_file(write / file, text)
    elif check:
        stale = [file for file, text in texts.items() if not _holds(check / file, text)]
        for file in stale:
            output.say(f"{check / file} is not current: run lpcac schema --write {check}")
        return ExitCode.DIFFERENCES if stale else ExitCode.OK
    elif name:
        chosen = {name, schema_file(name)} & texts.keys()
        if not chosen:
            message = f"there is no schema {quoted(name)}{did_you_mean(name, [*texts, *registry().kinds])}"
            raise UsageError(message)
        output.result(texts[chosen.pop()])
    else:
        output.result("\n".join(sorted(texts)))
    return ExitCode.OK


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False
