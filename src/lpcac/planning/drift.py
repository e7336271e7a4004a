"""Turns a plan that will never be applied into a drift report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lpcac.core.findings import Finding
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.directory_map.directory_map import Acceptance
from lpcac.planning.plan import Change, TargetPlan


@dataclass(frozen=True)
class Drift:
    """What differs on one target; never a plan, since drift is never applied.

    Arguments:
        changed: updates that would restore what is declared: before is live, after is declared.
        missing: declared objects that the logpoint lacks.
        unmanaged: live objects that were never declared; reported, but not drift.
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


def drift_of(plan: TargetPlan, accept: Iterable[Acceptance] = (), today: date = date.min) -> Drift:
    """Return the drift of one target, without what the accept list silences on this day.

    Arguments:
        plan: made with what Git declares and no ownership, so that it deletes nothing.
        accept: known drift; an entry silences a change when it covers the object, or every field that differs.
        today: entries whose `until` is before this day alarm again.
    """
    valid = [entry for entry in accept if entry.until >= today]
    accepted = {change.key: reason for change in plan.changes if (reason := _acceptance(plan, change, valid))}
    open_changes = [change for change in plan.changes if change.key not in accepted]
    return Drift(
        target=plan.target,
        changed=tuple(change for change in open_changes if change.action is Action.UPDATE),
        missing=tuple(change for change in open_changes if change.action is Action.CREATE),
        unmanaged=plan.unmanaged,
        accepted=tuple((change, accepted[change.key]) for change in plan.changes if change.key in accepted),
        not_checked=plan.unread,
        errors=plan.errors,
    )


def _acceptance(plan: TargetPlan, change: Change, accept: list[Acceptance]) -> str | None:
    """Return the reasons why all of a change is accepted, or nothing when any part of it is not."""
    concerned = [entry for entry in accept if entry.concerns(plan.target.client, change.key)]
    whole = next((entry for entry in concerned if entry.field is None), None)
    if whole:
        return whole.reason
    if change.action is not Action.UPDATE:
        return None
    reasons = [
        next((entry.reason for entry in concerned if covers(entry.field, field.path)), None) for field in change.fields
    ]
    return "; ".join(dict.fromkeys(filter(None, reasons))) if all(reasons) else None


def covers(accepted: str | None, path: str) -> bool:
    """Tell whether an accepted field is this one or one around it."""
    return accepted is not None and (
        path == accepted or path.startswith((f"{accepted}.", f"{accepted}[", f"{accepted} "))
    )
