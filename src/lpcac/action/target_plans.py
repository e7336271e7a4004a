"""Plans the targets of a scope, each with what Git owned of it when it was last applied."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from lpcac.action.commits import Commits
from lpcac.action.rerun_directors import require_current_directors
from lpcac.action.run import Run
from lpcac.action.run_history.target_history import History
from lpcac.action.run_history.target_state import TargetHistory
from lpcac.connectors.director.port import ReadingProgress
from lpcac.core.errors import UsageError
from lpcac.core.resources import Target
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Client
from lpcac.kinds.registry import Registry
from lpcac.planning.client_planning import PlannedTarget, plan_targets
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.planning.plan import TargetPlan
from lpcac.planning.targets.requests import Request, TargetRequest, claims_in, list_pools, targets_in
from lpcac.reports.terminal.reading_progress import reading_view
from lpcac.workspace.connections import ConnectionOptions, connected
from lpcac.workspace.scope import Scope

OTHER_SCOPE = "other-scope"
"""Code of the refusal of a target that another of the repository's jobs manages."""
Planner = Callable[
    [Registry, Sequence[TargetRequest], ReadingProgress, Sequence[Target]], Awaitable[list[PlannedTarget]]
]


@dataclass(frozen=True)
class PlannedWithHistory:
    """A target's plan, with what GitHub knows of the target; no history where the target could not be resolved.

    Arguments:
        is_settled: whether nothing had to be planned.
    """

    planned: PlannedTarget
    history: TargetHistory | None
    is_settled: bool = False

    @property
    def target(self) -> Target:
        """Return the target."""
        return self.planned.plan.target


def connections(
    run: Run, scope: Scope, commit: str, *, read_only: bool, options: ConnectionOptions | None = None
) -> AbstractAsyncContextManager[list[Request]]:
    """Give a planning request for every client of the scope, connections open.

    Arguments:
        commit: whose map says where the Directors are.
        options: how to connect, if not as the inputs say.

    Raises:
        RefusedError: this run is for an older commit, and a Director is not what it was any more.
        GitHubError: that could not be found out.
    """
    used = {loaded.client.director for loaded in scope.clients}
    require_current_directors(run, [each for name, each in scope.directors.items() if name in used], commit)
    settings = run.settings.director_settings(scope.directors.values())
    used = {loaded.client.director for loaded in scope.clients}
    for name in sorted(used & scope.directors.keys()):
        if run.settings.lacks_token(scope.directors[name], settings):
            run.say_once(
                f"director {quoted(name)}: the input director-token is for the map's only Director: set "
                f"{scope.directors[name].token_env} in the step's env, or list the Director in director-token-for"
            )
    return connected(scope, settings, options or run.connection, run.output.redactor, read_only=read_only)


def _never(_history: TargetHistory) -> bool:
    """Treat no target as settled."""
    return False


async def plan_by_target(
    run: Run,
    scope: Scope,
    requests: Sequence[Request],
    history: History,
    planner: Planner = plan_targets,
    is_settled: Callable[[TargetHistory], bool] = _never,
) -> list[PlannedWithHistory]:
    """Return the plan of every target; what Git owned is what it declared at the target's last applied commit.

    Arguments:
        scope: what the requests were made of; the map's other clients keep their logpoints.
        is_settled: tells of which targets nothing has to be planned; no Director is asked about them.

    Raises:
        GitHubError: it cannot be known what Git owned.
    """
    pools = await list_pools(request.director for request in requests if not request.loaded.errors)
    targets = targets_in(requests, pools)
    history.require(each.target for each in targets if each.is_resolved)
    histories = [history.of(each.target) if each.is_resolved else None for each in targets]
    for each, known in zip(targets, histories, strict=True):
        if known and known.forgotten:
            older = f"{known.last_applied[:12]} shows" if known.last_applied else "nothing shows"
            gone = known.forgotten.commit[:12]
            run.runner.say(f"{each.target}: {gone}, applied last, is no longer in the history; {older} what Git owned")
    settled = [
        PlannedWithHistory(PlannedTarget(GuardedTarget(TargetPlan(each.target)), each.request), known, is_settled=True)
        for each, known in zip(targets, histories, strict=True)
        if known and is_settled(known)
    ]
    open_ones = [
        (_with_ownership(run.commits, each, known), known)
        for each, known in zip(targets, histories, strict=True)
        if not (known and is_settled(known))
    ]
    with reading_view(run.output.err) as progress:
        others = [*claims_in(requests, pools, _not_planned(scope), _urls(scope)), *(each.target for each in settled)]
        planned = await planner(run.registry, [each for each, _ in open_ones], progress, others)
    in_scope = (_in_scope(run, each, known) for each, (_, known) in zip(planned, open_ones, strict=True))
    return [*in_scope, *settled]


def _not_planned(scope: Scope) -> list[Client]:
    """Return the clients whose logpoints are not planned now: the map's others, and those whose files have errors."""
    return [*scope.others, *(loaded.client for loaded in scope.clients if loaded.errors)]


def _urls(scope: Scope) -> dict[str, str]:
    return {name: director.url for name, director in scope.directors.items()}


def _in_scope(run: Run, planned: PlannedTarget, known: TargetHistory | None) -> PlannedWithHistory:
    """Return the plan, refused where another of the repository's jobs manages the target."""
    if (other := other_scope(run, known)) is None:
        return PlannedWithHistory(planned, known)
    refusal = Refusal(OTHER_SCOPE, other)
    guarded = replace(planned.guarded, refusals=(*planned.guarded.refusals, refusal))
    return PlannedWithHistory(replace(planned, guarded=guarded), known)


def other_scope(run: Run, known: TargetHistory | None) -> str | None:
    """Return why this job must not change the target: another one applied to it last; `None` if it may."""
    scope = known.scope if known else None
    if scope is None or scope == run.scope or run.takes_over(scope):
        return None
    return (
        f"this target belongs to scope {quoted(scope)}, and this job's scope is {quoted(run.scope)}: leave it to the "
        f"other job, or take it over with the input take-over-scope: {quoted(scope)}"
    )


def _with_ownership(commits: Commits, each: TargetRequest, history: TargetHistory | None) -> TargetRequest:
    last = history.last_applied if history else None
    try:
        owned = commits.owned_at(last, each.target.client) if last else frozenset()
    except UsageError as error:
        # Deletes are unknown then, and a plan without them would be incomplete.
        return replace(each, unread=f"the commit that was applied last cannot be read: {error}")
    return replace(each, request=replace(each.request, ownership=replace(each.request.ownership, owned=owned)))
