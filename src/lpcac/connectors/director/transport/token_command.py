"""Gets a Director's token from a program, such as a vault's: what `--token-command` names."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from pydantic import SecretStr

from lpcac.core.errors import LpcacError, UsageError
from lpcac.core.text.redaction import Redactor
from lpcac.core.text.safe_text import shortened

TIME_LIMIT: Final = 30.0
"""Seconds for the program."""
_OPTION = "--token-command"


class TokenCommandError(LpcacError):
    """The program gave no token."""


async def token_from(command: Sequence[str], environ: Mapping[str, str], redactor: Redactor) -> SecretStr:
    """Return the token that the program prints, which is masked from now on like all else that it prints.

    Arguments:
        command: the program and its arguments; no shell sees them.
        environ: the program's environment.

    Raises:
        UsageError: the program cannot be started.
        TokenCommandError: it fails, takes too long, or prints what is no token.
    """
    name = shortened(command[0])
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=dict(environ), start_new_session=True
        )
    except OSError as error:
        message = f"{_OPTION} {name} cannot be started ({error.strerror}); correct its path"
        raise UsageError(message) from None
    out, err = await _output_of(process, name)
    for line in out.splitlines():
        redactor.hide(line.strip())
    token = out.strip()
    if process.returncode:
        said = f": {shortened(redactor.clean(' '.join(err.split())))}" if err.strip() else ""
        message = f"{_OPTION} {name} failed with exit code {process.returncode}{said}; run it by hand to see why"
        raise TokenCommandError(message)
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        message = f"{_OPTION} {name} must print only the token, on one line; run it by hand to see what it prints"
        raise TokenCommandError(message)
    return SecretStr(token)


async def _output_of(process: Process, name: str) -> tuple[str, str]:
    """Return what the process prints; end it and all that it started when it takes too long or nobody waits."""
    try:
        async with asyncio.timeout(TIME_LIMIT):
            out, err = await process.communicate()
    except TimeoutError:
        message = f"{_OPTION} {name} printed no token within {TIME_LIMIT:g} s; run it by hand to see why"
        raise TokenCommandError(message) from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                _kill(process)
            await process.wait()
    return out.decode(errors="replace"), err.decode(errors="replace")


def _kill(process: Process) -> None:
    """End a process and all that it started; on Windows, the process alone."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
