"""Plans the targets of a scope, each with what Git owned of it when it was last applied."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from lpcac.action.commits import Commits
from lpcac.action.plan_record.target_history import History, TargetHistory
from lpcac.action.run import Run
from lpcac.connectors.director.port import ReadingProgress
from lpcac.core.errors import UsageError
from lpcac.core.resources import Ownership, Target
from lpcac.kinds.registry import Registry
from lpcac.planning.client_planning import PlannedTarget, Request, plan_clients
from lpcac.planning.target_requests import split_by_target
from lpcac.reports.terminal.reading_progress import reading_view
from lpcac.workspace.connections import ConnectionOptions, connected
from lpcac.workspace.scope import Scope

Planner = Callable[[Registry, Sequence[Request], ReadingProgress], Awaitable[list[PlannedTarget]]]


@dataclass(frozen=True)
class PlannedWithHistory:
    """A target's plan, with what GitHub knows of the target; no history where the target could not be resolved."""

    planned: PlannedTarget
    history: TargetHistory | None

    @property
    def target(self) -> Target:
        """Return the target."""
        return self.planned.plan.target


def connections(
    run: Run, scope: Scope, *, read_only: bool, options: ConnectionOptions | None = None
) -> AbstractAsyncContextManager[list[Request]]:
    """Give a planning request for every client of the scope, connections open.

    Arguments:
        options: how to connect, if not as the inputs say.
    """
    settings = run.settings.director_settings(scope.directors.values())
    return connected(scope, settings, options or run.connection, run.output.redactor, read_only=read_only)


async def plan_by_target(
    run: Run, requests: Sequence[Request], history: History, planner: Planner = plan_clients
) -> list[PlannedWithHistory]:
    """Return the plan of every target; what Git owned is what it declared at the target's last applied commit."""
    split = await split_by_target(requests)
    histories = [None if each.target is None else history.of(each.target) for each in split]
    for each, known in zip(split, histories, strict=True):
        if known and known.forgotten:
            older = f"{known.last_applied[:12]} tells" if known.last_applied else "nothing tells"
            gone = known.forgotten.sha[:12]
            run.runner.say(f"{each.target}: {gone}, applied last, left the history; {older} what Git owned")
    owned = [_with_ownership(run.commits, each.request, known) for each, known in zip(split, histories, strict=True)]
    with reading_view(run.output.err) as progress:
        planned = await planner(run.registry, owned, progress)
    known_of = {each.target: known for each, known in zip(split, histories, strict=True) if each.target}
    return [PlannedWithHistory(each, known_of.get(each.plan.target)) for each in planned]


def _with_ownership(commits: Commits, request: Request, history: TargetHistory | None) -> Request:
    last = history.last_applied if history else None
    if last is None:
        return replace(request, ownership=Ownership(frozenset(), request.ownership.prune))
    try:
        owned = commits.owned_at(last, request.loaded.client.name)
    except UsageError as error:
        # Nothing can be said about deletes then, and a plan without them would not be the whole truth.
        reason = f"the commit that was applied last cannot be read: {error}"
        return replace(request, director=None, unreachable=reason)
    return replace(request, ownership=Ownership(owned, request.ownership.prune))
