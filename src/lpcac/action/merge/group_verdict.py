"""Judges a merge group as its push would be judged, so that what would be refused is not merged."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lpcac.action.guarded_keys.counting import Counting
from lpcac.action.merge.ancestry import Ancestry
from lpcac.action.merge.approvals import Approvals
from lpcac.action.merge.judge import Judge, pushed_commits
from lpcac.action.merge.merge import pushed, uncounted
from lpcac.action.merge.result import unreviewed
from lpcac.action.merge.verdicts import MergeVerdict
from lpcac.action.plan_record.lookup import Reviews, no_approval_needed, without_twins
from lpcac.action.plan_record.record import Origin
from lpcac.action.pull_request.proposal import Proposal, asked, desired_of, with_live_names
from lpcac.action.pull_request.proposed_change import ProposedChange
from lpcac.action.run import Run
from lpcac.connectors.github.events import MergeGroupEvent
from lpcac.connectors.github.port import GitHubError, PullRequest
from lpcac.core.resources import Target
from lpcac.lint.live_names import live_names
from lpcac.reports.markdown.blocks import prose


@dataclass(frozen=True)
class GroupVerdict:
    """What the push would do.

    Arguments:
        refused: the targets that would be refused without a review, each with the reason.
        uncounted: changes of the map that would not count, as Markdown.
        is_known: whether all pull requests of the group are known; otherwise nothing is said about reviews.
    """

    refused: tuple[tuple[Target, str], ...] = ()
    is_known: bool = True
    uncounted: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Tell whether the push would leave something undone for want of a review."""
        return bool(self.refused or self.uncounted)


@dataclass
class GroupReviews(Reviews):
    """Treats the pull requests of a merge group as merged: they will be, if the group passes.

    Arguments:
        group: those pull requests.
        commits: what the group would bring.
    """

    group: Sequence[PullRequest] = ()
    commits: frozenset[str] = frozenset()

    def merged_by(self, commit: str) -> Sequence[PullRequest]:
        """Return the pull requests that added a commit, or would add it."""
        return self.group if commit in self.commits else super().merged_by(commit)

    def _merged_as(self, origin: Origin) -> PullRequest | None:
        of_group = (each for each in self.group if each.number == origin.pull_request)
        return next(of_group, None) or super()._merged_as(origin)


def judge_group(run: Run, event: MergeGroupEvent, basis: ProposedChange) -> tuple[Proposal, GroupVerdict]:
    """Return the group's plans, with what its labels waive, and what its push would do.

    Raises:
        GitHubError: it cannot be known what Git owned.
    """
    planned = asyncio.run(asked(run, basis))
    basis = with_live_names(run, basis, live_names((each.planned for each in planned), run.registry))
    repository = run.commits.repository
    tip = repository.remote_branch(event.branch) if event.branch else None
    before = repository.merge_base(tip, event.head) if tip else event.base
    push = pushed(run, event.head, before, basis.reviewed)
    commits = pushed_commits(run, push)
    group, is_known = _pull_requests(run, event, commits)
    reviews = GroupReviews(
        run.github,
        run.identity,
        run.settings.github.repository,
        event.branch or "",
        run.scope,
        run.output.redactor.clean,
        Approvals(run).lacking if push.needs_approval else no_approval_needed,
        group=[replace(each, merge_commit=event.head) for each in group],
        commits=frozenset(commits),
    )
    ancestry = Ancestry(repository)
    judge = Judge(run, push, reviews, dict(basis.scope.directors), ancestry)
    withheld, left_out = dict[Target, str](), tuple[str, ...]()
    try:
        decisions = [judge.decide(each) for each in planned] if group else []
        if group:
            counted = Counting(run, push, reviews, basis.reviewed, ancestry).counted()
            _, withheld = counted.without_unreviewed(basis.scope)
            left_out = uncounted(run, push, counted)
    except GitHubError as error:
        run.runner.say(f"cannot tell whether the plan of this group was reviewed: {error}")
        decisions, is_known = [], False
    waived = {each.target_plan.target for each in decisions if each.waived}
    targets = [
        each.planned.guarded.without_waivable() if each.target in waived else each.planned.guarded for each in planned
    ]
    proposal = Proposal.of(basis, targets, desired_of(planned), waive_limits=False)
    if not is_known:
        return proposal, GroupVerdict(is_known=False)
    refused = [
        (each.target_plan.target, unreviewed(each).why) for each in decisions if each.verdict is MergeVerdict.UNREVIEWED
    ]
    refused += [(target, prose(why)) for target, why in withheld.items()]
    return proposal, GroupVerdict(tuple(refused), uncounted=left_out)


def _pull_requests(run: Run, event: MergeGroupEvent, commits: Sequence[str]) -> tuple[list[PullRequest], bool]:
    """Return the pull requests of a group, and whether each of its commits has one."""
    found: dict[int, PullRequest] = {}
    is_known = True
    try:
        for commit in commits:
            of_commit = list(_of_commit(run, event, commit))
            found |= {each.number: each for each in of_commit}
            is_known = is_known and bool(of_commit)
    except GitHubError as error:
        run.runner.say(f"cannot tell which pull requests are in this group: {error}")
        return [], False
    return without_twins(list(found.values()), run.settings.github.repository), is_known and bool(found)


def _of_commit(run: Run, event: MergeGroupEvent, commit: str) -> Iterator[PullRequest]:
    """Yield the pull requests that a commit of the group merges."""
    if commit == event.head and event.number is not None:
        yield run.github.pull_request(event.number)
        return
    # A merge commit of the queue's is on no branch of a pull request; what it merges is.
    _, *merged = run.commits.repository.parents(commit)
    for each in run.github.pull_requests_of(merged[0] if merged else commit):
        if each.base_ref == event.branch:
            yield each
