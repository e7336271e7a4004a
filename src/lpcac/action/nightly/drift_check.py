"""Compares targets with what was applied to them last, and finds what was merged and never applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lpcac.action.commits import Commits
from lpcac.action.nightly.issue_state import ClientDriftCheck, LostApply
from lpcac.action.plan_record.target_history import TargetHistory
from lpcac.action.run import Run
from lpcac.action.target_plans import connections
from lpcac.connectors.github.port import GitHubError
from lpcac.core.errors import UsageError
from lpcac.core.resources import Ownership, Target
from lpcac.planning.accept_list import Remark, accept_list_remarks, expired_entries
from lpcac.planning.client_planning import plan_targets
from lpcac.planning.drift import Drift, drift_of
from lpcac.planning.loaded_clients import LoadedClient
from lpcac.planning.target_requests import TargetRequest, resolve_targets
from lpcac.reports.terminal.reading_progress import reading_view

_ENDED = frozenset({"success", "failure", "error", "inactive"})
# A job of GitHub's ends after six hours at the latest; what says later that it is under way was killed.
_LONGEST_JOB_SECONDS = 6 * 3600


@dataclass(frozen=True)
class DriftCheckResult:
    """What a run found of the clients that it looked at, and what is to be said of the accept list."""

    nights: tuple[ClientDriftCheck, ...]
    remarks: tuple[Remark, ...] = ()


@dataclass
class _Findings:
    """What is known of one client so far."""

    targets: list[TargetRequest] = field(default_factory=list)
    drifts: list[Drift] = field(default_factory=list)
    lost: list[LostApply] = field(default_factory=list)


async def check_clients(run: Run, commit: str, names: Sequence[str], *, everyone: bool) -> DriftCheckResult:
    """Return what a look at each client found; nothing is written.

    Arguments:
        commit: the default branch's, whose map says which targets there are.
        everyone: whether these are all clients of the map.
    """
    scope = run.commits.scope_at(commit, names)
    # What is declared now may be wrong without keeping anybody from comparing with what was applied.
    scope = replace(scope, clients=tuple(replace(loaded, findings=()) for loaded in scope.clients))
    found = {name: _Findings() for name in names}
    async with connections(run, scope, read_only=True) as requests:
        targets = await resolve_targets(requests)
        _prepare(run, commit, targets, found)
        wanted = [each for findings in found.values() for each in findings.targets]
        with reading_view(run.output.err) as progress:
            planned = await plan_targets(run.registry, wanted, progress)
    today = run.now().date()
    for target in planned:
        found[target.plan.target.client].drifts.append(drift_of(target.plan, scope.accept, today))
    nights = tuple(
        ClientDriftCheck(name, tuple(each.drifts), tuple(each.lost), expired_entries(scope.accept, each.drifts, today))
        for name, each in found.items()
    )
    drifts = [drift for night in nights for drift in night.drifts]
    # What was never applied cannot be compared, and may need an entry all the same.
    is_whole = everyone and len(drifts) == len(targets)
    return DriftCheckResult(nights, accept_list_remarks(scope.accept, drifts, today, is_whole=is_whole))


def _prepare(run: Run, commit: str, targets: Sequence[TargetRequest], found: Mapping[str, _Findings]) -> None:
    """Decide what each target is compared with, and whether it lacks what was merged."""
    history = run.history()
    trouble: GitHubError | None = None
    for each in targets:
        findings = found[each.request.loaded.client.name]
        if not each.is_resolved:
            # Planning says why it cannot be checked.
            findings.targets.append(_compared_with(each.request.loaded, each))
            continue
        if trouble is None:
            try:
                _compare(run, commit, each, history.of(each.target), findings)
                continue
            except GitHubError as error:
                # The other targets would get the same answer, and wait as long for it.
                trouble = error
        findings.drifts.append(Drift(each.target, not_checked=str(trouble)))


def _compare(run: Run, commit: str, each: TargetRequest, known: TargetHistory, found: _Findings) -> None:
    applied, target = known.last_applied, each.target
    if applied is None:
        if not _is_under_way(run, known):
            found.lost.append(LostApply(target, None))
        return
    try:
        loaded = _as_applied(run.commits, applied, each.request.loaded)
    except UsageError as error:
        reason = f"the commit that was applied last cannot be read: {error}"
        found.drifts.append(Drift(target, not_checked=reason))
        return
    found.targets.append(_compared_with(loaded, each))
    if applied != commit and not _is_under_way(run, known):
        reasons = _reasons_since(run.commits, applied, commit, target)
        if reasons:
            found.lost.append(LostApply(target, applied, reasons))


def _compared_with(loaded: LoadedClient, each: TargetRequest) -> TargetRequest:
    """Return the target as one that is compared with what a client declared, and that Git owns nothing else of."""
    return replace(each, request=replace(each.request, loaded=loaded, ownership=Ownership()))


def _as_applied(commits: Commits, applied: str, now: LoadedClient) -> LoadedClient:
    """Return what a commit declared for a client, for the place where the client is now."""
    name = now.client.name
    if commits.at(applied).client(name) is None:
        message = f"commit {applied[:12]} does not know client {name}"
        raise UsageError(message)
    loaded = commits.scope_at(applied, [name]).clients[0]
    place = replace(loaded.client, director=now.client.director, pool=now.client.pool, logpoints=now.client.logpoints)
    return replace(loaded, client=place)


def _reasons_since(commits: Commits, applied: str, commit: str, target: Target) -> tuple[str, ...]:
    affected = commits.affected(applied, commit)
    return tuple(str(reason) for each in affected if each.client.name == target.client for reason in each.reasons)


def _is_under_way(run: Run, history: TargetHistory) -> bool:
    """Tell whether a job is applying right now, so that nothing is lost yet."""
    for deployment, states in history.attempts[:1]:
        age = (run.now() - deployment.created).total_seconds()
        return not states & _ENDED and age < _LONGEST_JOB_SECONDS
    return False
