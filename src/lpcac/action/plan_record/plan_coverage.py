"""Combines what several records show of one target's plan, until they contain all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lpcac.action.plan_record.encoding import Fault, RecordError, verified
from lpcac.action.plan_record.record import Comparison, Origin, PlanRecord, TargetRecord, compare
from lpcac.action.plan_record.signing import ReviewKey, record_target
from lpcac.connectors.github.port import PullRequest
from lpcac.planning.plan import TargetPlan


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


@dataclass
class PlanCoverage:
    """Collects records until they contain every change of a plan.

    Arguments:
        fault: why the last record does not count; `None` where it does.
        numbers: of the pull requests whose records count.
        taken_over: records of earlier attempts, by pull request.
    """

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
    fault: Fault | None = None
    numbers: set[int] = field(default_factory=set)
    taken_over: dict[int, list[PlanRecord]] = field(default_factory=dict)

    @property
    def is_settled(self) -> bool:
        """Tell whether all of the plan was reviewed."""
        return self.has_seen and self._comparison().is_allowed

    @property
    def has_seen(self) -> bool:
        """Tell whether any record counts."""
        return bool(self._seen)

    def is_settled_by_any(self, pull_request: PullRequest, record: PlanRecord | Fault) -> bool:
        """Tell whether all of the plan was reviewed, with a pull request's record and those that attempts took over."""
        is_settled = self._is_settled_by(pull_request, record)
        fault = self.fault
        for each in self.taken_over.get(pull_request.number, ()):
            if is_settled:
                break
            is_settled = self._is_settled_by(pull_request, each)
            fault = fault and self.fault
        self.fault = fault
        return is_settled

    def _is_settled_by(self, pull_request: PullRequest, record: PlanRecord | Fault) -> bool:
        """Tell whether, with this record, all of the plan was reviewed."""
        self.closest = self.closest or pull_request
        self.fault = None
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
        self.numbers.add(pull_request.number)
        after = self._comparison()
        if len(after.unreviewed) < len(before.unreviewed):
            self._used.append(PlanRecord(record.origin, {part.target: self._listed(record.origin, part)}))
        return after.is_allowed

    def _reject(self, fault: Fault) -> bool:
        self.fault = fault
        self._fault = self._fault or fault
        return False

    def refusal(self, fault: Fault) -> Review:
        """Return the review as refused for a record's fault, whatever other records show."""
        return Review((), self.closest, None, fault)

    def result(self) -> Review:
        """Return what was found."""
        comparison = self._comparison() if self._seen else None
        if comparison and comparison.is_allowed:
            return Review(tuple(self._used), self.closest, comparison)
        fault = None if comparison else self._fault or Fault.ABSENT
        return Review((), self.closest, comparison, fault)

    def _comparison(self) -> Comparison:
        """Return the plan against all records together; only the closest one says what was withdrawn."""
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
