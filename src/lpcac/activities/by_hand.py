"""What a person starts by hand, for chosen clients of the checked-out commit: validate and plan."""

from __future__ import annotations

from lpcac.activities.basis import Basis
from lpcac.activities.publishing import publish_page, publish_plan
from lpcac.activities.reviewing import Proposal, annotate, page_of, plan_proposal
from lpcac.activities.run import Run
from lpcac.engine.github_event import Event
from lpcac.errors import ExitCode


def validate(run: Run, _event: Event) -> ExitCode:
    """Check the chosen clients' files, with annotations, and return what the check ends with; no Director is asked."""
    basis = _basis(run)
    shown = annotate(run, basis)
    proposal = Proposal(basis)
    page = page_of(run, proposal, shown)
    publish_page(run, page.summary)
    return proposal.exit_code


def plan(run: Run, _event: Event) -> ExitCode:
    """Plan the chosen clients into the job summary and the outputs, and return what the check ends with."""
    basis = _basis(run)
    shown = annotate(run, basis)
    proposal = plan_proposal(run, basis)
    page = page_of(run, proposal, shown)
    publish_page(run, page.summary)
    publish_plan(run, proposal.targets, {"commit": basis.head})
    return proposal.exit_code


def _basis(run: Run) -> Basis:
    commit = run.commit
    read = run.commits.map_at(commit)
    names = [client.name for client in read.map.select(run.settings.inputs.clients)] if read.map else []
    return Basis(commit, commit, commit, run.commits.scope_at(commit, names), read.findings)
