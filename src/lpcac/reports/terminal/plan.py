"""Plans for a terminal of any width."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from lpcac.core.resources import Target
from lpcac.core.text.enumeration import listed
from lpcac.core.text.safe_text import escaped
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.planner import plan_digest
from lpcac.planning.targets.identical import AlikeTargets, alike_targets
from lpcac.reports.field_values import unbroken
from lpcac.reports.summaries.plan import (
    TargetStatus,
    Totals,
    deletes_first,
    in_reading_order,
    permission_steps,
    risky_first,
    verdict,
)
from lpcac.reports.terminal.apply_report import print_report
from lpcac.reports.terminal.changes import marked_name, put_change, put_findings, put_heading, put_risks, put_unmanaged
from lpcac.reports.terminal.console_lines import ConsoleWriter
from lpcac.reports.terminal.drift import print_drift
from lpcac.reports.terminal.wrapping import sentence
from lpcac.reports.wording import counted, message_text, object_name, target_name

__all__ = ["print_before_question", "print_digest", "print_drift", "print_plan", "print_report"]


def print_plan(console: Console, targets: Sequence[GuardedTarget], *, has_verdict: bool = True) -> None:
    """Write the whole plan: urgent targets first, risks and deletes before other changes, the verdict last.

    What is the same on several targets is written once, below the names of all of them.

    Arguments:
        has_verdict: whether the verdict ends it; where a question follows, `print_before_question` says it.
    """
    writer = ConsoleWriter(console)
    quiet = [target for target in targets if len(targets) > 1 and _is_quiet(target)]
    shown = (target for target in in_reading_order(targets) if len(targets) == 1 or not _is_quiet(target))
    for group in alike_targets(shown):
        _put_group(writer, group)
        writer.blank()
    _put_quiet(writer, quiet, are_others=len(quiet) < len(targets))
    if has_verdict:
        writer.line((verdict(targets), "bold"))
        print_digest(console, targets)


def print_digest(console: Console, targets: Sequence[GuardedTarget]) -> None:
    """Write the digest of a plan with changes."""
    if any(target.plan.changes for target in targets):
        digest = plan_digest(target.plan for target in targets)
        ConsoleWriter(console).line((f"Digest {digest}", "dim"), wrap=False)


def print_before_question(console: Console, targets: Sequence[GuardedTarget], left_out: int) -> None:
    """Write what must be seen when someone is asked whether to apply: every risk, then the totals.

    The same risk on several targets is one line.

    Arguments:
        targets: what is applied after a yes.
        left_out: how many targets have changes or errors, and are not applied.
    """
    writer = ConsoleWriter(console)
    found: dict[tuple[str, str], list[Target]] = {}
    for target in targets:
        for change in risky_first(target.plan.changes):
            for risk in change.risks:
                found.setdefault((marked_name(change), risk.message), []).append(target.plan.target)
    for (name, message), where in found.items():
        suffix = _where(where) if len(targets) > 1 else ""
        writer.line(("risk: ", "bold red"), (name, "bold"), f"{suffix}: ", sentence(escaped(message)))
    others = f" {counted(left_out, 'more target')} cannot be applied, see above." if left_out else ""
    writer.line((verdict(targets), "bold"), others)


def _where(targets: Sequence[Target]) -> str:
    return f" on {counted(len(targets), 'target')}" if len(targets) > 1 else f" ({unbroken(target_name(targets[0]))})"


def _is_quiet(target: GuardedTarget) -> bool:
    return TargetStatus.of(target) is TargetStatus.NOTHING and not target.plan.released


def _put_quiet(writer: ConsoleWriter, quiet: Sequence[GuardedTarget], *, are_others: bool) -> None:
    totals = Totals.of(target.plan for target in quiet)
    if quiet and (are_others or totals.unmanaged):
        who = counted(len(quiet), "more target" if are_others else "target")
        unmanaged = f", {totals.unmanaged} unmanaged" if totals.unmanaged else ""
        writer.line(f"{who} with nothing to do ({totals.unchanged} unchanged{unmanaged})")
        put_unmanaged(writer, [target.plan.unmanaged for target in quiet], indent=2)


def _put_group(writer: ConsoleWriter, group: AlikeTargets) -> None:
    plan = group.first.plan
    put_heading(writer, [target.plan.target for target in group.targets], _summary(group))
    if plan.unread is not None:
        writer.line(("not read: ", "bold red"), sentence(message_text(plan.unread)), indent=2)
    put_findings(writer, plan.errors, indent=2)
    _put_refusals(writer, group)
    for change in risky_first(plan.changes):
        put_risks(writer, change, 2, marked_name(change))
    for change in deletes_first(plan.changes):
        put_change(writer, change, indent=2)
    if plan.released:
        names = listed([unbroken(object_name(key)) for key in plan.released])
        writer.line(f"No longer managed here, left alone ({len(plan.released)}): {names}", indent=2)
    put_unmanaged(writer, [target.plan.unmanaged for target in group.targets], indent=2)


def _summary(group: AlikeTargets) -> str:
    plan = group.first.plan
    if plan.unread is not None:
        return "could not be read"
    totals = Totals.of([plan])
    summary = str(totals) if totals.changes or not plan.errors else counted(len(plan.errors), "error")
    each = "" if len(group.targets) == 1 else " on each"
    return f"{summary}{each}, {sum(target.plan.unchanged for target in group.targets)} unchanged"


def _put_refusals(writer: ConsoleWriter, group: AlikeTargets) -> None:
    for refusal in group.first.refusals:
        writer.line(("refused: ", "bold red"), sentence(message_text(refusal.message)), indent=2)
    if group.first.waivable:
        option = "option" if len(group.targets) == 1 else "options"
        writer.line(f"To allow the deletes, apply with the {option}:", indent=4)
        for target in group.targets:
            # On a separate row, so that it can be copied at any width.
            writer.line(f"--waive-limits {target.plan.digest}", indent=6, wrap=False)
    for step in permission_steps((r for r in group.first.refusals if not r.waivable), waiver=""):
        writer.line(f"{step}.", indent=4)
