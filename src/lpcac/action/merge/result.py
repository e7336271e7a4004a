"""Tells the result of a merge: the job summary, the outputs, and one comment on each pull request."""

from __future__ import annotations

from collections.abc import Sequence

from lpcac.action.markers import is_ours, result_marker
from lpcac.action.merge.judge import Push, pushed_commits
from lpcac.action.merge.result_page import ResultPage, Unreviewed
from lpcac.action.merge.verdicts import Applied, Decision, MergeVerdict
from lpcac.action.outputs import flag, publish_page, publish_plan
from lpcac.action.plan_record.lookup import Reviews
from lpcac.action.plan_record.plan_coverage import Review
from lpcac.action.run import Run
from lpcac.connectors.github.own_comments import own_comments, put_comment
from lpcac.connectors.github.port import GitHubError, PullRequest
from lpcac.directory_map.affected_clients import Affected
from lpcac.planning.plan import TargetPlan
from lpcac.reports.markdown.blocks import prose
from lpcac.reports.markdown.size_budget import COMMENT_LIMIT, fitted, size


def page_of(run: Run, push: Push, applied: Applied, released: Sequence[Affected]) -> ResultPage:
    """Return the page that says what a push came to.

    Arguments:
        released: the clients that left the map with it.
    """
    by_verdict = {verdict: [each for each in applied.decisions if each.verdict is verdict] for verdict in MergeVerdict}
    return ResultPage(
        push.commit,
        run.run_url,
        reports=applied.reports,
        others=[
            each.target_plan.planned.guarded
            for each in (*by_verdict[MergeVerdict.UNPLANNED], *by_verdict[MergeVerdict.GUARDED])
        ],
        unreviewed=[
            *(unreviewed(each) for each in by_verdict[MergeVerdict.UNREVIEWED]),
            *(Unreviewed(TargetPlan(target), prose(why)) for target, why in applied.withheld.items()),
        ],
        uncounted=applied.uncounted,
        waiting=[*applied.waiting, *(each.target_plan.target.client for each in by_verdict[MergeVerdict.WAITING])],
        superseded=[(each.target_plan.target, each.newer or "") for each in by_verdict[MergeVerdict.SUPERSEDED]],
        waived={each.target_plan.target: each.waived for each in applied.decisions if each.waived},
        released=released,
        problems=applied.problems,
        settled=len(by_verdict[MergeVerdict.SETTLED]),
    )


def unreviewed(decision: Decision) -> Unreviewed:
    """Return why what a decision is about was not reviewed."""
    review = decision.review or Review()
    plan = decision.target_plan.planned.plan
    if review.is_direct:
        return Unreviewed(plan, "as far as GitHub says it was pushed without a pull request, so no plan was reviewed")
    where = f" on #{review.pull_request.number}" if review.pull_request else ""
    if review.comparison is None:
        return Unreviewed(plan, f"the reviewed plan{where} {review.fault.value if review.fault else 'is missing'}")
    return Unreviewed(plan, f"the plan is not the one that was reviewed{where} any more", review.comparison)


def publish(run: Run, push: Push, reviews: Reviews, page: ResultPage, applied: Applied, *, publishes: bool) -> None:
    """Leave the result in the job summary and the outputs, and on the pull requests.

    Arguments:
        publishes: whether this job writes comments; a share leaves that to the last job.
    """
    publish_page(run, page.text)
    for problem in applied.problems:
        run.runner.say(problem)
    url = ""
    is_settled = all(each.verdict is MergeVerdict.SETTLED for each in applied.decisions)
    for pull_request in _commented_on(run, push, reviews, applied, is_needed=page.is_news) if publishes else ():
        url = _comment(run, pull_request, page, is_settled=is_settled) or url
    publish_plan(run, [each.target_plan.planned.guarded for each in applied.decisions], {"commit": push.commit}, url)
    run.runner.set_outputs({"applied": flag(applied.is_complete)})


def _commented_on(run: Run, push: Push, reviews: Reviews, applied: Applied, *, is_needed: bool) -> list[PullRequest]:
    """Return the pull requests that the result is written on: those of the push, else those whose review was found.

    Arguments:
        is_needed: whether it has to be written although no target was looked at.
    """
    if not applied.decisions and not is_needed:
        return []
    try:
        found = reviews.brought_by(pushed_commits(run, push))
    except GitHubError as error:
        # What was done is done; whom to tell it must not hide it.
        run.runner.say(str(error))
        found = []
    found += [d.review.pull_request for d in applied.decisions if d.review and d.review.pull_request]
    return list({each.number: each for each in found}.values())


def _comment(run: Run, pull_request: PullRequest, page: ResultPage, *, is_settled: bool) -> str:
    """Keep the result comment current, and return its address.

    Arguments:
        is_settled: whether this run had nothing to do; then the comment of an earlier run that succeeded stays.
    """
    marker = result_marker(run.scope)
    room = COMMENT_LIMIT - size(f"{marker}\n")
    body = f"{marker}\n{fitted(room, page.text, run.output.redactor.clean)}"

    def is_result(text: str) -> bool:
        return is_ours(text, marker)

    try:
        earlier = own_comments(run.github, run.identity, pull_request.number, is_result) if is_settled else []
        if len(earlier) == 1 and page.is_reported_by(earlier[0].body):
            return earlier[0].url
        comment = put_comment(run.github, run.identity, pull_request.number, is_result, body)
    except GitHubError as error:
        # The result is reported even if the comment cannot be written.
        run.runner.say(f"{error}; the result is in the job summary")
        return ""
    return comment.url if comment else ""
