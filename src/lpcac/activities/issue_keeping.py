"""Keeps the issues: one a client for its whole life, and one about clients that could not be checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lpcac.engine.canonical import digest
from lpcac.engine.drift_issue import (
    DRIFT_LABEL,
    UNREACHABLE_LABEL,
    IssueState,
    Night,
    Step,
    next_state,
    read_state,
    step_for,
)
from lpcac.engine.github_port import GitHubError, GitHubPort, Identity, Issue
from lpcac.render.issue import (
    UNREACHABLE_TITLE,
    change_comment,
    clean_comment,
    drift_issue,
    drift_title,
    refreshed,
    unreachable_issue,
)

_COLORS = {DRIFT_LABEL: "d93f0b", UNREACHABLE_LABEL: "fbca04"}
_MEANINGS = {
    DRIFT_LABEL: "A logpoint is not as declared",
    UNREACHABLE_LABEL: "Drift could not be checked",
}


@dataclass
class Kept:
    """What was done to issues.

    Arguments:
        steps: by client; what was left alone is not listed.
        held_back: clients whose issue was not opened, for there would be too many at once.
        problems: what could not be done.
    """

    steps: dict[str, Step] = field(default_factory=dict)
    held_back: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass
class IssueKeeper:
    """Keeps issues of one night.

    Arguments:
        most: how many issues may be opened.
    """

    github: GitHubPort
    identity: Identity
    now: datetime
    most: int
    _labels: set[str] = field(default_factory=set)

    def keep(self, nights: Sequence[Night], *, everyone: bool) -> Kept:
        """Bring every issue to where the night's findings say it belongs, and return what was done.

        Arguments:
            everyone: whether every client was looked at; else nothing is concluded about who cannot be reached.
        """
        kept = Kept()
        known = self._issues("drift", DRIFT_LABEL)
        opened = 0
        for night in nights:
            issue, state = known.get(night.client, (None, None))
            step = self._step(night, issue, state)
            if step is Step.OPEN and opened >= self.most:
                kept.held_back.append(night.client)
                continue
            opened += step is Step.OPEN
            if step is not Step.LEAVE:
                kept.steps[night.client] = step
                self._attempt(kept, lambda n=night, i=issue, s=state, t=step: self._take(t, n, i, s))  # type: ignore[misc]
        if everyone:
            self._attempt(kept, lambda: self._keep_unreachable(nights))
        return kept

    def _step(self, night: Night, issue: Issue | None, state: IssueState | None) -> Step:
        return step_for(
            state,
            night.digest,
            is_open=issue is not None and issue.is_open,
            is_clean=night.is_clean_as_checked,
            is_complete=night.is_complete,
        )

    def _attempt(self, kept: Kept, act: Callable[[], None]) -> None:
        try:
            act()
        except GitHubError as error:
            # The other clients' issues are worth no less.
            kept.problems.append(str(error))

    def _take(self, step: Step, night: Night, issue: Issue | None, state: IssueState | None) -> None:
        new = next_state(step, state, night.client, night.digest, self.now)
        if issue is None:
            self._open(drift_title(night.client), drift_issue(night, new), DRIFT_LABEL)
        elif step is Step.REFRESH:
            self.github.edit_issue(issue, body=refreshed(issue.body, "drift", new))
        elif step is Step.CLOSE:
            self._close(issue, "drift", new)
        else:
            is_closed = step is Step.REOPEN
            self.github.edit_issue(issue, body=drift_issue(night, new), is_open=True if is_closed else None)
            self.github.add_comment(issue.number, change_comment(new, was_closed=is_closed))

    def _keep_unreachable(self, nights: Sequence[Night]) -> None:
        unchecked = {night.client: night.unchecked for night in nights if not night.is_complete}
        now_digest = digest({client: list(reasons) for client, reasons in unchecked.items()})
        issue, state = self._issues("unreachable", UNREACHABLE_LABEL).get("", (None, None))
        is_open = issue is not None and issue.is_open
        step = step_for(state, now_digest, is_open=is_open, is_clean=not unchecked, is_complete=True)
        if step is Step.LEAVE:
            return
        new = next_state(step, state, "", now_digest, self.now)
        if issue is None:
            self._open(UNREACHABLE_TITLE, unreachable_issue(unchecked, new), UNREACHABLE_LABEL)
        elif step is Step.REFRESH:
            self.github.edit_issue(issue, body=refreshed(issue.body, "unreachable", new))
        elif step is Step.CLOSE:
            self._close(issue, "unreachable", new)
        else:
            # Reasons change with every network; whoever follows the issue wants to know when it begins and ends.
            self.github.edit_issue(issue, body=unreachable_issue(unchecked, new), is_open=None if is_open else True)

    def _open(self, title: str, body: str, label: str) -> None:
        if label not in self._labels:
            self.github.ensure_label(label, _COLORS[label], _MEANINGS[label])
            self._labels.add(label)
        self.github.create_issue(title, body, label)

    def _close(self, issue: Issue, kind: str, state: IssueState) -> None:
        self.github.add_comment(issue.number, clean_comment(state))
        self.github.edit_issue(issue, body=refreshed(issue.body, kind, state), is_open=False)

    def _issues(self, kind: str, label: str) -> dict[str, tuple[Issue, IssueState]]:
        """Return the issues of one kind by their subject, the oldest of several."""
        found: dict[str, tuple[Issue, IssueState]] = {}
        for issue in sorted(self.github.issues(label), key=lambda each: each.number):
            state = read_state(kind, issue.body)
            if state and self.identity.wrote(issue.author):
                found.setdefault(state.subject, (issue, state))
        return found
