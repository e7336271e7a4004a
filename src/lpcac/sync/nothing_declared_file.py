"""The file that says that a client declares nothing of its own: without any file, Git would not keep its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lpcac.composition.validation import NOTHING_DECLARED
from lpcac.core.files import FileEdit
from lpcac.sync.client_state import ClientState

NOTHING_FILE: Final = "nothing-declared.yaml"
NOTHING: Final = b"# Nothing is declared in this folder. `lpcac sync` removes this file when that changes.\n"


def nothing_edit(standing: ClientState, edits: Sequence[FileEdit], *, is_empty: bool) -> FileEdit | None:
    """Return the edit that writes the file where it is needed, or removes it where it is not; else `None`.

    It is needed where the folder would hold no other file, or no file that makes a valid client of it. A file that a
    person has changed is left as it is.

    Arguments:
        is_empty: whether nothing that is live is declared.
    """
    name = standing.folder.file(NOTHING_FILE)
    contents: Mapping[str, bytes | None] = dict(standing.folder.files) | {edit.name: edit.after for edit in edits}
    others = [(file, content) for file, content in contents.items() if content is not None and file != name]
    has_others = bool(others) or standing.folder.holds_more
    is_needed = not has_others or (is_empty and _is_refused(standing, others))
    found = contents.get(name)
    if is_needed and found is None:
        return FileEdit(name, None, NOTHING)
    if not is_needed and found == NOTHING:
        return FileEdit(name, NOTHING, None)
    return None


def _is_refused(standing: ClientState, files: Sequence[tuple[str, bytes]]) -> bool:
    """Tell whether the files declare nothing and none of them says that this is meant."""
    findings = standing.composed_of(sorted(files)).findings
    return any(each.code == NOTHING_DECLARED and each.is_error for each in findings)
