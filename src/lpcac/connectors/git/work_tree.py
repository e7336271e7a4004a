"""What `lpcac init` and `lpcac doctor` need of a work tree: its branch, its remote, and `git add`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lpcac.connectors.git.process import complaint_of, run_git
from lpcac.core.errors import UsageError


def stage(folder: Path, paths: Sequence[str]) -> None:
    """Stage files, so that the next commit has them as they are now.

    Raises:
        UsageError: git refuses.
    """
    done = run_git(folder, "add", "--force", "--", *paths)
    if done.returncode:
        message = f"git add failed: {complaint_of(done.stderr)}"
        raise UsageError(message)


def current_branch(folder: Path) -> str | None:
    """Return the default branch of the remote, or else the branch that is checked out; `None` without either."""
    asked = run_git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD")
    if asked.returncode == 0:
        return asked.stdout.decode(errors="replace").strip().removeprefix("origin/") or None
    asked = run_git(folder, "symbolic-ref", "--short", "HEAD")
    return asked.stdout.decode(errors="replace").strip() or None if asked.returncode == 0 else None


def origin(folder: Path) -> str | None:
    """Return the address of the remote called origin; `None` without one."""
    asked = run_git(folder, "remote", "get-url", "origin")
    return asked.stdout.decode(errors="replace").strip() or None if asked.returncode == 0 else None
