"""What every command needs first: settings, output streams and a valid map."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lpcac.cli.color import color_wanted
from lpcac.connectors.director.transport.http import Listeners
from lpcac.core.environment import Settings
from lpcac.core.errors import InvalidConfigurationError, UsageError
from lpcac.core.findings import sorted_by_place
from lpcac.core.resources import ResourceKey
from lpcac.core.text.enumeration import listed
from lpcac.core.text.redaction import Redactor
from lpcac.core.text.safe_text import escaped, quoted, quoted_path
from lpcac.kinds.similar_names import difference, look_alikes
from lpcac.planning.client_planning import PlannedTarget
from lpcac.reports.lines import finding_line, warning_line
from lpcac.reports.output import Output
from lpcac.reports.wording import counted, object_name
from lpcac.workspace.connections import ConnectionOptions
from lpcac.workspace.scope import Scope
from lpcac.workspace.target_options import TargetOptions, map_for_paths

_LOOK_ALIKES_SHOWN = 10


@dataclass(frozen=True)
class Session:
    """The settings and the output of this process."""

    settings: Settings
    output: Output


def start() -> Session:
    """Return the session of this process.

    Raises:
        UsageError: a variable of the environment is unusable.
    """
    settings = Settings.from_environ(os.environ)
    return Session(settings, Output(Redactor(), color=color_wanted(settings.color)))


def heard(connection: ConnectionOptions, session: Session) -> ConnectionOptions:
    """Return the options with waits and warnings, and with --verbose every call, shown on standard error."""
    output = session.output
    is_on_github = session.settings.environ.get("GITHUB_ACTIONS") == "true"

    def say(line: str) -> None:
        output.say(escaped(line))

    def warn(line: str) -> None:
        # On GitHub's page of the run too: nobody reads the log of a successful run.
        output.say(f"::warning title=lpcac::{escaped(line)}" if is_on_github else warning_line(escaped(line)))

    return connection.heard_by(Listeners(say, warn, say))


def require_sound_map(scope: Scope, output: Output) -> None:
    """Show the map's findings.

    Raises:
        InvalidConfigurationError: the map has errors.
    """
    for finding in sorted_by_place(scope.findings):
        output.say(finding_line(finding))
    if scope.map_is_broken:
        message = "the directory map has errors: fix these errors first"
        raise InvalidConfigurationError(message)


def say_company(output: Output, options: TargetOptions, scope: Scope) -> None:
    """Say that a path in a client's folder or base is not all of it: it is planned with, or without, the rest."""
    if scope.map_file is None:
        found = map_for_paths(options.paths)
        if found is not None:
            paths = listed([quoted_path(path) for path in options.paths])
            output.say(
                f"note: {paths}: in a client's folder or base of {quoted_path(found.name)}, but planned alone: to plan "
                "the whole client with its bases, leave out --pool and --logpoint"
            )
        return
    for path in options.paths:
        if Path(path).is_file():
            clients = listed([quoted(loaded.client.name) for loaded in scope.clients])
            output.say(f"note: {quoted_path(path)} is one file of {clients}: all that is declared there is included")


def say_undeclared(output: Output, keys: Sequence[ResourceKey]) -> None:
    """Say which live objects HEAD declares and the files do not: nothing happens to them."""
    if keys:
        what = counted(len(keys), "object")
        are, them = ("is", "it") if len(keys) == 1 else ("are", "them")
        output.say(
            f"note: {what} that HEAD declares {are} not declared now: {listed([object_name(key) for key in keys])}; "
            f"nothing is deleted without --owned-by COMMIT, which says what Git owned (--owned-by HEAD for {them}), or "
            "--prune"
        )


def say_look_alikes(output: Output, planned: Sequence[PlannedTarget]) -> None:
    """Warn of live objects whose names are easily mistaken for one another; a create has its own warning."""
    warnings: dict[str, None] = {}
    for each in planned:
        for key, others in look_alikes(each.live.objects if each.live else ()).items():
            first = min(others)
            if first < key:
                warnings[
                    f"warning: the logpoint has {object_name(first)} and {object_name(key)}, whose names are easily "
                    f"mistaken for one another: {difference(first.name, key.name)}"
                ] = None
    for line in list(warnings)[:_LOOK_ALIKES_SHOWN]:
        output.say(line)


def make_folder(path: Path) -> None:
    """Create a folder and its parents; raise `UsageError` if that fails."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot create {path} ({error.strerror}): name another folder"
        raise UsageError(message) from None


def write_file(path: Path, text: str) -> None:
    """Write a text file; raise `UsageError` if that fails."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"cannot write {path} ({error.strerror}): name another file"
        raise UsageError(message) from None


def read_file(path: Path) -> str:
    """Return a text file's content; raise `UsageError` when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        message = f"cannot read {path} ({error.strerror})"
        raise UsageError(message) from None
    except UnicodeDecodeError:
        message = f"cannot read {path}: it is not UTF-8 text"
        raise UsageError(message) from None
