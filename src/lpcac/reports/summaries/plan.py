"""Summary of a plan: totals, each target's status, the verdict and what to do next. No text from outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from lpcac.core.resources import Action
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.planning.plan import Change, TargetPlan
from lpcac.reports.wording import counted


@dataclass(frozen=True)
class Totals:
    """How many objects a plan creates, updates and deletes, and how many it leaves alone."""

    create: int = 0
    update: int = 0
    delete: int = 0
    unchanged: int = 0
    unmanaged: int = 0

    @classmethod
    def of(cls, plans: Iterable[TargetPlan]) -> Totals:
        """Return the sum over the plans."""
        rows = list(plans)
        return cls(
            create=sum(plan.count(Action.CREATE) for plan in rows),
            update=sum(plan.count(Action.UPDATE) for plan in rows),
            delete=sum(plan.count(Action.DELETE) for plan in rows),
            unchanged=sum(plan.unchanged for plan in rows),
            unmanaged=sum(len(plan.unmanaged) for plan in rows),
        )

    @property
    def changes(self) -> int:
        """Return how many changes there are."""
        return self.create + self.update + self.delete

    def __str__(self) -> str:
        """Return the changes as words, zeros left out: `2 to create, 1 to delete`."""
        counts = ((self.create, "create"), (self.update, "update"), (self.delete, "delete"))
        return ", ".join(f"{number} to {verb}" for number, verb in counts if number) or "nothing to do"


class TargetStatus(IntEnum):
    """A target's status; the most urgent first."""

    ERRORS = 0
    UNREAD = 1
    REFUSED = 2
    DELETES = 3
    CHANGES = 4
    NOTHING = 5

    @classmethod
    def of(cls, target: GuardedTarget) -> TargetStatus:
        """Return the target's status."""
        plan = target.plan
        if plan.errors:
            return cls.ERRORS
        if plan.unread is not None:
            return cls.UNREAD
        if target.refusals:
            return cls.REFUSED
        if plan.count(Action.DELETE):
            return cls.DELETES
        return cls.CHANGES if plan.changes else cls.NOTHING


def in_reading_order(targets: Iterable[GuardedTarget]) -> list[GuardedTarget]:
    """Return the most urgent targets first; equal ones keep their order."""
    return sorted(targets, key=TargetStatus.of)


def risky_first(changes: Iterable[Change]) -> list[Change]:
    """Return the changes with risks, then the other deletes."""
    marked = [change for change in changes if change.risks or change.action is Action.DELETE]
    return sorted(marked, key=lambda change: not change.risks)


def deletes_first(changes: Iterable[Change]) -> list[Change]:
    """Return all changes, deletes first, otherwise in the plan's order."""
    return sorted(changes, key=lambda change: change.action is not Action.DELETE)


def verdict(targets: Sequence[GuardedTarget]) -> str:
    """Return one sentence with the plan's totals, its number of risks, and what blocks it."""
    if not targets:
        return "No targets to plan."
    totals = Totals.of(target.plan for target in targets)
    changing = sum(bool(target.plan.changes) for target in targets)
    blocked = obstacles(targets)
    if totals.changes:
        where = f"{changing} of {counted(len(targets), 'target')}" if changing < len(targets) else _all(len(targets))
        risks = sum(len(change.risks) for target in targets for change in target.plan.changes)
        summary = f"{totals} on {where}{', ' + counted(risks, 'risk') if risks else ''}"
    elif blocked:
        summary = "no changes"
    else:
        return f"Nothing to do: {_all(len(targets))} {'is' if len(targets) == 1 else 'are'} as declared."
    return f"{summary[0].upper()}{summary[1:]}{'; ' if blocked else ''}{', '.join(blocked)}."


def obstacles(targets: Sequence[GuardedTarget]) -> list[str]:
    """Return what blocks targets from being applied, each with its count."""
    statuses = [TargetStatus.of(target) for target in targets]
    errors = len({finding for target in targets for finding in target.plan.errors})
    found = []
    if errors:
        found.append(f"{counted(errors, 'error')} on {counted(statuses.count(TargetStatus.ERRORS), 'target')}")
    if unread := statuses.count(TargetStatus.UNREAD):
        found.append(f"{counted(unread, 'target')} could not be read")
    if refused := statuses.count(TargetStatus.REFUSED):
        found.append(f"{counted(refused, 'target')} refused by a guard")
    return found


def _all(number: int) -> str:
    return counted(number, "target") if number == 1 else f"all {counted(number, 'target')}"


def permission_steps(
    refusals: Iterable[Refusal], waiver: str, permission: str = "allow_repo_delete: true"
) -> list[str]:
    """Return what to do about the refusals, each step once.

    Arguments:
        waiver: completes "To allow the deletes, ..." for refusals that can be waived.
        permission: how the permission to delete repos is written.
    """
    steps: dict[str, None] = {}
    for refusal in refusals:
        if refusal.waivable:
            steps[f"To allow the deletes, {waiver}"] = None
        elif refusal.code == "needs-permission":
            steps[f"To allow deleting the repos, set {permission} for this client in the map"] = None
            steps[
                "To keep the repos and their logs, declare them again, or list them as external for this client in the "
                "map (kind and name): once that is applied, you can take them off the list; they stay unmanaged"
            ] = None
    return list(steps)
