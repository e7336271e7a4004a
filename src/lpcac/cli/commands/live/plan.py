"""`lpcac plan`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lpcac.apply.signals import run_to_end
from lpcac.cli.checks import say_odd
from lpcac.cli.consent import trusting
from lpcac.cli.pager import paged
from lpcac.cli.session import heard, require_sound_map, say_company, say_look_alikes, say_undeclared, start, write_file
from lpcac.core.errors import ExitCode, gravest
from lpcac.core.json_values import Json
from lpcac.directory_map.affected_clients import Affected
from lpcac.models import registry
from lpcac.planning.client_planning import PlannedTarget, plan_clients
from lpcac.planning.guard import GuardedTarget
from lpcac.reports.json.plan import plan_document
from lpcac.reports.markdown.plan import plan_markdown
from lpcac.reports.markdown.released_clients import released_markdown
from lpcac.reports.output import Output, json_text
from lpcac.reports.terminal.plan import print_plan
from lpcac.reports.terminal.reading_progress import reading_view
from lpcac.reports.terminal.released_clients import print_released
from lpcac.workspace.connections import ConnectionOptions, claims_of_others, connected
from lpcac.workspace.load_scope import load_scope
from lpcac.workspace.target_options import TargetOptions
from lpcac.workspace.undeclared import undeclared_since_head


def plan(
    options: TargetOptions,
    connection: ConnectionOptions,
    output_format: str,
    out: Path | None,
    *,
    detailed_exitcode: bool,
) -> ExitCode:
    """Show the plan of every target. Reads only."""
    session = start()
    connection = heard(connection, session)
    output = session.output
    scope = load_scope(options, registry())
    require_sound_map(scope, output)
    say_company(output, options, scope)
    connection = trusting(scope, session, connection)

    async def planned() -> list[PlannedTarget]:
        async with connected(scope, session.settings, connection, output.redactor, read_only=True) as requests:
            others = await claims_of_others(scope, session.settings, connection, output.redactor)
            with reading_view(output.err) as progress:
                return await plan_clients(registry(), requests, progress, others)

    found = run_to_end(planned())
    targets = [target.guarded for target in found]
    document = plan_document(targets, options.as_json(), scope.released)
    if out:
        write_file(out, output.redactor.clean(json_text(document)))
    with paged(output, session.settings.environ):
        _show_plan(output, output_format, targets, document, scope.released)
    say_look_alikes(output, found)
    say_odd(output, scope, found, registry())
    say_undeclared(output, undeclared_since_head(options, found, registry()))
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
