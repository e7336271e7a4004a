"""Decides for each planned target whether it may be applied: reviewed, within its limits, and not overtaken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lpcac.activities.merge_values import Decision, Standing
from lpcac.activities.planning import PlannedWithHistory
from lpcac.activities.reviews import Review, Reviews
from lpcac.activities.run import Run
from lpcac.engine.directory_map import Director
from lpcac.engine.guard import approve
from lpcac.errors import RefusedError
from lpcac.render.comment import ALLOW_DELETES

# How far back a review is looked for that was merged and never applied.
_EARLIER_COMMITS = 50


@dataclass(frozen=True)
class Push:
    """What is to be applied.

    Arguments:
        commit: whose tree is applied.
        before: the branch's tip before the push; `None` when that is not known.
        by_hand: whether a person asked for it, so that no push brought it.
        needs_review: whether only what a pull request showed may be applied.
    """

    commit: str
    before: str | None
    by_hand: bool
    needs_review: bool


@dataclass
class Judge:
    """Decides targets of one push."""

    run: Run
    push: Push
    reviews: Reviews
    directors: dict[str, Director]

    def decide(self, each: PlannedWithHistory) -> Decision:
        """Return how the target stands; a plan of nothing needs no review."""
        plan = each.planned.plan
        if plan.errors or plan.unread is not None or each.planned.live is None:
            return Decision(each, Standing.UNPLANNED)
        if newer := self._newer(each):
            return Decision(each, Standing.SUPERSEDED, newer=newer)
        if not plan.changes:
            return Decision(each, Standing.NOTHING)
        review = self._review(each) if self.push.needs_review else None
        if review and not review.records:
            return Decision(each, Standing.UNREVIEWED, review)
        is_waived = self._is_waived(each, review)
        limits = each.planned.request.loaded.client.limits
        try:
            approved = approve(plan, limits, frozenset({plan.digest} if is_waived else ()))
        except RefusedError:
            return Decision(each, Standing.GUARDED, review)
        return Decision(each, Standing.APPROVED, review, approved.waived)

    def _newer(self, each: PlannedWithHistory) -> str | None:
        """Return the commit of a newer push that got to the target first: what is older must not undo it."""
        repository, commit = self.run.commits.repository, self.push.commit
        for attempt, _ in each.history.attempts if each.history else ():
            if attempt.sha != commit and repository.knows(attempt.sha) and repository.is_ancestor(commit, attempt.sha):
                return attempt.sha
        return None

    def _review(self, each: PlannedWithHistory) -> Review:
        director = self.directors[each.planned.request.loaded.client.director]
        attempts = each.history.attempts_at(self.push.commit) if each.history else []
        key = self.run.settings.review_key(director)
        return self.reviews.of(
            each.planned.plan, key, attempts, self._pushed(), self._earlier(each), by_hand=self.push.by_hand
        )

    def _pushed(self) -> Sequence[str]:
        """Return the commits that the push brought; by hand, the branch's newest one stands for them."""
        most = 1 if self.push.by_hand or self.push.before is None else _EARLIER_COMMITS
        return self.run.commits.repository.first_parents(self.push.before, self.push.commit, most)

    def _earlier(self, each: PlannedWithHistory) -> Iterator[str]:
        """Yield the commits before the push that the target never got; what was reviewed with them counts as well."""
        repository = self.run.commits.repository
        since = each.history.last_applied if each.history else None
        known = since if since and repository.knows(since) else None
        pushed = set(self._pushed())
        commits = repository.first_parents(known, self.push.commit, _EARLIER_COMMITS)
        return (commit for commit in commits if commit not in pushed)

    def _is_waived(self, each: PlannedWithHistory, review: Review | None) -> bool:
        """Tell whether a pull request that brought the changes carries the label that waives the delete limits."""
        if not any(refusal.waivable for refusal in each.planned.guarded.refusals):
            return False
        merged = [found for commit in self._pushed() for found in self.reviews.merged_by(commit)]
        if review and review.pull_request:
            merged.append(review.pull_request)
        return any(ALLOW_DELETES in pull_request.labels for pull_request in merged)
