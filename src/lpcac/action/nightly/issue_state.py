"""The life of a client's one drift issue: what a night's findings do to it."""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from lpcac.core.digests import canonical_bytes, digest
from lpcac.core.findings import Finding
from lpcac.core.json_values import Json
from lpcac.core.resources import Target
from lpcac.directory_map.directory_map import Acceptance
from lpcac.planning.drift import Drift

DRIFT_LABEL = "lpcac/drift"
UNREACHABLE_LABEL = "lpcac/unreachable"

STATE_LINE = re.compile(r"^[ \t]*<!-- lpcac:(drift|unreachable):v(\d+) ([A-Za-z0-9+/=]+) -->", re.MULTILINE)
"""An issue's state, at the start of a line: people write above it, and a quotation of it is none."""
_VERSION = 1


@dataclass(frozen=True)
class LostApply:
    """What was merged and never applied to a target.

    Arguments:
        applied: the commit that was applied last; `None` when none ever was.
        reasons: why the commits since then concern the client.
    """

    target: Target
    applied: str | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClientDriftCheck:
    """What one night found of one client.

    Arguments:
        expired: entries of the accept list whose day is past, and which would else silence what drifts.
    """

    client: str
    drifts: tuple[Drift, ...] = ()
    lost: tuple[LostApply, ...] = ()
    expired: tuple[Acceptance, ...] = ()

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Return why targets of the client could not be checked."""
        return tuple(f"{drift.target}: {drift.not_checked}" for drift in self.drifts if drift.not_checked is not None)

    @property
    def is_clean(self) -> bool:
        """Tell whether all that was checked is as declared, and applied."""
        return not self.lost and all(drift.is_clean for drift in self.drifts)

    @property
    def is_clean_as_checked(self) -> bool:
        """Tell whether nothing was found on those targets that could be checked."""
        return not self.lost and all(drift.is_clean for drift in self.drifts if drift.not_checked is None)

    @property
    def is_complete(self) -> bool:
        """Tell whether every target of the client was checked."""
        return not self.unchecked

    @property
    def digest(self) -> str:
        """Return what stays the same for as long as the same things differ in the same way."""
        return digest(
            {
                "drifts": sorted([_drift_identity(drift) for drift in self.drifts if _differs(drift)], key=str),
                "lost": sorted([[str(each.target), each.applied or "", *each.reasons] for each in self.lost]),
            }
        )


@dataclass(frozen=True)
class IssueState:
    """What an issue remembers, in a line that nobody sees.

    Arguments:
        subject: the client; empty in the issue about unreachable clients.
        digest: of what it tells; empty once a run found that nothing of it is left.
        first_seen: when what it tells began.
        nights: on how many nights in a row it was seen.
        scope: of the job that keeps it; the issues of others are theirs.
    """

    subject: str
    digest: str
    first_seen: datetime
    last_checked: datetime
    nights: int = 1
    scope: str = ""

    @property
    def is_over(self) -> bool:
        """Tell whether a run saw the end of what the issue tells; that someone closed it is no end."""
        return not self.digest


class Step(StrEnum):
    """What is done to an issue."""

    LEAVE = "left as it is"
    OPEN = "opened"
    REFRESH = "still the same"
    REWRITE = "changed"
    REOPEN = "reopened"
    CLOSE = "closed"
    SETTLE = "closed before, and now as declared"
    RELEASE = "closed: the client left the map"


def step_for(state: IssueState | None, now_digest: str, *, is_open: bool, is_clean: bool, is_complete: bool) -> Step:
    """Return what a night's findings do to the issue; nothing is concluded from a check that was not complete.

    Arguments:
        state: the issue's, `None` when there is no issue.
        is_clean: whether nothing was found.
        is_complete: whether everything was looked at.
    """
    if is_clean:
        return _end_of(state, is_open=is_open) if is_complete else Step.LEAVE
    if state is None:
        return Step.OPEN
    if not is_open:
        return Step.REOPEN
    if not is_complete:
        return Step.LEAVE
    return Step.REFRESH if state.digest == now_digest else Step.REWRITE


def _end_of(state: IssueState | None, *, is_open: bool) -> Step:
    if is_open:
        return Step.CLOSE
    # Someone closed it: it has to remember that this was right, or the next drift would be taken for the old one.
    return Step.SETTLE if state and not state.is_over else Step.LEAVE


def next_state(step: Step, state: IssueState | None, subject: str, now_digest: str, now: datetime) -> IssueState:
    """Return what the issue is to remember after the step; a second look on the same day is no second night."""
    if state and step in (Step.CLOSE, Step.SETTLE, Step.RELEASE):
        return replace(state, digest="", last_checked=now)
    if state is None or state.is_over:
        return IssueState(subject, now_digest, now, now)
    nights = state.nights + (now.date() > state.last_checked.date())
    return replace(state, digest=now_digest, last_checked=now, nights=nights)


def state_line(kind: str, state: IssueState) -> str:
    """Return the state as a line of an issue: an HTML comment whose alphabet cannot end it."""
    content = {
        "subject": state.subject,
        "digest": state.digest,
        "first_seen": state.first_seen.isoformat(),
        "last_checked": state.last_checked.isoformat(),
        "nights": state.nights,
        "scope": state.scope,
    }
    return f"<!-- lpcac:{kind}:v{_VERSION} {b64encode(canonical_bytes(content)).decode()} -->"


def read_state(kind: str, body: str) -> IssueState | None:
    """Return the state in an issue's text; `None` when there is none of this kind, or it cannot be read.

    Anyone may write such a line: it is worth what the issue's author is.
    """
    found = STATE_LINE.search(body)
    if not found or found[1] != kind:
        return None
    try:
        content: Json = json.loads(b64decode(found[3], validate=True))
        return IssueState(
            str(content["subject"]),
            str(content["digest"]),
            datetime.fromisoformat(content["first_seen"]),
            datetime.fromisoformat(content["last_checked"]),
            int(content["nights"]),
            str(content["scope"]),
        )
    except (binascii.Error, KeyError, TypeError, ValueError):
        return None


def text_above(body: str) -> str:
    """Return what people wrote above an issue's state, up to the line's start."""
    found = STATE_LINE.search(body)
    return body[: found.start()].replace("\r\n", "\n") if found else ""


def _differs(drift: Drift) -> bool:
    return bool(drift.changed or drift.missing or drift.errors)


def _drift_identity(drift: Drift) -> Sequence[object]:
    changes = sorted(change.digest for change in (*drift.changed, *drift.missing))
    return [drift.target.client, drift.target.pool_uuid, drift.target.logpoint_id, changes, _errors(drift.errors)]


def _errors(errors: Sequence[Finding]) -> list[str]:
    return sorted(f"{finding.code} {finding.message}" for finding in errors)
