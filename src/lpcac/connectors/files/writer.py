"""Writes files so that each is complete at any moment, old or new, and at the end all or none of them are new."""

from __future__ import annotations

import os
import stat
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from lpcac.connectors.files.reader import is_read_only
from lpcac.core.errors import LpcacError
from lpcac.core.files import FileEdit
from lpcac.core.text.safe_text import quoted_path

_NEW_FILE = 0o666


class NotWrittenError(LpcacError):
    """The files are as they were."""


def write_edits(edits: Sequence[FileEdit]) -> None:
    """Bring every file to what its edit says; folders that are missing are made.

    Everything is written next to its place first, then renamed. When one of them cannot be, those before it are put
    back.

    Raises:
        NotWrittenError: a file is not as it was when it was read, is read-only or cannot be written, or two edits are
            of one file.

    """
    _require_one_for_each_file(edits)
    staged: list[tuple[FileEdit, str | None]] = []
    done: list[FileEdit] = []
    try:
        for edit in edits:
            _require_unchanged(edit)
            staged.append((edit, _staged(edit)))
        for edit, temporary in staged:
            _put(edit, temporary)
            done.append(edit)
    except KeyboardInterrupt:
        _put_back(done)
        raise
    except OSError as error:
        _put_back(done)
        message = f"{quoted_path(error.filename or '')} cannot be written ({error.strerror}): nothing was changed"
        raise NotWrittenError(message) from None
    finally:
        for _, temporary in staged:
            if temporary:
                with suppress(FileNotFoundError):
                    os.unlink(temporary)


def _require_one_for_each_file(edits: Sequence[FileEdit]) -> None:
    """Raise `NotWrittenError` where one edit would undo another."""
    counts = Counter(os.path.realpath(edit.name) for edit in edits)
    twice = next((edit.name for edit in edits if counts[os.path.realpath(edit.name)] > 1), None)
    if twice is not None:
        message = f"{quoted_path(twice)} would be written twice: nothing was changed, keep clients' folders apart"
        raise NotWrittenError(message)


def _require_unchanged(edit: FileEdit) -> None:
    """Raise `NotWrittenError` unless the file is what it was when it was read; a link is never written through."""
    if _content(edit.name) != edit.before:
        message = f"{quoted_path(edit.name)} changed since it was read: nothing was written, run again"
        raise NotWrittenError(message)
    if edit.before is not None and is_read_only(edit.name):
        message = f"{quoted_path(edit.name)} is read-only: nothing was changed, make it writable first"
        raise NotWrittenError(message)


def _content(name: str) -> bytes | None:
    if not os.path.lexists(name):
        return None
    if os.path.islink(name) or not os.path.isfile(name):
        message = f"{quoted_path(name)} is not a regular file: nothing was changed, move it elsewhere"
        raise NotWrittenError(message)
    with open(name, "rb") as file:
        return file.read()


def _staged(edit: FileEdit) -> str | None:
    """Write the new content next to its place; return where, or `None` if the file is removed."""
    if edit.after is None:
        return None
    folder, name = os.path.split(edit.name)
    os.makedirs(folder or os.curdir, exist_ok=True)
    # The leading dot hides it from programs that read the folder in the meantime.
    descriptor, temporary = tempfile.mkstemp(dir=folder or os.curdir, prefix=f".{name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(edit.after)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(edit))
    except BaseException as error:
        os.unlink(temporary)
        if isinstance(error, OSError):
            # A full disk has no name of a file.
            error.filename = edit.name
        raise
    return temporary


def _mode(edit: FileEdit) -> int:
    if edit.before is not None:
        return stat.S_IMODE(os.stat(edit.name).st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return _NEW_FILE & ~mask


def _put(edit: FileEdit, temporary: str | None) -> None:
    if temporary is None:
        os.unlink(edit.name)
    else:
        os.replace(temporary, edit.name)


def _put_back(done: Sequence[FileEdit]) -> None:
    for edit in reversed(done):
        with suppress(OSError):
            _put(FileEdit(edit.name, edit.after, edit.before), _staged(FileEdit(edit.name, edit.after, edit.before)))
