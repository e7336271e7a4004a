"""Finds out who wanted what a run is about to do: who approved the pull requests and when, who merged or started it."""

from __future__ import annotations

from collections.abc import Sequence

from lpcac.action.merge.verdicts import Decision, MergeVerdict
from lpcac.action.plan_record.lookup import Reviews
from lpcac.action.run import Run
from lpcac.action.run_history.deployments.contents import Approval, Audit, ReviewedPull
from lpcac.connectors.github.port import GitHubError, PullRequest


def audit_of(run: Run, reviews: Reviews, pushed: Sequence[str], decisions: Sequence[Decision]) -> Audit:
    """Return who wanted what the decisions say; what GitHub does not say is left out, and nothing fails because of it.

    Arguments:
        pushed: the commits that the push brought.
    """
    clean = run.output.redactor.clean
    pulls = _pull_requests(run, reviews, pushed, decisions)
    return Audit(clean(run.settings.github.actor), clean(run.run_url), tuple(_reviewed(run, each) for each in pulls))


def _pull_requests(
    run: Run, reviews: Reviews, pushed: Sequence[str], decisions: Sequence[Decision]
) -> list[PullRequest]:
    approved = [each for each in decisions if each.verdict is MergeVerdict.APPROVED]
    if not approved:
        return []
    numbers = {record.origin.pull_request for each in approved if each.review for record in each.review.records}
    try:
        brought = [each.number for each in reviews.brought_by(pushed)] if not numbers else []
        return [run.github.pull_request(number) for number in sorted(numbers or brought)]
    except GitHubError as error:
        run.runner.say(f"the record of this run lacks who approved it: {error}")
        return []


def _reviewed(run: Run, pull_request: PullRequest) -> ReviewedPull:
    clean = run.output.redactor.clean
    try:
        found = run.github.approvals(pull_request.number)
    except GitHubError as error:
        run.runner.say(f"the record of this run lacks who approved #{pull_request.number}: {error}")
        found = ()
    approvals = tuple(Approval(clean(each.author.login), each.submitted) for each in found)
    return ReviewedPull(pull_request.number, pull_request.head, clean(pull_request.merged_by), approvals)
