"""Shows a result that is longer than the terminal in the user's pager."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console

from lpcac.reports.output import Output

# As git calls it: end at once if all fits, keep colours, leave the text on the screen.
_LESS = {"LESS": "FRX"}


@contextmanager
def paged(output: Output, environ: Mapping[str, str]) -> Iterator[Console]:
    """Give a console whose text is shown at the end: in the pager if it is long and for a terminal.

    The pager is PAGER, or else less. Without a terminal, or with PAGER empty or cat, there is none; if it cannot be
    started, the text is written as usual. Secrets are masked in either case.
    """
    command = _command(environ)
    if not command or not (sys.stdout.isatty() and sys.stdin.isatty()):
        yield output.out
        return
    with output.out.capture() as captured:
        yield output.out
    text = output.redactor.clean(captured.get())
    if text.count("\n") < output.out.height or not _shown(command, text, environ):
        output.result(text)


def _command(environ: Mapping[str, str]) -> list[str]:
    try:
        words = shlex.split(environ.get("PAGER", "less"))
    except ValueError:
        return []
    return [] if words == ["cat"] else words


def _shown(command: list[str], text: str, environ: Mapping[str, str]) -> bool:
    """Return whether the pager was started; until it ends, Ctrl-C is for the pager."""
    sys.stdout.flush()
    is_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if is_main else None
    try:
        subprocess.run(
            command, input=text.encode(errors="backslashreplace"), env={**_LESS, **os.environ, **environ}, check=False
        )
    except OSError:
        return False
    finally:
        if is_main:
            signal.signal(signal.SIGINT, before)
    return True
