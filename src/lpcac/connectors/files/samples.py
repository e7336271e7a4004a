"""Reads files of sample events: from the folder of the test that names them, and nowhere else."""

from __future__ import annotations

import os
import stat

from lpcac.core.open_flags import NO_FOLLOW, NON_BLOCKING
from lpcac.pipeline_tests.samples import MAX_SAMPLE_BYTES, TOO_LARGE

_MISSING = "there is no such file"


def sample_of_work_tree(folder: str, name: str) -> bytes | str:
    """Return the content of a sample file of the work tree, or why there is none.

    A symbolic link is not followed, wherever it is below the folder: it could lead anywhere.

    Arguments:
        folder: of the test, as findings name it.
        name: of the file, below the folder.
    """
    path = os.path.join(os.path.realpath(folder), name)
    if os.path.realpath(path) != os.path.normpath(path):
        return "a symbolic link is not followed"
    try:
        descriptor = os.open(path, os.O_RDONLY | NON_BLOCKING | NO_FOLLOW)
    except OSError as error:
        return _MISSING if isinstance(error, FileNotFoundError) else f"{error.strerror}"
    try:
        status = os.fstat(descriptor)
        # Asked before it is opened as a file, which a folder cannot be.
        if not stat.S_ISREG(status.st_mode):
            return "it is not a regular file"
        with open(descriptor, "rb", closefd=False) as file:
            return TOO_LARGE if status.st_size > MAX_SAMPLE_BYTES else file.read()
    finally:
        os.close(descriptor)
