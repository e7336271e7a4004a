"""Plans, apply reports and drift for people, on a console of any width."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from lpcac.engine.guard import GuardedTarget
from lpcac.engine.planning import plan_digest
from lpcac.render.overview import (
    Standing,
    Totals,
    deletes_first,
    in_reading_order,
    permission_steps,
    risky_first,
    verdict,
)
from lpcac.render.sheet import Sheet
from lpcac.render.text_changes import put_change, put_findings, put_unmanaged
from lpcac.render.text_drift import print_drift
from lpcac.render.text_report import print_report
from lpcac.render.wording import MARKS, counted, listed, message_text, object_name, target_name

__all__ = ["print_drift", "print_plan", "print_report"]


def print_plan(console: Console, targets: Sequence[GuardedTarget]) -> None:
    """Write the whole plan: what needs a person first, risks and deletes before other changes, the verdict last."""
    sheet = Sheet(console)
    quiet = []
    for target in in_reading_order(targets):
        if len(targets) > 1 and Standing.of(target) is Standing.NOTHING and not target.plan.released:
            quiet.append(target)
        else:
            _put_target(sheet, target)
            sheet.blank()
    _put_quiet(sheet, quiet, are_others=len(quiet) < len(targets))
    sheet.line((verdict(targets), "bold"))
    if any(target.plan.changes for target in targets):
        sheet.line((f"Digest {plan_digest(target.plan for target in targets)}", "dim"), wrap=False)


def _put_quiet(sheet: Sheet, quiet: Sequence[GuardedTarget], *, are_others: bool) -> None:
    totals = Totals.of(target.plan for target in quiet)
    if quiet and (are_others or totals.unmanaged):
        who = counted(len(quiet), "more target" if are_others else "target")
        unmanaged = f", {totals.unmanaged} unmanaged" if totals.unmanaged else ""
        sheet.line(f"{who} with nothing to do ({totals.unchanged} unchanged{unmanaged})")


def _put_target(sheet: Sheet, target: GuardedTarget) -> None:
    plan = target.plan
    totals = Totals.of([plan])
    sheet.line((target_name(plan.target), "bold"), f": {_summary(target, totals)}")
    if plan.unread is not None:
        sheet.line(("not read: ", "bold red"), message_text(plan.unread), indent=2)
    put_findings(sheet, plan.errors, indent=2)
    _put_refusals(sheet, target)
    for change in risky_first(plan.changes):
        for risk in change.risks:
            name = f"{MARKS[change.action]} {object_name(change.key)}: "
            sheet.line(("risk: ", "bold red"), (name, "bold"), message_text(risk.message), indent=2)
    for change in deletes_first(plan.changes):
        put_change(sheet, change, indent=2)
    if plan.released:
        names = listed([object_name(key) for key in plan.released])
        sheet.line(f"No longer managed here, left alone ({len(plan.released)}): {names}", indent=2)
    put_unmanaged(sheet, plan.unmanaged, indent=2)


def _summary(target: GuardedTarget, totals: Totals) -> str:
    if target.plan.unread is not None:
        return "could not be read"
    said = str(totals) if totals.changes or not target.plan.errors else counted(len(target.plan.errors), "error")
    return f"{said}, {totals.unchanged} unchanged"


def _put_refusals(sheet: Sheet, target: GuardedTarget) -> None:
    for refusal in target.refusals:
        sheet.line(("refused: ", "bold red"), message_text(refusal.message), indent=2)
    if any(refusal.waivable for refusal in target.refusals):
        sheet.line("If the deletes are meant, apply with the option:", indent=4)
        # On a row of its own, so that it can be copied at any width.
        sheet.line(f"--waive-limits {target.plan.digest}", indent=6, wrap=False)
    for step in permission_steps((r for r in target.refusals if not r.waivable), waiver=""):
        sheet.line(f"{step}.", indent=4)
