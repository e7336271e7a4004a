"""Leaves what an activity found where people and later steps look: job summary, outputs and files."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from lpcac.action.run import Run
from lpcac.core.json_values import Json
from lpcac.core.resources import Target
from lpcac.directory_map.affected_clients import Affected
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.planner import plan_digest
from lpcac.reports.json.plan import plan_document
from lpcac.reports.markdown.blocks import page, prose
from lpcac.reports.markdown.size_budget import fitted
from lpcac.reports.summaries.plan import Totals

_VERDICT = "### "
_LONGEST_REASON = 4_000

PLAN_FILE = "lpcac-plan.json"
"""The full plan, in the workspace, where later steps find it."""


def publish_plan(
    run: Run,
    targets: Sequence[GuardedTarget],
    inputs: Json,
    comment_url: str = "",
    released: Sequence[Affected] = (),
) -> None:
    """Write the plan file and set every output that is about a plan."""
    plans = [target.plan for target in targets]
    totals = Totals.of(plans)
    name = run.runner.write_json(PLAN_FILE, plan_document(targets, inputs, released))
    risks = sum(bool(change.risks) for plan in plans for change in plan.changes)
    run.runner.set_outputs(
        {
            "has-changes": flag(any(plan.changes for plan in plans)),
            "creates": str(totals.create),
            "updates": str(totals.update),
            "deletes": str(totals.delete),
            "risks": str(risks),
            "plan-file": name,
            "digest": plan_digest(plans),
            "targets": target_list([plan.target for plan in plans]),
            "comment-url": comment_url,
        }
    )


def publish_page(run: Run, render: Callable[[int], str]) -> None:
    """Add a page to the job summary, and its verdicts to the log.

    Arguments:
        render: gives the page within so many bytes.
    """
    text = fitted(run.runner.room_in_summary(), render, run.output.redactor.clean)
    run.runner.add_summary(text)
    for line in text.splitlines():
        if line.startswith(_VERDICT):
            run.runner.say(line.removeprefix(_VERDICT))


def stopped_page(reason: str) -> str:
    """Return the job summary of a run that stopped, because a line in the log is easy to miss."""
    return page(["### ❌ Stopped", prose(reason, _LONGEST_REASON)])


def flag(value: bool) -> str:  # noqa: FBT001 - converted, not obeyed
    """Return a truth value as workflows compare it."""
    return "true" if value else "false"


def target_list(targets: Sequence[Target]) -> str:
    """Return targets as a JSON list, for `fromJSON`."""
    rows = [{"client": t.client, "pool": t.pool, "logpoint": t.logpoint} for t in targets]
    return json.dumps(rows, ensure_ascii=False)
