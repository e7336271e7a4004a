"""Finds what was reviewed of a target: in comments of merged pull requests and in deployments of earlier attempts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lpcac.action.markers import is_ours, plan_marker
from lpcac.action.plan_record.deployments import Entry
from lpcac.action.plan_record.encoding import Fault, RecordError, find_record, misplaced, verified
from lpcac.action.plan_record.map_part import MapPart
from lpcac.action.plan_record.record import (
    Comparison,
    Origin,
    PlanRecord,
    ReviewKey,
    TargetRecord,
    compare,
    record_target,
)
from lpcac.connectors.github.own_comments import own_comments
from lpcac.connectors.github.port import GitHubError, GitHubPort, Identity, PullRequest
from lpcac.core.resources import Action
from lpcac.planning.plan import TargetPlan

# Seconds after which GitHub is asked again whether a commit came from a pull request.
_ASKED_AGAIN_AFTER = (1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Review:
    """What was found out about one target's plan.

    Arguments:
        records: what allows it together, each with where it was recorded; none when it is not allowed.
        pull_request: the closest one, whether its review allows the plan or not.
        comparison: the plan against every record that counts; `None` when none counts.
        fault: why none counts.
        is_direct: whether no pull request brought the commits at all.
    """

    records: tuple[PlanRecord, ...] = ()
    pull_request: PullRequest | None = None
    comparison: Comparison | None = None
    fault: Fault | None = None
    is_direct: bool = False


@dataclass(frozen=True)
class Pushed:
    """What a push brought.

    Arguments:
        commits: newest first.
        touches: tells whether a pull request of the push changes what the target's client declares.
    """

    commits: Sequence[str]
    touches: Callable[[PullRequest], bool]


def _always(_pull_request: PullRequest) -> bool:
    """Let everything count."""
    return True


def no_approval_needed(_pull_request: PullRequest, _origin: Origin) -> Fault | None:
    """Let every plan count without an approval."""
    return None


@dataclass
class Reviews:
    """Looks up pull requests and their records, each once.

    Arguments:
        repository: `owner/name`.
        branch: the default branch; what was merged elsewhere does not count.
        scope: of this job; what another one planned does not count.
        clean: takes secrets out of a name.
        lacks_approval: tells why a plan that was shown on a pull request is not approved, `None` where it is or need
            not be.
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
    _asked_again: set[str] = field(default_factory=set)

    def merged_by(self, commit: str) -> Sequence[PullRequest]:
        """Return the pull requests that brought a commit into the default branch; none for a direct push."""
        if commit not in self._merged:
            found = self.github.pull_requests_of(commit)
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

        A pull request of the push that touches the target has to carry a record of it: where its own is missing or was
        altered, nobody can say what its reviewer saw, whatever earlier ones show.

        Arguments:
            attempts: earlier attempts to apply the same commit; they carry the record that allowed them.
            pushed: what is to be applied; without a pull request it is a direct push.
            earlier: commits before it that the target never got, newest first; asked for only when needed.
            counts: tells whether what a pull request showed may still be done.
            by_hand: whether a person asked for it, so that it is no direct push whatever is pushed.
        """
        own = self.brought_by(pushed.commits)
        if not own and not by_hand:
            return Review(is_direct=True)
        closest = own[0] if own else None
        search = _Search(plan, key, self.repository, self.scope, self.clean, closest, counts, self.lacks_approval)
        for attempt in attempts:
            for record in attempt.records:
                if (found := self._merged_as(record.origin)) and search.is_settled_by(found, record):
                    return search.result()
        for pull_request in own:
            settled = search.is_settled_by(pull_request, self._recorded(pull_request))
            if settled or (search.was_fault and pushed.touches(pull_request)):
                return search.result() if settled else search.refusal()
        for commit in earlier:
            for pull_request in self.merged_by(commit):
                if search.is_settled_by(pull_request, self._recorded(pull_request)):
                    return search.result()
        return search.result()

    def brought_by(self, commits: Sequence[str]) -> list[PullRequest]:
        """Return the pull requests that brought any of these commits into the default branch; none for a direct push.

        GitHub says so a moment after the merge: where it says nothing, it is asked again before that is believed.
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
                if found and _is_later(found[-1].updated, pull_request.merged):
                    self._records[number] = Fault.LATE
        return self._records[number]


def _is_later(updated: datetime | None, merged: datetime | None) -> bool:
    """Tell whether a comment was written after the merge: by a job that was run again, a label, or a person."""
    return updated is not None and merged is not None and updated > merged


@dataclass
class _Search:
    """Collects records until they contain every change of a plan."""

    plan: TargetPlan
    key: ReviewKey | None
    repository: str
    scope: str
    clean: Callable[[str], str]
    closest: PullRequest | None
    counts: Callable[[PullRequest], bool]
    lacks_approval: Callable[[PullRequest, Origin], Fault | None]
    _used: list[PlanRecord] = field(default_factory=list)
    _seen: list[TargetRecord] = field(default_factory=list)
    _fault: Fault | None = None
    _last_fault: Fault | None = None

    @property
    def was_fault(self) -> bool:
        """Tell whether the last record did not count."""
        return self._last_fault is not None

    def is_settled_by(self, pull_request: PullRequest, record: PlanRecord | Fault) -> bool:
        """Tell whether, with this record, all of the plan was reviewed."""
        self.closest = self.closest or pull_request
        self._last_fault = None
        if isinstance(record, Fault):
            return self._reject(record)
        if not self.counts(pull_request):
            return self._reject(Fault.USED)
        origin = Origin(self.repository, pull_request.number, pull_request.head, scope=self.scope)
        try:
            part = verified(record, origin, self.plan, self.key)
        except RecordError as error:
            return self._reject(error.fault)
        if fault := self.lacks_approval(pull_request, record.origin):
            return self._reject(fault)
        before = self._comparison()
        self._seen.append(part)
        after = self._comparison()
        if len(after.unreviewed) < len(before.unreviewed):
            self._used.append(PlanRecord(record.origin, {part.target: self._listed(record.origin, part)}))
        return after.is_allowed

    def _reject(self, fault: Fault) -> bool:
        self._last_fault = fault
        self._fault = self._fault or fault
        return False

    def refusal(self) -> Review:
        """Return that the last record's fault stands in the way, whatever others show."""
        return Review((), self.closest, None, self._last_fault)

    def result(self) -> Review:
        """Return what was found."""
        comparison = self._comparison() if self._seen else None
        if comparison and comparison.is_allowed:
            return Review(tuple(self._used), self.closest, comparison)
        fault = None if comparison else self._fault or Fault.ABSENT
        return Review((), self.closest, comparison, fault)

    def _comparison(self) -> Comparison:
        """Return the plan against all records together; what was withdrawn is told of the closest one only."""
        unreviewed = self.plan.changes
        for part in self._seen:
            left = compare(part, self.plan).unreviewed
            unreviewed = tuple(change for change in unreviewed if change in left)
        withdrawn = compare(self._seen[0], self.plan).withdrawn if self._seen else ()
        return Comparison(unreviewed, withdrawn)

    def _listed(self, origin: Origin, part: TargetRecord) -> TargetRecord:
        """Return the record with its changes listed, so that a later attempt can do what this one leaves undone."""
        if part.changes is not None or self.key is None:
            return part
        return record_target(origin, self.plan, self.key, self.clean)
