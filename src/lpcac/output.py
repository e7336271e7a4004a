"""Standard output and standard error, with every known secret masked on the way out."""

from __future__ import annotations

import io
import sys
from typing import IO, TextIO, cast

from rich.console import Console

from lpcac.redaction import Redactor

# A log has no width of its own; this one keeps lines readable and rarely broken.
_LOG_WIDTH = 160


class Output:
    """Where a command writes: results to `out`, everything else to `err`."""

    def __init__(self, redactor: Redactor, *, color: bool | None) -> None:
        """Write to this process's standard streams.

        Arguments:
            color: `None` lets each stream's terminal decide.
        """
        self.redactor = redactor
        self.out = _console(sys.stdout, redactor, color)
        self.err = _console(sys.stderr, redactor, color)

    def result(self, text: str) -> None:
        """Write a finished text to standard output as it is, secrets masked."""
        sys.stdout.write(self.redactor.clean(text if text.endswith("\n") else f"{text}\n"))
        sys.stdout.flush()

    def say(self, line: str) -> None:
        """Write one line for the person to standard error."""
        self.err.print(line, markup=False, highlight=False, soft_wrap=True)


class _Masked(io.TextIOBase):
    """A text stream that masks secrets in whatever is written to it."""

    def __init__(self, stream: TextIO, redactor: Redactor) -> None:
        self._stream = stream
        self._redactor = redactor

    def write(self, text: str) -> int:
        self._stream.write(self._redactor.clean(text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding


def _console(stream: TextIO, redactor: Redactor, color: bool | None) -> Console:  # noqa: FBT001
    if isinstance(stream, io.TextIOWrapper):
        # A terminal that cannot show a character gets its escape, not a traceback.
        stream.reconfigure(errors="backslashreplace")
    return Console(
        file=cast("IO[str]", _Masked(stream, redactor)),
        no_color=color is False,
        force_terminal=color,
        width=None if stream.isatty() else _LOG_WIDTH,
        markup=False,
        highlight=False,
        emoji=False,
    )
