"""Decides whether a plan may be applied; the only place where an `ApprovedPlan` comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from lpcac.core.errors import ExitCode, RefusedError
from lpcac.core.resources import Action
from lpcac.directory_map.limits import Limits
from lpcac.planning.plan import Change, TargetPlan

_SEAL: Final = object()


@dataclass(frozen=True)
class Refusal:
    """One reason why a plan must not be applied as is; a waivable one can be waived for this very plan."""

    code: str
    message: str
    waivable: bool = False


@dataclass(frozen=True)
class GuardedTarget:
    """A target's plan together with what the guard says of it: what every renderer is given."""

    plan: TargetPlan
    refusals: tuple[Refusal, ...] = ()

    @property
    def waivable(self) -> tuple[Refusal, ...]:
        """Return the refusals that can be waived for this very plan."""
        return tuple(refusal for refusal in self.refusals if refusal.waivable)

    def without_waivable(self) -> GuardedTarget:
        """Return the target once all that can be waived is waived."""
        return replace(self, refusals=tuple(refusal for refusal in self.refusals if not refusal.waivable))

    @property
    def exit_code(self) -> ExitCode:
        """Return what applying it would end with before anything was written."""
        if self.plan.errors:
            return ExitCode.INVALID
        if self.plan.unread is not None:
            return ExitCode.NOT_DONE
        return ExitCode.REFUSED if self.refusals else ExitCode.OK


class ApprovedPlan:
    """A plan that passed the guard. `apply` takes nothing else, and nothing but `approve` can build one."""

    __slots__ = ("plan", "waived")

    def __init__(self, seal: object, plan: TargetPlan, waived: tuple[Refusal, ...]) -> None:
        """Hold the plan and the refusals that were waived for it; raise `TypeError` outside of `approve`."""
        if seal is not _SEAL:
            msg = "only approve() builds an ApprovedPlan"
            raise TypeError(msg)
        self.plan: Final = plan
        self.waived: Final = waived


def refusals(plan: TargetPlan, limits: Limits) -> tuple[Refusal, ...]:
    """Return every reason against applying this plan, errors in it aside."""
    deletes = plan.count(Action.DELETE)
    found = []
    if deletes > limits.max_deletes:
        found.append(
            Refusal("too-many-deletes", f"{deletes} deletes, the limit is {limits.max_deletes}", waivable=True)
        )
    if plan.managed >= limits.percent_applies_from and deletes * 100 > limits.max_delete_percent * plan.managed:
        share = f"{deletes} of {plan.managed} managed objects would be deleted"
        found.append(Refusal("too-large-share", f"{share}, the limit is {limits.max_delete_percent} %", waivable=True))
    if not limits.allow_repo_delete:
        found += [
            Refusal("needs-permission", f"{change.key}: {risk.message}; {_why_refused(plan, change)}")
            for change in plan.changes
            for risk in change.risks
            if risk.needs_permission
        ]
    return tuple(found)


def _why_refused(plan: TargetPlan, change: Change) -> str:
    new = [str(each.key) for each in plan.changes if each.action is Action.CREATE and each.key.kind == change.key.kind]
    renamed = f" (the Director cannot rename it: {', '.join(new[:3])} would start empty)" if new else ""
    return f"allow_repo_delete is not set for this client{renamed}"


def approve(plan: TargetPlan, limits: Limits, waived_digests: frozenset[str] = frozenset()) -> ApprovedPlan:
    """Return the approved plan.

    Arguments:
        waived_digests: plan digests for which the delete limits are waived; other refusals cannot be waived.

    Raises:
        RefusedError: the plan has errors, could not be read, or is refused; the message names every reason.
    """
    if plan.unread is not None or plan.errors:
        msg = plan.unread or f"the plan has {len(plan.errors)} error{'s'[: len(plan.errors) > 1]}"
        error = RefusedError(f"{plan.target}: {msg}")
        error.exit_code = ExitCode.INVALID if plan.errors else ExitCode.NOT_DONE
        raise error
    found = refusals(plan, limits)
    waived = tuple(r for r in found if r.waivable and plan.digest in waived_digests)
    if remaining := [r for r in found if r not in waived]:
        raise RefusedError(f"{plan.target}: refused: {'; '.join(r.message for r in remaining)}")
    return ApprovedPlan(_SEAL, plan, waived)
