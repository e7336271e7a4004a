"""The plan comment and its twin in the job summary: verdict, commit and totals first, the record unseen at the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from lpcac.action.guarded_keys.notes import MapNotes
from lpcac.action.markers import ALLOW_DELETES, plan_marker
from lpcac.action.plan_record.encoding import shown_digest
from lpcac.core.findings import Finding, errors_in
from lpcac.core.resources import Desired, ResourceKey, Target
from lpcac.core.text.enumeration import listed, with_rest
from lpcac.directory_map.affected_clients import Affected
from lpcac.directory_map.directory_map import MAP_NAME
from lpcac.kinds.registry import Registry
from lpcac.planning.events_elsewhere import Elsewhere
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.reports.markdown.blocks import bullets, code, fold, page, prose
from lpcac.reports.markdown.changes import finding_line, object_code, target_code
from lpcac.reports.markdown.events_elsewhere import elsewhere_blocks
from lpcac.reports.markdown.plan import PlanPage
from lpcac.reports.markdown.size_budget import COMMENT_LIMIT, as_many_as_fit, fitted, size
from lpcac.reports.wording import counted

_NO_DESIRED: Mapping[Target, Desired] = MappingProxyType({})
_SHORT_COMMIT = 12
_NAMED = 20
_MOST_NOTES = 60
_OVERLAPS_NAMED = 3
# Room for at least what surrounds a plan's risks and deletes: blank lines, and lists of which nothing fits.
_LEAST_AROUND = 512
_IN_COMMENT = "in the job summary and in the output file `plan-file`"
# What the record takes at most, so that verdict, risks and deletes keep their room.
_RECORD_ROOM = COMMENT_LIMIT * 2 // 5
# Beside nothing but the verdict; about a thousand targets, each as a whole.
_MOST_FOR_A_RECORD = COMMENT_LIMIT - 4_096


def room_for_record(draft: int) -> int:
    """Return the room for a record whose draft, for another text, has so many bytes: the two pack differently."""
    return draft + draft // 32 + 64


def _no_record(_shown: str, _room: int) -> str:
    return ""


def is_plan_comment(body: str) -> bool:
    """Tell whether a comment's text starts as the plan comment of any scope does."""
    return re.match(r"\s*<!-- lpcac:plan:v\d+ ", body) is not None


def withdrawn_page(head: str) -> str:
    """Return the text that replaces a plan once its pull request targets another branch."""
    verdict = "### The plan no longer counts: this pull request no longer targets the default branch."
    commit = f"Commit {code(head[:_SHORT_COMMIT])}."
    return page(
        [
            verdict,
            f"{commit} Only the default branch is applied. Target it again to get a new plan.",
        ]
    )


@dataclass(frozen=True)
class ReviewPage:
    """What a pull request's author and reviewer are shown.

    Arguments:
        scope: of the job that planned.
        waived: what a label waives, by target.
        findings: everything wrong with the affected clients and the map.
        annotated: how many of the findings GitHub shows next to the files.
        made: when it was planned.
        is_unrecorded: whether there was no room for the record, so that a merge would be refused.
        checked: how many clients were validated, where no plan was asked for.
        refused: why the push of a merge group would be refused, a sentence for each target.
        is_group_unknown: whether GitHub does not say which pull requests are in a merge group.
        overlaps: other open pull requests by number, each with the objects that both change.
        no_director_reason: why the plan was made without asking a Director, if it was.
        tests: how many cases of pipeline tests passed and failed, in words.
        loosened: tests, rules and lint levels of the base commit that are removed or loosened, in words.
        needs_no_approval: whether the proposal ends the need for approvals.
        map_notes: what changes in the map's guarded keys.
        changed: what changed since this commit's plan was shown before, as Markdown; empty where nothing did.
        waiting: names of clients that count once this is merged, and that it does not plan.
        elsewhere: events that end elsewhere once the plan is carried out.
    """

    targets: Sequence[GuardedTarget]
    head: str
    base: str
    run_url: str
    registry: Registry
    scope: str = MAP_NAME
    desired: Mapping[Target, Desired] = field(default_factory=lambda: _NO_DESIRED)
    findings: Sequence[Finding] = ()
    annotated: int = 0
    affected: Sequence[Affected] = ()
    needs_no_review: bool = False
    needs_no_approval: bool = False
    changed: str = ""
    is_unrecorded: bool = False
    map_notes: MapNotes = field(default_factory=MapNotes)
    waived: Mapping[Target, Sequence[Refusal]] = field(default_factory=dict)
    made: datetime | None = None
    no_director_reason: str = ""
    checked: int | None = None
    tests: str = ""
    loosened: Sequence[str] = ()
    waiting: Sequence[str] = ()
    elsewhere: Mapping[Target, Sequence[Elsewhere]] = field(default_factory=dict)
    refused: Sequence[tuple[Target, str]] = ()
    is_group_unknown: bool = False
    overlaps: Mapping[int, Sequence[tuple[Target, ResourceKey]]] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        """Tell whether the only message is that there is nothing to plan."""
        return not (self.targets or self.findings or [*self._notes_on_trust(), *self._further_notes()])

    def comment(self, record: Callable[[str, int], str] = _no_record, clean: Callable[[str], str] = str) -> str:
        """Return the comment, secrets taken out, within what GitHub takes.

        Arguments:
            record: gives the signed record as an HTML comment, or an empty text, for the digest of what is shown and
                the room for the record.
            clean: takes secrets out; a mask may be longer than what it hides.
        """
        marker = plan_marker(self.scope)
        around = size(f"{marker}\n\n\n")
        draft = self._draft(record, COMMENT_LIMIT - around - self._floor)
        room = room_for_record(draft) if draft else 0
        body = fitted(COMMENT_LIMIT - room - around, lambda left: self._text(left, _IN_COMMENT), clean)
        shown = f"{marker}\n{body}"
        return f"{shown}\n{record(shown_digest(shown), room)}\n" if draft else shown

    @cached_property
    def _plan_page(self) -> PlanPage:
        """Return the plan, which the comment and the job summary show in one size each."""
        waiver = f"put the label `{ALLOW_DELETES}` on the pull request"
        return PlanPage(self.targets, self.registry, self.desired, waiver)

    @cached_property
    def _floor(self) -> int:
        """Return how many bytes the text takes at least, with everything in it that is never left out."""
        notes = sum(map(size, self._notes_on_trust()))
        return size(self._commit()) + notes + (self._plan_page.floor() if self.targets else 0) + _LEAST_AROUND

    @staticmethod
    def _draft(record: Callable[[str, int], str], spare: int) -> int:
        """Return the size of the longest record that leaves risks and deletes their room, else of the shortest one."""
        left = max(64, (spare - 64) * 32 // 33)
        # The record gets what it needs first; more only if no risk loses its place.
        needed = range(_RECORD_ROOM, _MOST_FOR_A_RECORD, _RECORD_ROOM // 16)
        for room in sorted({min(left, _RECORD_ROOM), left, *needed, _MOST_FOR_A_RECORD}):
            if room >= min(left, _RECORD_ROOM) and (draft := size(record("", room))):
                return draft
        return 0

    def summary(self, room: int) -> str:
        """Return the same for the job summary, with as much detail as `room` bytes hold."""
        return self._text(room, "the output file `plan-file`")

    def _text(self, budget: int, full_plan: str) -> str:
        if self.is_nothing and self.checked is None:
            return page(["### ✅ Nothing to plan: no client's configuration changes.", self._commit()])
        # What risks and deletes leave over is shared by the notes and the findings; the plan's details get the rest.
        share = max(0, min(budget // 8, (budget - self._floor) // 3))
        tests = [f"Pipeline tests: {self.tests}."] if self.tests else []
        moved = [*elsewhere_blocks(self.elsewhere, share, several=len(self.targets) > 1)]
        before, after = [self._commit(), *tests, *self._notes(share)], list(self._findings(share))
        # Each further block adds an empty line.
        around = sum(size(block) + 2 for block in (*before, *moved, *after))
        verdict, _, rest = self._plan(budget - around, full_plan).partition("\n\n")
        # Above the folds, which nothing that others wrote can open.
        shown, fold_start, folds = rest.strip().partition("\n\n<details")
        return page([verdict.strip(), *before, shown, *moved, f"{fold_start.strip()}{folds}", *after])

    def _plan(self, budget: int, full_plan: str) -> str:
        if not self.targets:
            return f"### {self._verdict_without_targets()}\n"
        return self._plan_page.fitted(max(0, budget), full_plan)

    def _verdict_without_targets(self) -> str:
        errors = sum(finding.is_error for finding in self.findings)
        if errors:
            return f"❌ {counted(errors, 'error')}" + (": nothing was planned." if self.checked is None else ".")
        if self.checked is not None:
            return f"✅ Valid: {counted(self.checked, 'client')}."
        return "✅ Nothing to plan: no client's configuration changes."

    def _commit(self) -> str:
        log = f", [log]({self.run_url})" if self.run_url else ""
        against = f" against {code(self.base[:_SHORT_COMMIT])}" if self.base != self.head else ""
        made = f", planned {self.made:%Y-%m-%d %H:%M %Z}" if self.made else ""
        return f"Commit {code(self.head[:_SHORT_COMMIT])}{against}{made}{log}."

    def _notes_on_trust(self) -> Iterator[str]:
        """Yield what must be read in any case."""
        if self.changed:
            yield self.changed
        if self.is_unrecorded:
            yield (
                "❌ **Too many targets for one review**: the record of this plan does not fit into a comment, and "
                "without it a merge is refused. Split the pull request by clients."
            )
        for target, why in self.refused[:_NAMED]:
            yield f"❌ **The push would be refused** for {target_code(target)}: {why}."
        if len(self.refused) > _NAMED:
            yield f"❌ **The push would be refused** for {len(self.refused) - _NAMED} more targets."
        if self.is_group_unknown:
            yield (
                "GitHub does not say which pull requests are in this merge group, so whether its plan was reviewed is "
                "checked after the merge."
            )
        if self.needs_no_review:
            yield (
                "**Reviews no longer needed**: the map says `require_review: false`. Once this is merged, pushes are "
                "applied even if no one has seen a plan."
            )
        if self.needs_no_approval:
            yield (
                "**Approvals no longer needed**: the map no longer says `require_approval: true`. Once this is merged, "
                "plans are applied without an approval."
            )
        if self.loosened:
            named = "; ".join(prose(each) for each in self.loosened[:_NAMED])
            more = len(self.loosened) - _NAMED
            yield f"**Checks loosened**: this pull request {named}{f'; and {more} more' if more > 0 else ''}."
        yield from self._notes_on_the_map()

    def _notes_on_the_map(self) -> Iterator[str]:
        notes = self.map_notes
        if notes.loosened:
            yield (
                f"**The map allows more**: {'; '.join(notes.loosened)}. This takes effect on merge; the plan was made "
                "with the Directors that were reviewed before."
            )
        if notes.pending:
            yield (
                f"**Not yet reviewed**: the base branch got this without a review, so it does not count yet: "
                f"{'; '.join(notes.pending)}. Merging this pull request makes it count."
            )
        if self.waiting:
            names = [f"client {code(name)}" for name in self.waiting]
            yield (
                f"**Not planned here**: {listed(names, _NAMED)}. What the map says of them counts once this is "
                "merged. To apply them then, open a pull request that changes a file of each one."
            )
        if notes.does_not_count:
            yield f"❌ **These changes of the map would not count** after a merge: {notes.does_not_count}."

    def _further_notes(self) -> Iterator[str]:
        for sentence in self.map_notes.others:
            yield f"**The map changes**: {sentence}."
        for number, objects in self.overlaps.items():
            named = [f"{object_code(key)} ({target_code(target)})" for target, key in objects]
            yield (
                f"**Also changed by #{number}**: {listed(named, _OVERLAPS_NAMED)}. Once one of the two is merged, the "
                f"other one must be planned again."
            )
        for each in self.affected:
            name = code(each.client.name)
            if each.is_released:
                yield f"**No longer managed**: client {name} leaves the map; its objects are not deleted."
            if each.left:
                yield f"**No longer managed**: client {name} leaves {code(each.left, 300)}; nothing there is deleted."
        for target, refusals in self.waived.items():
            reasons = "; ".join(refusal.message for refusal in refusals)
            yield f"**Limits waived** by the label `{ALLOW_DELETES}` for {target_code(target)}: {code(reasons, 300)}"

    def _notes(self, room: int) -> Iterator[str]:
        first, lines = list(self._notes_on_trust()), list(self._further_notes())
        if self.no_director_reason and not self.is_nothing:
            first.append(
                f"{self.no_director_reason}, so no Director was contacted: "
                "the plan compares with what the base branch declares."
            )

        def render(shown: Sequence[str], _left: int) -> str:
            return bullets(with_rest([*first, *shown], len(first) + len(lines), "notes"))

        if first or lines:
            yield as_many_as_fit(room, lines[:_MOST_NOTES], render) or render([], len(lines))

    def _findings(self, room: int) -> Iterator[str]:
        """Yield what the plan itself does not say: warnings, and errors that no target has."""
        shown_with_plans = {finding for target in self.targets for finding in target.plan.errors}
        rest = [finding for finding in self.findings if finding not in shown_with_plans]
        errors = errors_in(rest)
        warnings = [finding for finding in rest if not finding.is_error]
        for words, found, is_open in (("error", errors, True), ("warning", warnings, False)):
            if found:
                yield _findings_fold(found, words, room // 2, unfolded=is_open)
        if 0 < self.annotated < len(self.findings):
            yield f"Next to the files, GitHub shows {self.annotated} of {counted(len(self.findings), 'finding')}."


def _findings_fold(findings: Sequence[Finding], words: str, room: int, *, unfolded: bool) -> str:
    """Return as many findings as the room holds, in a fold that counts all of them."""
    summary = counted(len(findings), words)

    def render(shown: Sequence[str], _left: int) -> str:
        return fold(summary, [bullets(with_rest(shown, len(findings)))], unfolded=unfolded)

    return as_many_as_fit(room, [finding_line(finding) for finding in findings[:_NAMED]], render) or ""
