"""Finds other open pull requests that change the same objects, while there is time to talk about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lpcac.action.plan_record.encoding import RecordError, find_record
from lpcac.action.plan_record.record import marks_of, object_mark, target_identity
from lpcac.action.pull_request.comment_text import is_plan_comment
from lpcac.action.run import Run
from lpcac.connectors.github.port import GitHubError, PullRequest
from lpcac.core.resources import ResourceKey, Target
from lpcac.planning.guard import GuardedTarget

# Other pull requests that are named.
_MOST_NAMED = 5

Objects = Sequence[tuple[Target, ResourceKey]]


@dataclass(frozen=True)
class Overlaps:
    """Which other pull requests change the same objects.

    Arguments:
        objects: the other open pull requests by number, each with what both change.
        opened: pull requests by number that were open a moment ago, as far as they were asked about.
    """

    objects: Mapping[int, Objects] = field(default_factory=dict)
    opened: Mapping[int, PullRequest] = field(default_factory=dict)


def overlaps_of(run: Run, number: int, targets: Sequence[GuardedTarget]) -> Overlaps:
    """Return which other open pull requests change the same objects.

    One request reads the newest hundred comments of the repository; what was planned longer ago is not found. Another
    request tells which of the pull requests are still open. This helps people and decides nothing: what GitHub does not
    say is left out.

    Arguments:
        number: of the pull request that the plans are of.
    """
    mine = dict(_marked(run, targets))
    if not mine:
        return Overlaps()
    try:
        shared = _shared(run, number, mine)
        opened = {each.number: each for each in run.github.open_pull_requests()} if shared else {}
    except GitHubError as error:
        run.runner.say(f"other pull requests that change the same clients were not checked: {error}")
        return Overlaps()
    others = [other for other in sorted(shared, reverse=True) if other in opened][:_MOST_NAMED]
    return Overlaps({other: [mine[mark] for mark in shared[other]] for other in others}, opened)


def _marked(run: Run, targets: Sequence[GuardedTarget]) -> Iterator[tuple[str, tuple[Target, ResourceKey]]]:
    for guarded in targets:
        target = guarded.plan.target
        identity = target_identity(target)
        for change in guarded.plan.changes:
            name = run.output.redactor.clean(change.key.name)
            yield object_mark(identity, change.key.kind, name), (target, change.key)


def _shared(run: Run, number: int, mine: Mapping[str, tuple[Target, ResourceKey]]) -> Mapping[int, Sequence[str]]:
    """Return the marks of what other pull requests change as well, by number; they may be closed by now."""
    shared: dict[int, list[str]] = {}
    for comment in run.github.newest_comments():
        if comment.number == number or not run.identity.wrote(comment.author) or not is_plan_comment(comment.body):
            continue
        try:
            marks = marks_of(find_record(comment.body))
        except RecordError:
            continue
        if both := [mark for mark in mine if mark in marks]:
            shared.setdefault(comment.number, both)
    return shared
