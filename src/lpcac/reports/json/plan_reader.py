"""Plans read back from their published form, to be shown together with those of other jobs."""

from __future__ import annotations

from lpcac.core.findings import Finding, Position
from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.kinds.kind import Risk
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.planning.plan import Change, FieldChange, TargetPlan
from lpcac.reports.json.plan import ChangeRow, ErrorRow, PlanDocument, TargetRow


def guarded_targets(document: PlanDocument) -> list[GuardedTarget]:
    """Return the targets of a plan as they were before it was written, but for what only an apply needs."""
    return [_guarded(row) for row in document.targets]


def _guarded(row: TargetRow) -> GuardedTarget:
    plan = TargetPlan(
        target=Target(row.client, row.pool, row.logpoint, row.pool_uuid, row.logpoint_id),
        changes=tuple(_change(change) for change in row.changes),
        unchanged=row.summary.unchanged,
        unmanaged=tuple(ResourceKey(each.kind, each.name) for each in row.unmanaged),
        released=tuple(ResourceKey(each.kind, each.name) for each in row.released),
        errors=tuple(_finding(error) for error in row.errors),
        unread=row.unread,
        digest=row.digest,
    )
    return GuardedTarget(plan, tuple(Refusal(each.code, each.message, each.waivable) for each in row.refusals))


def _change(row: ChangeRow) -> Change:
    return Change(
        action=Action(row.action),
        key=ResourceKey(row.kind, row.name),
        before=row.before,
        after=row.after,
        fields=tuple(FieldChange(each.path, each.before, each.after) for each in row.fields),
        risks=tuple(Risk(each.code, each.message) for each in row.risks),
        depends_on=tuple(ResourceKey(each.kind, each.name) for each in row.depends_on),
        source=Position(row.source.file, row.source.line) if row.source else None,
        digest=row.digest,
    )


def _finding(row: ErrorRow) -> Finding:
    position = Position(row.file, row.line or 1, row.column or 1) if row.file else None
    return Finding(row.code, row.message, position)
