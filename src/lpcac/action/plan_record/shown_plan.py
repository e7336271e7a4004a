"""A plan that is about to be shown: its record, and since when people have been shown this very plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from lpcac.action.plan_record.encoding import packed_record
from lpcac.action.plan_record.record import Origin, PlanRecord, ReviewKey, TargetRecord, is_genuine, seal, short
from lpcac.core.digests import digest


@dataclass(frozen=True)
class ShownPlan:
    """Signs the record of a pull request's plan.

    Arguments:
        origin: what every target's part is bound to.
        targets: each with the key that signs it.
    """

    origin: Origin
    targets: Sequence[tuple[TargetRecord, ReviewKey]]

    @classmethod
    def of(cls, origin: Origin, targets: Sequence[tuple[TargetRecord, ReviewKey]]) -> Self:
        """Return the plan of these targets; it is not said yet since when it has been shown."""
        plans = sorted([target.target, target.plan] for target, _ in targets)
        return cls(replace(origin, plan=short(digest(plans)) if plans else ""), targets)

    def __call__(self, shown: str, room: int) -> str:
        """Return the record as an HTML comment, or an empty text where there is no room or nothing to record.

        Arguments:
            shown: digest of the text that people read.
            room: in characters.
        """
        return packed_record(replace(self.origin, shown=shown), self.targets, room) if self.targets else ""

    def after(self, earlier: PlanRecord | None, now: datetime) -> Self:
        """Return the same plan, shown since `now`, or since when the earlier record says if it is of the same plan."""
        since = earlier.origin.since if earlier and self.is_same_as(earlier) else ""
        return replace(self, origin=replace(self.origin, since=since or now.isoformat(timespec="seconds")))

    def is_same_as(self, earlier: PlanRecord) -> bool:
        """Tell whether this workflow signed the earlier record for the same plans on the same pull request."""
        mine, other = self.origin, earlier.origin
        is_here = (mine.repository.lower(), mine.pull_request, mine.scope) == (
            other.repository.lower(),
            other.pull_request,
            other.scope,
        )
        is_equal = is_here and bool(mine.plan) and mine.plan == other.plan
        return is_equal and all(_has_signed(earlier, target, key) for target, key in self.targets)

    def genuine_parts(self, earlier: PlanRecord) -> list[TargetRecord]:
        """Return the parts of an earlier record that the keys of this plan's targets have signed."""
        return [
            part
            for target, key in self.targets
            if (part := earlier.targets.get(target.target)) and is_genuine(part, earlier.origin, key)
        ]


def _has_signed(record: PlanRecord, target: TargetRecord, key: ReviewKey) -> bool:
    part = record.targets.get(target.target)
    if part is not None:
        return part.plan == target.plan and is_genuine(part, record.origin, key)
    return seal(record.origin, target.target, target.plan, key) in record.wholes
