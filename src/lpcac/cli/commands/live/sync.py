"""`lpcac sync`."""

from __future__ import annotations

from pathlib import Path

from lpcac.apply.signals import run_to_end
from lpcac.cli.consent import trusting
from lpcac.cli.editor_schemas import refresh_schemas
from lpcac.cli.session import heard, require_sound_map, start
from lpcac.connectors.files.maps import find_map
from lpcac.connectors.files.writer import write_edits
from lpcac.core.errors import ExitCode, UsageError, gravest
from lpcac.models import registry
from lpcac.reports.terminal.reading_progress import reading_view
from lpcac.reports.terminal.sync import print_sync, sync_document
from lpcac.sync.map_entries import MapEntryChange, NewClient, add_bases, add_client, require_one_client
from lpcac.sync.run import SyncChoice, synced
from lpcac.workspace.connections import ConnectionOptions
from lpcac.workspace.load_scope import load_scope
from lpcac.workspace.target_options import TargetOptions


def sync(
    options: TargetOptions,
    connection: ConnectionOptions,
    output_format: str,
    choice: SyncChoice,
    bases: tuple[str, ...] = (),
    variables: tuple[str, ...] = (),
    *,
    is_check: bool,
) -> ExitCode:
    """Write the live objects into the clients' folders; with `is_check`, only show what would be written.

    With both a map and a pool, a new client is added to the map. `bases` are added to the clients' entries that lack
    them, and `variables` to the entry of a new client.

    Raises:
        UsageError: the options contradict each other, or name something that does not exist.
        NotWrittenError: a file cannot be written; then no file is.

    """
    session = start()
    connection = heard(connection, session)
    output = session.output
    adoption = _adoption(options, bases, variables)
    scope = adoption.scope
    require_sound_map(scope, output)
    connection = trusting(scope, session, connection)
    if choice.logpoint is not None and len(scope.clients) != 1:
        message = "--logpoint needs exactly one client: name it with --client"
        raise UsageError(message)
    choice = choice.where(rebase=bool(adoption.entries))
    with reading_view(output.err) as progress:
        found = run_to_end(synced(scope, registry(), session.settings, connection, output.redactor, choice, progress))
    results = adoption.results(found)
    edits = [edit for result in results for edit in result.edits]
    if not is_check:
        write_edits(edits)
        map_file = scope.map_file or find_map(Path(options.paths[0]))
        if map_file:
            refresh_schemas(map_file.parent, output)
    if output_format == "json":
        output.json(sync_document(results, is_check=is_check))
    else:
        print_sync(output.out, results, is_check=is_check)
    code = gravest([result.exit_code for result in results])
    return ExitCode.DIFFERENCES if code is ExitCode.OK and is_check and edits else code


def _adoption(options: TargetOptions, bases: tuple[str, ...], variables: tuple[str, ...]) -> MapEntryChange:
    if options.map_file is None or options.pool is None:
        if variables:
            message = "--var needs --map and --pool: it is for a new client; for others, edit `vars` in the map"
            raise UsageError(message)
        return add_bases(load_scope(options, registry(), may_be_new=True), bases, registry())
    if options.paths:
        message = "DIR cannot be combined with --map and --pool: a new client's folder is clients/NAME"
        raise UsageError(message)
    logpoint = next((name for name in options.logpoints if name != "*"), None)
    new = NewClient(require_one_client(options.clients), options.pool, logpoint, bases, options.external, variables)
    return add_client(Path(options.map_file), new, registry())
