"""What a person starts by hand, for chosen clients of the checked-out commit: validate and plan."""

from __future__ import annotations

from lpcac.action.outputs import publish_page, publish_plan
from lpcac.action.pull_request.proposal import annotated_proposal, check, page_of, plan_proposal
from lpcac.action.pull_request.proposed_change import change_by_hand
from lpcac.action.run import Run
from lpcac.connectors.github.events import ManualEvent, PushEvent
from lpcac.core.errors import ExitCode


def validate(run: Run, event: ManualEvent | PushEvent) -> ExitCode:
    """Check the chosen clients' files, with annotations, and return what the check ends with; no Director is asked."""
    with change_by_hand(run, event, is_offline=True) as basis:
        return check(run, basis)


def plan(run: Run, event: ManualEvent | PushEvent) -> ExitCode:
    """Plan the chosen clients into the job summary and the outputs, and return what the check ends with."""
    with change_by_hand(run, event) as basis:
        proposal, shown = annotated_proposal(run, basis, lambda: plan_proposal(run, basis))
        page = page_of(run, proposal, shown)
        publish_page(run, page.summary)
        publish_plan(run, proposal.targets, {"commit": basis.head})
        return proposal.exit_code
