"""`lpcac plan`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from lpcac.commands.session import require_sound_map, start, write_file
from lpcac.connections import ConnectionOptions, connected
from lpcac.engine.affected import Affected
from lpcac.engine.guard import GuardedTarget
from lpcac.errors import ExitCode, gravest
from lpcac.kinds import Json
from lpcac.models import registry
from lpcac.output import Output, json_text
from lpcac.render.markdown import plan_markdown
from lpcac.render.plan_document import plan_document
from lpcac.render.released import print_released, released_markdown
from lpcac.render.text import print_plan
from lpcac.scope import load_scope
from lpcac.target_options import TargetOptions
from lpcac.usecases.planning_clients import PlannedTarget, plan_clients


def plan(
    options: TargetOptions,
    connection: ConnectionOptions,
    output_format: str,
    out: Path | None,
    *,
    detailed_exitcode: bool,
) -> ExitCode:
    """Write the plan of every target; read-only below every caller."""
    session = start()
    output = session.output
    scope = load_scope(options, registry())
    require_sound_map(scope, output)

    async def planned() -> list[PlannedTarget]:
        async with connected(scope, session.settings, connection, output.redactor, read_only=True) as requests:
            return await plan_clients(registry(), requests)

    targets = [target.guarded for target in asyncio.run(planned())]
    document = plan_document(targets, options.as_json(), scope.released)
    if out:
        write_file(out, output.redactor.clean(json_text(document)))
    _show_plan(output, output_format, targets, document, scope.released)
    code = gravest([target.exit_code for target in targets])
    has_changes = any(target.plan.changes for target in targets)
    return ExitCode.DIFFERENCES if code is ExitCode.OK and detailed_exitcode and has_changes else code


def _show_plan(
    output: Output,
    output_format: str,
    targets: Sequence[GuardedTarget],
    document: Json,
    released: Sequence[Affected],
) -> None:
    if output_format == "json":
        output.json(document)
    elif output_format == "markdown":
        output.result(plan_markdown(targets) + released_markdown(released))
    else:
        print_released(output.out, released)
        print_plan(output.out, targets)
