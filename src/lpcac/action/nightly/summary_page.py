"""The night in the job summary: how many clients drifted, what was done about it, and what nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from lpcac.action.nightly.client_findings import ClientDriftCheck
from lpcac.action.nightly.issue_decision import Step
from lpcac.core.resources import Target
from lpcac.core.text.enumeration import capped
from lpcac.planning.accept_list import Remark
from lpcac.planning.drift import Drift
from lpcac.reports.markdown.blocks import bullets, code, page, prose, table
from lpcac.reports.markdown.changes import target_code
from lpcac.reports.markdown.drift import drift_markdown
from lpcac.reports.markdown.size_budget import first_that_fits, last_resort
from lpcac.reports.summaries.drift import drift_mark, drift_verdict
from lpcac.reports.wording import counted

Item = TypeVar("Item")

_LISTED = (200, 50, 10, 0)
# Room to say how much drift was left out.
_CUT_ROOM = 512


@dataclass(frozen=True)
class DriftSummaryPage:
    """What a night found and did.

    Arguments:
        steps: what was done to each client's issue.
        held_back: clients whose issue was not opened yet.
        problems: what could not be reported on GitHub.
        remarks: messages about the accept list.
        unclaimed: clients that this job does not manage and no other job brought up to date, each in a sentence.
    """

    nights: Sequence[ClientDriftCheck]
    commit: str
    steps: Mapping[str, Step] = field(default_factory=dict)
    held_back: Sequence[str] = ()
    problems: Sequence[str] = ()
    remarks: Sequence[Remark] = ()
    unclaimed: Sequence[str] = ()

    def fitted(self, room: int) -> str:
        """Return the page in at most `room` bytes; the verdict is dropped last."""
        top = first_that_fits(room - _CUT_ROOM, _LISTED, lambda most: page(self._top(most), room))
        if top is None:
            return last_resort(room, self._words())
        # Those that could not be checked are above, where they are not cut.
        checked = [drift for drift in self._drifts() if drift.not_checked is None]
        return drift_markdown(checked, budget=room, top=top.strip()) if checked else top

    def _drifts(self) -> list[Drift]:
        return [drift for night in self.nights for drift in night.drifts]

    def _lost(self) -> list[Target]:
        return [each.target for night in self.nights for each in night.lost]

    def _words(self) -> str:
        drifts, lost = self._drifts(), len(self._lost())
        words = [drift_verdict(drifts)] if drifts or not lost else []
        if lost:
            words.append(f"On {counted(lost, 'target')} a merge was never applied.")
        return " ".join(words)

    def _top(self, most: int) -> Iterator[str]:
        """Yield everything but the drift itself, lists of at most so many lines."""
        mark = "⚠️" if self._lost() or self.problems else drift_mark(self._drifts())
        clean = sum(night.is_clean and night.is_complete for night in self.nights)
        yield f"### {mark} {self._words()}"
        yield (
            f"Default branch at {code(self.commit[:12])}: {clean} of {counted(len(self.nights), 'client')} as declared."
        )
        yield from self._issues(most)
        if self.held_back:
            yield "#### Held back"
            yield f"{counted(len(self.held_back), 'issue')} not opened yet (limit: input `max-issues`):"
            yield bullets(capped(map(code, self.held_back), most, "clients"))
        yield from _section("Merged but never applied", self._lost(), target_code, most, "targets")
        unchecked = [reason for night in self.nights for reason in night.unchecked]
        yield from _section("Could not be checked", unchecked, prose, most, "reasons")
        yield from _section("Could not be reported", self.problems, prose, most, "lines")
        yield from _section("Merged but not applied by any job", self.unclaimed, prose, most, "clients")
        yield from _section("Accept list", [str(remark) for remark in self.remarks], prose, most, "entries")

    def _issues(self, most: int) -> Iterator[str]:
        if not self.steps:
            return
        yield "#### Issues"
        if most:
            listed = list(self.steps.items())[:most]
            yield table(("Client", "Issue"), [(code(client, in_table=True), step.value) for client, step in listed])
        if len(self.steps) > most:
            yield f"and {len(self.steps) - most} more issues"


def _section(title: str, items: Sequence[Item], worded: Callable[[Item], str], most: int, what: str) -> Iterator[str]:
    """Yield a list of at most so many items, and how many more there are; only what is shown is put into words."""
    if items:
        more = [f"and {len(items) - most} more {what}"] if len(items) > most else []
        yield f"#### {title}"
        yield bullets([*map(worded, items[:most]), *more])
