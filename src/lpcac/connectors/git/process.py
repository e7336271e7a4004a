"""Starts git so that it only reads, and says in one line why it could not.

Nothing that the repository configures is executed, nothing is fetched, no lock is taken.
"""

from __future__ import annotations

import os
import subprocess
import weakref
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final, Self

from lpcac.core.errors import UsageError
from lpcac.core.text.safe_text import escaped

CHECK_OUT_ALL: Final = "check out with fetch-depth: 0 and without filter or sparse-checkout"
"""What to do when a clone lacks something, in the words of actions/checkout."""

_NOT_FOUND: Final = "git was not found: install it, or put it on the PATH"
_OPTIONS: Final = (
    # `git diff-tree` asks the monitor although it compares commits only.
    *("-c", "core.fsmonitor=false"),
    # Ordinary files of a commit can make up a repository, with settings that run programs.
    *("-c", "safe.bareRepository=explicit"),
    # A file of more than this is not compared line by line; it would not be read as YAML either.
    *("-c", "core.bigFileThreshold=8m"),
)
_HARDENED: Final = {
    "GIT_NO_REPLACE_OBJECTS": "1",  # A commit is what its hash says.
    "GIT_NO_LAZY_FETCH": "1",  # A partial clone would otherwise fetch what is missing.
    "GIT_ALLOW_PROTOCOL": "none",  # The same for a git that does not know GIT_NO_LAZY_FETCH (before 2.45 and 2.39.4).
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",  # What git says is recognised below.
}
# The repository is the one that a path lies in, also in a hook, where git names another one.
_OTHER_REPOSITORY: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_NAMESPACE")
_LONGEST_COMPLAINT: Final = 10_000


def run_git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Return how git ended that ran in a folder, whatever its exit status.

    Raises:
        UsageError: there is no git.

    """
    try:
        return subprocess.run(_command(arguments), cwd=folder, env=_environment(), capture_output=True, check=False)
    except OSError as error:
        raise _not_started(error) from None


def complaint_of(output: bytes) -> str:
    """Return the first line of what git wrote to its standard error."""
    lines = output.decode(errors="backslashreplace").splitlines()
    return escaped(next((line for line in lines if line), "it ended without output"))


class Conversation:
    """A git that answers many questions, started with the first one; it ends with this object."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        """Talk to this git command, started in the folder."""
        self._folder = folder
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None

    def ask(self, question: bytes) -> Self:
        """Send a question; read the answer before the next one, unless all fit into a pipe.

        Raises:
            UsageError: there is no git, or it ended.

        """
        stdin = self._started().stdin
        try:
            if stdin:
                stdin.write(question)
                stdin.flush()
        except OSError:
            raise self.failure() from None
        return self

    def line(self) -> bytes:
        """Return the next line of the answer, its end taken off."""
        stdout = self._started().stdout
        found = stdout.readline() if stdout else b""
        if not found.endswith(b"\n"):
            raise self.failure()
        return found[:-1]

    def exactly(self, size: int) -> bytes:
        """Return this many bytes of the answer."""
        stdout = self._started().stdout
        found = stdout.read(size) if stdout else b""
        if len(found) != size:
            raise self.failure()
        return found

    def until(self, line: bytes) -> bytes:
        """Return the answer up to a line that nothing else in it can be."""
        stdout = self._started().stdout
        found = bytearray()
        while not found.endswith(line):
            read = stdout.readline() if stdout else b""
            if not read:
                raise self.failure()
            found += read
        return bytes(found[: -len(line)])

    def failure(self) -> UsageError:
        """Return what to say of a git that ended too early; the next question starts another one."""
        said = b""
        process, self._process = self._process, None
        if process and self._errors:
            _end(process)
            self._errors.seek(0)
            said = self._errors.read(_LONGEST_COMPLAINT)
        complaint = complaint_of(said)
        return UsageError(f"git {self._arguments[0]} failed: {complaint}; if the clone is not whole, {CHECK_OUT_ALL}")

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            with ExitStack() as stack:
                self._errors = stack.enter_context(TemporaryFile())
                self._process = _start(self._folder, self._arguments, self._errors)
                stack.pop_all()
            weakref.finalize(self, _end, self._process, self._errors)
        return self._process


def _start(folder: Path, arguments: Sequence[str], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            _command(arguments),
            cwd=folder,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            # Ctrl-C is for lpcac, which may have to read on so that it ends in order.
            process_group=0,
        )
    except OSError as error:
        raise _not_started(error) from None


def _end(process: subprocess.Popen[bytes], errors: IO[bytes] | None = None) -> None:
    """Close the pipes of a process, which ends it, and wait for that."""
    for pipe in filter(None, (process.stdin, process.stdout)):
        with suppress(OSError):
            pipe.close()
    process.wait()
    if errors:
        errors.close()


def _command(arguments: Sequence[str]) -> list[str]:
    return ["git", *_OPTIONS, *arguments]


def _environment() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _OTHER_REPOSITORY} | _HARDENED


def _not_started(error: OSError) -> UsageError:
    if isinstance(error, FileNotFoundError | PermissionError):
        return UsageError(_NOT_FOUND)
    return UsageError(f"git cannot be started: {error.strerror}")
