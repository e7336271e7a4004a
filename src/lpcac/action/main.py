"""`lpcac action`: what the container runs."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from lpcac.action.commits import Commits
from lpcac.action.dispatch import act
from lpcac.action.inputs import ActionSettings
from lpcac.action.outputs import stopped_page
from lpcac.action.run import Run
from lpcac.connectors.git.repository import NoRepositoryError, Repository, open_repository
from lpcac.connectors.github.api import GitHub
from lpcac.connectors.github.events import Event, PullRequestEvent, read_event
from lpcac.connectors.github.runner import Runner
from lpcac.connectors.github.transport.limits import Timing
from lpcac.core.errors import ExitCode, LpcacError, UsageError
from lpcac.core.json_values import Json
from lpcac.core.text.redaction import Redactor
from lpcac.core.text.safe_text import escaped, quoted
from lpcac.directory_map.directory_map import MAP_NAME
from lpcac.models import registry
from lpcac.reports.lines import error_line
from lpcac.reports.output import Output
from lpcac.workspace.target_options import TargetOptions


def action(
    environ: Mapping[str, str] = os.environ,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    timing: Timing | None = None,
) -> ExitCode:
    """Do what the event calls for, and say how it ended; an error is an annotation of the run as well.

    Arguments:
        environ: what the runner sets.
        timing: the clock that GitHub's limits are kept by.
    """
    redactor = Redactor()
    output = Output(redactor, color=False)
    run = None
    try:
        settings = ActionSettings.from_environ(environ)
        settings.hide_secrets(redactor)
        run = _run(settings, output, now, timing)
        event = _event(settings)
        run = replace(run, default_branch=_default_branch(settings, event))
        return act(run, event)
    except LpcacError as error:
        _complain(output, str(error), run)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, no secret leaves with its traceback
        _complain(output, f"internal error: {type(error).__name__}: {error}", run)
        for line in "".join(traceback.format_exception(error)).splitlines():
            # With a prefix, so that the runner takes no line of it for a command.
            output.say(f"| {escaped(line)}")
        return ExitCode.NOT_DONE


def _run(
    settings: ActionSettings,
    output: Output,
    now: Callable[[], datetime],
    timing: Timing | None,
) -> Run:
    workspace, inputs = settings.workspace, settings.inputs
    repository = _repository(workspace.folder, inputs.map)
    map_file = repository.relative(workspace.folder / inputs.map)
    options = TargetOptions(max_deletes=inputs.max_deletes, max_delete_percent=inputs.max_delete_percent)
    kinds = registry()
    github = GitHub(
        settings.github.repository,
        inputs.github_token,
        output.redactor,
        api_url=settings.github.api_url,
        identity=settings.identity,
        timing=timing,
        say=lambda line: output.say(escaped(line)),
    )
    runner = Runner(
        output.redactor,
        folder=workspace.folder,
        output_path=workspace.output_path,
        summary_path=workspace.summary_path,
    )
    bundle = _in_repository(repository, workspace.folder.resolve() / inputs.ca_bundle) if inputs.ca_bundle else None
    commits = Commits(repository, map_file, kinds, options, bundle)
    return Run(settings, kinds, commits, github, runner, output, now)


def _in_repository(repository: Repository, place: Path) -> Path:
    """Return a path relative to the repository, which may be a folder of the workspace; links are left as they are."""
    return Path(os.path.relpath(place, repository.root.resolve()))


def _repository(workspace: Path, map_file: str) -> Repository:
    """Return the repository that the map is, or would be, in: a checkout may have put it into a folder.

    Raises:
        UsageError: there is none.
    """
    folder = (workspace / map_file).parent
    while not folder.is_dir() and folder not in (workspace, folder.parent):
        folder = folder.parent
    try:
        return open_repository(folder)
    except NoRepositoryError:
        message = (
            f"the workspace has no Git repository at {quoted(map_file)}: run actions/checkout first; if it sets a "
            f"path, start the input map with it (path/{MAP_NAME})"
        )
        raise UsageError(message) from None


def _event(settings: ActionSettings) -> Event:
    path = settings.workspace.event_path
    if path is None:
        message = "GITHUB_EVENT_PATH is not set: this command runs only inside the GitHub Action"
        raise UsageError(message)
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"the event's file cannot be read ({type(error).__name__})"
        raise UsageError(message) from None
    known: Json = content if isinstance(content, dict) else {}
    return read_event(settings.github.event_name, known, settings.github.ref)


def _default_branch(settings: ActionSettings, event: Event) -> str:
    """Return the default branch, as the event or else the runner says."""
    if isinstance(event, PullRequestEvent):
        # A pull request to another branch contacts no Director.
        return settings.environ.get("GITHUB_BASE_REF", "")
    return event.branch or settings.github.ref.removeprefix("refs/heads/")


def _complain(output: Output, message: str, run: Run | None) -> None:
    # An annotation, so that the reason is on the run's page and not in the log alone.
    output.result(f"::error title=lpcac::{escaped(message).replace('%', '%25')}")
    output.say(error_line(escaped(message).replace("##[", "#[")))
    if run is not None:
        run.runner.add_summary(stopped_page(message))
