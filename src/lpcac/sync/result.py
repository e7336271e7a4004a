"""The result of a sync: which files change, and the outcome for every live object."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from lpcac.core.errors import ExitCode
from lpcac.core.files import FileEdit
from lpcac.core.findings import Finding, errors_in
from lpcac.core.resources import ResourceKey, Target


@dataclass(frozen=True)
class SyncOptions:
    """Options of a sync.

    Arguments:
        include_vendor: also write the vendor's objects.
        remove_missing: remove declared objects that are not live from the client's files.
        drop_missing: drop base objects that are not live with a patch.
        rebase: turn declarations of objects that a base also declares into patches.
    """

    include_vendor: bool = False
    remove_missing: bool = False
    drop_missing: bool = False
    rebase: bool = False


class EditKind(StrEnum):
    """What a sync does to an object's declaration."""

    DECLARED = "declared"
    UPDATED = "updated"
    PATCHED = "patched"
    REMOVED = "removed"
    DROPPED = "dropped"


class Synced(NamedTuple):
    """An object whose declaration changes, and the file that it is in."""

    key: ResourceKey
    action: EditKind
    file: str


@dataclass(frozen=True)
class SyncResult:
    """The result for one client; every edit was read back and checked.

    Arguments:
        target: the logpoint that was read; the first by name of several; `None` if none could be read.
        unchanged: number of live objects that are declared correctly.
        missing: declared objects that are not live; an apply would create them.
        vendor: number of skipped vendor objects.
        external: number of skipped external objects.
        findings: objects left out, and files that were not changed.
        problem: why nothing was done.
        exit_code: the client's exit code.
        other_targets: the client's other logpoints that were read, by name.
    """

    client: str
    target: Target | None = None
    edits: tuple[FileEdit, ...] = ()
    objects: tuple[Synced, ...] = ()
    unchanged: int = 0
    missing: tuple[ResourceKey, ...] = ()
    vendor: int = 0
    external: int = 0
    findings: tuple[Finding, ...] = ()
    problem: str | None = None
    exit_code: ExitCode = field(default=ExitCode.OK)
    other_targets: tuple[Target, ...] = ()

    @property
    def targets(self) -> tuple[Target, ...]:
        """Return every logpoint that was read."""
        return (self.target, *self.other_targets) if self.target else ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Return the errors that kept files from being updated."""
        return errors_in(self.findings)
