"""Runs a command to its end and writes its processor seconds and its megabytes at most to a file: FILE COMMAND...

It is a small process between a command and whoever measures it: Linux counts the memory of a process that starts
another one as that of the other.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]


def measuring(file: str, *command: str) -> list[str]:
    """Return the command that runs Python with these arguments in the root of the project, measured into a file."""
    return [sys.executable, "-m", "benchmarks.measured_process", file, sys.executable, *command]


def measurement(file: str) -> tuple[float, float]:
    """Return processor seconds and the most megabytes, as they were measured into a file."""
    seconds, megabytes = Path(file).read_text(encoding="ascii").split()
    return float(seconds), float(megabytes)


if __name__ == "__main__":
    file, *command = sys.argv[1:]
    _, status, used = os.wait4(os.posix_spawn(command[0], command, os.environ), 0)
    Path(file).write_text(f"{used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024}", encoding="ascii")
    sys.exit(os.waitstatus_to_exitcode(status))
