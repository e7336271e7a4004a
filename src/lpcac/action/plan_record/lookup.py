"""Finds what was reviewed of a target: in comments of merged pull requests and in deployments of earlier attempts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lpcac.action.markers import is_ours, plan_marker
from lpcac.action.plan_record.encoding import APPROVAL_FAULTS, Fault, RecordError, find_record, misplaced
from lpcac.action.plan_record.map_part import MapPart
from lpcac.action.plan_record.plan_coverage import PlanCoverage, Review
from lpcac.action.plan_record.record import Origin, PlanRecord, compare
from lpcac.action.plan_record.signing import ReviewKey
from lpcac.action.run_history.deployments.contents import Entry
from lpcac.connectors.github.own_comments import own_comments
from lpcac.connectors.github.port import GitHubError, GitHubPort, Identity, PullRequest
from lpcac.core.resources import Action
from lpcac.planning.plan import TargetPlan

# Seconds after which GitHub is asked again whether a commit came from a pull request.
_ASKED_AGAIN_AFTER = (1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Pushed:
    """What a push brought.

    Arguments:
        commits: newest first.
        changes: tells whether a commit changes what the target's client declares.
    """

    commits: Sequence[str]
    changes: Callable[[str], bool]


def _always(_pull_request: PullRequest) -> bool:
    """Count everything."""
    return True


def no_approval_needed(_pull_request: PullRequest, _origin: Origin) -> Fault | None:
    """Count every plan without an approval."""
    return None


def without_twins(pull_requests: Sequence[PullRequest], repository: str) -> list[PullRequest]:
    """Return the pull requests without those of forks whose head one of the repository's own has as well.

    GitHub calls both merged. A fork's run has no key, so its pull request never has a record, and anyone can open one.

    Arguments:
        repository: `owner/name`.
    """
    heads = {each.head for each in pull_requests if each.head_repository.lower() == repository.lower()}
    return [
        each for each in pull_requests if each.head_repository.lower() == repository.lower() or each.head not in heads
    ]


@dataclass
class Reviews:
    """Looks up pull requests and their records, each once.

    Arguments:
        repository: `owner/name`.
        branch: the default branch; what was merged elsewhere does not count.
        scope: of this job; what another one planned does not count.
        clean: takes secrets out of a name.
        lacks_approval: tells why a plan that was shown on a pull request is not approved, `None` where it is, or
            need not be.
    """

    github: GitHubPort
    identity: Identity
    repository: str
    branch: str
    scope: str
    clean: Callable[[str], str] = str
    lacks_approval: Callable[[PullRequest, Origin], Fault | None] = no_approval_needed
    _merged: dict[str, list[PullRequest]] = field(default_factory=dict)
    _claimed: dict[int, PullRequest | None] = field(default_factory=dict)
    _records: dict[int, PlanRecord | Fault] = field(default_factory=dict)
    _written: dict[int, datetime] = field(default_factory=dict)
    _asked_again: set[str] = field(default_factory=set)

    def merged_by(self, commit: str) -> Sequence[PullRequest]:
        """Return the pull requests that brought a commit into the default branch; none for a direct push."""
        if commit not in self._merged:
            found = without_twins(self.github.pull_requests_of(commit), self.repository)
            self._merged[commit] = [each for each in found if each.is_merged and each.base_ref == self.branch]
        return self._merged[commit]

    def of(
        self,
        plan: TargetPlan,
        key: ReviewKey | None,
        attempts: Iterable[Entry],
        pushed: Pushed,
        earlier: Iterable[str],
        counts: Callable[[PullRequest], bool] = _always,
        *,
        by_hand: bool = False,
    ) -> Review:
        """Return whether what the plan does was reviewed.

        Every pull request of the push that changes the target's client must carry a record of it: where its own is
        missing or was altered, nobody can say what its reviewer saw, whatever others show. The same holds for every
        commit back to the oldest whose review is needed: what was reviewed there may have been withdrawn since. So
        nothing counts that was merged before a newer record was written: that one shows the whole plan.

        Arguments:
            attempts: earlier attempts to apply the same commit; they carry the records that allowed them. Anyone who
                can push a branch can record an attempt, so these only add to what the pull request's own comment shows.
            pushed: what to apply; without a pull request it is a direct push.
            earlier: commits before it that the target never got, newest first; asked for only when needed.
            counts: tells whether what a pull request showed may still be done.
            by_hand: whether a person asked for it, so that it is no direct push whatever is pushed.
        """
        own = self.brought_by(pushed.commits)
        if not own and not by_hand:
            return Review(is_direct=True)
        nearest = own[0] if own else None
        coverage = PlanCoverage(
            plan, key, self.repository, self.scope, self.clean, nearest, counts, self.lacks_approval
        )
        for attempt in attempts:
            for record in attempt.records:
                coverage.taken_over.setdefault(record.origin.pull_request, []).append(record)
        if (review := self._of_the_push(coverage, own, pushed)) is not None:
            return review
        for commit in earlier:
            if self._is_superseded(coverage, commit):
                break
            if (review := self._of_commit(coverage, commit, pushed)) is not None:
                return review
        return coverage.result()

    def _of_the_push(self, coverage: PlanCoverage, own: Sequence[PullRequest], pushed: Pushed) -> Review | None:
        """Return what the push's own pull requests say, `None` where earlier ones may add to it."""
        if not own and any(pushed.changes(commit) for commit in pushed.commits):
            return Review(is_direct=True)
        unapproved = None
        for pull_request in own:
            coverage.is_settled_by_any(pull_request, self._recorded(pull_request))
            if coverage.fault is None or not self._changes(pull_request, pushed):
                continue
            if coverage.fault not in APPROVAL_FAULTS:
                return coverage.refusal(coverage.fault)
            # Whoever approved another one of the push may have seen the same there.
            unapproved = unapproved or coverage.fault
        if coverage.is_settled:
            return coverage.result()
        if unapproved:
            return coverage.refusal(unapproved)
        # A commit pushed together with a merge was not reviewed.
        is_direct = any(not self.merged_by(commit) and pushed.changes(commit) for commit in pushed.commits)
        return coverage.result() if is_direct else None

    def _is_superseded(self, coverage: PlanCoverage, commit: str) -> bool:
        """Tell whether a record that counts was written after a commit's pull requests were merged.

        It shows all that there was to do then: what it leaves out was withdrawn. A record that was being made during
        the merge is taken for one as well; then a new pull request is needed.
        """
        written = [self._written[number] for number in coverage.numbers if number in self._written]
        merged = [each.merged for each in self.merged_by(commit) if each.merged]
        return bool(written and merged) and max(written) > max(merged)

    def _of_commit(self, coverage: PlanCoverage, commit: str, pushed: Pushed) -> Review | None:
        """Return what an earlier commit settles: that all was reviewed, or that what is older does not count."""
        pull_requests = self.merged_by(commit)
        for pull_request in pull_requests:
            if coverage.is_settled_by_any(pull_request, self._recorded(pull_request)):
                return coverage.result()
            if coverage.fault and pushed.changes(commit):
                return coverage.result()
        if pull_requests or not pushed.changes(commit):
            return None
        return coverage.result() if coverage.has_seen else Review(is_direct=True)

    def _changes(self, pull_request: PullRequest, pushed: Pushed) -> bool:
        """Tell whether a pull request of the push changes the client, by the commits that it brought."""
        return any(pushed.changes(commit) for commit in pushed.commits if pull_request in self.merged_by(commit))

    def brought_by(self, commits: Sequence[str]) -> list[PullRequest]:
        """Return the pull requests that brought any of these commits into the default branch; none for a direct push.

        GitHub says so a moment after the merge: if it says nothing, it is asked again.
        """
        own = list(dict.fromkeys(each for commit in commits for each in self.merged_by(commit)))
        if not own and commits and commits[0] not in self._asked_again:
            self._asked_again.add(commits[0])
            for seconds in _ASKED_AGAIN_AFTER:
                self.github.wait(seconds)
                del self._merged[commits[0]]
                if self.merged_by(commits[0]):
                    for commit in commits[1:]:
                        del self._merged[commit]
                    return self.brought_by(commits)
        return own

    def shown_map(self, pull_request: PullRequest) -> tuple[Origin, MapPart] | None:
        """Return what a pull request's comment says that people were shown of the map; no signature is verified yet.

        `None` where it says nothing of this repository, scope, pull request and head, or was written after the merge.
        """
        record = self._recorded(pull_request)
        if isinstance(record, Fault) or record.map is None:
            return None
        origin = Origin(self.repository, pull_request.number, pull_request.head, scope=self.scope)
        return None if misplaced(record.origin, origin) else (record.origin, record.map)

    def have_label(self, label: str, review: Review, plan: TargetPlan) -> bool:
        """Tell whether every delete of the plan was reviewed on a pull request that carries the label now."""
        labelled = [
            part
            for record in review.records
            if (found := self._merged_as(record.origin)) and found.has_label(label)
            for part in record.targets.values()
        ]
        deletes = [change for change in plan.changes if change.action is Action.DELETE]
        return all(any(change not in compare(part, plan).unreviewed for part in labelled) for change in deletes)

    def _merged_as(self, origin: Origin) -> PullRequest | None:
        """Return the pull request that a record claims to be about, if it was merged into the default branch."""
        number = origin.pull_request
        if number not in self._claimed:
            try:
                found = self.github.pull_request(number)
            except GitHubError:
                found = None
            self._claimed[number] = found if found and found.is_merged and found.base_ref == self.branch else None
        return self._claimed[number]

    def _recorded(self, pull_request: PullRequest) -> PlanRecord | Fault:
        number = pull_request.number
        if number not in self._records:
            marker = plan_marker(self.scope)
            found = own_comments(self.github, self.identity, number, lambda text: is_ours(text, marker))
            # The newest: a run that was killed may have left the one before it as it was.
            try:
                self._records[number] = find_record(found[-1].body) if found else Fault.ABSENT
            except RecordError as error:
                self._records[number] = error.fault
            else:
                if found and found[-1].updated:
                    self._written[number] = found[-1].updated
                if found and _is_later(found[-1].updated, pull_request.merged):
                    self._records[number] = Fault.LATE
        return self._records[number]


def _is_later(updated: datetime | None, merged: datetime | None) -> bool:
    """Tell whether a comment was written after the merge: by a job that was run again, a label, or a person."""
    return updated is not None and merged is not None and updated > merged
