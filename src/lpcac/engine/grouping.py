"""Groups targets whose plans say the same, so that a person reads the same changes once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lpcac.engine.canonical import digest
from lpcac.engine.guard import GuardedTarget
from lpcac.engine.values import Change
from lpcac.kinds import Json


@dataclass(frozen=True)
class AlikeTargets:
    """Targets with the same changes, errors and refusals, in the sequence in which they were given."""

    targets: tuple[GuardedTarget, ...]

    @property
    def first(self) -> GuardedTarget:
        """Return the target that stands for all of them."""
        return self.targets[0]

    @property
    def clients(self) -> tuple[str, ...]:
        """Return the clients whose targets these are, each once."""
        return tuple(dict.fromkeys(target.plan.target.client for target in self.targets))


def alike_targets(targets: Iterable[GuardedTarget]) -> tuple[AlikeTargets, ...]:
    """Return the targets in groups, a group where its first target stood.

    Targets are alike when a reader would see the same: the same actions on the same objects with the same fields
    before and after, the same risks, errors and refusals, or the same reason why they were not read. How many objects
    are unchanged or unmanaged, and where a change is declared, makes no difference.
    """
    groups: dict[str, list[GuardedTarget]] = {}
    for target in targets:
        groups.setdefault(digest(_shown(target)), []).append(target)
    return tuple(AlikeTargets(tuple(group)) for group in groups.values())


def _shown(target: GuardedTarget) -> Json:
    plan = target.plan
    return {
        "changes": [_shown_change(change) for change in plan.changes],
        "released": [[*key] for key in plan.released],
        "errors": [[error.code, str(error)] for error in plan.errors],
        "unread": plan.unread,
        "refusals": [[refusal.code, refusal.message] for refusal in target.refusals],
    }


def _shown_change(change: Change) -> Json:
    return {
        "action": change.action.value,
        "object": [*change.key],
        "fields": [[field.path, field.before, field.after] for field in change.fields],
        "risks": [[risk.code, risk.message] for risk in change.risks],
    }
