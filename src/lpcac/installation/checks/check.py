"""One check of an installation: how it ended, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a check ended; only what failed makes the command fail."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Check:
    """One check.

    Arguments:
        name: what was checked, in a few words.
        found: what was found.
        to_do: what to do about it; empty if nothing.
    """

    name: str
    status: Status
    found: str
    to_do: str = ""


def ok(name: str, found: str) -> Check:
    """Return a check that found what it should."""
    return Check(name, Status.OK, found)


def warned(name: str, found: str, to_do: str) -> Check:
    """Return a check of what works and should be otherwise."""
    return Check(name, Status.WARNING, found, to_do)


def failed(name: str, found: str, to_do: str = "") -> Check:
    """Return a check of what does not work."""
    return Check(name, Status.FAILED, found, to_do)


def not_checked(name: str, why: str, to_do: str = "") -> Check:
    """Return a check that was not made."""
    return Check(name, Status.NOT_CHECKED, why, to_do)
