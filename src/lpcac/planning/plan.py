"""A plan as a value: changes, their fields and what is known of a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lpcac.core.findings import Finding, Position
from lpcac.core.json_values import Json
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.kinds.kind import Risk


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
