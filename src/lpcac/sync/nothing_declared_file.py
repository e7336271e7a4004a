"""The file that keeps the folder of a client that declares nothing: Git does not keep empty folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lpcac.composition.validation import NOTHING_DECLARED
from lpcac.core.files import FileEdit
from lpcac.sync.client_state import ClientState

NOTHING_FILE: Final = "nothing-declared.yaml"
NOTHING: Final = b"# Nothing is declared in this folder. `lpcac sync` removes this file when that changes.\n"


def nothing_edit(state: ClientState, edits: Sequence[FileEdit], *, is_empty: bool) -> FileEdit | None:
    """Return the edit that creates or removes the file, `None` if it stays.

    The file is needed if the folder has no other file, or only files that do not make a valid client. A file that
    someone changed is kept.

    Arguments:
        is_empty: whether no live object is declared.
    """
    name = state.folder.file(NOTHING_FILE)
    contents: Mapping[str, bytes | None] = dict(state.folder.files) | {edit.name: edit.after for edit in edits}
    others = [(file, content) for file, content in contents.items() if content is not None and file != name]
    has_others = bool(others) or state.folder.holds_more
    is_needed = not has_others or (is_empty and _is_refused(state, others))
    found = contents.get(name)
    if is_needed and found is None:
        return FileEdit(name, None, NOTHING)
    if not is_needed and found == NOTHING:
        return FileEdit(name, NOTHING, None)
    return None


def _is_refused(state: ClientState, files: Sequence[tuple[str, bytes]]) -> bool:
    """Tell whether the files declare nothing and no comment says that this is intended."""
    findings = state.composed_of(sorted(files)).findings
    return any(each.code == NOTHING_DECLARED and each.is_error for each in findings)
