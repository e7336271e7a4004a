"""Issues about drift and unreachable clients: a status line that may change every night, a text that does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from lpcac.action.nightly.client_findings import ClientDriftCheck, LostApply
from lpcac.action.nightly.issue_decision import Step
from lpcac.action.nightly.issue_state import STATE_LINE, IssueState, state_line
from lpcac.core.resources import ResourceKey
from lpcac.core.text.enumeration import capped, with_rest
from lpcac.core.text.safe_text import shortened
from lpcac.directory_map.directory_map import Acceptance
from lpcac.reports.markdown.blocks import bullets, code, page, prose
from lpcac.reports.markdown.changes import object_code, target_code
from lpcac.reports.markdown.drift import drift_markdown
from lpcac.reports.markdown.size_budget import COMMENT_LIMIT, as_many_as_fit, first_that_fits, size
from lpcac.reports.wording import counted

_SHORT_COMMIT = 12
_LISTED = (50, 10, 0)
# The state and the status line: what they say, and how to find them in a text that people may have edited.
_HEAD = re.compile(rf"{STATE_LINE.pattern}(?:[ \t]*\n[ \t]*First seen [^\n]*)?", re.MULTILINE)
# The status line grows as the nights go by.
_GROWTH = 64
# What people wrote above stays; where it leaves too little room, GitHub's history of the text still has it.
_MOST_ABOVE = COMMENT_LIMIT // 4


def drift_title(client: str) -> str:
    """Return the title of a client's issue."""
    return f"Drift: {shortened(client, 200)}"


UNREACHABLE_TITLE = "Clients whose drift could not be checked"


def drift_issue(night: ClientDriftCheck, state: IssueState, room: int = COMMENT_LIMIT, above: str = "") -> str:
    """Return the text of a client's issue, of at most `room` bytes.

    Arguments:
        above: what people wrote above the last one.
    """
    head, left = _head_and_room("drift", state, room, above)
    rest = first_that_fits(left // 2, _LISTED, lambda most: page(_rest(night, most))) or ""
    drifts = [drift for drift in night.drifts if not drift.is_clean or drift.unmanaged or drift.accepted]
    drift = drift_markdown(drifts, budget=max(0, left - size(rest))) if drifts else ""
    return f"{head}{page([drift.strip(), rest.strip()])}"


def unreachable_issue(
    unchecked: Mapping[str, Sequence[str]], state: IssueState, room: int = COMMENT_LIMIT, above: str = ""
) -> str:
    """Return the text of the issue about clients that could not be checked, each with the reasons.

    Arguments:
        room: the most bytes.
        above: what people wrote above the last one.
    """
    head, left = _head_and_room("unreachable", state, room, above)
    promise = "Their drift issues stay as they are. This issue closes when a run can check every client."
    lines = [f"{code(client)}: {prose('; '.join(reasons))}" for client, reasons in sorted(unchecked.items())]

    def text(shown: Sequence[str], cut: int) -> str:
        verdict = f"### ❔ {counted(len(lines), 'client')} could not be checked"
        return page([verdict, bullets(with_rest(shown, len(shown) + cut, "clients")), promise])

    return f"{head}{as_many_as_fit(left, lines, text) or ''}"


def refreshed(body: str, kind: str, state: IssueState) -> str:
    """Return an issue's text with its status brought up to date and nothing else changed."""
    return _HEAD.sub(lambda _: _head(kind, state), body.replace("\r\n", "\n"), count=1)


def change_comment(before: IssueState, now: IssueState) -> str:
    """Return the comment that notifies people who follow the issue of something new."""
    if before.is_over:
        words = "It drifted again"
    elif before.digest == now.digest:
        words = "It still drifts, so this issue was reopened"
    else:
        words = "The drift changed"
    return f"{words} ({_day(now.last_checked)}); the description above shows what differs now."


def closing_comment(step: Step, kind: str, state: IssueState) -> str:
    """Return the comment that goes with closing an issue."""
    if step is Step.RELEASE:
        return (
            f"Checked {_time(state.last_checked)}: this client is no longer in the directory map, so it is not "
            "checked. Its objects were left alone. If the client comes back and drifts, this issue is reopened."
        )
    clean = "everything is as declared" if kind == "drift" else "every client could be checked"
    return f"Checked {_time(state.last_checked)}: {clean}."


def _head_and_room(kind: str, state: IssueState, room: int, above: str) -> tuple[str, int]:
    """Return what comes first, and how many bytes are left after it."""
    kept = above if size(above) <= min(_MOST_ABOVE, room) else ""
    head = f"{kept}{_head(kind, state)}\n\n"
    return head, max(0, room - size(head) - _GROWTH)


def _head(kind: str, state: IssueState) -> str:
    nights = "1 night" if state.nights == 1 else f"{state.nights} nights in a row"
    status = f"First seen {_day(state.first_seen)} · last checked {_time(state.last_checked)} · {nights}"
    return f"{state_line(kind, state)}\n{status}"


def _rest(night: ClientDriftCheck, most: int) -> Iterator[str]:
    """Yield what comes below the drift, with lists of at most `most` lines."""
    if night.lost:
        yield "### ⚠️ Merged but never applied"
        yield bullets(capped(map(_lost_line, night.lost), most, "targets"))
    if night.expired:
        yield "#### Accepted drift that has expired"
        yield bullets(capped(map(_expired_line, night.expired), most, "entries"))
    # The heading keeps this list apart from the one above.
    yield "#### What next"
    yield bullets(_what_next(night))


def _lost_line(lost: LostApply) -> str:
    since = f"last applied: {code(lost.applied[:_SHORT_COMMIT])}" if lost.applied else "never applied"
    why = f"; since then: {prose('; '.join(lost.reasons))}" if lost.applied and lost.reasons else ""
    return f"{target_code(lost.target)}: {since}{why}"


def _expired_line(entry: Acceptance) -> str:
    field = f", field {code(entry.field)}" if entry.field else ""
    return f"{object_code(ResourceKey(entry.kind, entry.name))}{field}, until {entry.until}: {prose(entry.reason)}"


def _what_next(night: ClientDriftCheck) -> Iterator[str]:
    if any(drift.changed or drift.missing for drift in night.drifts):
        accept = "set a later day in its entry under `accept`" if night.expired else "add it to `accept` in the map"
        yield (
            "To restore Git's state, run `apply` by hand with `require-review: false`, because no review covers it. "
            f"To keep the logpoint's state, declare it in a pull request. To accept the drift for a while, {accept}."
        )
    if night.lost:
        yield "To apply what was merged, run the failed job again, or the workflow by hand with `apply`."
    yield "This issue closes when a run finds everything as declared."


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M %Z")
