"""Tells whether a plan was approved: after it was shown, for the merged commit, by someone else who may write."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lpcac.action.plan_record.encoding import Fault
from lpcac.action.plan_record.record import Origin
from lpcac.action.run import Run
from lpcac.connectors.github.port import Approval, PullRequest

# The faults closest to a valid approval come first: they help most.
_BY_CLOSENESS = (
    Fault.APPROVED_EARLY,
    Fault.APPROVED_WITHOUT_RIGHT,
    Fault.APPROVED_BY_AUTHOR,
    Fault.APPROVED_OLDER_COMMIT,
)


@dataclass
class Approvals:
    """Looks up approvals and what their authors may do, each once. Branch protection is not read: a job cannot."""

    run: Run
    _found: dict[int, tuple[Approval, ...]] = field(default_factory=dict)
    _may_write: dict[str, bool] = field(default_factory=dict)

    def lacking(self, pull_request: PullRequest, origin: Origin) -> Fault | None:
        """Return why no approval of the pull request is one of the recorded plan; `None` where one is.

        Arguments:
            origin: of the record, its signature verified.

        Raises:
            GitHubError: it could not be found out.
        """
        shown = origin.first_shown
        if shown is None:
            return Fault.UNDATED
        number = pull_request.number
        if number not in self._found:
            self._found[number] = tuple(self.run.github.approvals(number))
        faults = [self._fault(approval, pull_request, shown) for approval in self._found[number]]
        if None in faults:
            return None
        return next((fault for fault in _BY_CLOSENESS if fault in faults), Fault.NOT_APPROVED)

    def _fault(self, approval: Approval, pull_request: PullRequest, shown: datetime) -> Fault | None:
        """Return why an approval does not count; permissions come last, because they cost a request."""
        who, author = approval.author, pull_request.author
        if approval.commit != pull_request.head:
            return Fault.APPROVED_OLDER_COMMIT
        # If the author is unknown, nobody can be shown to be someone else.
        if author is None or who.id == author.id or who.login.lower() == author.login.lower():
            return Fault.APPROVED_BY_AUTHOR
        if who.is_bot or not who.login:
            return Fault.APPROVED_WITHOUT_RIGHT
        # GitHub gives whole seconds, so an approval of the same second may have come before.
        if approval.submitted is None or approval.submitted <= shown:
            return Fault.APPROVED_EARLY
        if who.login not in self._may_write:
            self._may_write[who.login] = self.run.github.may_write(who.login)
        return None if self._may_write[who.login] else Fault.APPROVED_WITHOUT_RIGHT
