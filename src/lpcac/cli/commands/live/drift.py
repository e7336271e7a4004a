"""`lpcac drift`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from lpcac.apply.signals import run_to_end
from lpcac.cli.checks import say_odd
from lpcac.cli.consent import trusting
from lpcac.cli.session import heard, require_sound_map, say_company, start
from lpcac.core.errors import ExitCode, gravest
from lpcac.core.resources import Ownership
from lpcac.core.text.safe_text import escaped
from lpcac.models import registry
from lpcac.planning.accept_list import accept_list_remarks
from lpcac.planning.client_planning import PlannedTarget, plan_clients
from lpcac.planning.drift import Drift, drift_of
from lpcac.reports.json.released_clients import released_json
from lpcac.reports.json.results import drift_document
from lpcac.reports.markdown.drift import drift_markdown
from lpcac.reports.markdown.released_clients import released_markdown
from lpcac.reports.terminal.plan import print_drift
from lpcac.reports.terminal.reading_progress import reading_view
from lpcac.reports.terminal.released_clients import print_released
from lpcac.workspace.connections import ConnectionOptions, connected
from lpcac.workspace.load_scope import load_scope_for_drift
from lpcac.workspace.target_options import TargetOptions


def drift(
    options: TargetOptions, connection: ConnectionOptions, output_format: str, compare_with: str | None
) -> ExitCode:
    """Show where live differs from what Git declares. Reads only.

    Arguments:
        compare_with: commit that says what is declared; `None` for the work tree.
    """
    session = start()
    connection = heard(connection, session)
    output = session.output
    scope = load_scope_for_drift(options, registry(), compare_with)
    require_sound_map(scope, output)
    say_company(output, options, scope)
    connection = trusting(scope, session, connection)

    async def compared() -> list[PlannedTarget]:
        async with connected(scope, session.settings, connection, output.redactor, read_only=True) as requests:
            read_requests = [replace(request, ownership=Ownership()) for request in requests]
            with reading_view(output.err) as progress:
                return await plan_clients(registry(), read_requests, progress)

    today = datetime.now(UTC).date()
    found = run_to_end(compared())
    drifts = [drift_of(target.plan, scope.accept, today) for target in found]
    is_whole = not options.clients and not options.paths
    remarks = accept_list_remarks(scope.accept, drifts, today, is_whole=is_whole)
    for remark in remarks:
        output.say(escaped(str(remark)))
    if output_format == "json":
        extra = {"released_clients": released_json(scope.released), "accept_list": [str(remark) for remark in remarks]}
        output.json(drift_document(drifts) | extra)
    elif output_format == "markdown":
        output.result(drift_markdown(drifts) + released_markdown(scope.released))
    else:
        print_released(output.out, scope.released)
        print_drift(output.out, drifts)
    say_odd(output, scope, found, registry())
    return gravest([_drift_code(each) for each in drifts])


def _drift_code(drift: Drift) -> ExitCode:
    if drift.errors:
        return ExitCode.INVALID
    if drift.not_checked is not None:
        return ExitCode.NOT_DONE
    return ExitCode.OK if drift.is_clean else ExitCode.DIFFERENCES
