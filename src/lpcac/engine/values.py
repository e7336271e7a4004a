"""The frozen values that pass between the stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple

from lpcac.kinds import Json, Risk


class Severity(StrEnum):
    """How much a finding weighs: an error makes the configuration invalid, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Position:
    """A place in a file; line and column count from 1, the file is named as the user would name it."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Return `file:line:column`, which editors and terminals make clickable."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Finding:
    """One problem: what, where, why and what next, in one line.

    Arguments:
        code: stable, kebab-case.
        pointer: JSON pointer into the document, where there is one.
        position: `None` for what no file causes, such as a missing storage path on a logpoint.
        origins: what a value at this place was made from, where clients can have it from elsewhere; with another
            origin it is another problem.
    """

    code: str
    message: str
    position: Position | None = None
    pointer: str = ""
    severity: Severity = Severity.ERROR
    origins: tuple[str | Position, ...] = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        """Return the line a person reads."""
        where = f"{self.position}: " if self.position else ""
        kind = "warning: " if self.severity is Severity.WARNING else ""
        return f"{where}{kind}{self.message}"


class ResourceKey(NamedTuple):
    """What identifies an object on every logpoint: its kind and its name."""

    kind: str
    name: str

    def __str__(self) -> str:
        """Return the form used in every message."""
        return f'{self.kind} "{self.name}"'


@dataclass(frozen=True)
class Resource:
    """A declared object: its canonical spec and where it was declared."""

    key: ResourceKey
    spec: Json
    position: Position
    positions: Mapping[str, Position] = field(default_factory=dict, compare=False, repr=False)
    """Positions of single values by JSON pointer below the document; asked for only when something is said of them."""
    patched: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """Pointers to what patches set or removed."""

    def where(self, pointer: str) -> Position:
        """Return the position of the value at the pointer, else of the document."""
        return self.positions.get(pointer, self.position)


@dataclass(frozen=True)
class Desired:
    """What Git declares for one client."""

    resources: Mapping[ResourceKey, Resource]
    external: frozenset[ResourceKey] = frozenset()
    """Objects that exist on the logpoint and are managed elsewhere."""
    dropped: Mapping[ResourceKey, Position] = field(default_factory=dict, compare=False, repr=False)
    """What a base declares and a patch drops, with the patch's place."""
    is_silent: bool = False
    """Whether no document of the client's says anything, so that nothing may be deleted because of it."""


@dataclass(frozen=True)
class LiveObject:
    """An object that the logpoint holds; the id is this logpoint's own and never leaves the connector and apply."""

    key: ResourceKey
    spec: Json
    object_id: str
    problem: str | None = None
    """Why the object cannot be understood, if it cannot; its spec is empty then."""


@dataclass(frozen=True)
class Live:
    """Everything that was read from one logpoint, completely; a read that was not complete gives no value at all."""

    objects: Mapping[ResourceKey, LiveObject]
    inventories: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For every inventory that was read: name, in its one spelling, to id."""
    ambiguous: frozenset[ResourceKey] = frozenset()
    """Names that more than one live object carries."""


THIS_POOL: Final = "\x00pool\x00"
"""Stands in an owned object's name for that of the target's pool; no real name can hold it."""
THIS_LOGPOINT: Final = "\x00logpoint\x00"
"""Stands in an owned object's name for that of the target's logpoint."""


@dataclass(frozen=True)
class Ownership:
    """What Git has a say in, beyond what it declares now.

    Arguments:
        owned: declared at the target's last applied commit; names may hold `THIS_POOL` and `THIS_LOGPOINT`.
        prune: also delete live objects that were never declared.
    """

    owned: frozenset[ResourceKey] = frozenset()
    prune: bool = False

    def on(self, target: Target) -> Ownership:
        """Return the same for one target, by its own names."""
        names = {key: key.name.replace(THIS_POOL, target.pool) for key in self.owned}
        owned = (ResourceKey(key.kind, name.replace(THIS_LOGPOINT, target.logpoint)) for key, name in names.items())
        return Ownership(frozenset(owned), self.prune)


@dataclass(frozen=True)
class Target:
    """One client on one logpoint; names are for people, the ids address the Director's API.

    Arguments:
        director: the Director's address: a copy of it has the same ids, and is another target.
    """

    client: str
    pool: str
    logpoint: str
    pool_uuid: str
    logpoint_id: str
    director: str = field(default="", repr=False)

    def __str__(self) -> str:
        """Return `client on pool/logpoint`."""
        return f"{self.client} on {self.pool}/{self.logpoint}"


class Action(StrEnum):
    """What a change does to an object."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class FieldChange:
    """One field's value before and after; `None` stands for absent."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """One order to be placed: complete, so that nothing has to be looked up to review it."""

    action: Action
    key: ResourceKey
    before: Json | None
    after: Json | None
    fields: tuple[FieldChange, ...]
    risks: tuple[Risk, ...]
    depends_on: tuple[ResourceKey, ...]
    source: Position | None
    digest: str


@dataclass(frozen=True)
class TargetPlan:
    """What would happen on one target.

    Arguments:
        changes: in an order in which they could be carried out one by one.
        unchanged: how many declared objects are as declared.
        unmanaged: live objects that were never declared; left alone.
        released: objects that Git owned, no longer declares, and leaves alone because they are external now.
        errors: problems that make the plan impossible to apply.
        unread: why the target could not be read, if it could not; then there are no changes.
        managed: how many live objects are declared or owned; what the guard measures deletes against.
    """

    target: Target
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    unmanaged: tuple[ResourceKey, ...] = ()
    released: tuple[ResourceKey, ...] = ()
    errors: tuple[Finding, ...] = ()
    unread: str | None = None
    managed: int = 0
    digest: str = ""

    def count(self, action: Action) -> int:
        """Return how many changes do this."""
        return sum(change.action is action for change in self.changes)

    @property
    def is_empty(self) -> bool:
        """Tell whether the target is known to be as declared."""
        return not self.changes and not self.errors and self.unread is None


@dataclass(frozen=True)
class Limits:
    """How much a plan may delete before the guard stops it, and whether it may delete repos."""

    max_deletes: int = 10
    max_delete_percent: int = 30
    percent_applies_from: int = 4
    allow_repo_delete: bool = False


class State(StrEnum):
    """How a change ended."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Outcome:
    """What became of one change, with the reason where it is not done; seconds from submission to certainty."""

    change: Change
    state: State
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class TargetReport:
    """One outcome for every change of the approved plan, also for those never submitted.

    Arguments:
        remaining: what a plan made after the apply still shows; empty when the apply converged.
    """

    plan: TargetPlan
    outcomes: tuple[Outcome, ...]
    remaining: tuple[Change, ...] = ()
    problem: str | None = None

    @property
    def is_done(self) -> bool:
        """Tell whether all is as declared now."""
        return not self.remaining and self.problem is None and all(o.state is State.DONE for o in self.outcomes)


class DriftClass(StrEnum):
    """How live differs from what Git declares."""

    CHANGED = "changed"
    MISSING = "missing"
    UNMANAGED = "unmanaged"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Drift:
    """What differs on one target; never a plan, since drift is never applied.

    Arguments:
        changed: updates that would bring the objects back to what is declared: before is live, after is declared.
        missing: declared objects that the logpoint lacks.
        unmanaged: live objects that were never declared; told, not alarming.
        accepted: changed and missing objects that the accept list silences, each with its reason.
        not_checked: why the target could not be compared, if it could not.
        errors: problems in the declared configuration that keep it from being compared.
    """

    target: Target
    changed: tuple[Change, ...] = ()
    missing: tuple[Change, ...] = ()
    unmanaged: tuple[ResourceKey, ...] = ()
    accepted: tuple[tuple[Change, str], ...] = ()
    not_checked: str | None = None
    errors: tuple[Finding, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Tell whether the target was checked and is as declared."""
        return not self.changed and not self.missing and self.not_checked is None and not self.errors
