"""Errors, each with a one-line message and an exit code."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The documented meaning of the process's exit status."""

    OK = 0
    NOT_DONE = 1
    DIFFERENCES = 2
    INVALID = 3
    REFUSED = 4
    USAGE = 64


# If several targets end differently, the most serious one decides.
_GRAVITY = (ExitCode.USAGE, ExitCode.INVALID, ExitCode.REFUSED, ExitCode.NOT_DONE, ExitCode.DIFFERENCES, ExitCode.OK)


def gravest(codes: list[ExitCode]) -> ExitCode:
    """Return the exit code that a run with these partial results ends with."""
    return min(codes, key=_GRAVITY.index, default=ExitCode.OK)


class LpcacError(Exception):
    """Base of all errors that users can meet; the message is one line: what, where and what next."""

    exit_code = ExitCode.NOT_DONE


class UsageError(LpcacError):
    """The command line or the environment is incomplete or invalid."""

    exit_code = ExitCode.USAGE


class InvalidConfigurationError(LpcacError):
    """The declared configuration is invalid."""

    exit_code = ExitCode.INVALID


class RefusedError(LpcacError):
    """A guard stopped the operation before anything was written."""

    exit_code = ExitCode.REFUSED


class DirectorError(LpcacError):
    """The Director could not be reached, or its answer is unusable."""


class NotThereError(DirectorError):
    """The Director has nothing at an address, or no such call."""


class RefusedTokenError(DirectorError):
    """The Director refuses the token; retrying does not help."""
