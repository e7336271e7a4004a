"""The plan record: what a person reviewed, so that a later plan can be compared with it.

A record says for each target either every change, by a short digest and its name, or, where there is no room for that,
the plan as a whole. `signing` signs it.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from lpcac.core.digests import digest
from lpcac.core.json_values import Json
from lpcac.core.resources import Target
from lpcac.planning.plan import Change, TargetPlan

if TYPE_CHECKING:
    from lpcac.action.plan_record.map_part import MapPart

VERSION = 1
# 160 bits of a SHA-256: an author chooses both contents of a collision, which costs the square root of finding one.
_DIGEST_BYTES = 20
SEAL_BYTES = _DIGEST_BYTES
MARK_BYTES = 4


@dataclass(frozen=True)
class Origin:
    """What a record is bound to: the pull request, its head when the plan was made, and the words that people read.

    Arguments:
        shown: digest of the comment's text, so that nobody can be shown another plan than the one that is recorded;
            empty for a share of a plan, which shows nothing yet.
        scope: of the job that planned.
        plan: short digest of all recorded plans together; empty for a share.
        since: when people were first shown this plan, by GitHub's clock, in the format of ISO 8601; empty for a share.
    """

    repository: str
    pull_request: int
    head: str
    shown: str = ""
    scope: str = ""
    plan: str = ""
    since: str = ""

    @property
    def first_shown(self) -> datetime | None:
        """Return when people were first shown this plan, `None` where that is not recorded."""
        try:
            found = datetime.fromisoformat(self.since)
        except ValueError:
            return None
        return found if found.tzinfo else None

    @property
    def signed_fields(self) -> Json:
        """Return what every signature for this origin covers, beside what is signed."""
        return {
            "repository": self.repository.lower(),
            "pull_request": self.pull_request,
            "head": self.head,
            "shown": self.shown,
            "scope": self.scope,
            "whole_plan": self.plan,
            "since": self.since,
        }


@dataclass(frozen=True)
class ReviewedChange:
    """One reviewed change; its short digest counts, the words are for people."""

    action: str
    kind: str
    name: str
    digest: str


@dataclass(frozen=True)
class TargetRecord:
    """What was reviewed for one target.

    Arguments:
        target: identity of the target.
        plan: short digest of the plan.
        changes: every change; `None` where only an equal plan passes.
        signature: over all of it and the origin.
    """

    target: str
    plan: str
    changes: tuple[ReviewedChange, ...] | None
    signature: str = field(repr=False)


@dataclass(frozen=True)
class PlanRecord:
    """What was reviewed on a pull request, by target identity; nothing of it is verified yet.

    Arguments:
        targets: those whose changes are listed.
        wholes: the seals of plans that only pass as a whole.
        keys: what tells whether a key made any of the seals.
        touched: marks of the objects that those plans change; a hint for people, which allows nothing.
        map: which guarded values of the map were shown; `None` where none were.
    """

    origin: Origin
    targets: Mapping[str, TargetRecord]
    wholes: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()
    map: MapPart | None = None


@dataclass(frozen=True)
class Comparison:
    """A plan made now against what was reviewed.

    Arguments:
        unreviewed: changes of the plan that the record does not contain; all of them when only the whole counts.
        withdrawn: reviewed changes that the plan does not contain any more; that alone refuses nothing.
    """

    unreviewed: tuple[Change, ...] = ()
    withdrawn: tuple[ReviewedChange, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Tell whether all of the plan was reviewed."""
        return not self.unreviewed


def target_identity(target: Target) -> str:
    """Return what identifies a target, whatever its pool and logpoint are called."""
    identity = {
        "client": target.client,
        "director": target.director,
        "pool_uuid": target.pool_uuid,
        "logpoint": target.logpoint_id,
    }
    return short(digest(identity))


def short(hexadecimal: str) -> str:
    """Return the short form of a digest."""
    return base64_text(bytes.fromhex(hexadecimal)[:_DIGEST_BYTES])


def object_mark(target: str, kind: str, name: str) -> str:
    """Return a short mark of an object on a target, 32 bits long: equal marks mean the same object, except by accident.

    Arguments:
        target: identity of the target.
    """
    return base64_text(bytes.fromhex(digest([target, kind, name]))[:MARK_BYTES])


def marks_of(record: PlanRecord) -> frozenset[str]:
    """Return the marks of all objects that the recorded plans change, as far as the record says."""
    listed = (
        object_mark(part.target, change.kind, change.name)
        for part in record.targets.values()
        for change in part.changes or ()
    )
    return record.touched | frozenset(listed)


def compare(record: TargetRecord, plan: TargetPlan) -> Comparison:
    """Return what of a plan was not reviewed, and what was reviewed and is gone; doing nothing is always allowed."""
    if record.changes is None:
        is_equal = bool(record.plan) and hmac.compare_digest(record.plan.encode(), short(plan.digest).encode())
        return Comparison(() if is_equal else plan.changes)
    reviewed = {change.digest for change in record.changes}
    planned = {short(change.digest) for change in plan.changes}
    return Comparison(
        tuple(change for change in plan.changes if short(change.digest) not in reviewed),
        tuple(change for change in record.changes if change.digest not in planned),
    )


def base64_text(value: bytes) -> str:
    """Return bytes in base64, without padding."""
    return b64encode(value).decode().rstrip("=")
