"""Finds other open pull requests that change the same objects, while there is time to talk about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lpcac.action.plan_record.encoding import RecordError, find_record
from lpcac.action.plan_record.record import marks_of, object_mark, target_identity
from lpcac.action.pull_request.comment import is_plan_comment
from lpcac.action.run import Run
from lpcac.connectors.github.port import GitHubError
from lpcac.core.resources import ResourceKey, Target
from lpcac.planning.guard import GuardedTarget

# Pull requests that are asked about whether they are still open.
_MOST_ASKED = 5

Objects = Sequence[tuple[Target, ResourceKey]]


def overlaps_of(run: Run, number: int, targets: Sequence[GuardedTarget]) -> Mapping[int, Objects]:
    """Return other open pull requests by number, each with the objects that both change.

    The newest hundred comments of the repository tell, one request; what was planned longer ago is not found. It is
    said to help people, and decides nothing: what GitHub does not tell is left out.

    Arguments:
        number: of the pull request that the plans are of.
    """
    mine = dict(_marked(run, targets))
    if not mine:
        return {}
    try:
        return dict(_overlapping(run, number, mine))
    except GitHubError as error:
        run.runner.say(f"other pull requests that change the same clients were not checked: {error}")
        return {}


def _marked(run: Run, targets: Sequence[GuardedTarget]) -> Iterator[tuple[str, tuple[Target, ResourceKey]]]:
    for guarded in targets:
        target = guarded.plan.target
        identity = target_identity(target)
        for change in guarded.plan.changes:
            name = run.output.redactor.clean(change.key.name)
            yield object_mark(identity, change.key.kind, name), (target, change.key)


def _overlapping(
    run: Run, number: int, mine: Mapping[str, tuple[Target, ResourceKey]]
) -> Iterator[tuple[int, Objects]]:
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
    for other in sorted(shared, reverse=True)[:_MOST_ASKED]:
        if run.github.pull_request(other).is_open:
            yield other, [mine[mark] for mark in shared[other]]
