"""Adopts what is live: writes chosen clients' objects as YAML into the workspace, for a later step to propose."""

from __future__ import annotations

from dataclasses import replace

from lpcac.action.adoption.page import adoption_page
from lpcac.action.guarded_keys.reviewed import reviewed_map
from lpcac.action.outputs import flag, publish_page
from lpcac.action.rerun_directors import require_current_directors
from lpcac.action.run import Run
from lpcac.apply.signals import run_to_end
from lpcac.connectors.files.writer import write_edits
from lpcac.connectors.github.events import Event
from lpcac.core.errors import ExitCode, InvalidConfigurationError, RefusedError, UsageError, gravest
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.guarded_map import DIRECTORS
from lpcac.reports.terminal.sync import print_sync
from lpcac.sync.map_entries import MapEntryChange, NewClient, add_bases, add_client, require_one_client
from lpcac.sync.run import SyncChoice, synced
from lpcac.workspace.load_scope import load_scope
from lpcac.workspace.scope import Scope
from lpcac.workspace.target_options import TargetOptions


def adopt(run: Run, _event: Event) -> ExitCode:
    """Write what is live into the chosen clients' files, and return what the job ends with; Directors are only read."""
    inputs, folder = run.settings.inputs, run.settings.workspace.folder
    bases = (str(folder / inputs.patch_base),) if inputs.patch_base else ()
    # What a sparse checkout leaves out would be written again.
    run.commits.repository.require_whole_work_tree()
    run.hide_secrets_named_at(run.commit)
    adoption = _adoption(run, bases)
    scope = adoption.scope
    if scope.map_is_broken:
        message = f"the directory map {quoted(inputs.map)} has errors; nothing was written"
        raise InvalidConfigurationError(message)
    used = {loaded.client.director for loaded in scope.clients}
    require_current_directors(run, [each for name, each in scope.directors.items() if name in used], run.commit)
    scope = _on_reviewed_directors(run, scope)
    settings = run.settings.director_settings(scope.directors.values())
    redactor = run.output.redactor
    choice = SyncChoice(inputs.logpoint).where(rebase=bool(adoption.entries))
    found = run_to_end(synced(scope, run.registry, settings, run.connection, redactor, choice))
    results = adoption.results(found)
    edits = [edit for result in results for edit in result.edits]
    write_edits(edits)
    print_sync(run.output.err, results, is_check=False)
    publish_page(run, lambda room: adoption_page(results, room))
    run.runner.set_outputs({"has-changes": flag(bool(edits))})
    return gravest([result.exit_code for result in results])


def _on_reviewed_directors(run: Run, scope: Scope) -> Scope:
    """Return the scope; without this check, whoever changed a Director without a review would get its token.

    Raises:
        RefusedError: a client's Director is not as it was reviewed.
    """
    reviewed, found = reviewed_map(run, run.commit).guarded, run.commits.guarded_at(run.commit)
    used = {loaded.client.director for loaded in scope.clients}
    trusted = reviewed.directors
    for name in sorted(used):
        director = scope.directors.get(name)
        if director != trusted.get(name) or not reviewed.agrees(found, f"{DIRECTORS}{name}"):
            message = (
                f"director {quoted(name)} changed since it was reviewed, so it was not contacted: open a pull request "
                "that shows it, and merge it"
            )
            raise RefusedError(message)
    only = len(trusted) == 1
    return replace(scope, directors={name: replace(each, is_only=only) for name, each in scope.directors.items()})


def _adoption(run: Run, bases: tuple[str, ...]) -> MapEntryChange:
    """Return the chosen clients, as the map is going to have them."""
    inputs = run.settings.inputs
    map_file = run.settings.workspace.folder / inputs.map
    if inputs.pool is None:
        if inputs.vars:
            message = "the input vars needs the input pool and is for a new client: set the others' `vars` in the map"
            raise UsageError(message)
        options = TargetOptions(map_file=str(map_file), clients=inputs.clients)
        return add_bases(load_scope(options, run.registry, may_be_new=True), bases, run.registry)
    new = NewClient(require_one_client(inputs.clients), inputs.pool, inputs.logpoint, bases, variables=inputs.vars)
    return add_client(map_file, new, run.registry)
