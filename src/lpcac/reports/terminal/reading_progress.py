"""Tells how far the reading of logpoints is: a bar on a terminal, now and then a line in a log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from lpcac.connectors.director.port import NoReadingProgress, ReadingProgress
from lpcac.reports.wording import counted

_SECONDS_BETWEEN_LINES = 2.0


@contextmanager
def reading_view(console: Console) -> Iterator[ReadingProgress]:
    """Give what is called for each logpoint that was read, shown on this console while the context lasts."""
    if not (console.is_interactive and console.file.isatty()):
        yield _Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        yield _Bar(bar)


class _Lines(NoReadingProgress):
    """Writes a line at the first logpoint of several, then one every other second, and one at the end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._all = self._read = 0
        self._written_at: float | None = None

    def expect(self, logpoints: int) -> None:
        self._all += logpoints

    def read(self) -> None:
        self._read += 1
        now = time.monotonic()
        is_due = self._written_at is None or now - self._written_at >= _SECONDS_BETWEEN_LINES
        if self._all > 1 and (is_due or self._read == self._all):
            self._written_at = now
            self._console.print(_line(self._read, self._all), markup=False, highlight=False)


class _Bar(NoReadingProgress):
    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._all = self._read = 0
        self._task = bar.add_task("asking the Director for its pools", total=None)

    def expect(self, logpoints: int) -> None:
        self._all += logpoints
        self._show()

    def read(self) -> None:
        self._read += 1
        self._show()

    def _show(self) -> None:
        self._bar.update(self._task, description=_line(self._read, self._all), completed=self._read, total=self._all)


def _line(read: int, logpoints: int) -> str:
    return f"reading {read} of {counted(logpoints, 'logpoint')}"
