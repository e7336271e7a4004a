"""Adopts what is live: writes chosen clients' objects as YAML into the workspace, for a later step to propose."""

from __future__ import annotations

import asyncio

from lpcac.activities.publishing import flag, publish_page
from lpcac.activities.run import Run
from lpcac.adopting import NewClient, only, take_in, with_map
from lpcac.connectors.yaml_files import write_edits
from lpcac.engine.github_event import Event
from lpcac.engine.inert import quoted
from lpcac.engine.sync_values import FileEdit
from lpcac.errors import ExitCode, InvalidConfigurationError, gravest
from lpcac.render.adoption import adoption_page
from lpcac.render.sync_report import print_sync
from lpcac.scope import Scope, TargetOptions, load_scope
from lpcac.syncing import SyncChoice, synced


def adopt(run: Run, _event: Event) -> ExitCode:
    """Bring the chosen clients' files to what is live, and return what the job ends with; no Director is written to."""
    inputs, folder = run.settings.inputs, run.settings.workspace.folder
    bases = (str(folder / inputs.base),) if inputs.base else ()
    scope, taken_in = _scope(run, bases)
    if scope.map_is_broken:
        message = f"the directory map {quoted(inputs.map)} has errors; nothing was written"
        raise InvalidConfigurationError(message)
    settings = run.settings.director_settings(scope.directors.values())
    redactor = run.output.redactor
    choice = SyncChoice(inputs.logpoint, bases)
    found = asyncio.run(synced(scope, run.registry, settings, run.connection, redactor, choice))
    results = [with_map(result, taken_in) for result in found]
    edits = [edit for result in results for edit in result.edits]
    write_edits(edits)
    print_sync(run.output.err, results, is_check=False)
    publish_page(run, lambda room: adoption_page(results, room))
    run.runner.set_outputs({"has-changes": flag(bool(edits))})
    return gravest([result.exit_code for result in results])


def _scope(run: Run, bases: tuple[str, ...]) -> tuple[Scope, FileEdit | None]:
    """Return the chosen clients, and the map's edit where one of them is taken into it."""
    inputs = run.settings.inputs
    map_file = run.settings.workspace.folder / inputs.map
    if inputs.pool is None:
        options = TargetOptions(map_file=str(map_file), clients=inputs.clients)
        return load_scope(options, run.registry, may_be_new=True), None
    return take_in(map_file, NewClient(only(inputs.clients), inputs.pool, inputs.logpoint, bases), run.registry)
