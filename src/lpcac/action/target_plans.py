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
from lpcac.core.resources import Target
from lpcac.kinds.registry import Registry
from lpcac.planning.client_planning import PlannedTarget, plan_targets
from lpcac.planning.target_requests import Request, TargetRequest, resolve_targets
from lpcac.reports.terminal.reading_progress import reading_view
from lpcac.workspace.connections import ConnectionOptions, connected
from lpcac.workspace.scope import Scope

Planner = Callable[[Registry, Sequence[TargetRequest], ReadingProgress], Awaitable[list[PlannedTarget]]]


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
    run: Run, requests: Sequence[Request], history: History, planner: Planner = plan_targets
) -> list[PlannedWithHistory]:
    """Return the plan of every target; what Git owned is what it declared at the target's last applied commit."""
    targets = await resolve_targets(requests)
    histories = [history.of(each.target) if each.is_resolved else None for each in targets]
    for each, known in zip(targets, histories, strict=True):
        if known and known.forgotten:
            older = f"{known.last_applied[:12]} tells" if known.last_applied else "nothing tells"
            gone = known.forgotten.sha[:12]
            run.runner.say(f"{each.target}: {gone}, applied last, left the history; {older} what Git owned")
    owned = [_with_ownership(run.commits, each, known) for each, known in zip(targets, histories, strict=True)]
    with reading_view(run.output.err) as progress:
        planned = await planner(run.registry, owned, progress)
    return [PlannedWithHistory(each, known) for each, known in zip(planned, histories, strict=True)]


def _with_ownership(commits: Commits, each: TargetRequest, history: TargetHistory | None) -> TargetRequest:
    last = history.last_applied if history else None
    try:
        owned = commits.owned_at(last, each.target.client) if last else frozenset()
    except UsageError as error:
        # Nothing can be said about deletes then, and a plan without them would not be the whole truth.
        return replace(each, unread=f"the commit that was applied last cannot be read: {error}")
    return replace(each, request=replace(each.request, ownership=replace(each.request.ownership, owned=owned)))
