"""A pull request or a merge group: validates what changed, plans it, and says so where a reviewer looks."""

from __future__ import annotations

from dataclasses import replace

from lpcac.action.guarded_keys.shown import shown_map
from lpcac.action.markers import ALLOW_DELETES, is_ours, plan_marker
from lpcac.action.merge.group_verdict import GroupVerdict, judge_group
from lpcac.action.outputs import publish_page, publish_plan
from lpcac.action.plan_record.encoding import has_record
from lpcac.action.plan_record.record import Origin
from lpcac.action.plan_record.shown_plan import ShownPlan
from lpcac.action.pull_request.comment_keeper import Earlier, put_plan_comment
from lpcac.action.pull_request.comment_text import ReviewPage, withdrawn_page
from lpcac.action.pull_request.overlaps import overlaps_of
from lpcac.action.pull_request.proposal import (
    Proposal,
    annotated_proposal,
    check,
    page_of,
    plan_proposal,
    record_targets,
)
from lpcac.action.pull_request.proposed_change import proposed_change_of
from lpcac.action.run import Run
from lpcac.connectors.github.events import MergeGroupEvent, PullRequestEvent
from lpcac.connectors.github.own_comments import own_comments
from lpcac.connectors.github.port import GitHubError, GitHubForbiddenError, PullRequest
from lpcac.core.errors import ExitCode, gravest


def review(run: Run, event: PullRequestEvent) -> ExitCode:
    """Plan a pull request, keep its one comment current, and return what the check ends with.

    A fork's pull request comes without secrets and with a token that may write nothing: it is planned against what the
    base commit declares, no Director is asked, and the job summary alone tells. A label on a closed one also starts
    a run: its comment shows what was reviewed, and stays.
    """
    now = None if event.is_fork else pull_request_now(run, event)
    if now and not now.is_open:
        return closed(run)
    with proposed_change_of(run, event, run.settings.inputs.clients) as basis:
        if event.is_fork:
            if event.goes_elsewhere:
                _withdraw(run, event)
            proposal, shown = annotated_proposal(run, basis, lambda: plan_proposal(run, basis))
            notes = shown_map(run, basis, proposal.exit_code, is_recorded=False).notes
            return finish(run, proposal, replace(page_of(run, proposal, shown), map_notes=notes))
        waive_limits = now is not None and now.has_label(ALLOW_DELETES)
        proposal, shown = annotated_proposal(run, basis, lambda: plan_proposal(run, basis, waive_limits=waive_limits))
        changes = shown_map(run, basis, proposal.exit_code)
        overlaps = overlaps_of(run, event.number, proposal.targets)
        page = replace(page_of(run, proposal, shown), overlaps=overlaps.objects, map_notes=changes.notes)
        origin = Origin(run.settings.github.repository, event.number, basis.head, scope=run.scope)
        record = ShownPlan.of(origin, record_targets(run, proposal, origin), changes.change)
        url, commented = comment_on(run, event, page, record, overlaps.opened.get(event.number))
        return gravest([finish(run, proposal, page, url), commented])


def _withdraw(run: Run, event: PullRequestEvent) -> None:
    """Say in the comment, where there is one, that its plan does not count: it was made for the default branch."""
    marker = plan_marker(run.scope)
    try:
        for comment in own_comments(run.github, run.identity, event.number, lambda text: is_ours(text, marker)):
            if comment.body.strip() != (text := f"{marker}\n{withdrawn_page(event.head)}").strip():
                run.github.edit_comment(comment, text)
    except GitHubError as error:
        run.runner.say(f"{error}; the comment still shows a plan for the default branch")


def review_group(run: Run, event: MergeGroupEvent) -> ExitCode:
    """Plan a merge group into the job summary, and return what the check ends with; there is nothing to comment on.

    It fails where the push would be refused, as far as GitHub says which pull requests are in the group.
    """
    with proposed_change_of(run, event) as basis:
        if basis.no_director_reason or not basis.scope.clients:
            proposal, shown = annotated_proposal(run, basis, lambda: plan_proposal(run, basis))
            notes = shown_map(run, basis, proposal.exit_code, is_recorded=False).notes
            return finish(run, proposal, replace(page_of(run, proposal, shown), map_notes=notes))
        verdict = GroupVerdict()

        def judged() -> Proposal:
            nonlocal verdict
            proposal, verdict = judge_group(run, event, basis)
            return proposal

        proposal, shown = annotated_proposal(run, basis, judged)
        notes = shown_map(run, basis, proposal.exit_code, is_recorded=False).notes
        page = replace(page_of(run, proposal, shown), refused=verdict.refused, is_group_unknown=not verdict.is_known)
        page = replace(page, map_notes=notes)
        return gravest([finish(run, proposal, page), ExitCode.REFUSED if verdict.refused else ExitCode.OK])


def validate(run: Run, event: PullRequestEvent | MergeGroupEvent) -> ExitCode:
    """Check what is proposed, with annotations, and return what the check ends with; no Director is asked."""
    with proposed_change_of(run, event, run.settings.inputs.clients, is_offline=True) as basis:
        return check(run, basis)


def pull_request_now(run: Run, event: PullRequestEvent) -> PullRequest | None:
    """Return the pull request as it is, whatever it was when the event happened; `None` when GitHub does not say."""
    try:
        return run.github.pull_request(event.number)
    except GitHubError as error:
        run.runner.say(str(error))
        return None


def closed(run: Run) -> ExitCode:
    """Say that there is nothing to plan for a pull request that is merged or closed."""
    publish_page(run, lambda _room: "### ✅ Nothing to plan: the pull request is closed.\n")
    publish_plan(run, (), {})
    return ExitCode.OK


def comment_on(
    run: Run, event: PullRequestEvent, page: ReviewPage, plan: ShownPlan, known: PullRequest | None = None
) -> tuple[str, ExitCode]:
    """Keep the comment current; return its address, and what the check ends with for that alone.

    A run that was overtaken by a push, or by the merge, leaves the comment as it is. Where the same commit has another
    plan than the comment shows, a new comment is written, which notifies, and the old one becomes a link to it.

    A token that may not comment does not fail the check: the summary is enough. If GitHub is down, the check fails,
    because what is merged without a comment is not applied.

    Arguments:
        plan: signs the plan's record.
        known: the pull request as it was a moment ago; it is asked for without one.
    """
    is_unrecorded = False
    try:
        now = known or run.github.pull_request(event.number)
        if now.head != event.head or not now.is_open:
            run.runner.say(f"the pull request is now at {now.head[:12]}, or closed: its comment was not changed")
            return "", ExitCode.OK
        earlier = Earlier.read(run, event.number)
        plan = plan.after(earlier.record, run.github.clock())
        page = replace(page, changed=earlier.note(plan))
        body, is_unrecorded = _recorded(run, page, plan)
        comment = put_plan_comment(run, event.number, earlier, event.head, body, create=not page.is_nothing)
    except GitHubForbiddenError as error:
        run.runner.say(f"{error}; the plan is in the job summary")
        return "", ExitCode.OK
    except GitHubError as error:
        run.runner.say(f"{error}; the plan is in the job summary, run this job again for the comment")
        return "", ExitCode.NOT_DONE
    return comment.url if comment else "", ExitCode.NOT_DONE if is_unrecorded else ExitCode.OK


def _recorded(run: Run, page: ReviewPage, plan: ShownPlan) -> tuple[str, bool]:
    """Return the comment, and whether there was no room in it for the plan's record."""
    body = page.comment(plan, run.output.redactor.clean)
    if not plan.is_recorded or has_record(body):
        return body, False
    run.runner.say("the plan's record does not fit into a comment, and without it a merge is refused: split the change")
    return replace(page, is_unrecorded=True).comment(clean=run.output.redactor.clean), True


def finish(run: Run, proposal: Proposal, page: ReviewPage, url: str = "") -> ExitCode:
    """Write the summary, the plan file and the outputs, and return what the check ends with."""
    publish_page(run, page.summary)
    basis = proposal.basis
    inputs = {"head": basis.head, "base": basis.base, "planned": basis.planned}
    publish_plan(run, proposal.targets, inputs, url, basis.released)
    return proposal.exit_code
