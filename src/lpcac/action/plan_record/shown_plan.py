"""A plan that is about to be shown: its record, and since when people have been shown this very plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from lpcac.action.plan_record.encoding import packed_record
from lpcac.action.plan_record.map_part import MapChange
from lpcac.action.plan_record.record import Origin, PlanRecord, TargetRecord, short
from lpcac.action.plan_record.signing import ReviewKey, is_genuine, seal
from lpcac.core.digests import digest


@dataclass(frozen=True)
class ShownPlan:
    """Signs the record of a pull request's plan.

    Arguments:
        origin: what every target's part is bound to.
        targets: each with the key that signs it.
        change: what is shown of the map.
    """

    origin: Origin
    targets: Sequence[tuple[TargetRecord, ReviewKey]]
    change: MapChange = field(default_factory=MapChange)

    @classmethod
    def of(
        cls, origin: Origin, targets: Sequence[tuple[TargetRecord, ReviewKey]], change: MapChange | None = None
    ) -> Self:
        """Return the plan of these targets; it is not said yet since when it has been shown."""
        plans = sorted([target.target, target.plan] for target, _ in targets)
        shown = change or MapChange()
        # A plan without a word on the map has the digest that it had before maps were recorded.
        content = {"plans": plans, "map": shown.digests} if shown.is_recorded else plans
        return cls(replace(origin, plan=short(digest(content)) if content else ""), targets, shown)

    @property
    def is_recorded(self) -> bool:
        """Tell whether there is anything to record."""
        return bool(self.targets) or self.change.is_recorded

    def __call__(self, shown: str, room: int) -> str:
        """Return the record as an HTML comment, or an empty text where there is no room or nothing to record.

        Arguments:
            shown: digest of the text that people read.
            room: in characters.
        """
        origin = replace(self.origin, shown=shown)
        return packed_record(origin, self.targets, room, self.change) if self.is_recorded else ""

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
        if not is_equal or (self.change.is_recorded and not self._has_signed_the_map(earlier)):
            return False
        return all(_has_signed(earlier, target, key) for target, key in self.targets)

    def _has_signed_the_map(self, earlier: PlanRecord) -> bool:
        part = earlier.map
        return (
            part is not None and part.shown == self.change.shown and part.is_genuine(earlier.origin, self.change.keys)
        )

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
