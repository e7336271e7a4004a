"""Two runs at once: which of them goes on with a target, and whether its plan is still true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lpcac.action.merge.ancestry import Ancestry
from lpcac.action.merge.verdicts import Decision, MergeVerdict
from lpcac.action.run_history.deployments.contents import Ending, Entry
from lpcac.action.run_history.recorder import Begun
from lpcac.action.run_history.target_history import History


@dataclass(frozen=True)
class Rivals:
    """What other runs recorded about the targets that this run planned and started on.

    Every run records its whole attempt before it looks for others. So of two runs at least one sees the other.

    Arguments:
        history: read again since the attempt was recorded.
        commit: what this run applies.
        begun: this run's attempt.
    """

    history: History
    ancestry: Ancestry
    commit: str
    begun: Begun

    def settled(self, decision: Decision) -> Decision:
        """Return the decision, or that the target is left to another run that has priority."""
        if decision.verdict is MergeVerdict.APPROVED and (rival := self._winner(decision)):
            return replace(decision, verdict=MergeVerdict.SUPERSEDED, newer=rival.commit, is_newer_done=rival.is_done)
        return decision

    def have_moved(self, decision: Decision) -> bool:
        """Tell whether the target may have changed since it was planned, although this run goes on with it.

        That is so where another run ended there, and where one was recorded before this one: it may have looked
        before this run was recorded, and so be applying now. What was recorded later sees this run, and leaves the
        target to it.
        """
        if self._winner(decision):
            return False
        return any(entry.ending or entry.order < self.begun.last for entry in self._unseen(decision))

    def _winner(self, decision: Decision) -> Entry | None:
        """Return what another run did or set out to do since the target was planned, if that has priority."""
        known = decision.target_plan.history
        planned = {entry.document for entry in known.entries} if known else set()
        unseen = (entry for entry in self._unseen(decision) if entry.document not in planned)
        return next((entry for entry in unseen if self._goes_first(entry)), None)

    def _unseen(self, decision: Decision) -> Iterator[Entry]:
        """Yield what was recorded by others since the target was planned, newest first."""
        known = decision.target_plan.history
        planned = {(entry.document, entry.ending) for entry in known.entries} if known else set()
        for entry in self.history.of(decision.target_plan.target).entries:
            is_other = (entry.document, entry.ending) not in planned and entry.document != self.begun.document
            if is_other and entry.ending is not Ending.SUPERSEDED:
                yield entry

    def _goes_first(self, entry: Entry) -> bool:
        """Tell whether another run goes on instead of this one; both runs come to the same answer."""
        if entry.commit != self.commit and self.ancestry.contains(entry.commit, self.commit):
            return True
        if entry.commit != self.commit and self.ancestry.contains(self.commit, entry.commit):
            return False
        return entry.order > self.begun.order or entry.is_done
