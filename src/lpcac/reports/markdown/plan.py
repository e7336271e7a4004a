"""Plans as GitHub-flavoured Markdown that fits a comment and that nothing in a name or a value breaks out of."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from lpcac.core.resources import Action, Desired, ResourceKey, Target
from lpcac.core.text.enumeration import NOT_SHOWN, capped, with_rest
from lpcac.kinds.registry import Registry
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import Change
from lpcac.planning.planner import plan_digest
from lpcac.planning.targets.identical import AlikeTargets, alike_targets
from lpcac.reports.markdown.blocks import bullets, code, fold, html_code, page, prose, table
from lpcac.reports.markdown.changes import (
    PERMISSION,
    SHORT_VALUE,
    change_blocks,
    deduplicated,
    finding_line,
    heading,
    names_line,
    object_code,
    target_code,
    targets_suffix,
)
from lpcac.reports.markdown.pipeline_chart import pipeline_picture
from lpcac.reports.markdown.plan_detail import LEFT_OUT, Detail, Left, Shown, creates_last, is_minor, largest
from lpcac.reports.markdown.size_budget import as_many_as_fit, first_that_fits, last_resort, size
from lpcac.reports.summaries.plan import (
    TargetStatus,
    Totals,
    deletes_first,
    in_reading_order,
    permission_steps,
    risky_first,
    verdict,
)
from lpcac.reports.wording import counted, target_name

_ERRORS_SHOWN = 50
_NO_DESIRED: Mapping[Target, Desired] = MappingProxyType({})


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

    The verdict, the risks and the deletes are in it whatever the budget is. If it is too small for them, they are
    counted, with a pointer to the full plan.

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
    _rendered: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def fitted(self, budget: int | None, full_plan: str) -> str:
        """Return the page with as much detail as `budget` bytes hold; see `plan_markdown`."""

        def rendered(shown: Shown) -> str:
            return page(self._blocks(shown, full_plan), budget)

        whole = [Detail.FULL, *([Detail.VALUES] if self.registry else []), Detail.SHORT]
        found = first_that_fits(budget, map(Shown, whole), rendered)
        if found is not None or budget is None:
            return found or ""
        found = self._reduced(budget, rendered)
        if found is not None:
            return found
        lines = (*self._marked, *self._updates)
        found = as_many_as_fit(budget, lines, lambda shown, _: page(self._cut_blocks(len(shown), full_plan)))
        return last_resort(budget, verdict(self.targets)) if found is None else found

    def _reduced(self, budget: int, rendered: Callable[[Shown], str]) -> str | None:
        """Return the page without what created objects hold first, then their names, all values, and some rows."""
        creates = sum(self._creates)
        found = largest(budget, creates, lambda most: rendered(Shown(Detail.FIELDS, valued=most)))
        if found is not None:
            return found
        for detail in (Detail.FIELDS, Detail.NAMES):
            found = largest(budget, creates, lambda most, detail=detail: rendered(Shown(detail, creates=most)))  # type: ignore[misc]
            if found is not None:
                return found
        rows = len(self._shown)
        found = largest(budget, rows, lambda most: rendered(Shown(Detail.TABLE, rows=most)))
        return found if found is not None else first_that_fits(budget, [Shown(Detail.LEAST)], rendered)

    def floor(self) -> int:
        """Return how many bytes the plan takes at least with its verdict and every risk and delete by name."""
        return size(page(self._cut_blocks(len(self._marked), "")))

    def _blocks(self, shown: Shown, full_plan: str) -> Iterator[str]:
        detail = shown.detail
        yield self._verdict
        if detail < Detail.LEAST:
            yield self._table(shown.rows)
            yield from self._obstacles
        if risks := self._risks_in_words:
            yield from ("#### Risks and deletes", bullets(risks))
        if detail < Detail.TABLE:
            yield from self._folds(shown)
        elif self._updates:
            yield from ("#### Updates", bullets(self._updates))
        if left_out := list(self._left_out(shown)):
            yield f"Left out for size: {_together(left_out)}. All of it: {full_plan}."
        yield self._digest

    @cached_property
    def _groups(self) -> Sequence[AlikeTargets]:
        return alike_targets(target for target in self._shown if _has_detail(target))

    @cached_property
    def _creates(self) -> Sequence[int]:
        """Return for each group how many of its changes are the first to be left out."""
        return [sum(map(is_minor, group.first.plan.changes)) for group in self._groups]

    def _folds(self, shown: Shown) -> Iterator[str]:
        """Yield what happens on each target; what is left of created objects is shown at the first ones."""
        left = Left(shown.valued, sys.maxsize if shown.creates is None else shown.creates)
        for number, group in enumerate(self._groups):
            creates = self._creates[number]
            here = left.at_most(creates)
            known = ("fold", number, shown.detail, here)
            if known not in self._rendered:
                self._rendered[known] = self._fold(group, shown.detail, here)
            yield self._rendered[known]
            left = left.after(creates)

    def _change_blocks(self, change: Change, limit: int | None) -> list[str]:
        known = ("change", id(change), limit)
        if known not in self._rendered:
            self._rendered[known] = list(change_blocks(change, limit))
        blocks: list[str] = self._rendered[known]
        return blocks

    def _left_out(self, shown: Shown) -> Iterator[str]:
        yield from LEFT_OUT.get(shown.detail, ())
        if shown.detail < Detail.LEAST:
            for _, what, lines in self._obstacle_lists:
                if len(lines) > _ERRORS_SHOWN:
                    yield counted(len(lines) - _ERRORS_SHOWN, what)
        creates = sum(self._creates)
        if shown.detail is Detail.FIELDS and creates > shown.valued:
            yield f"the values of {counted(creates - shown.valued, 'created object')}"
        if shown.creates is not None and creates > shown.creates:
            yield f"the names of {counted(creates - shown.creates, 'created object')}"
        if shown.rows is not None and len(self._shown) > shown.rows:
            yield f"the rows of {counted(len(self._shown) - shown.rows, 'target')}"

    def _cut_blocks(self, most: int, full_plan: str) -> Iterator[str]:
        """Yield the first so many of the risks and deletes, then of the updates."""
        yield self._verdict
        risks = len(self._marked)
        if self._marked:
            lines = with_rest(self._marked[:most], risks, NOT_SHOWN)
            yield from ("#### Risks and deletes", bullets(lines))
        if self._updates and most > risks:
            lines = with_rest(self._updates[: most - risks], len(self._updates), NOT_SHOWN)
            yield from ("#### Updates", bullets(lines))
        yield f"Left out for size: everything else. All of it: {full_plan}."

    @cached_property
    def _verdict(self) -> str:
        statuses = {TargetStatus.of(target) for target in self.targets}
        risky = any(risky_first(target.plan.changes) for target in self.targets)
        if statuses & {TargetStatus.ERRORS, TargetStatus.UNREAD, TargetStatus.REFUSED}:
            mark = "❌ "
        elif risky:
            mark = "⚠️ "
        else:
            mark = "✅ " if statuses <= {TargetStatus.NOTHING} else ""
        return f"### {mark}{verdict(self.targets)}"

    @cached_property
    def _shown(self) -> list[GuardedTarget]:
        """Return the targets that have a row of their own: all but those with nothing to do, unless it is just one."""
        ordered = in_reading_order(self.targets)
        return ordered if len(ordered) == 1 else [t for t in ordered if TargetStatus.of(t) is not TargetStatus.NOTHING]

    @cached_property
    def _totals(self) -> Totals:
        return Totals.of(target.plan for target in self.targets)

    @cached_property
    def _quiet(self) -> Sequence[GuardedTarget]:
        if len(self._shown) == len(self.targets):
            return ()
        return [target for target in self.targets if TargetStatus.of(target) is TargetStatus.NOTHING]

    @cached_property
    def _rows(self) -> Sequence[list[str]]:
        return [_row(target_code(t.plan.target, in_table=True), Totals.of([t.plan]), _result(t)) for t in self._shown]

    def _table(self, most: int | None) -> str:
        shown = self._shown
        quiet = self._quiet
        rows = list(self._rows[:most])
        if more := shown[len(rows) :]:
            rows.append(_row(counted(len(more), "more target"), Totals.of(t.plan for t in more), "not shown for size"))
        if quiet:
            rows.append(_row(counted(len(quiet), "target"), Totals.of(t.plan for t in quiet), "nothing to do"))
        if len(rows) > 1:
            total = _row("Total", self._totals, " ")
            rows.append([f"**{cell}**" if cell.strip() else cell for cell in total])
        header = ("Target", "Create", "Update", "Delete", "Unchanged", "Unmanaged", "Result")
        return table(header, rows, numbers=range(1, 6)) if rows else ""

    @cached_property
    def _errors(self) -> Sequence[str]:
        return self._without_repeats(
            (finding_line(error), each.plan.target) for each in self.targets for error in each.plan.errors
        )

    @cached_property
    def _unread(self) -> Sequence[str]:
        return [
            f"{target_code(target.plan.target)}: {prose(target.plan.unread)}"
            for target in self.targets
            if target.plan.unread is not None
        ]

    @cached_property
    def _refusals(self) -> Sequence[str]:
        reasons: list[tuple[str, Target]] = []
        steps: list[tuple[str, Target]] = []
        for target in self.targets:
            waiver = self.waiver or f"apply with {code(f'--waive-limits {target.plan.digest}', 100)}"
            reasons += [(prose(refusal.message), target.plan.target) for refusal in target.refusals]
            steps += [(step, target.plan.target) for step in permission_steps(target.refusals, waiver, PERMISSION)]
        return (
            [*self._without_repeats(reasons), *(f"{step}." for step in self._without_repeats(steps))] if reasons else []
        )

    def _without_repeats(self, lines: Iterable[tuple[str, Target]]) -> list[str]:
        """Return each line once, with its targets if the plan has several."""
        return deduplicated(lines) if len(self.targets) > 1 else list(dict.fromkeys(line for line, _ in lines))

    @property
    def _obstacle_lists(self) -> tuple[tuple[str, str, Sequence[str]], ...]:
        """Return what blocks targets: the heading, what each line is about, and all lines."""
        return (
            ("Errors", "error", self._errors),
            ("Could not be read", "unread target", self._unread),
            ("Refused", "refusal", self._refusals),
        )

    @cached_property
    def _obstacles(self) -> tuple[str, ...]:
        blocks: list[str] = []
        for title, _, lines in self._obstacle_lists:
            if lines:
                blocks += [f"#### {title}", bullets(capped(lines, _ERRORS_SHOWN))]
        return tuple(blocks)

    @cached_property
    def _marked(self) -> tuple[str, ...]:
        return tuple(self._risk_lines(with_messages=False))

    @cached_property
    def _risks_in_words(self) -> Sequence[str]:
        return list(self._risk_lines(with_messages=True))

    def _risk_lines(self, *, with_messages: bool) -> Iterator[str]:
        # The same risk on many targets is one line, whatever else is done there.
        found: dict[tuple[object, ...], tuple[Change, list[GuardedTarget]]] = {}
        for target in in_reading_order(self.targets):
            for change in risky_first(target.plan.changes):
                same = (change.action, change.key, tuple((risk.code, risk.message) for risk in change.risks))
                found.setdefault(same, (change, []))[1].append(target)
        # Lost logs come first wherever they are lost.
        for change, targets in sorted(found.values(), key=lambda each: not each[0].risks):
            yield _risk_line(change, self._suffix(targets), with_messages=with_messages)

    @cached_property
    def _updates(self) -> Sequence[str]:
        """Return a line for each update without a risk; the same on many targets is one line."""
        found: dict[ResourceKey, list[GuardedTarget]] = {}
        for target in in_reading_order(self.targets):
            for change in target.plan.changes:
                if change.action is Action.UPDATE and not change.risks:
                    found.setdefault(change.key, []).append(target)
        return [f"**update** {object_code(key)}{self._suffix(targets)}" for key, targets in found.items()]

    def _suffix(self, targets: Sequence[GuardedTarget]) -> str:
        return targets_suffix([target.plan.target for target in targets]) if len(self.targets) > 1 else ""

    def _fold(self, group: AlikeTargets, detail: Detail, left: Left) -> str:
        """Return what happens on a target, or the same for all the targets on which the very same happens."""
        plan = group.first.plan
        if len(group.targets) == 1:
            summary = f"{html_code(target_name(plan.target))}: {Totals.of([plan])}"
            return fold(summary, [block for block in self._fold_blocks(group.first, detail, left) if block])
        several = len(group.clients) > 1
        who = f"for {len(group.clients)} clients" if several else f"on {len(group.targets)} targets"
        names = [target_code(target.plan.target) for target in group.targets]
        where = fold(counted(len(names), "target"), [bullets(names)])
        alone = replace(group.first, plan=replace(plan, unmanaged=()))
        blocks = [where, *(block for block in self._fold_blocks(alone, detail, left) if block)]
        return fold(f"The same {counted(len(plan.changes), 'change')} {who}: {Totals.of([plan])}", blocks)

    def _fold_blocks(self, target: GuardedTarget, detail: Detail, left: Left) -> Iterator[str]:
        """Yield what happens on a target.

        Arguments:
            left: how many created objects without risks are shown.
        """
        plan = target.plan
        if detail is Detail.FULL and self.registry:
            yield pipeline_picture(self.registry, plan, self.desired.get(plan.target)) or ""
        limit = None if detail < Detail.SHORT else SHORT_VALUE
        every = deletes_first(plan.changes) if detail < Detail.FIELDS else creates_last(plan.changes)
        named: list[str] = []
        minor = 0
        for change in every:
            minor += is_minor(change)
            if detail < Detail.FIELDS or (detail is Detail.FIELDS and (not is_minor(change) or minor <= left.valued)):
                yield from self._change_blocks(change, limit)
            elif not is_minor(change) or minor <= left.creates:
                named.append(heading(change))
        if detail >= Detail.FIELDS and minor > left.creates:
            named.append(f"and {minor - left.creates} more to create")
        yield bullets(named)
        yield names_line("No longer managed here, left alone", plan.released)
        yield names_line("Unmanaged, left alone", plan.unmanaged)

    @cached_property
    def _digest(self) -> str:
        return f"Plan digest: {code(plan_digest(target.plan for target in self.targets))}"


def _together(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


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
