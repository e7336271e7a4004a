"""What every command starts with: the environment, the streams, and a map that can be trusted."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lpcac.connectors.director.http import Listeners
from lpcac.core.environment import Settings
from lpcac.core.errors import InvalidConfigurationError, UsageError
from lpcac.core.findings import Finding, Position
from lpcac.core.redaction import Redactor
from lpcac.core.safe_text import escaped
from lpcac.reports.output import Output
from lpcac.workspace.connections import ConnectionOptions
from lpcac.workspace.scope import Scope


@dataclass(frozen=True)
class Session:
    """Holds this process's settings, and where it writes."""

    settings: Settings
    output: Output


def start() -> Session:
    """Return the session of this process.

    Raises:
        UsageError: a variable of the environment is unusable.
    """
    settings = Settings.from_environ(os.environ)
    return Session(settings, Output(Redactor(), color=settings.color))


def heard(connection: ConnectionOptions, session: Session) -> ConnectionOptions:
    """Return how to connect to Directors, with the person told of waits, warnings and, where asked for, every call."""
    output = session.output
    is_on_github = session.settings.environ.get("GITHUB_ACTIONS") == "true"

    def say(line: str) -> None:
        output.say(escaped(line))

    def warn(line: str) -> None:
        # On GitHub's page of the run too: nobody reads the log of a run that was fine.
        output.say(f"::warning title=lpcac::{escaped(line)}" if is_on_github else f"warning: {escaped(line)}")

    return connection.heard_by(Listeners(say, warn, say))


def by_place(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings sorted by file, line and column."""
    return sorted(findings, key=lambda finding: (finding.position or Position(""), finding.message))


def require_sound_map(scope: Scope, output: Output) -> None:
    """Say what is wrong with the map itself.

    Raises:
        InvalidConfigurationError: it cannot be known what the clients are.
    """
    for finding in by_place(scope.findings):
        output.say(escaped(str(finding)))
    if scope.map_is_broken:
        message = "the directory map has errors; nothing else was done"
        raise InvalidConfigurationError(message)


def make_folder(path: Path) -> None:
    """Make a folder and those above it; raise `UsageError` when that is not possible."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{path} cannot be made ({error.strerror}); name another folder"
        raise UsageError(message) from None


def write_file(path: Path, text: str) -> None:
    """Write a text file; raise `UsageError` when that is not possible."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror}); name another file"
        raise UsageError(message) from None


def read_file(path: Path) -> str:
    """Return a text file's content; raise `UsageError` when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror})"
        raise UsageError(message) from None
    except UnicodeDecodeError:
        message = f"{path} cannot be read: it is not UTF-8 text"
        raise UsageError(message) from None
