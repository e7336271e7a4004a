"""A push to the default branch, or an apply by hand: carries out what was reviewed, and reports on the pull request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from lpcac.action.checks.before_apply import held_up, hindrance
from lpcac.action.guarded_keys.counting import Counted, Counting, keep
from lpcac.action.guarded_keys.reviewed import Reviewed, not_reviewed, reviewed_map
from lpcac.action.guarded_keys.starting import Starting, starting_clients
from lpcac.action.merge.ancestry import Ancestry
from lpcac.action.merge.approvals import Approvals
from lpcac.action.merge.audit import audit_of
from lpcac.action.merge.deploy import Carrier
from lpcac.action.merge.judge import Judge, Push, pushed_commits
from lpcac.action.merge.result import page_of, publish
from lpcac.action.merge.result_page import ResultPage
from lpcac.action.merge.verdicts import Applied, Decision, MergeVerdict
from lpcac.action.plan_record.lookup import Reviews, no_approval_needed
from lpcac.action.pull_request.annotations import annotated
from lpcac.action.run import Run
from lpcac.action.run_history.target_history import History
from lpcac.action.target_plans import connections, plan_by_target
from lpcac.apply.signals import run_to_end
from lpcac.connectors.github.events import Event, PushEvent
from lpcac.core.errors import ExitCode, InvalidConfigurationError, RefusedError, UsageError, gravest
from lpcac.core.findings import Finding
from lpcac.core.resources import Action
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.affected_clients import Affected
from lpcac.directory_map.guarded_changes import guarded_changes
from lpcac.planning.client_planning import plan_with_fresh_inventories
from lpcac.planning.targets.requests import Request
from lpcac.reports.findings import findings_github
from lpcac.reports.markdown.guarded_changes import change_sentences
from lpcac.reports.wording import counted
from lpcac.workspace.check_rules import RuleFiles
from lpcac.workspace.scope import Scope

# How often targets are planned again because other runs started on them.
_MOST_PLANS = 3
_UNKNOWN_BEFORE = "the clone lacks the commit before the push, and so its map: no Director was contacted"

_NO_RULES = Finding(
    "rules-not-reviewed",
    "the rules that were reviewed were changed without a review, and no commit of this clone has them any more: open a "
    "pull request, which shows the rules, and merge it",
)


def merge(run: Run, event: PushEvent) -> ExitCode:
    """Apply what a push brought, as far as it was reviewed, and return what the check ends with."""
    return _apply_pushed(run, event, publishes=True)


def apply_shard(run: Run, event: PushEvent) -> ExitCode:
    """Apply a push to the chosen clients, and leave it to the last job to publish the result.

    That job runs `merge` for all clients: it skips what is recorded as done, applies what a share did not, and so
    reports the state of all of them.

    Raises:
        UsageError: no clients are chosen.
    """
    if not run.settings.inputs.clients:
        message = "apply-shard needs clients: name them with the input clients"
        raise UsageError(message)
    return _apply_pushed(run, event, publishes=False)


def _apply_pushed(run: Run, event: PushEvent, *, publishes: bool) -> ExitCode:
    repository = run.commits.repository
    before = event.before if event.before and repository.knows(event.before) else None
    reviewed = reviewed_map(run, before, before or _parent(run, event.after))
    push = pushed(run, event.after, before, reviewed)
    run.require_named_map(*filter(None, (before, event.after)))
    affected = run.commits.affected(before, event.after)
    chosen = run.settings.inputs.clients
    mine = [each for each in affected if not chosen or each.client.name in chosen]
    return _apply(run, push, reviewed, mine, publishes=publishes)


def apply_by_hand(run: Run, _event: Event) -> ExitCode:
    """Apply what the default branch declares for the chosen clients, as far as it was reviewed."""
    commit = run.commit
    run.require_map(commit)
    read = run.commits.at(commit)
    if read.map is not None and not read.is_broken:
        # A client that is not in the map is an error.
        read.map.select(run.settings.inputs.clients)
    reviewed = reviewed_map(run, commit)
    before = _parent(run, commit)
    needed = needs_review(run, before, reviewed)
    # A run by hand without a review needs no approval either.
    is_approval_needed = needed and needs_approval(run, before, reviewed)
    push = Push(commit, None, by_hand=True, needs_review=needed, needs_approval=is_approval_needed)
    chosen = run.settings.inputs.clients
    affected = run.commits.affected(None, commit)
    return _apply(run, push, reviewed, [each for each in affected if not chosen or each.client.name in chosen])


def pushed(run: Run, commit: str, before: str | None, reviewed: Reviewed) -> Push:
    """Return what a push is about; a map that requires approvals requires reviews, whatever else says no.

    Arguments:
        before: the branch's tip before the push; `None` when that is not known.
        reviewed: what counted before it.
    """
    is_approval_needed = needs_approval(run, before or _parent(run, commit), reviewed)
    is_review_needed = is_approval_needed or needs_review(run, before, reviewed)
    return Push(commit, before, by_hand=False, needs_review=is_review_needed, needs_approval=is_approval_needed)


def needs_approval(run: Run, before: str | None, reviewed: Reviewed) -> bool:
    """Tell whether only approved plans are applied, as was reviewed; a broken map does not end that.

    Arguments:
        before: whose map says so where nothing is recorded yet.
    """
    if reviewed.last:
        return reviewed.guarded.values.get("require_approval") is True
    if before is None:
        return False
    found = run.commits.at(before)
    return found.map.require_approval if found.map else found.is_broken


def needs_review(run: Run, before: str | None, reviewed: Reviewed) -> bool:
    """Tell whether only reviewed changes are applied, as the input says, else as was reviewed.

    Arguments:
        before: whose map says so where nothing is recorded yet: a push cannot excuse itself.
    """
    if (said := run.settings.inputs.require_review) is not None:
        return said
    if reviewed.last:
        return reviewed.guarded.values.get("require_review") is not False
    found = run.commits.at(before).map if before else None
    return found.require_review if found else True


def _parent(run: Run, commit: str) -> str | None:
    return next(iter(run.commits.repository.first_parents(None, commit, 2)[1:]), None)


def _apply(
    run: Run, push: Push, reviewed: Reviewed, affected: Sequence[Affected], *, publishes: bool = True
) -> ExitCode:
    run.hide_secrets_named_at(push.commit)
    for each in affected:
        run.runner.say(str(each))
    read = run.commits.at(push.commit)
    released = [each for each in affected if each.is_released]
    reviews = Reviews(
        run.github,
        run.identity,
        run.settings.github.repository,
        run.settings.github.ref.removeprefix("refs/heads/"),
        run.scope,
        run.output.redactor.clean,
        Approvals(run).lacking if push.needs_approval else no_approval_needed,
    )
    if read.is_broken:
        page = ResultPage(push.commit, run.run_url, findings=read.findings)
        publish(run, push, reviews, page, Applied(()), publishes=publishes)
        message = f"the directory map {quoted(run.commits.map_file)} has errors; nothing was applied"
        raise InvalidConfigurationError(message)
    counted_map = Counting(run, push, reviews, reviewed, Ancestry(run.commits.repository)).counted()
    # A share leaves those to the job that reports on all of them.
    starting = _starting(run, push, counted_map, affected) if publishes else Starting()
    for each in starting.affected:
        run.runner.say(str(each))
    affected, push = [*affected, *starting.affected], replace(push, starting=starting.names)
    scope = run.commits.scope_at(push.commit, [each.client.name for each in affected if not each.is_released])
    scope, withheld = counted_map.without_unreviewed(scope)
    if reviewed.last is None and push.before is None and not push.by_hand:
        withheld = dict.fromkeys(withheld, _UNKNOWN_BEFORE)
    if (rules := counted_map.rules(run.commits, push)) is None and scope.clients:
        what = "the reviewed rules are missing"
        page = ResultPage(push.commit, run.run_url, findings=[_NO_RULES], hindrance=what)
        publish(run, push, reviews, page, Applied(()), publishes=publishes)
        message = f"{_NO_RULES.message}; nothing was applied"
        raise RefusedError(message)
    rules = rules or RuleFiles()
    begun = [loaded for loaded in scope.clients if loaded.client.name in push.starting]
    held = held_up(run.commits, begun, push.commit, run.registry, rules)
    scope = scope.without(held)
    if (found := hindrance(run.commits, scope.clients, push.commit, run.registry, rules)) is not None:
        run.runner.command(findings_github(annotated(found.findings)))
        page = ResultPage(push.commit, run.run_url, findings=found.findings, hindrance=found.summary)
        publish(run, push, reviews, page, Applied(()), publishes=publishes)
        message = f"{found.summary}; nothing was applied"
        raise InvalidConfigurationError(message)
    applied = run_to_end(_planned_and_applied(run, push, scope, reviews))
    # A share leaves that to the job that reports on all of them.
    problem = keep(run, push, counted_map, is_writing=bool(applied.reports)) if publishes else ""
    applied = replace(
        applied,
        withheld=withheld,
        uncounted=_uncounted(run, push, counted_map),
        waiting=(*starting.waiting, *sorted(held)),
        problems=(*applied.problems, *([problem] if problem else [])),
    )
    publish(run, push, reviews, page_of(run, push, applied, released), applied, publishes=publishes)
    return _exit_code(scope, applied)


def _starting(run: Run, push: Push, counted_map: Counted, affected: Sequence[Affected]) -> Starting:
    """Return the clients that start to count with a push, also where an earlier attempt made them count."""
    read, known = run.commits.at(push.commit).map, {each.client.name for each in affected}
    if read is None or counted_map.is_first:
        return Starting()
    chosen = run.settings.inputs.clients
    clients = [each for each in read.clients if not chosen or each.name in chosen]
    found = starting_clients(counted_map.before.guarded, counted_map.guarded, counted_map.found, clients, known)
    begun = run.history().unfinished_at(push.commit) - known - found.names
    again = [each for each in clients if each.name in begun]
    left_alone = not_reviewed(counted_map.guarded, counted_map.found, again)
    return replace(found, begun=tuple(each for each in again if each.name not in left_alone))


def _uncounted(run: Run, push: Push, counted_map: Counted) -> tuple[str, ...]:
    """Return the unreviewed changes that this push made to the map, as Markdown; earlier pushes reported their own."""
    if counted_map.is_first:
        return ()
    before = push.before or _parent(run, push.commit)
    was = run.commits.guarded_at(before) if before else counted_map.guarded
    mine = [key for key in counted_map.uncounted if push.by_hand or not was.agrees(counted_map.found, key)]
    return tuple(change_sentences(guarded_changes(counted_map.guarded, counted_map.found, mine)))


async def _planned_and_applied(run: Run, push: Push, scope: Scope, reviews: Reviews) -> Applied:
    if not scope.clients:
        return Applied(())
    history = run.history()
    judge = Judge(run, push, reviews, dict(scope.directors), Ancestry(run.commits.repository))
    async with connections(run, scope, push.commit, read_only=False) as requests:
        for _ in range(_MOST_PLANS):
            applied = await _planned_once_and_applied(run, judge, scope, requests, history)
            if not applied.is_outdated:
                return applied
            run.runner.say("another run started on the same targets: planning again")
    problem = "nothing was done, because other runs kept starting on the same targets: run this job again"
    return replace(applied, is_outdated=False, problems=(problem,))


async def _planned_once_and_applied(
    run: Run, judge: Judge, scope: Scope, requests: Sequence[Request], history: History
) -> Applied:
    push = judge.push
    decisions = await _decided(run, judge, scope, requests, history)
    if _waited_for_orders(run, decisions):
        history.look_again()
        decisions = await _decided(run, judge, scope, requests, history)
    decisions = [replace(each, verdict=_verdict(run, push, each)) for each in decisions]
    audit = audit_of(run, judge.reviews, pushed_commits(run, push), decisions)
    return await Carrier(run, history, judge.ancestry, push.commit, audit).carry_out(decisions)


async def _decided(
    run: Run, judge: Judge, scope: Scope, requests: Sequence[Request], history: History
) -> list[Decision]:
    """Plan what is not applied already, and decide what may be applied; a run by hand plans everything."""
    commit, by_hand = judge.push.commit, judge.push.by_hand
    planned = await plan_by_target(
        run,
        scope,
        requests,
        history,
        plan_with_fresh_inventories,
        lambda known: not by_hand and known.is_settled_at(commit) and known.scope == run.scope,
    )
    return [judge.decide(each) for each in planned]


def _verdict(run: Run, push: Push, decision: Decision) -> MergeVerdict:
    """Return the verdict: by hand, a target with nothing to do is settled if nothing was merged for it since."""
    known = decision.target_plan.history
    last = known.last_applied if known else None
    if not push.by_hand or decision.verdict is not MergeVerdict.NOTHING or known is None or last is None:
        return decision.verdict
    is_touched = any(
        each.client.name == decision.target_plan.target.client for each in run.commits.affected(last, push.commit)
    )
    is_newest = known.entries[0].is_done and known.scope == run.scope
    return MergeVerdict.SETTLED if is_newest and not is_touched else decision.verdict


def _waited_for_orders(run: Run, decisions: Sequence[Decision]) -> bool:
    """Wait while an attempt whose end nobody knows may still create what would be created; tell whether it was needed.

    Its orders may still create objects after this run read the logpoint, and nothing says that the Director refuses
    a second object of the same name.
    """
    longest, now = timedelta(seconds=run.settings.inputs.order_timeout), run.github.clock()
    waiting = {
        decision.target_plan.target: until
        for decision in decisions
        if decision.verdict is MergeVerdict.APPROVED
        and decision.target_plan.planned.plan.count(Action.CREATE)
        and decision.target_plan.history
        and (until := decision.target_plan.history.may_run_until(longest))
        and until > now
    }
    if not waiting:
        return False
    pause = min(longest, max(waiting.values()) - now)
    run.runner.say(
        f"an earlier attempt on {counted(len(waiting), 'target')} left no result, and its orders may still be running: "
        f"waiting {pause.total_seconds():.0f} s before creating anything there"
    )
    run.github.wait(pause.total_seconds())
    return True


def _exit_code(scope: Scope, applied: Applied) -> ExitCode:
    """Return what the check ends with: it fails if anything was not done, or nothing at all was."""
    codes = [decision.exit_code for decision in applied.decisions]
    codes += [ExitCode.OK if report.is_done else ExitCode.NOT_DONE for report in applied.reports]
    codes += [ExitCode.REFUSED for _ in (*applied.withheld, *applied.uncounted)]
    if applied.problems or (scope.clients and not applied.decisions):
        codes.append(ExitCode.NOT_DONE)
    return gravest(codes)
