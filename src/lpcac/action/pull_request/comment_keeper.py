"""The one plan comment of a pull request: edited in place, and replaced when the same commit gets another plan.

Only a new comment notifies people, and an approval of the commit stays when the plan changes: so they need one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lpcac.action.markers import is_ours, plan_marker, superseded_marker
from lpcac.action.plan_record.encoding import RecordError, find_record, has_record
from lpcac.action.plan_record.record import PlanRecord, ReviewedChange, TargetRecord
from lpcac.action.plan_record.shown_plan import ShownPlan
from lpcac.action.run import Run
from lpcac.connectors.github.own_comments import own_comments
from lpcac.connectors.github.port import Comment
from lpcac.core.resources import ResourceKey
from lpcac.core.text.enumeration import listed
from lpcac.reports.markdown.changes import object_code
from lpcac.reports.wording import counted

_SHORT_COMMIT = 12
_NAMED = 10
_COMMIT = re.compile(rf"^Commit `([0-9a-f]{{{_SHORT_COMMIT}}})`", re.MULTILINE)
_NOTE_START = "**The plan changed** since "
# Of what this tool writes, nothing that others named can begin a line like this.
_NOTE = re.compile(rf"^[-*] ({re.escape(_NOTE_START)}.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Earlier:
    """What the pull request's comments show before this run writes.

    Arguments:
        comment: the one that counts; `None` where there is none.
        others: further ones, left by two runs at once or by one that was killed.
    """

    comment: Comment | None = None
    others: Sequence[Comment] = ()

    @classmethod
    def read(cls, run: Run, number: int) -> Earlier:
        """Read the comments of a pull request.

        Raises:
            GitHubError: they could not be read.
        """
        marker = plan_marker(run.scope)
        found = own_comments(run.github, run.identity, number, lambda text: is_ours(text, marker))
        if not found:
            return cls()
        newest = _shown(found[-1].body)
        index = len(found) - 1
        # Of copies of one plan the oldest is kept: that is the one whose address people know.
        while index and _shown(found[index - 1].body) == newest:
            index -= 1
        return cls(found[index], [*found[:index], *found[index + 1 :]])

    @property
    def record(self) -> PlanRecord | None:
        """Return what is recorded, `None` where nothing is or where it was altered."""
        return _record(self.comment.body) if self.comment else None

    def is_of(self, head: str) -> bool:
        """Tell whether the comment is about this commit."""
        return self.comment is not None and _shown(self.comment.body)[0] == head[:_SHORT_COMMIT]

    def note(self, plan: ShownPlan) -> str:
        """Return what to say of a change of the plan, an empty text where it did not change for this commit."""
        if self.comment is None or not self.is_of(plan.origin.head):
            return ""
        record = self.record
        if _digest(record) != plan.origin.plan:
            return _changed(self.comment, record, plan)
        if record is None or not plan.is_same_as(record):
            return ""
        # The same plan again: what was said of the change before stays.
        found = _NOTE.search(self.comment.body)
        return found.group(1) if found else ""


def put_plan_comment(run: Run, number: int, earlier: Earlier, head: str, body: str, *, create: bool) -> Comment | None:
    """Leave exactly one plan comment, with this text; what showed another plan becomes a link to it.

    Arguments:
        earlier: what the comments show now.
        head: the commit that the text is about.
        create: whether to write one where there is none; else nothing is done and `None` returned.

    Raises:
        GitHubError: it could not be done.
    """
    if earlier.comment is None:
        return run.github.add_comment(number, body) if create else None
    is_another = earlier.is_of(head) and _shown(earlier.comment.body) != _shown(body)
    if is_another:
        kept = run.github.add_comment(number, body)
    elif earlier.comment.body.strip() != body.strip():
        kept = run.github.edit_comment(earlier.comment, body)
    else:
        kept = earlier.comment
    for each in earlier.others:
        if _shown(each.body) == _shown(earlier.comment.body):
            run.github.delete_comment(each)
        else:
            run.github.edit_comment(each, _link(run.scope, kept))
    if is_another:
        run.github.edit_comment(earlier.comment, _link(run.scope, kept))
    return kept


def _link(scope: str, to: Comment) -> str:
    return (
        f"{superseded_marker(scope)}\n"
        f"The plan that was here no longer counts: [another plan was made for the same commit]({to.url}).\n"
    )


def _shown(body: str) -> tuple[str, str]:
    """Return which commit a comment is about, shortened, and the digest of its plan, as far as they can be told."""
    record = _record(body) if has_record(body) else None
    if record is not None:
        return record.origin.head[:_SHORT_COMMIT], record.origin.plan
    found = _COMMIT.search(body)
    return found.group(1) if found else "", ""


def _record(body: str) -> PlanRecord | None:
    try:
        return find_record(body)
    except RecordError:
        return None


def _digest(record: PlanRecord | None) -> str:
    return record.origin.plan if record else ""


def _changed(comment: Comment, record: PlanRecord | None, plan: ShownPlan) -> str:
    """Return what changed, from what to what."""
    shown = record.origin.first_shown if record else None
    moment = f"{shown:%Y-%m-%d %H:%M %Z}" if shown else "an earlier comment"
    since = f"[{moment}]({comment.url})" if comment.url else moment
    parts = plan.genuine_parts(record) if record else []
    mine = [target for target, _ in plan.targets]
    before = "a plan that cannot be compared"
    if record is None:
        before = "no plan that could be applied"
    elif parts and not record.wholes:
        before = counted(_count(parts), "change")
    after = counted(_count(mine), "change") if mine else "no plan that can be applied"
    details = "".join(f" {words}: {objects}." for words, objects in _differences(parts, mine)) if parts else ""
    return (
        f"{_NOTE_START}{since}, for the same commit: from {before}, to {after}.{details} "
        "Approvals given before that are for the earlier plan: review this one."
    )


def _count(parts: Iterable[TargetRecord]) -> int:
    return sum(len(part.changes or ()) for part in parts)


def _differences(before: Sequence[TargetRecord], after: Sequence[TargetRecord]) -> Iterator[tuple[str, str]]:
    """Yield what is new, gone and different, each with the objects that it is said of."""
    was, will_be = _by_object(before), _by_object(after)
    for words, keys in (
        ("New", will_be.keys() - was.keys()),
        ("Gone", was.keys() - will_be.keys()),
        ("With other values", {key for key in was.keys() & will_be.keys() if was[key] != will_be[key]}),
    ):
        named = {(action, kind, name) for _, action, kind, name in keys}
        lines = [f"{action} {object_code(ResourceKey(kind, name))}" for action, kind, name in sorted(named)]
        if lines:
            yield words, listed(lines, _NAMED)


def _by_object(parts: Sequence[TargetRecord]) -> dict[tuple[str, str, str, str], str]:
    return {_identity(part, change): change.digest for part in parts for change in part.changes or ()}


def _identity(part: TargetRecord, change: ReviewedChange) -> tuple[str, str, str, str]:
    return part.target, change.action, change.kind, change.name
