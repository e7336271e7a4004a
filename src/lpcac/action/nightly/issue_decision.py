"""Decides what happens to an issue after a night: opened, changed, closed or reopened."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from lpcac.action.nightly.issue_state import IssueState


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
    # Someone closed it: it must remember that, or the next drift would count as the old one.
    return Step.SETTLE if state and not state.is_over else Step.LEAVE


def next_state(step: Step, state: IssueState | None, subject: str, now_digest: str, now: datetime) -> IssueState:
    """Return what the issue remembers after the step; a second check on the same day is not a second night."""
    if state and step in (Step.CLOSE, Step.SETTLE, Step.RELEASE):
        return replace(state, digest="", last_checked=now)
    if state is None or state.is_over:
        return IssueState(subject, now_digest, now, now)
    nights = state.nights + (now.date() > state.last_checked.date())
    return replace(state, digest=now_digest, last_checked=now, nights=nights)
