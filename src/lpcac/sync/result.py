"""What a sync comes to: which files change, and what became of every live object."""

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
    """How far a sync goes.

    Arguments:
        include_vendor: also write the vendor's objects.
        remove_missing: remove declared objects that are not live from the client's files.
        drop_missing: drop base objects that are not live by a patch.
        rebase: make patches of what the files declare and a base declares too.
    """

    include_vendor: bool = False
    remove_missing: bool = False
    drop_missing: bool = False
    rebase: bool = False


class EditKind(StrEnum):
    """What a sync does to what declares an object."""

    DECLARED = "declared"
    UPDATED = "updated"
    PATCHED = "patched"
    REMOVED = "removed"
    DROPPED = "dropped"


class Synced(NamedTuple):
    """An object whose declaration changes, and the file that it is in."""

    key: ResourceKey
    deed: EditKind
    file: str


@dataclass(frozen=True)
class SyncResult:
    """What a sync does for one client; every edit was read back and says what is live.

    Arguments:
        target: the logpoint it was read from, if it could be read; the first by name, if there are several.
        unchanged: how many live objects are declared as they are.
        missing: declared objects that are not live; an apply would create them.
        vendor: how many of the vendor's objects were passed over.
        external: how many external objects were passed over.
        findings: what is left out, and what stands in the way.
        problem: why nothing was done, if nothing could be.
        exit_code: what the problem makes of the run.
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
        """Return what kept files from being brought up to date."""
        return errors_in(self.findings)
