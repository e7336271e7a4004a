"""What can go wrong, each with one line for the person and an exit code for the machine."""

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


# When several targets end differently, the one to look at first decides.
_GRAVITY = (ExitCode.USAGE, ExitCode.INVALID, ExitCode.REFUSED, ExitCode.NOT_DONE, ExitCode.DIFFERENCES, ExitCode.OK)


def gravest(codes: list[ExitCode]) -> ExitCode:
    """Return the exit code that a run with these partial results ends with."""
    return min(codes, key=_GRAVITY.index, default=ExitCode.OK)


class LpcacError(Exception):
    """Root of every error a user can cause or meet; its text is one line that says what, where and what next."""

    exit_code = ExitCode.NOT_DONE


class UsageError(LpcacError):
    """The command line or the environment does not say what is needed."""

    exit_code = ExitCode.USAGE


class InvalidConfigurationError(LpcacError):
    """The declared configuration cannot be used as it stands."""

    exit_code = ExitCode.INVALID


class RefusedError(LpcacError):
    """A guard stopped the operation before anything was written."""

    exit_code = ExitCode.REFUSED


class DirectorError(LpcacError):
    """The Director could not be asked, or did not answer in a way that can be relied on."""


class NotThereError(DirectorError):
    """The Director has nothing at an address, or no such call."""


class RefusedTokenError(DirectorError):
    """The Director refuses the token; asking again does not help."""
