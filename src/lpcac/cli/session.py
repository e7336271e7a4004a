"""What every command needs first: settings, output streams and a valid map."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lpcac.core.environment import Settings
from lpcac.core.errors import InvalidConfigurationError, UsageError
from lpcac.core.findings import sorted_by_place
from lpcac.core.redaction import Redactor
from lpcac.reports.lines import finding_line
from lpcac.reports.output import Output
from lpcac.workspace.scope import Scope


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
    return Session(settings, Output(Redactor(), color=settings.color))


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
