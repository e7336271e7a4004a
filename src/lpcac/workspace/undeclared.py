"""What the last commit declares and the files no longer do, where no option says what Git owned."""

from __future__ import annotations

from collections.abc import Sequence

from lpcac.core.errors import UsageError
from lpcac.core.resources import Ownership, ResourceKey
from lpcac.kinds.registry import Registry
from lpcac.planning.client_planning import PlannedTarget
from lpcac.workspace.load_scope import declared_at
from lpcac.workspace.target_options import TargetOptions

_HEAD = "HEAD"


def undeclared_since_head(
    options: TargetOptions, planned: Sequence[PlannedTarget], registry: Registry
) -> tuple[ResourceKey, ...]:
    """Return the live objects that a plan leaves alone although HEAD declares them and the files do not.

    None where `--owned-by` says what Git owned, or where there is no commit to compare with. HEAD is read only when
    some live object is unmanaged.
    """
    unmanaged = [each for each in planned if each.plan.unmanaged]
    if options.owned_by or not unmanaged:
        return ()
    try:
        clients = {each.plan.target.client for each in unmanaged}
        declared = declared_at(options, _HEAD, registry, clients)
    except UsageError:
        return ()
    found: dict[ResourceKey, None] = {}
    for each in unmanaged:
        owned = Ownership(declared.get(each.plan.target.client, frozenset())).on(each.plan.target).owned
        found |= dict.fromkeys(key for key in each.plan.unmanaged if key in owned)
    return tuple(found)
