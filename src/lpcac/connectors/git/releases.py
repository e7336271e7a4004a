"""Asks a repository elsewhere for the commit behind a tag."""

from __future__ import annotations

import os
import subprocess
from typing import Final

from lpcac.connectors.git.process import complaint_of
from lpcac.core.errors import LpcacError

_TIME_LIMIT: Final = 30.0
# A remote's address may be one of the user's settings; it must not start a program.
_ENVIRONMENT: Final = {"GIT_ALLOW_PROTOCOL": "https:file", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


class NoReleaseError(LpcacError):
    """The commit of a release is not known."""


def commit_of_tag(address: str, tag: str) -> str:
    """Return the commit that a tag of a repository means.

    Arguments:
        address: of the repository, https:// or file://.

    Raises:
        NoReleaseError: there is no such tag, or the repository cannot be asked within 30 seconds.
    """
    command = ["git", "ls-remote", "--", address, f"refs/tags/{tag}", f"refs/tags/{tag}^{{}}"]
    try:
        done = subprocess.run(
            command, env=os.environ | _ENVIRONMENT, capture_output=True, check=False, timeout=_TIME_LIMIT
        )
    except subprocess.TimeoutExpired:
        raise NoReleaseError(f"{address} did not answer within {_TIME_LIMIT:g} s") from None
    except OSError:
        raise NoReleaseError("git was not found: install it, or put it on the PATH") from None
    if done.returncode:
        raise NoReleaseError(f"{address} cannot be asked: {complaint_of(done.stderr)}")
    # An annotated tag is an object of its own; the line with ^{} is its commit, and comes after it.
    lines = done.stdout.decode(errors="replace").splitlines()
    if not lines:
        raise NoReleaseError(f"{address} has no tag {tag}")
    return lines[-1].split("\t")[0]
