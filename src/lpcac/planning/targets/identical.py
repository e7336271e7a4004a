"""Groups targets whose plans or drift say the same, so that a person reads the same once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from lpcac.core.digests import digest
from lpcac.core.findings import Finding
from lpcac.core.json_values import Json
from lpcac.planning.drift import Drift
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import Change

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class AlikeTargets:
    """Targets with the same changes, errors and refusals, in the sequence in which they were given."""

    targets: tuple[GuardedTarget, ...]

    @property
    def first(self) -> GuardedTarget:
        """Return the target that represents all of them."""
        return self.targets[0]

    @property
    def clients(self) -> tuple[str, ...]:
        """Return the clients whose targets these are, each once."""
        return tuple(dict.fromkeys(target.plan.target.client for target in self.targets))


def alike_targets(targets: Iterable[GuardedTarget]) -> tuple[AlikeTargets, ...]:
    """Return the targets in groups, each group at the place of its first target.

    Targets are alike when a reader would see the same: the same actions on the same objects with the same fields
    before and after, the same risks, errors and refusals, or the same reason why they were not read. How many objects
    are unchanged or unmanaged, and where a change is declared, makes no difference.
    """
    return tuple(AlikeTargets(group) for group in _grouped(targets, _shown_plan))


def alike_drifts(drifts: Iterable[Drift]) -> tuple[tuple[Drift, ...], ...]:
    """Return the drift of several targets in groups, each group at the place of its first target.

    Targets are alike when the same differs in the same way, with the same reasons to accept it and the same errors, or
    when they were not checked for the same reason; unmanaged objects make no difference.
    """
    return _grouped(drifts, _shown_drift)


def _grouped(items: Iterable[_Item], shown: Callable[[_Item], Json]) -> tuple[tuple[_Item, ...], ...]:
    groups: dict[str, list[_Item]] = {}
    for item in items:
        groups.setdefault(digest(shown(item)), []).append(item)
    return tuple(map(tuple, groups.values()))


def _shown_plan(target: GuardedTarget) -> Json:
    plan = target.plan
    return {
        "changes": [_shown_change(change) for change in plan.changes],
        "released": [[*key] for key in plan.released],
        "errors": _shown_errors(plan.errors),
        "unread": plan.unread,
        "refusals": [[refusal.code, refusal.message] for refusal in target.refusals],
    }


def _shown_drift(drift: Drift) -> Json:
    return {
        "changed": [_shown_change(change) for change in drift.changed],
        "missing": [_shown_change(change) for change in drift.missing],
        "accepted": [[_shown_change(change), reason] for change, reason in drift.accepted],
        "errors": _shown_errors(drift.errors),
        "not_checked": drift.not_checked,
    }


def _shown_errors(errors: Iterable[Finding]) -> list[list[str]]:
    return [[error.code, str(error)] for error in errors]


def _shown_change(change: Change) -> Json:
    return {
        "action": change.action.value,
        "object": [*change.key],
        "fields": [[field.path, field.before, field.after] for field in change.fields],
        "risks": [[risk.code, risk.message] for risk in change.risks],
    }
