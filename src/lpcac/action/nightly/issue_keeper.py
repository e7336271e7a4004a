"""Keeps the issues: one a client for its whole life, and one about clients that could not be checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from lpcac.action.nightly.client_findings import ClientDriftCheck
from lpcac.action.nightly.issue_decision import Step, next_state, step_for
from lpcac.action.nightly.issue_state import DRIFT_LABEL, UNREACHABLE_LABEL, IssueState, read_state, text_above
from lpcac.action.nightly.issue_text import (
    UNREACHABLE_TITLE,
    change_comment,
    closing_comment,
    drift_issue,
    drift_title,
    refreshed,
    unreachable_issue,
)
from lpcac.connectors.github.port import GitHubError, GitHubForbiddenError, GitHubPort, Issue
from lpcac.core.digests import digest
from lpcac.core.text.safe_text import shortened
from lpcac.directory_map.directory_map import MAP_NAME
from lpcac.reports.markdown.size_budget import COMMENT_LIMIT, fitted

_LABELS = {"drift": DRIFT_LABEL, "unreachable": UNREACHABLE_LABEL}
_COLORS = {DRIFT_LABEL: "d93f0b", UNREACHABLE_LABEL: "fbca04"}
_MEANINGS = {
    DRIFT_LABEL: "A logpoint is not as declared",
    UNREACHABLE_LABEL: "Drift could not be checked",
}
_ENDS = frozenset({Step.CLOSE, Step.SETTLE, Step.RELEASE})


@dataclass
class Kept:
    """What was done to issues.

    Arguments:
        steps: by client; what was left alone is not listed.
        held_back: clients whose issue was not opened, because there would be too many at once.
        problems: what could not be done.
        notes: what was not done and need not be.
    """

    steps: dict[str, Step] = field(default_factory=dict)
    held_back: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    """An issue that is there, and what it remembers."""

    issue: Issue
    state: IssueState


@dataclass(frozen=True)
class _Topic:
    """What one issue is about.

    Arguments:
        text: gives the issue's text for a state, within so many bytes, below what people wrote.
    """

    kind: str
    subject: str
    title: str
    text: Callable[[IssueState, int, str], str]

    @property
    def label(self) -> str:
        return _LABELS[self.kind]


@dataclass
class IssueKeeper:
    """Keeps issues of one night.

    Arguments:
        scope: of this job; issues of another one are left to it.
        most: how many issues may be opened.
        clean: takes secrets out of a text.
    """

    github: GitHubPort
    now: datetime
    scope: str
    most: int
    clean: Callable[[str], str]
    _kept: Kept = field(default_factory=Kept)
    _opened: int = 0
    _labels: set[str] = field(default_factory=set)

    def keep(self, nights: Sequence[ClientDriftCheck], clients: Collection[str], *, everyone: bool) -> Kept:
        """Bring every issue to where the night's findings say it belongs, and return what was done.

        Arguments:
            clients: all that the map has, whichever job manages them.
            everyone: whether every client of this scope was looked at; else nothing is concluded about clients that
                cannot be reached, nor about those whose issue is there and who are not.
        """
        known: dict[tuple[str, str], _Known] = {}
        # Without knowing which issues there are, each one that is opened could be a second one.
        if not self._attempt(lambda: known.update(self._find())):
            return self._kept
        for night in nights:
            self._keep_drift(night, known.get(("drift", night.client)))
        if everyone:
            self._release({client: each for (kind, client), each in known.items() if kind == "drift"}, clients)
            self._keep_unreachable(nights, known.get(("unreachable", "")))
        return self._kept

    def _find(self) -> Mapping[tuple[str, str], _Known]:
        """Return the issues by kind and subject, the oldest of several."""
        found: dict[tuple[str, str], _Known] = {}
        for issue in self.github.own_issues(*_LABELS.values()):
            for kind in _LABELS:
                state = read_state(kind, issue.body)
                if state and state.scope == self.scope:
                    found.setdefault((kind, state.subject), _Known(issue, state))
        return found

    def _keep_drift(self, night: ClientDriftCheck, known: _Known | None) -> None:
        step = _step(known, night.digest, is_clean=night.is_clean_as_checked, is_complete=night.is_complete)
        if step is Step.OPEN and self._opened >= self.most:
            self._kept.held_back.append(night.client)
            return
        self._opened += step is Step.OPEN
        if self._bring(_drift_topic(night), step, known, night.digest):
            self._kept.steps[night.client] = step

    def _release(self, known: Mapping[str, _Known], clients: Collection[str]) -> None:
        """Close the issues of clients that left the map: no run will ever check them."""
        for client, each in known.items():
            if client in clients or not each.issue.is_open:
                continue
            if self._bring(_drift_topic(ClientDriftCheck(client)), Step.RELEASE, each, ""):
                self._kept.steps[client] = Step.RELEASE

    def _keep_unreachable(self, nights: Sequence[ClientDriftCheck], known: _Known | None) -> None:
        unchecked = {night.client: night.unchecked for night in nights if not night.is_complete}
        now_digest = digest({client: list(reasons) for client, reasons in unchecked.items()})
        topic = _Topic(
            "unreachable",
            "",
            UNREACHABLE_TITLE,
            lambda state, room, above: unreachable_issue(unchecked, state, room, above),
        )
        self._bring(topic, _step(known, now_digest, is_clean=not unchecked, is_complete=True), known, now_digest)

    def _bring(self, topic: _Topic, step: Step, known: _Known | None, now_digest: str) -> bool:
        """Take a step, and tell whether there was one and it was taken."""
        if step is Step.LEAVE:
            return False
        state = next_state(step, known.state if known else None, topic.subject, now_digest, self.now)
        state = replace(state, scope=self.scope)
        if known is None:
            return self._attempt(lambda: self._open(topic, state))
        if not self._attempt(lambda: self._edit(topic, step, known.issue, state)):
            return False
        if step not in _ENDS and not known.issue.has_label(topic.label):
            self._attempt(lambda: self._label(known.issue, topic.label))
        if comment := _comment(topic.kind, step, known.state, state):
            # After the step: a comment that is lost is better than one that comes again every night.
            self._attempt(lambda: self._comment(known.issue, comment))
        return True

    def _open(self, topic: _Topic, state: IssueState) -> None:
        self._ensure_label(topic.label)
        title = topic.title if self.scope == MAP_NAME else f"{topic.title} ({shortened(self.scope, 40)})"
        self.github.create_issue(title, self._text(topic, state), topic.label)

    def _edit(self, topic: _Topic, step: Step, issue: Issue, state: IssueState) -> None:
        is_new = step in (Step.REWRITE, Step.REOPEN)
        body = self._text(topic, state, text_above(issue.body)) if is_new else refreshed(issue.body, topic.kind, state)
        is_open = {Step.REOPEN: True, Step.CLOSE: False, Step.RELEASE: False}.get(step)
        self.github.edit_issue(issue, body=body, is_open=is_open)

    def _label(self, issue: Issue, label: str) -> None:
        self._ensure_label(label)
        self.github.label_issue(issue, label)

    def _comment(self, issue: Issue, text: str) -> None:
        try:
            self.github.add_comment(issue.number, text)
        except GitHubForbiddenError as error:
            if not issue.is_locked:
                raise
            self._kept.notes.append(f"issue #{issue.number} is locked, so no comment was added: {error}")

    def _text(self, topic: _Topic, state: IssueState, above: str = "") -> str:
        return fitted(COMMENT_LIMIT, lambda room: topic.text(state, room, above), self.clean)

    def _ensure_label(self, label: str) -> None:
        if label not in self._labels:
            self.github.ensure_label(label, _COLORS[label], _MEANINGS[label])
            self._labels.add(label)

    def _attempt(self, act: Callable[[], None]) -> bool:
        """Tell whether it was done; a failure does not stop the other clients' issues."""
        try:
            act()
        except GitHubError as error:
            self._kept.problems.append(str(error))
            return False
        return True


def _drift_topic(night: ClientDriftCheck) -> _Topic:
    return _Topic(
        "drift",
        night.client,
        drift_title(night.client),
        lambda state, room, above: drift_issue(night, state, room, above),
    )


def _step(known: _Known | None, now_digest: str, *, is_clean: bool, is_complete: bool) -> Step:
    is_open = known is not None and known.issue.is_open
    state = known.state if known else None
    return step_for(state, now_digest, is_open=is_open, is_clean=is_clean, is_complete=is_complete)


def _comment(kind: str, step: Step, before: IssueState, now: IssueState) -> str | None:
    """Return the notification for people who follow the issue."""
    if step in (Step.CLOSE, Step.RELEASE):
        return closing_comment(step, kind, now)
    # Reasons change with every network; people who follow that issue want to know when it begins and ends.
    if kind == "drift" and step in (Step.REWRITE, Step.REOPEN):
        return change_comment(before, now)
    return None
