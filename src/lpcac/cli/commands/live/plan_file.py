"""Reads a plan file, checks that it is unchanged, and compares it with the current plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from lpcac.cli.session import read_file
from lpcac.core.digests import canonical_bytes
from lpcac.core.errors import RefusedError
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.core.text.enumeration import listed
from lpcac.core.text.safe_text import quoted, shortened
from lpcac.planning.client_planning import PlannedTarget
from lpcac.planning.planner import change_digest, plan_digest, plan_digest_of, target_digest_of
from lpcac.reports.json.plan import PlanDocument, TargetRow, parse_plan_document
from lpcac.workspace.target_options import TargetOptions

_OPTIONS: Final = {
    "paths": "PATH",
    "pool": "--pool",
    "logpoints": "--logpoint",
    "map_file": "--map",
    "clients": "--client",
    "owned_by": "--owned-by",
    "prune": "--prune",
    "allow_repo_delete": "--allow-repo-delete",
    "external": "--external",
    "max_deletes": "--max-deletes",
    "max_delete_percent": "--max-delete-percent",
}
"""What decides which targets there are and what may be done to them, and what the command line calls it."""


def read_plan(path: Path) -> PlanDocument:
    """Return the plan in a file.

    Raises:
        InvalidConfigurationError: the file holds no plan.
        RefusedError: its digests do not match its content.
        UsageError: it cannot be read.
    """
    document = parse_plan_document(read_file(path))
    digests = [_digest(row) for row in document.targets]
    if digests != [row.digest for row in document.targets] or document.digest != plan_digest_of(digests):
        message = f"{path} was changed after planning, so it was not applied: plan again and review the new plan"
        raise RefusedError(message)
    return document


def require_same_inputs(reviewed: PlanDocument, options: TargetOptions) -> None:
    """Do nothing where the plan was made with what the command line says now.

    What the file says is only compared: otherwise whoever can write the file would choose the map, and so where the
    token goes, and how much may be deleted.

    Raises:
        RefusedError: they differ; the message has both.
    """
    then, now = reviewed.inputs, options.as_json()
    differences = [
        f"{_OPTIONS[name]}: {_shown(then.get(name))} in the plan, {_shown(now.get(name))} here"
        for name in _OPTIONS
        if canonical_bytes(then.get(name)) != canonical_bytes(now.get(name))
    ]
    if differences:
        message = f"the plan was made with other options ({'; '.join(differences)}); nothing was written: "
        raise RefusedError(f"{message}give the options that you gave to lpcac plan, or plan again")


def _shown(value: object) -> str:
    return "none" if value is None else shortened(" ".join(map(str, value)) if isinstance(value, list) else str(value))


def require_same(reviewed: PlanDocument, planned: Sequence[PlannedTarget]) -> None:
    """Raise `RefusedError`, naming what differs, unless the current plan is the reviewed one."""
    if reviewed.digest == plan_digest(target.plan for target in planned):
        return
    then = {c.digest: f"{c.action} {c.kind} {quoted(c.name)}" for t in reviewed.targets for c in t.changes}
    now = {c.digest: f"{c.action} {c.key.kind} {quoted(c.key.name)}" for t in planned for c in t.plan.changes}
    differences = [
        f"{what}: {listed([text for digest, text in these.items() if digest not in others])}"
        for what, these, others in (("new or changed", now, then), ("no longer planned", then, now))
        if these.keys() - others.keys()
    ]
    why = "; ".join(differences) or "the targets differ"
    message = f"the plan differs from the reviewed plan ({why}); nothing was written: plan again and review it"
    raise RefusedError(message)


def _digest(row: TargetRow) -> str:
    """Return the digest of the row's content; empty for a target without a plan."""
    if not row.digest and not row.changes:
        return ""
    target = Target(row.client, row.pool, row.logpoint, row.pool_uuid, row.logpoint_id)
    return target_digest_of(
        target,
        (
            change_digest(target, Action(row.action), ResourceKey(row.kind, row.name), row.before, row.after)
            for row in row.changes
        ),
    )
