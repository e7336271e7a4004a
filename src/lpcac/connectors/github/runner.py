"""What a runner gives a step to write to: outputs, the job summary, annotations and files; secrets are masked."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import TextIO

from lpcac.core.errors import UsageError
from lpcac.core.open_flags import NO_FOLLOW
from lpcac.core.text.redaction import Redactor
from lpcac.core.text.safe_text import escaped

SUMMARY_LIMIT = 1024 * 1024
"""Bytes that GitHub takes in one step's job summary; a larger one is dropped whole."""


class Runner:
    """Writes for the step that this process is."""

    def __init__(
        self,
        redactor: Redactor,
        *,
        folder: Path,
        output_path: Path | None,
        summary_path: Path | None,
        log: TextIO | None = None,
    ) -> None:
        """Write to these files; what has none is left out.

        Arguments:
            folder: the workspace, which later steps see.
            log: where workflow commands go; standard output unless given.
        """
        self._redactor = redactor
        self._folder = folder
        self._output_path = output_path
        self._summary_path = summary_path
        self._log = log

    @property
    def folder(self) -> Path:
        """Return the workspace."""
        return self._folder

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        """Set outputs of the step; nothing in a value can set another one."""
        if self._output_path is None:
            return
        with self._output_path.open("a", encoding="utf-8", newline="\n") as file:
            for name, value in outputs.items():
                # Unguessable, so that no value can hold the line that ends it.
                end = f"end-{secrets.token_hex(16)}"
                file.write(f"{name}<<{end}\n{self._redactor.clean(value)}\n{end}\n")

    def room_in_summary(self) -> int:
        """Return how many bytes the job summary still takes."""
        if self._summary_path is None:
            return SUMMARY_LIMIT
        taken = self._summary_path.stat().st_size if self._summary_path.exists() else 0
        return max(0, SUMMARY_LIMIT - taken)

    def add_summary(self, markdown: str) -> None:
        """Add to the job summary, unless it would grow beyond what GitHub takes."""
        text = self._redactor.clean(markdown)
        if self._summary_path is None or len(text.encode()) > self.room_in_summary():
            return
        with self._summary_path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)

    def command(self, lines: str) -> None:
        """Write finished workflow commands, such as annotations."""
        log = self._log or sys.stdout
        log.write(self._redactor.clean(lines))
        log.flush()

    def say(self, line: str) -> None:
        """Write one line to the log that the runner cannot take for a command."""
        safe = escaped(line).replace("##[", "#\\x23[")
        self.command(f"{safe.replace('::', ': :') if safe.lstrip().startswith('::') else safe}\n")

    def write_json(self, name: str, content: object) -> str:
        """Write a file into the workspace and return its name; an existing file or link is replaced, never followed.

        The workspace holds what a pull request put there, also links to elsewhere. Where a folder has the name, the
        file gets another one.
        """
        place = self._folder / name
        if place.is_dir() and not place.is_symlink():
            free = (place.with_stem(f"{place.stem}-{number}") for number in count(2))
            place = next(each for each in free if not os.path.lexists(each))
            name = str(place.relative_to(self._folder))
        text = self._redactor.clean(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._require_inside(place.parent)
            place.unlink(missing_ok=True)
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_FOLLOW, 0o644)
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            message = f"{name} cannot be written into the workspace ({error.strerror})"
            raise UsageError(message) from None
        return name

    def _require_inside(self, folder: Path) -> None:
        if not folder.resolve().is_relative_to(self._folder.resolve()):
            message = f"{escaped(str(folder))} is outside the workspace"
            raise UsageError(message)
