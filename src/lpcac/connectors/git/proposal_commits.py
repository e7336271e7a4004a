"""Which commits tell what a proposal changes: where GitHub checked its test merge out, that tells exactly."""

from __future__ import annotations

from dataclasses import dataclass

from lpcac.connectors.git.process import CHECK_OUT_ALL
from lpcac.connectors.git.repository import Repository
from lpcac.core.errors import UsageError


@dataclass(frozen=True)
class Proposed:
    """A proposal's commits.

    Arguments:
        planned: whose tree is planned: the checked-out commit when it contains the head, as a test merge does, so that
            the plan does not undo what the base branch got since the head branched off; else the head.
        before: what `after` is compared with to tell what the proposal changes.
        after: the test merge where one is checked out, else the head.
    """

    planned: str
    before: str
    after: str


def proposed(repository: Repository, base: str, head: str | None = None) -> Proposed:
    """Return the commits of a proposal.

    A test merge is compared with its first parent, the base branch's commit that it merges into: the base branch may
    have got clients since the head branched off, on a base folder that the head changes. Anything else is compared with
    the commit where it left the base branch.

    Arguments:
        repository: with the proposal checked out.
        base: a commit of the base branch.
        head: the newest commit that is proposed; `None` where only the checked-out one is known. A merge whose first
            parent is not in `base` may then be one of the proposal's own, and is taken for that: more may seem to
            change than does, never less.

    Raises:
        UsageError: a commit is not in the clone, or the two have no common history there.

    """
    if head is not None and not repository.knows(head):
        message = f"commit {head[:12]} is not in the clone: {CHECK_OUT_ALL}"
        raise UsageError(message)
    checked_out = repository.head()
    newest = head or checked_out
    planned = checked_out if repository.is_ancestor(newest, checked_out) else newest
    first, *merged = repository.parents(planned) or [planned]
    is_test_merge = newest in merged if head else bool(merged) and repository.is_ancestor(first, base)
    if is_test_merge:
        return Proposed(planned, first, planned)
    return Proposed(planned, repository.merge_base(base, newest), newest)
