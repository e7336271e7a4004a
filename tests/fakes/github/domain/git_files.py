"""The files of repositories: made from a template, and with objects of their own or another's."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from functools import cache

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}


def run_git(path: str, *arguments: str) -> str:
    """Run Git in a directory and return what it printed; its refusal is an exception with its words."""
    environment = {"PATH": os.environ["PATH"], **ENVIRONMENT}
    done = subprocess.run(["git", "-C", path, *arguments], capture_output=True, check=False, env=environment)
    if done.returncode:
        words = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout, words)
    return done.stdout.decode(errors="surrogateescape").rstrip("\n")


@cache
def _pristine() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for new repositories, made once in a process and gone with it."""
    return tempfile.TemporaryDirectory(prefix="fake-github-new-")


@cache
def _new_repository(default_branch: str, *, bare: bool) -> str:
    path = os.path.join(_pristine().name, f"{default_branch.replace('/', '-')}-{bare}")
    run_git(
        _pristine().name,
        *("init", "--quiet", "--template=", f"--initial-branch={default_branch}"),
        *(["--bare"] if bare else []),
        path,
    )
    return path


def new_repository(path: str, default_branch: str, *, bare: bool = False) -> None:
    """Make an empty repository: a copy of one that Git made."""
    shutil.copytree(_new_repository(default_branch, bare=bare), path, dirs_exist_ok=True)


def take_objects(source: str, objects: Iterable[str], target: str) -> None:
    """Let a repository have objects of another one, whose files they stay; both paths are Git's own folders.

    Raises:
        FileNotFoundError: an object has no file of its own, as every one has that the fake stored.
    """
    folders: set[str] = set()
    for sha in objects:
        folder = os.path.join(target, "objects", sha[:2])
        if folder not in folders:
            folders.add(folder)
            os.makedirs(folder, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.link(os.path.join(source, "objects", sha[:2], sha[2:]), os.path.join(folder, sha[2:]))
