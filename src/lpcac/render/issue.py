"""Issues about drift and unreachable clients: a status line that may change every night, a text that does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from lpcac.engine.drift_issue import IssueState, LostApply, Night, state_line
from lpcac.engine.inert import shortened
from lpcac.render.inert_markdown import bullets, code, page, prose
from lpcac.render.markdown import drift_markdown
from lpcac.render.markdown_changes import capped, target_code
from lpcac.render.size_ladder import COMMENT_LIMIT, size
from lpcac.render.wording import counted

_SHORT_COMMIT = 12
_LISTED = 50
_STATUS_ROOM = 2_000


def drift_title(client: str) -> str:
    """Return the title of a client's issue."""
    return f"Drift: {shortened(client, 200)}"


UNREACHABLE_TITLE = "Clients whose drift could not be checked"


def drift_issue(night: Night, state: IssueState, room: int = COMMENT_LIMIT) -> str:
    """Return the text of a client's issue, of at most `room` characters."""
    rest = [*_lost(night.lost), *_unchecked(night.unchecked), _what_next(night)]
    left = room - size(page(rest)) - _STATUS_ROOM
    drifts = [drift for drift in night.drifts if not drift.is_clean or drift.unmanaged or drift.accepted]
    told = drift_markdown(drifts, budget=max(0, left)) if drifts else ""
    return f"{_head('drift', state)}\n\n{page([told.strip(), *rest])}"


def unreachable_issue(unchecked: Mapping[str, Sequence[str]], state: IssueState) -> str:
    """Return the text of the issue about clients that could not be checked, each with the reasons."""
    lines = [f"{code(client)}: {prose('; '.join(reasons))}" for client, reasons in sorted(unchecked.items())]
    blocks = [
        f"### ❔ {counted(len(lines), 'client')} could not be checked",
        bullets(capped(lines, _LISTED, "clients")),
        "Their drift issues are left as they are. This issue is closed by the next run that can check every client.",
    ]
    return f"{_head('unreachable', state)}\n\n{page(blocks)}"


def refreshed(body: str, kind: str, state: IssueState) -> str:
    """Return an issue's text with its status brought up to date and nothing else changed."""
    # The head is the state's line and the status line, however the line ends were saved.
    lines = body.replace("\r\n", "\n").lstrip().split("\n", 2)
    rest = lines[2] if len(lines) > 2 else ""  # noqa: PLR2004 - see above
    return f"{_head(kind, state)}\n{rest}"


def change_comment(state: IssueState, *, was_closed: bool) -> str:
    """Return the comment that tells whoever follows the issue that there is something new."""
    words = "It drifted again" if was_closed else "The drift changed"
    return f"{words} ({_day(state.last_checked)}); the description above shows what differs now."


def clean_comment(state: IssueState) -> str:
    """Return the comment that goes with closing an issue."""
    return f"Checked {_time(state.last_checked)}: everything is as declared."


def _head(kind: str, state: IssueState) -> str:
    nights = "1 night" if state.nights == 1 else f"{state.nights} nights in a row"
    status = f"First seen {_day(state.first_seen)} · last checked {_time(state.last_checked)} · {nights}"
    return f"{state_line(kind, state)}\n{status}"


def _lost(lost: Sequence[LostApply]) -> list[str]:
    if not lost:
        return []
    lines = []
    for each in lost:
        since = f"last applied: {code(each.applied[:_SHORT_COMMIT])}" if each.applied else "never applied"
        why = f"; since then: {prose('; '.join(each.reasons))}" if each.applied and each.reasons else ""
        lines.append(f"{target_code(each.target)}: {since}{why}")
    return ["### ⚠️ Merged, and never applied", bullets(capped(lines, _LISTED, "targets"))]


def _unchecked(reasons: Sequence[str]) -> list[str]:
    if not reasons:
        return []
    return ["#### Could not be checked", bullets(capped((prose(reason) for reason in reasons), _LISTED, "reasons"))]


def _what_next(night: Night) -> str:
    steps = []
    if any(drift.changed or drift.missing for drift in night.drifts):
        steps.append(
            "To keep Git's state, run `apply` by hand with `require-review: false`, for nobody reviewed putting it "
            "back; to keep the logpoint's, declare it in a pull request; to live with it for a while, add it to "
            "`accept` in the map."
        )
    if night.lost:
        steps.append("To apply what was merged, run the failed job again, or the workflow by hand with `apply`.")
    steps.append("This issue is closed by the run that finds everything as declared.")
    return bullets(steps)


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M %Z")
