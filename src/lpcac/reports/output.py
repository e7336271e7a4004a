"""Standard output and standard error, with every known secret masked on the way out."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, TextIO, cast

from rich.console import Console

from lpcac.core.json_values import Json
from lpcac.core.text.redaction import Redactor

# Width for logs, which have none unless COLUMNS says one: keeps lines readable and rarely wrapped.
_LOG_WIDTH = 160


def json_text(document: Json) -> str:
    """Return a document as indented ASCII JSON, which every stream can carry."""
    return json.dumps(document, indent=2) + "\n"


class Output:
    """Where a command writes: results to `out`, everything else to `err`.

    What goes to `log` is a result as well, of work that goes on: it is dropped if it cannot be written, and the next
    write to `out` fails in its place.
    """

    def __init__(self, redactor: Redactor, *, color: bool | None) -> None:
        """Write to this process's standard streams.

        Arguments:
            color: `None` lets each stream's terminal decide.
        """
        self.redactor = redactor
        self._results = _Masked(sys.stdout, redactor, needs_reader=True)
        self.out = _console(sys.stdout, self._results, color)
        self.log = _console(sys.stdout, _Patient(self._results), color)
        self.err = _console(sys.stderr, _Masked(sys.stderr, redactor, needs_reader=False), color)

    def result(self, text: str) -> None:
        """Write a text to standard output, secrets masked."""
        self._results.write(text if text.endswith("\n") else f"{text}\n")
        self._results.flush()

    def json(self, document: Json) -> None:
        """Write a JSON document to standard output, secrets masked."""
        self.result(json_text(document))

    def say(self, line: str) -> None:
        """Write one line for the person to standard error."""
        self.err.print(line, markup=False, highlight=False, soft_wrap=True)


class _Masked(io.TextIOBase):
    """A text stream that masks secrets.

    Its reader can go away, as `head` does, or the disk can be full. Then progress is dropped, so that an apply is not
    interrupted; a result that cannot be written ends the command.
    """

    def __init__(self, stream: TextIO, redactor: Redactor, *, needs_reader: bool) -> None:
        self._stream = stream
        self._redactor = redactor
        self._needs_reader = needs_reader
        self._failure: OSError | None = None

    def write(self, text: str) -> int:
        if self._failure:
            raise self._failure
        with self._reader_may_be_gone():
            self._stream.write(self._redactor.clean(text))
        return len(text)

    def flush(self) -> None:
        with self._reader_may_be_gone():
            self._stream.flush()

    @contextmanager
    def _reader_may_be_gone(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            # Discard what is left in the buffer, or the interpreter fails when it flushes at exit.
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), self._stream.fileno())
            if self._needs_reader:
                self._failure = error
                raise

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding


class _Patient(io.TextIOBase):
    """The same stream for what is dropped when it cannot be written."""

    def __init__(self, masked: _Masked) -> None:
        self._masked = masked

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._masked.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._masked.flush()

    def isatty(self) -> bool:
        return self._masked.isatty()

    def fileno(self) -> int:
        return self._masked.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._masked.encoding


def _console(stream: TextIO, masked: _Masked | _Patient, color: bool | None) -> Console:  # noqa: FBT001
    if isinstance(stream, io.TextIOWrapper):
        # A terminal that cannot show a character gets its escape, not a traceback.
        stream.reconfigure(errors="backslashreplace")
    return Console(
        file=cast("IO[str]", masked),
        no_color=color is False,
        force_terminal=color,
        width=None if stream.isatty() or os.environ.get("COLUMNS", "").isdecimal() else _LOG_WIDTH,
        markup=False,
        highlight=False,
        emoji=False,
    )
