"""The plan comment and its twin in the job summary: verdict, commit and totals first, the record unseen at the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from lpcac.engine.affected import Affected
from lpcac.engine.guard import GuardedTarget, Refusal
from lpcac.engine.review_text import shown_digest
from lpcac.engine.values import Desired, Finding, Severity, Target
from lpcac.kinds import Registry
from lpcac.render.inert_markdown import bullets, code, fold, page
from lpcac.render.markdown import plan_markdown
from lpcac.render.markdown_changes import finding_line, target_code
from lpcac.render.size_ladder import COMMENT_LIMIT, size
from lpcac.render.wording import counted

PLAN_MARKER = "<!-- lpcac:plan:v1 -->"
"""First line of the plan comment."""
RESULT_MARKER = "<!-- lpcac:result:v1 -->"
"""First line of the comment that tells what a merge did."""

ALLOW_DELETES = "lpcac/allow-deletes"
"""Label on a pull request that waives the delete limits for its plan."""

_NO_DESIRED: Mapping[Target, Desired] = MappingProxyType({})
_SHORT_COMMIT = 12
_NAMED = 20
_IN_COMMENT = "in the job summary and in the output file `plan-file`"
# What the record takes at most, so that verdict, risks and deletes keep their room.
_RECORD_ROOM = COMMENT_LIMIT * 2 // 5


def fitted(room: int, render: Callable[[int], str], clean: Callable[[str], str]) -> str:
    """Return a rendering of at most `room` bytes once secrets are taken out, whose mask may be longer than they are."""
    budget = room
    while True:
        text = clean(render(budget))
        excess = size(text) - room
        if excess <= 0 or budget <= 0:
            return text
        budget -= excess


def room_for_record(draft: int) -> int:
    """Return the room for a record whose draft, for another text, has so many bytes: the two pack differently."""
    return draft + draft // 32 + 64


def _no_record(_shown: str, _room: int) -> str:
    return ""


def is_ours(body: str, marker: str) -> bool:
    """Tell whether a comment's text starts with the marker, of whatever version."""
    family = re.escape(re.sub(r"v\d+ -->$", "", marker))
    return re.match(rf"\s*{family}v\d+ -->", body) is not None


@dataclass(frozen=True)
class ReviewPage:
    """What a pull request's author and reviewer are shown.

    Arguments:
        waived: what a label waives, by target.
        findings: everything wrong with the affected clients and the map.
        annotated: how many of the findings GitHub shows beside the files.
        made: when it was planned.
        unasked: why the plan was made without asking a Director, if it was.
    """

    targets: Sequence[GuardedTarget]
    head: str
    base: str
    run_url: str
    registry: Registry
    desired: Mapping[Target, Desired] = field(default_factory=lambda: _NO_DESIRED)
    findings: Sequence[Finding] = ()
    annotated: int = 0
    released: Sequence[Affected] = ()
    changed_directors: Sequence[str] = ()
    waived: Mapping[Target, Sequence[Refusal]] = field(default_factory=dict)
    made: datetime | None = None
    unasked: str = ""

    @property
    def is_nothing(self) -> bool:
        """Tell whether there is nothing to say but that there is nothing to plan."""
        return not (self.targets or self.findings or self.released or self.changed_directors)

    def comment(self, record: Callable[[str, int], str] = _no_record, clean: Callable[[str], str] = str) -> str:
        """Return the comment, secrets taken out, within what GitHub takes.

        Arguments:
            record: gives the signed record as an HTML comment, or an empty text, for the digest of what is shown and
                the room for the record.
            clean: takes secrets out; a mask may be longer than what it hides.
        """
        draft = size(record("", _RECORD_ROOM))
        room = room_for_record(draft) if draft else 0
        body = fitted(
            COMMENT_LIMIT - room - size(f"{PLAN_MARKER}\n\n\n"), lambda left: self._text(left, _IN_COMMENT), clean
        )
        shown = f"{PLAN_MARKER}\n{body}"
        return f"{shown}\n{record(shown_digest(shown), room)}\n" if draft else shown

    def summary(self, room: int) -> str:
        """Return the same for the job summary, with as much detail as `room` bytes hold."""
        return self._text(room, "the output file `plan-file`")

    def _text(self, budget: int, full_plan: str) -> str:
        if self.is_nothing:
            return page(["### ✅ Nothing to plan: no client's configuration is touched.", self._commit()])
        before, after = [self._commit(), *self._notes()], list(self._findings())
        # Each further block brings an empty line along.
        around = sum(size(block) + 2 for block in (*before, *after))
        verdict, _, rest = self._plan(budget - around, full_plan).partition("\n\n")
        return page([verdict.strip(), *before, rest.strip(), *after])

    def _plan(self, budget: int, full_plan: str) -> str:
        if not self.targets:
            return f"### {self._verdict_without_targets()}\n"
        return plan_markdown(
            self.targets,
            budget=max(0, budget),
            registry=self.registry,
            desired=self.desired,
            waiver=f"put the label `{ALLOW_DELETES}` on the pull request",
            full_plan=full_plan,
        )

    def _verdict_without_targets(self) -> str:
        errors = sum(finding.severity is Severity.ERROR for finding in self.findings)
        if errors:
            return f"❌ {counted(errors, 'error')}: nothing was planned."
        return "✅ Nothing to plan: no client's configuration is touched."

    def _commit(self) -> str:
        log = f", [log]({self.run_url})" if self.run_url else ""
        against = f" against {code(self.base[:_SHORT_COMMIT])}" if self.base != self.head else ""
        made = f", planned {self.made:%Y-%m-%d %H:%M %Z}" if self.made else ""
        return f"Commit {code(self.head[:_SHORT_COMMIT])}{against}{made}{log}."

    def _notes(self) -> Iterator[str]:
        lines = []
        if self.unasked:
            lines.append(
                f"{self.unasked}, so no Director was asked: the plan compares with what the base branch declares."
            )
        if self.changed_directors:
            names = ", ".join(code(name) for name in self.changed_directors[:_NAMED])
            lines.append(
                f"**Directors changed** ({names}): this takes effect on merge. "
                "The plan was made with the base branch's Directors."
            )
        lines += [
            f"**No longer managed**: client {code(each.client.name)} leaves the map; nothing of it is deleted."
            for each in self.released[:_NAMED]
        ]
        if len(self.released) > _NAMED:
            lines.append(f"and {len(self.released) - _NAMED} more clients leave the map")
        for target, refusals in self.waived.items():
            reasons = "; ".join(refusal.message for refusal in refusals)
            lines.append(
                f"**Limits waived** by the label `{ALLOW_DELETES}` for {target_code(target)}: {code(reasons, 300)}"
            )
        if lines:
            yield bullets(lines)

    def _findings(self) -> Iterator[str]:
        """Yield what the plan itself does not say: warnings, and errors that no target has."""
        told = {finding for target in self.targets for finding in target.plan.errors}
        rest = [finding for finding in self.findings if finding not in told]
        if not rest:
            return
        errors = [finding for finding in rest if finding.severity is Severity.ERROR]
        warnings = [finding for finding in rest if finding.severity is not Severity.ERROR]
        for words, found, is_open in (("error", errors, True), ("warning", warnings, False)):
            if found:
                lines = [finding_line(finding) for finding in found[:_NAMED]]
                if len(found) > _NAMED:
                    lines.append(f"and {len(found) - _NAMED} more")
                yield fold(counted(len(found), words), [bullets(lines)], unfolded=is_open)
        if 0 < self.annotated < len(self.findings):
            yield f"Beside the files GitHub shows {self.annotated} of {counted(len(self.findings), 'finding')}."
