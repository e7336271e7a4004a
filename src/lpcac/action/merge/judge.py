"""Decides for each planned target whether it may be applied: reviewed, within its limits, and not overtaken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from lpcac.action.markers import ALLOW_DELETES
from lpcac.action.merge.ancestry import Ancestry
from lpcac.action.merge.verdicts import Decision, MergeVerdict
from lpcac.action.plan_record.lookup import Pushed, Reviews
from lpcac.action.plan_record.plan_coverage import Review
from lpcac.action.run import Run
from lpcac.action.run_history.deployments.contents import Ending
from lpcac.action.run_history.target_state import TargetHistory
from lpcac.action.target_plans import OTHER_SCOPE, PlannedWithHistory
from lpcac.connectors.github.port import GitHubError, PullRequest
from lpcac.core.errors import RefusedError
from lpcac.directory_map.directory_map import DirectorEndpoint
from lpcac.planning.guard import approve

# How many commits back to look for a review that was merged and never applied.
_EARLIER_COMMITS = 50


@dataclass(frozen=True)
class Push:
    """What to apply.

    Arguments:
        commit: whose tree is applied.
        before: the branch's tip before the push; `None` when that is not known.
        by_hand: whether a person asked for it, so that no push brought it.
        needs_review: whether only what a pull request showed may be applied.
        needs_approval: whether it must be approved as well, after it was shown.
        starting: names of clients that start to count with it, though it is not about them.
    """

    commit: str
    before: str | None
    by_hand: bool
    needs_review: bool
    needs_approval: bool = False
    starting: frozenset[str] = frozenset()


def pushed_commits(run: Run, push: Push) -> Sequence[str]:
    """Return the commits that a push brought, newest first; by hand, only the branch's newest one."""
    most = 1 if push.by_hand or push.before is None else _EARLIER_COMMITS
    return run.commits.repository.first_parents(push.before, push.commit, most)


@dataclass
class Judge:
    """Decides targets of one push."""

    run: Run
    push: Push
    reviews: Reviews
    directors: dict[str, DirectorEndpoint]
    ancestry: Ancestry

    def decide(self, each: PlannedWithHistory) -> Decision:
        """Return the target's verdict; an empty plan needs no review."""
        if found := self._before_its_plan(each):
            return found
        plan = each.planned.plan
        if not plan.changes:
            return Decision(each, MergeVerdict.NOTHING)
        review = self._review(each) if self.push.needs_review else None
        if review and not review.records:
            return Decision(each, self._unless_starting(each, MergeVerdict.UNREVIEWED), review)
        is_waived = self._is_waived(each, review)
        limits = each.planned.request.loaded.client.limits
        try:
            approved = approve(plan, limits, frozenset({plan.digest} if is_waived else ()))
        except RefusedError:
            return Decision(each, MergeVerdict.GUARDED, review)
        return Decision(each, MergeVerdict.APPROVED, review, approved.waived)

    def _before_its_plan(self, each: PlannedWithHistory) -> Decision | None:
        """Return the target's verdict where that does not depend on the plan."""
        plan = each.planned.plan
        if each.is_settled:
            return Decision(each, MergeVerdict.SETTLED)
        if plan.errors or plan.unread is not None or each.planned.live is None:
            return Decision(each, self._unless_starting(each, MergeVerdict.UNPLANNED))
        if any(refusal.code == OTHER_SCOPE for refusal in each.planned.guarded.refusals):
            return Decision(each, self._unless_starting(each, MergeVerdict.GUARDED))
        return self._newer(each)

    def _unless_starting(self, each: PlannedWithHistory, verdict: MergeVerdict) -> MergeVerdict:
        """Return the verdict; what keeps a client from being applied that the push is not about is no failure of it."""
        return MergeVerdict.WAITING if each.target.client in self.push.starting else verdict

    def _newer(self, each: PlannedWithHistory) -> Decision | None:
        """Leave the target to a newer push that applied to it first, if one did: an older push must not undo it."""
        commit = self.push.commit
        for entry in each.history.entries if each.history else ():
            is_newer = entry.commit != commit and entry.ending is not Ending.SUPERSEDED
            if is_newer and self.ancestry.contains(entry.commit, commit) and self._is_on_branch(entry.commit):
                return Decision(each, MergeVerdict.SUPERSEDED, newer=entry.commit, is_newer_done=entry.is_done)
        return None

    def _is_on_branch(self, commit: str) -> bool:
        """Tell whether the branch still holds a newer commit, as far as can be known: a forced push can remove it."""
        if self._tip is None or not self.ancestry.knows(self._tip):
            # The branch moved on while this job was starting.
            return True
        return self.ancestry.contains(self._tip, commit)

    @cached_property
    def _tip(self) -> str | None:
        try:
            return self.run.github.tip(self.reviews.branch)
        except GitHubError:
            return None

    def _review(self, each: PlannedWithHistory) -> Review:
        director = self.directors[each.planned.request.loaded.client.director]
        attempts = each.history.attempts_at(self.push.commit) if each.history else []
        key = self.run.settings.review_key(director)
        pushed = Pushed(self._pushed(), partial(self._changes, each.target.client))
        counts = partial(self._counts, each.history)
        earlier = self._earlier(each)
        return self.reviews.of(each.planned.plan, key, attempts, pushed, earlier, counts, by_hand=self.push.by_hand)

    def _counts(self, history: TargetHistory | None, pull_request: PullRequest) -> bool:
        """Tell whether what a pull request showed may still be done: not where a later commit was applied since.

        What was applied last must be in the pull request's merge. A commit that a forced push removed is in no merge:
        then the pull request must have been merged after it was applied.
        """
        last = history.newest_success if history else None
        merge = pull_request.merge_commit
        if last is None:
            return True
        if merge and self.ancestry.contains(merge, last.commit):
            return True
        is_gone = not self.ancestry.knows(last.commit)
        return is_gone and pull_request.merged is not None and pull_request.merged > last.recorded

    def _changes(self, client: str, commit: str) -> bool:
        """Tell whether a commit changes what the client declares."""
        commits = self.run.commits
        affected = commits.affected(commits.repository.first_parent(commit), commit)
        return any(each.client.name == client for each in affected)

    def _pushed(self) -> Sequence[str]:
        return pushed_commits(self.run, self.push)

    def _earlier(self, each: PlannedWithHistory) -> Iterator[str]:
        """Yield the commits before the push that the target never got; what was reviewed with them counts as well."""
        repository = self.run.commits.repository
        since = each.history.last_applied if each.history else None
        known = since if since and self.ancestry.knows(since) else None
        pushed = set(self._pushed())
        commits = repository.first_parents(known, self.push.commit, _EARLIER_COMMITS)
        return (commit for commit in commits if commit not in pushed)

    def _is_waived(self, each: PlannedWithHistory, review: Review | None) -> bool:
        """Tell whether the label that waives the delete limits is on the pull request that showed the deletes.

        Where no review is needed, every pull request that the push brought must have it.
        """
        if not any(refusal.waivable for refusal in each.planned.guarded.refusals):
            return False
        if review:
            return self.reviews.have_label(ALLOW_DELETES, review, each.planned.plan)
        self.reviews.brought_by(self._pushed())
        brought = [self.reviews.merged_by(commit) for commit in self._pushed()]
        return bool(brought) and all(
            found and all(pull.has_label(ALLOW_DELETES) for pull in found) for found in brought
        )
