"""Plans as GitHub-flavoured Markdown that fits a comment and that nothing in a name or a value breaks out of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from types import MappingProxyType

from lpcac.core.enumeration import NOT_SHOWN, capped, with_rest
from lpcac.core.resources import Action, Desired, Target
from lpcac.kinds.registry import Registry
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.identical_targets import AlikeTargets, alike_targets
from lpcac.planning.plan import Change
from lpcac.planning.planner import plan_digest
from lpcac.reports.markdown.apply_report import report_markdown
from lpcac.reports.markdown.blocks import bullets, code, fold, html_code, page, prose, table
from lpcac.reports.markdown.changes import (
    PERMISSION,
    change_blocks,
    deduplicated,
    finding_line,
    heading,
    names_line,
    object_code,
    target_code,
    targets_suffix,
)
from lpcac.reports.markdown.drift import drift_markdown
from lpcac.reports.markdown.pipeline_chart import pipeline_picture
from lpcac.reports.markdown.size_budget import as_many_as_fit, first_that_fits, last_resort, size
from lpcac.reports.plan_summary import (
    TargetStatus,
    Totals,
    deletes_first,
    in_reading_order,
    permission_steps,
    risky_first,
    verdict,
)
from lpcac.reports.wording import counted, target_name

__all__ = ["PlanPage", "drift_markdown", "plan_markdown", "report_markdown"]

_ERRORS_SHOWN = 50
_NO_DESIRED: Mapping[Target, Desired] = MappingProxyType({})


class _Detail(IntEnum):
    """How much is shown; every step leaves out what the one before it shows."""

    FULL = 0
    FIELDS = 1
    NAMES = 2
    TABLE = 3
    LEAST = 4


_LEFT_OUT = {
    _Detail.FIELDS: "pictures and the values of created and deleted objects",
    _Detail.NAMES: "pictures and all values",
    _Detail.TABLE: "pictures and the changes of each target, risks and deletes aside",
    _Detail.LEAST: "everything but the verdict, the risks and the deletes",
}


def plan_markdown(
    targets: Sequence[GuardedTarget],
    *,
    budget: int | None = None,
    registry: Registry | None = None,
    desired: Mapping[Target, Desired] = _NO_DESIRED,
    waiver: str | None = None,
    full_plan: str = "`lpcac plan --format json`",
) -> str:
    """Return the plan as Markdown of at most `budget` bytes, always well-formed.

    The verdict, the risks and the deletes are in it whatever the budget is; when it does not hold even those, they are
    counted and the full plan is pointed to.

    Arguments:
        budget: bytes of UTF-8; `None` for all detail.
        registry: with it, pictures of the pipelines are drawn.
        desired: what is declared for the targets, for pictures that show the unchanged neighbours as well.
        waiver: trusted Markdown that completes "To allow the deletes, ...".
        full_plan: trusted Markdown that says where all of the plan is.
    """
    return PlanPage(targets, registry, desired, waiver).fitted(budget, full_plan)


@dataclass(frozen=True)
class PlanPage:
    """A plan as Markdown that can be asked for in several sizes; each part of it is rendered once."""

    targets: Sequence[GuardedTarget]
    registry: Registry | None = None
    desired: Mapping[Target, Desired] = field(default_factory=lambda: _NO_DESIRED)
    waiver: str | None = None
    _folds: dict[_Detail, list[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def fitted(self, budget: int | None, full_plan: str) -> str:
        """Return the page with as much detail as `budget` bytes hold; see `plan_markdown`."""
        found = first_that_fits(budget, _Detail, lambda detail: page(self._blocks(detail, full_plan), budget))
        if found is not None or budget is None:
            return found or ""
        found = as_many_as_fit(budget, self._marked, lambda shown, cut: page(self._cut_blocks(shown, cut, full_plan)))
        return last_resort(budget, verdict(self.targets)) if found is None else found

    def floor(self) -> int:
        """Return how many bytes the plan takes at least with its verdict and every risk and delete by name."""
        return size(page(self._cut_blocks(self._marked, 0, "")))

    def _blocks(self, detail: _Detail, full_plan: str) -> Iterator[str]:
        yield self._verdict
        if detail < _Detail.LEAST:
            yield from self._obstacles
        yield from self._risks
        if detail < _Detail.TABLE:
            yield from self._folded(detail)
        if detail in _LEFT_OUT:
            yield f"Left out for size: {_LEFT_OUT[detail]}. All of it: {full_plan}."
        yield self._digest

    def _cut_blocks(self, shown: Sequence[str], cut: int, full_plan: str) -> Iterator[str]:
        yield self._verdict
        lines = with_rest(shown, len(shown) + cut, NOT_SHOWN)
        if lines:
            yield from ("#### Risks and deletes", bullets(lines))
        yield f"Left out for size: everything else. All of it: {full_plan}."

    @cached_property
    def _obstacles(self) -> tuple[str, ...]:
        return (self._table(), *self._errors(), *self._unread(), *self._refusals())

    @cached_property
    def _risks(self) -> tuple[str, ...]:
        lines = list(self._risk_lines(with_messages=True))
        return ("#### Risks and deletes", bullets(lines)) if lines else ()

    @cached_property
    def _marked(self) -> tuple[str, ...]:
        return tuple(self._risk_lines(with_messages=False))

    @cached_property
    def _detailed(self) -> tuple[AlikeTargets, ...]:
        return alike_targets(target for target in self._shown() if _has_detail(target))

    def _folded(self, detail: _Detail) -> Iterator[str]:
        done = self._folds.setdefault(detail, [])
        for number, group in enumerate(self._detailed):
            if number == len(done):
                done.append(self._fold(group, detail))
            yield done[number]

    @cached_property
    def _verdict(self) -> str:
        standings = {TargetStatus.of(target) for target in self.targets}
        risky = any(risky_first(target.plan.changes) for target in self.targets)
        if standings & {TargetStatus.ERRORS, TargetStatus.UNREAD, TargetStatus.REFUSED}:
            mark = "❌ "
        elif risky:
            mark = "⚠️ "
        else:
            mark = "✅ " if standings <= {TargetStatus.NOTHING} else ""
        return f"### {mark}{verdict(self.targets)}"

    def _shown(self) -> list[GuardedTarget]:
        """Return the targets that have a row of their own: all but those with nothing to do, unless it is just one."""
        ordered = in_reading_order(self.targets)
        return ordered if len(ordered) == 1 else [t for t in ordered if TargetStatus.of(t) is not TargetStatus.NOTHING]

    def _table(self) -> str:
        shown = self._shown()
        quiet = [
            target for target in self.targets if TargetStatus.of(target) is TargetStatus.NOTHING and target not in shown
        ]
        rows = [_row(target_code(t.plan.target, in_table=True), Totals.of([t.plan]), _result(t)) for t in shown]
        if quiet:
            rows.append(_row(counted(len(quiet), "target"), Totals.of(t.plan for t in quiet), "nothing to do"))
        if len(rows) > 1:
            total = _row("Total", Totals.of(t.plan for t in self.targets), " ")
            rows.append([f"**{cell}**" if cell.strip() else cell for cell in total])
        header = ("Target", "Create", "Update", "Delete", "Unchanged", "Unmanaged", "Result")
        return table(header, rows, numbers=range(1, 6)) if rows else ""

    def _errors(self) -> Iterator[str]:
        lines = self._told_once(
            (finding_line(error), each.plan.target) for each in self.targets for error in each.plan.errors
        )
        if lines:
            yield from ("#### Errors", bullets(capped(lines, _ERRORS_SHOWN, "errors")))

    def _unread(self) -> Iterator[str]:
        lines = [
            f"{target_code(target.plan.target)}: {prose(target.plan.unread)}"
            for target in self.targets
            if target.plan.unread is not None
        ]
        if lines:
            yield from ("#### Could not be read", bullets(capped(lines, _ERRORS_SHOWN, "targets")))

    def _refusals(self) -> Iterator[str]:
        reasons: list[tuple[str, Target]] = []
        steps: list[tuple[str, Target]] = []
        for target in self.targets:
            waiver = self.waiver or f"apply with {code(f'--waive-limits {target.plan.digest}', 100)}"
            reasons += [(prose(refusal.message), target.plan.target) for refusal in target.refusals]
            steps += [(step, target.plan.target) for step in permission_steps(target.refusals, waiver, PERMISSION)]
        if reasons:
            lines = [*self._told_once(reasons), *(f"{step}." for step in self._told_once(steps))]
            yield from ("#### Refused", bullets(capped(lines, _ERRORS_SHOWN, "reasons")))

    def _told_once(self, lines: Iterable[tuple[str, Target]]) -> list[str]:
        """Return each line once; of which targets it is said goes without saying when there is just one."""
        return deduplicated(lines) if len(self.targets) > 1 else list(dict.fromkeys(line for line, _ in lines))

    @cached_property
    def _risky(self) -> list[tuple[Change, str]]:
        """Return every change that is a risk or a delete, with the targets that it happens on."""
        groups = alike_targets(in_reading_order(self.targets))
        suffixes = [(group, self._suffix(group.targets)) for group in groups]
        marked = [(change, suffix) for group, suffix in suffixes for change in risky_first(group.first.plan.changes)]
        # Lost logs come first wherever they are lost.
        return sorted(marked, key=lambda each: not each[0].risks)

    def _risk_lines(self, *, with_messages: bool) -> Iterator[str]:
        return (_risk_line(change, suffix, with_messages=with_messages) for change, suffix in self._risky)

    def _suffix(self, targets: Sequence[GuardedTarget]) -> str:
        return targets_suffix([target.plan.target for target in targets]) if len(self.targets) > 1 else ""

    def _fold(self, group: AlikeTargets, detail: _Detail) -> str:
        """Return what happens on a target, or the same for all the targets on which the very same happens."""
        plan = group.first.plan
        if len(group.targets) == 1:
            summary = f"{html_code(target_name(plan.target))}: {Totals.of([plan])}"
            return fold(summary, [block for block in self._fold_blocks(group.first, detail) if block])
        several = len(group.clients) > 1
        who = f"for {len(group.clients)} clients" if several else f"on {len(group.targets)} targets"
        names = [target_code(target.plan.target) for target in group.targets]
        where = fold(counted(len(names), "target"), [bullets(names)])
        alone = replace(group.first, plan=replace(plan, unmanaged=()))
        blocks = [where, *(block for block in self._fold_blocks(alone, detail) if block)]
        return fold(f"The same {counted(len(plan.changes), 'change')} {who}: {Totals.of([plan])}", blocks)

    def _fold_blocks(self, target: GuardedTarget, detail: _Detail) -> Iterator[str]:
        plan = target.plan
        ordered = deletes_first(plan.changes)
        if detail is _Detail.FULL and self.registry:
            yield pipeline_picture(self.registry, plan, self.desired.get(plan.target)) or ""
        named = []
        for change in ordered:
            if detail is _Detail.FULL or (detail is _Detail.FIELDS and change.action is Action.UPDATE):
                yield from change_blocks(change)
            else:
                named.append(heading(change))
        yield bullets(named)
        yield names_line("No longer managed here, left alone", plan.released)
        yield names_line("Unmanaged, left alone", plan.unmanaged)

    @cached_property
    def _digest(self) -> str:
        return f"Plan digest: {code(plan_digest(target.plan for target in self.targets))}"


def _has_detail(target: GuardedTarget) -> bool:
    return bool(target.plan.changes or target.plan.released or target.plan.unmanaged)


def _row(name: str, totals: Totals, result: str) -> list[str]:
    counts = (totals.create, totals.update, totals.delete, totals.unchanged, totals.unmanaged)
    return [name, *(str(count) for count in counts), result]


def _result(target: GuardedTarget) -> str:
    has_risks = any(change.risks for change in target.plan.changes)
    return {
        TargetStatus.ERRORS: f"❌ {counted(len(target.plan.errors), 'error')}",
        TargetStatus.UNREAD: "❌ could not be read",
        TargetStatus.REFUSED: "❌ refused",
        TargetStatus.DELETES: "⚠️ risks, deletes" if has_risks else "⚠️ deletes",
        TargetStatus.CHANGES: "⚠️ risks" if has_risks else "changes",
        TargetStatus.NOTHING: "✅ nothing to do",
    }[TargetStatus.of(target)]


def _risk_line(change: Change, suffix: str, *, with_messages: bool) -> str:
    line = f"**{change.action.value}** {object_code(change.key)}{suffix}"
    if with_messages and change.risks:
        line += f": {'; '.join(prose(risk.message) for risk in change.risks)}"
    return line
