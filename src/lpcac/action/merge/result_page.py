"""What a merge did, for the pull request and the job summary: applied, refused with reviewed against now, left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from lpcac.action.markers import ALLOW_DELETES
from lpcac.action.plan_record.record import Comparison
from lpcac.apply.report import TargetReport
from lpcac.core.findings import Finding
from lpcac.core.resources import Target
from lpcac.core.text.enumeration import capped, with_rest
from lpcac.directory_map.affected_clients import Affected
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.planning.plan import Change, TargetPlan
from lpcac.reports.markdown.apply_report import report_markdown
from lpcac.reports.markdown.blocks import bullets, code, fold, html_code, page, prose
from lpcac.reports.markdown.changes import SHORT_VALUE, change_blocks, finding_line, heading, target_code
from lpcac.reports.markdown.size_budget import as_many_as_fit, first_that_fits, size
from lpcac.reports.wording import counted, target_name

_SHORT_COMMIT = 12
_LISTED = 50
_WAY_FORWARD = (
    "Nothing was written. Restore the logpoint to what was reviewed and run this job again, or open a "
    "pull request that touches the client, so that its new plan is reviewed. Anyone who may start workflows can also "
    "apply by hand without a review (`require-review: false`)."
)

_COUNT_ONCE_REVIEWED = (
    "The values that were reviewed last stay in force. The next pull request shows the new ones; they count once it is "
    "green and merged."
)

_APPLY_THEM = (
    "What the map says of them came without a review, and no plan of them was shown. To apply them, open a pull "
    "request that changes a file of each one."
)


@dataclass(frozen=True)
class Unreviewed:
    """A target whose plan was not applied because nobody reviewed it as it is now.

    Arguments:
        why: our own words.
        comparison: with what was reviewed, where anything was.
    """

    plan: TargetPlan
    why: str
    comparison: Comparison | None = None


class _Detail(IntEnum):
    FIELDS = 0
    NAMES = 1
    COUNTS = 2


@dataclass(frozen=True)
class ResultPage:
    """The result of a merge.

    Arguments:
        others: targets that could not be planned, or that a guard refused.
        superseded: targets that are left to a newer commit, each with that commit.
        settled: how many targets an earlier attempt applied to already.
        findings: what is wrong with the map, fails a test or breaks a rule.
        hindrance: what kept the whole commit from being applied, in a few words; its findings are among them.
        problems: what could not be recorded.
        uncounted: changes of the map that nobody reviewed, as Markdown.
        waiting: names of clients that count from now on, and were not applied.
    """

    commit: str
    run_url: str
    reports: Sequence[TargetReport] = ()
    others: Sequence[GuardedTarget] = ()
    unreviewed: Sequence[Unreviewed] = ()
    superseded: Sequence[tuple[Target, str]] = ()
    waived: Mapping[Target, Sequence[Refusal]] = field(default_factory=dict)
    released: Sequence[Affected] = ()
    findings: Sequence[Finding] = ()
    problems: Sequence[str] = ()
    settled: int = 0
    hindrance: str = ""
    uncounted: Sequence[str] = ()
    waiting: Sequence[str] = ()

    @property
    def is_news(self) -> bool:
        """Tell whether there is something to report even if no target was checked."""
        return bool(self.findings or self.uncounted or self.unreviewed or self.waiting)

    def is_reported_by(self, comment: str) -> bool:
        """Tell whether a comment already says that all of this commit was applied."""
        verdict = next((line for line in comment.splitlines() if line.startswith("### ")), "")
        return verdict.startswith("### ✅") and self._commit().split(",")[0].rstrip(".") in comment

    def text(self, room: int) -> str:
        """Return the page in at most `room` bytes; the verdict and what was not done are dropped last."""
        return first_that_fits(room, _Detail, lambda detail: self._text(room, detail)) or self._text(
            room, _Detail.COUNTS
        )

    def _text(self, room: int, detail: _Detail) -> str:
        rest = list(self._rest(room // 4))
        around = [self._commit(), *self._uncounted(), *self._refused(detail), *self._waiting(), *rest]
        head = self._head()
        if not self.reports and not self.others:
            return page([head or f"### {self._nothing_verdict()}", *around])
        left = room - size(page(around)) - size(head) - 4
        report = report_markdown(
            self.reports,
            self.others,
            self.waived,
            budget=max(0, left),
            waiver=f"put the label `{ALLOW_DELETES}` on the pull request and run this job again",
            full_report="the job's log",
        )
        verdict, _, changes = report.partition("\n\n")
        if head:
            # One verdict is enough: the more serious one.
            verdict = verdict.replace("### ✅ ", "#### ", 1).replace("### ❌ ", "#### ", 1)
        refused = [*self._uncounted(), *self._refused(detail), *self._waiting()]
        return page([head, verdict.strip(), self._commit(), *refused, changes.strip(), *rest])

    def _head(self) -> str:
        """Return the verdict on what the reports do not show; empty when they show everything."""
        if self.unreviewed:
            refused = counted(len(self.unreviewed), "target")
            return f"### ❌ {refused} not applied: the plan differs from the reviewed one."
        if self.uncounted:
            return "### ❌ Changes to the map do not count: they were not reviewed."
        if self.problems and not self.reports:
            return "### ❌ Nothing was applied."
        if self.problems:
            return "### ❌ Not everything could be recorded on GitHub."
        return ""

    def _nothing_verdict(self) -> str:
        if self.hindrance:
            return f"❌ {self.hindrance.capitalize()}: nothing was applied."
        if self.findings:
            return "❌ The directory map has errors: nothing was applied."
        if self.superseded:
            return f"✅ Left to a newer commit: {counted(len(self.superseded), 'target')}."
        if self.settled:
            return f"✅ Applied already: {counted(self.settled, 'target')}."
        return "✅ Nothing to apply: no target is affected."

    def _commit(self) -> str:
        log = f", [log]({self.run_url})" if self.run_url else ""
        return f"Commit {code(self.commit[:_SHORT_COMMIT])}{log}."

    def _uncounted(self) -> Iterator[str]:
        if self.uncounted:
            yield "#### Changes of the map that do not count"
            yield bullets(capped(self.uncounted, _LISTED, "changes"))
            yield _COUNT_ONCE_REVIEWED

    def _waiting(self) -> Iterator[str]:
        if self.waiting:
            yield "#### Clients that count from now on, and were not applied"
            yield bullets(capped((f"client {code(name)}" for name in self.waiting), _LISTED, "clients"))
            yield _APPLY_THEM

    def _refused(self, detail: _Detail) -> Iterator[str]:
        if not self.unreviewed:
            return
        yield "#### Reviewed against now"
        for each in self.unreviewed[: _LISTED if detail < _Detail.COUNTS else 0]:
            yield f"{target_code(each.plan.target)}: {each.why}."
            yield from _differences(each, detail)
        if detail is _Detail.COUNTS:
            yield bullets(capped((target_code(each.plan.target) for each in self.unreviewed), _LISTED, "targets"))
        elif len(self.unreviewed) > _LISTED:
            yield f"and {len(self.unreviewed) - _LISTED} more targets"
        yield _WAY_FORWARD

    def _rest(self, room: int) -> Iterator[str]:
        lines = [
            f"{target_code(target)}: left to commit {code(newer[:_SHORT_COMMIT])}, which came later"
            for target, newer in self.superseded
        ]
        if self.settled:
            lines.append(f"{counted(self.settled, 'target')}: applied by an earlier attempt, and left alone")
        lines += [
            f"client {code(each.client.name)} left the map; its objects are not deleted" for each in self.released
        ]
        lines += [finding_line(finding) for finding in self.findings]
        lines += [f"**not recorded** {prose(problem)}" for problem in self.problems]
        if lines:
            yield (
                as_many_as_fit(room, lines[:_LISTED], lambda shown, _: bullets(with_rest(shown, len(lines), "lines")))
                or ""
            )


def _differences(each: Unreviewed, detail: _Detail) -> Iterator[str]:
    if each.comparison is None:
        yield from _changes("Planned now", each.plan.changes, each.plan.target, detail)
        return
    yield from _changes("Planned now, not reviewed", each.comparison.unreviewed, each.plan.target, detail)
    if each.comparison.withdrawn:
        lines = [
            f"**{change.action}** {code(f'{change.kind} {chr(34)}{change.name}{chr(34)}', 200)}"
            for change in each.comparison.withdrawn
        ]
        summary = f"Reviewed, no longer planned ({len(lines)})"
        yield fold(summary, [bullets(capped(lines, _LISTED, "changes"))], unfolded=True)


def _changes(words: str, changes: Sequence[Change], target: Target, detail: _Detail) -> Iterator[str]:
    if not changes:
        return
    blocks = (
        [block for change in changes for block in change_blocks(change, SHORT_VALUE)]
        if detail is _Detail.FIELDS
        else [bullets(capped((heading(change) for change in changes), _LISTED, "changes"))]
    )
    yield fold(f"{words} ({len(changes)}): {html_code(target_name(target))}", blocks, unfolded=True)
