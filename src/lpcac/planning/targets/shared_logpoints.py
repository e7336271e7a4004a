"""One logpoint, one client: compared by what the Director calls them, however the map spells it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lpcac.core.findings import Finding
from lpcac.core.resources import Target
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import TargetPlan
from lpcac.planning.targets.planned_target import PlannedTarget


def without_double_claims(planned: Sequence[PlannedTarget], others: Iterable[Target] = ()) -> list[PlannedTarget]:
    """Return the plans, those of a logpoint that two clients mean turned into errors: each would undo the other.

    Logpoints are the same where the UUID of the pool and the identifier are, whatever the Director's address: these
    are unique in the world, and one Director may have several addresses.

    Arguments:
        others: what clients mean that are not planned now.
    """
    owners: dict[tuple[str, str], set[str]] = {}
    for target in (*(each.plan.target for each in planned), *others):
        if target.logpoint_id:
            owners.setdefault(_identity(target), set()).add(target.client)
    return [
        _contested(each, clients)
        if each.live is not None and len(clients := owners[_identity(each.plan.target)]) > 1
        else each
        for each in planned
    ]


def _identity(target: Target) -> tuple[str, str]:
    return target.pool_uuid.casefold(), target.logpoint_id.casefold()


def _contested(planned: PlannedTarget, clients: Iterable[str]) -> PlannedTarget:
    target = planned.plan.target
    names = " and ".join(sorted(clients))
    message = f'logpoint "{target.logpoint}" of pool "{target.pool}" belongs to {names}: keep it in one client only'
    finding = Finding("logpoint-claimed-twice", message, planned.request.loaded.client.position)
    return PlannedTarget(GuardedTarget(TargetPlan(target, errors=(finding,))), planned.request)
