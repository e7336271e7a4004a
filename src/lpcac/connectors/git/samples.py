"""Reads files next to tests and rules as of a commit: from their folder, and nowhere else."""

from __future__ import annotations

from pathlib import PurePosixPath

from lpcac.connectors.git.repository import Repository
from lpcac.core.errors import InvalidConfigurationError
from lpcac.pipeline_tests.samples import MAX_SAMPLE_BYTES, TOO_LARGE, ReadSample


def samples_of_commit(repository: Repository, commit: str) -> ReadSample:
    """Return what reads sample files as of a commit, their folders named relative to the repository."""

    def read(folder: str, name: str) -> bytes | str:
        try:
            content = repository.file_at(commit, str(PurePosixPath(folder) / name))
        except InvalidConfigurationError:
            return TOO_LARGE
        if content is None:
            return "there is no such file"
        return TOO_LARGE if len(content) > MAX_SAMPLE_BYTES else content

    return read
