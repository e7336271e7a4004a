"""What runs record in deployments: what they set out to do, what became of it, and summaries of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from lpcac.action.plan_record.record import PlanRecord

ENVIRONMENT: Final = "lpcac"
"""The one environment of all deployments that record something."""


class Task(StrEnum):
    """What a deployment records; deployments with other tasks are somebody else's."""

    ATTEMPT = "lpcac:attempt"
    RESULT = "lpcac:result"
    CHECKPOINT = "lpcac:checkpoint"
    MAP = "lpcac:map"


class Ending(StrEnum):
    """What became of a target in one run."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Stamp:
    """Which run recorded something.

    Arguments:
        repository: `owner/name`.
        scope: which of the repository's jobs it was, by what they look after.
        run: GitHub's number of the run, and how often it was started.
        commit: what was applied.
        time: by the runner's clock.
    """

    repository: str
    scope: str
    run: str
    attempt: int
    commit: str
    time: datetime


@dataclass(frozen=True)
class Entry:
    """What one run did, or set out to do, on one target.

    Arguments:
        target: its identity, whatever it is called.
        names: of client, pool and logpoint at that time.
        document: name of the attempt, or of the result where there was nothing to attempt.
        order: what began later has a higher one.
        recorded: when GitHub heard of it first.
        ending: `None` as long as nobody knows.
        last_sign: when GitHub last heard of the run, by its clock: runners' clocks differ.
        records: what allows the changes; nothing of them is verified yet.
        waived: limits that did not count.
    """

    target: str
    names: tuple[str, str, str]
    stamp: Stamp
    document: str
    order: int
    recorded: datetime
    last_sign: datetime
    ending: Ending | None = None
    records: tuple[PlanRecord, ...] = ()
    waived: tuple[str, ...] = ()

    @property
    def commit(self) -> str:
        """Return the commit that the run applied, or started to apply."""
        return self.stamp.commit

    @property
    def is_done(self) -> bool:
        """Tell whether the target came to be as declared."""
        return self.ending is Ending.DONE

    def joined(self, other: Entry) -> Entry:
        """Return what two documents of one run say of the target together."""
        endings = [each.ending for each in (self, other) if each.ending]
        return replace(
            self,
            order=min(self.order, other.order),
            recorded=min(self.recorded, other.recorded),
            last_sign=max(self.last_sign, other.last_sign),
            ending=endings[0] if endings else None,
            records=self.records or other.records,
            waived=self.waived or other.waived,
        )


@dataclass(frozen=True)
class Goal:
    """What a run sets out to do on one target.

    Arguments:
        records: what allows it.
        waived: limits that do not count.
    """

    target: str
    names: tuple[str, str, str]
    records: tuple[PlanRecord, ...] = ()
    waived: tuple[str, ...] = ()


@dataclass(frozen=True)
class Approval:
    """Who approved a pull request, and when."""

    login: str
    time: datetime | None


@dataclass(frozen=True)
class ReviewedPull:
    """A pull request whose review allowed something.

    Arguments:
        head: the commit that was reviewed.
        merged_by: empty where GitHub does not say.
    """

    number: int
    head: str
    merged_by: str = ""
    approvals: tuple[Approval, ...] = ()


@dataclass(frozen=True)
class Audit:
    """Who wanted what a run did.

    Arguments:
        started_by: who merged, or started the run.
        url: of the run.
    """

    started_by: str
    url: str
    pull_requests: tuple[ReviewedPull, ...] = ()


@dataclass(frozen=True)
class TargetResult:
    """What became of one target, as a result tells it.

    Arguments:
        detail: in words for people.
        pull_requests: numbers of those whose review allowed it.
        is_attempted: whether the run's attempt names it; else there was nothing to attempt.
    """

    target: str
    names: tuple[str, str, str]
    ending: Ending
    detail: str = ""
    waived: tuple[str, ...] = ()
    pull_requests: tuple[int, ...] = ()
    is_attempted: bool = True


@dataclass(frozen=True)
class Result:
    """What a run says became of some of its targets.

    Arguments:
        attempt: name of its attempt; empty where there was none.
        order: of that attempt: a result that comes late is about what began earlier.
    """

    stamp: Stamp
    attempt: str
    order: int
    target_results: tuple[TargetResult, ...]
    audit: Audit


@dataclass(frozen=True)
class Checkpoint:
    """What was known of every target.

    Arguments:
        read_to: id of the newest deployment that its writer knew of: everything up to it is in here.
    """

    read_to: int
    entries: tuple[Entry, ...]
