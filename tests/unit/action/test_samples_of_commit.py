"""Sample files of commits: what cannot be read fails the case that names it, not the run."""

from __future__ import annotations

from typing import cast

from lpcac.connectors.git.repository import Repository
from lpcac.connectors.git.samples import samples_of_commit
from lpcac.core.errors import InvalidConfigurationError


class Holding:
    """A repository of one file, and of one that is too large."""

    def file_at(self, _commit: str, name: str) -> bytes | None:
        if name == "acme/large.jsonl":
            message = "too large"
            raise InvalidConfigurationError(message)
        return b"{}" if name == "acme/small.jsonl" else None


def test_a_file_that_git_holds_and_is_too_large_is_told_like_one_that_is_missing() -> None:
    read = samples_of_commit(cast("Repository", Holding()), "head")

    assert read("acme", "small.jsonl") == b"{}"
    assert read("acme", "large.jsonl") == "it is over 8 MiB"
    assert read("acme", "none.jsonl") == "there is no such file"
