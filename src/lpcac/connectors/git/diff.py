"""How trees differ, by `git diff-tree --stdin`: it finds renames, and one process compares any number of trees."""

from __future__ import annotations

import secrets
from pathlib import Path

from lpcac.connectors.git.process import Conversation

_OPTIONS = ("-r", "-M", "--no-ext-diff", "--no-textconv", "--no-color", "--no-prefix")


class TreeDiff:
    """Compares trees of one repository in one way."""

    def __init__(self, folder: Path, *options: str) -> None:
        """Compare as these options of `git diff-tree` say."""
        self._git = Conversation(folder, "diff-tree", "--stdin", *_OPTIONS, *options)

    def between(self, before: str, after: str) -> bytes:
        """Return what git says of two trees.

        Raises:
            UsageError: the clone lacks something that is compared.

        """
        # Git repeats a line that is no hash, and nobody can have a file of a name that nobody knows.
        end = f"end-{secrets.token_hex(16)}\n".encode()
        header = f"{before} {after}\n".encode()
        answer = self._git.ask(header + end).until(end)
        if not answer.startswith(header):
            # A tree that is missing is left out without more than a complaint.
            raise self._git.failure()
        return answer.removeprefix(header)
