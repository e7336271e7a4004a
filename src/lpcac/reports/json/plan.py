"""The plan as JSON: its published form, writing it, and reading back what claims to be one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, model_validator
from pydantic_core import from_json

from lpcac.core.errors import InvalidConfigurationError
from lpcac.core.findings import Finding
from lpcac.core.json_values import Json
from lpcac.core.resources import ResourceKey
from lpcac.core.text.safe_text import quoted, shortened
from lpcac.directory_map.affected_clients import Affected
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import Change
from lpcac.planning.planner import plan_digest
from lpcac.reports.json.released_clients import ReleasedClientRow, released_rows
from lpcac.reports.json.row import Published
from lpcac.reports.summaries.plan import Totals

FORMAT_VERSION = "1"
SCHEMA_FILE = "plan.schema.json"

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class ObjectRow(Published):
    """An object by its kind and name."""

    kind: str
    name: str


class FieldRow(Published):
    """One field that differs."""

    path: str
    """Where in the spec; items of lists carry their position and identity: `paths[2 /cold_nfs].retention_days`."""
    before: Any
    """Value on the logpoint; null where it has none."""
    after: Any
    """Value as declared; null where none is declared."""


class RiskRow(Published):
    """What a change destroys or stops storing."""

    code: str
    message: str


class SourceRow(Published):
    """Where an object is declared."""

    file: str
    line: Annotated[int, Field(ge=1)]


class ChangeRow(Published):
    """One change of one object."""

    action: Literal["create", "update", "delete"]
    kind: str
    name: str
    fields: tuple[FieldRow, ...]
    risks: tuple[RiskRow, ...]
    depends_on: tuple[ObjectRow, ...]
    """Changes of this plan that must be done before this one."""
    source: SourceRow | None
    before: Json | None
    """The whole spec on the logpoint; null for a create."""
    after: Json | None
    """The whole spec as declared; null for a delete."""
    digest: Digest
    """Over the target, the action, the object and both specs."""


class SummaryRow(Published):
    """How many objects of a target the plan creates, updates, deletes and leaves alone."""

    create: Count
    update: Count
    delete: Count
    unchanged: Count
    unmanaged: Count


class RefusalRow(Published):
    """Why a guard keeps the target from being applied."""

    code: str
    message: str
    waivable: bool
    """Whether it can be waived for this very plan."""


class ErrorRow(Published):
    """What makes the target's plan impossible to apply, at its place in a file if a file causes it."""

    code: str
    message: str
    file: str | None
    line: int | None
    column: int | None


class TargetRow(Published):
    """The plan of one client on one logpoint."""

    client: str
    pool: str
    pool_uuid: str
    logpoint: str
    logpoint_id: str
    digest: Digest | Literal[""]
    """Over the target and its changes with the live content they are based on; empty when there is no plan."""
    summary: SummaryRow
    changes: tuple[ChangeRow, ...]
    """In an order in which they could be carried out one by one."""
    unmanaged: tuple[ObjectRow, ...]
    """Objects on the logpoint that were never declared; left alone."""
    released: tuple[ObjectRow, ...]
    """Objects that were declared once and are left alone because they are managed elsewhere now."""
    refusals: tuple[RefusalRow, ...]
    errors: tuple[ErrorRow, ...]
    unread: str | None
    """Why the target could not be read; null when it was read."""

    @model_validator(mode="after")
    def _summary_is_the_sum_of_the_rows(self) -> Self:
        actions = [change.action for change in self.changes]
        counts = {action: actions.count(action) for action in ("create", "update", "delete")}
        counts["unmanaged"] = len(self.unmanaged)
        if counts != self.summary.model_dump(exclude={"unchanged"}):
            msg = "the summary does not match the listed changes"
            raise ValueError(msg)
        return self


_EXAMPLE: Json = {
    "format_version": "1",
    "digest": "0aefb3b4b7a2ab6b8a4b5a84bba6f75e9d0d3c7d8f5a6f4d6ac5b8c7e1f2a3b4",
    "inputs": {"map": "lpcac.yaml"},
    "targets": [
        {
            "client": "acme-corp",
            "pool": "pool-acme",
            "pool_uuid": "7a1f0c",
            "logpoint": "lp-01",
            "logpoint_id": "lp-01-id",
            "digest": "5b8c7e1f2a3b40aefb3b4b7a2ab6b8a4b5a84bba6f75e9d0d3c7d8f5a6f4d6ac",
            "summary": {"create": 0, "update": 0, "delete": 0, "unchanged": 12, "unmanaged": 1},
            "changes": [],
            "unmanaged": [{"kind": "Repo", "name": "handmade"}],
            "released": [],
            "refusals": [],
            "errors": [],
            "unread": None,
        }
    ],
}


class PlanDocument(Published):
    """A plan of lpcac: what would change on each target, complete enough to be reviewed and applied as is."""

    model_config = ConfigDict(title="Plan", json_schema_extra={"examples": [_EXAMPLE]})

    format_version: Literal["1"]
    digest: Digest
    """Over all targets' digests; equal plans have equal digests, whatever wrote them."""
    inputs: Json
    """What the plan was made from; free for its author."""
    targets: tuple[TargetRow, ...]
    released_clients: tuple[ReleasedClientRow, ...] = ()
    """Clients that left the map since the base commit."""


def plan_document(
    targets: Sequence[GuardedTarget], inputs: Mapping[str, Any], released: Sequence[Affected] = ()
) -> Json:
    """Return the plan as JSON in its published form.

    Arguments:
        inputs: JSON values that say what the plan was made from, such as addresses of files and commits.
        released: clients that left the map.
    """
    document = PlanDocument(
        format_version="1",
        digest=plan_digest(target.plan for target in targets),
        inputs=dict(inputs),
        targets=tuple(target_row(target) for target in targets),
        released_clients=released_rows(released),
    )
    return document.model_dump(mode="json")


def parse_plan_document(text: str) -> PlanDocument:
    """Return the plan that the text holds.

    Raises:
        InvalidConfigurationError: the text is no plan, or one of another version; one line says why.
    """
    try:
        content = from_json(text, allow_inf_nan=False)
    except (ValueError, TypeError) as error:  # the latter for text that has no bytes in UTF-8
        message = f"not a plan of lpcac: not JSON ({shortened(str(error))})"
        raise InvalidConfigurationError(message) from None
    version = content.get("format_version") if isinstance(content, dict) else None
    if not isinstance(version, str):
        message = 'not a plan of lpcac: expected an object with "format_version"'
        raise InvalidConfigurationError(message)
    if version != FORMAT_VERSION:
        message = f"the plan has format version {quoted(version)}, this lpcac reads {FORMAT_VERSION}: plan again"
        raise InvalidConfigurationError(message)
    try:
        return PlanDocument.model_validate_json(text)
    except ValidationError as error:
        raise InvalidConfigurationError(_first_fault(error)) from None


def _first_fault(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    where = ".".join(str(part) for part in faults[0]["loc"]) or "the plan"
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"not a plan of lpcac: {shortened(where, 120)}: {shortened(faults[0]['msg'], 200)}{more}"


def target_row(target: GuardedTarget) -> TargetRow:
    """Return a target's plan in its published form."""
    plan = target.plan
    totals = Totals.of([plan])
    return TargetRow(
        client=plan.target.client,
        pool=plan.target.pool,
        pool_uuid=plan.target.pool_uuid,
        logpoint=plan.target.logpoint,
        logpoint_id=plan.target.logpoint_id,
        digest=plan.digest,
        summary=SummaryRow(
            create=totals.create,
            update=totals.update,
            delete=totals.delete,
            unchanged=totals.unchanged,
            unmanaged=totals.unmanaged,
        ),
        changes=tuple(change_row(change) for change in plan.changes),
        unmanaged=object_rows(plan.unmanaged),
        released=object_rows(plan.released),
        refusals=tuple(RefusalRow(code=r.code, message=r.message, waivable=r.waivable) for r in target.refusals),
        errors=error_rows(plan.errors),
        unread=plan.unread,
    )


def change_row(change: Change) -> ChangeRow:
    """Return a change in its published form."""
    return ChangeRow(
        action=change.action.value,
        kind=change.key.kind,
        name=change.key.name,
        fields=tuple(FieldRow(path=f.path, before=f.before, after=f.after) for f in change.fields),
        risks=tuple(RiskRow(code=risk.code, message=risk.message) for risk in change.risks),
        depends_on=object_rows(change.depends_on),
        source=SourceRow(file=change.source.file, line=change.source.line) if change.source else None,
        before=change.before,
        after=change.after,
        digest=change.digest,
    )


def object_rows(keys: Sequence[ResourceKey]) -> tuple[ObjectRow, ...]:
    """Return objects in their published form."""
    return tuple(ObjectRow(kind=key.kind, name=key.name) for key in keys)


def error_rows(findings: Sequence[Finding]) -> tuple[ErrorRow, ...]:
    """Return findings in their published form."""
    return tuple(
        ErrorRow(
            code=finding.code,
            message=finding.message,
            file=finding.position.file if finding.position else None,
            line=finding.position.line if finding.position else None,
            column=finding.position.column if finding.position else None,
        )
        for finding in findings
    )
