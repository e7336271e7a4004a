"""Compares targets with what was applied to them last, and finds what was merged and never applied."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lpcac.action.commits import Commits
from lpcac.action.guarded_keys.counting import Counted
from lpcac.action.guarded_keys.reviewed import reviewed_map
from lpcac.action.nightly.client_findings import ClientDriftCheck, LostApply
from lpcac.action.run import Run
from lpcac.action.run_history.deployments.contents import Ending, Entry
from lpcac.action.run_history.target_history import History
from lpcac.action.run_history.target_state import TargetHistory
from lpcac.action.target_plans import connections, other_scope
from lpcac.connectors.github.port import GitHubError
from lpcac.core.errors import UsageError
from lpcac.core.resources import Ownership, Target
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Acceptance
from lpcac.planning.accept_list import Remark, accept_list_remarks, expired_entries
from lpcac.planning.client_planning import plan_targets
from lpcac.planning.drift import drift_of
from lpcac.planning.plan import TargetPlan
from lpcac.planning.targets.loaded_clients import LoadedClient
from lpcac.planning.targets.requests import TargetRequest, resolve_targets
from lpcac.reports.terminal.reading_progress import reading_view
from lpcac.workspace.scope import Scope

# A GitHub job ends after six hours at the latest; one that seems to run longer was killed.
_LONGEST_JOB_SECONDS = 6 * 3600


@dataclass(frozen=True)
class DriftCheckResult:
    """What a run found of the clients that it looked at, and the messages about the accept list.

    Arguments:
        unclaimed: clients that it was not asked to look at, and that no job brought up to date, each in a sentence.
    """

    nights: tuple[ClientDriftCheck, ...]
    remarks: tuple[Remark, ...] = ()
    unclaimed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """What a look at clients found, before anything is concluded from it.

    Arguments:
        clients: the names of all that were looked at.
        plans: what would bring each target back to what was applied; unread where that is not known.
        targets: how many there are; what was never applied has no plan.
    """

    clients: tuple[str, ...]
    plans: tuple[TargetPlan, ...] = ()
    lost: tuple[LostApply, ...] = ()
    targets: int = 0


@dataclass
class _Findings:
    """What is known of one client so far."""

    targets: list[TargetRequest] = field(default_factory=list)
    unread: list[TargetPlan] = field(default_factory=list)
    lost: list[LostApply] = field(default_factory=list)


async def check_clients(run: Run, commit: str, names: Sequence[str], *, everyone: bool) -> DriftCheckResult:
    """Return what a look at each client found; nothing is written.

    Arguments:
        commit: the default branch's, whose map says which targets there are.
        everyone: whether these are all clients of the map.
    """
    history = run.history()
    seen = await look_at(run, commit, names, history)
    unclaimed = () if everyone else unclaimed_clients(run, commit, names, history)
    return concluded(run, commit, seen, everyone=everyone, unclaimed=unclaimed)


async def look_at(run: Run, commit: str, names: Sequence[str], history: History) -> Seen:
    """Compare the targets of clients with what was applied to them last; nothing is written."""
    scope = run.commits.scope_at(commit, names)
    # Errors in what is declared now do not prevent a comparison with what was applied.
    scope = replace(scope, clients=tuple(replace(loaded, findings=()) for loaded in scope.clients))
    found = {name: _Findings() for name in names}
    scope, withheld = _without_unreviewed(run, commit, scope)
    for target, why in withheld.items():
        found[target.client].unread.append(TargetPlan(target, unread=why))
    async with connections(run, scope, commit, read_only=True) as requests:
        targets = await resolve_targets(requests)
        _prepare(run, commit, targets, found, history)
        wanted = [each for findings in found.values() for each in findings.targets]
        with reading_view(run.output.err) as progress:
            planned = await plan_targets(run.registry, wanted, progress)
    unread = [plan for each in found.values() for plan in each.unread]
    lost = [each for findings in found.values() for each in findings.lost]
    return Seen(tuple(names), (*unread, *(each.plan for each in planned)), tuple(lost), len(targets) + len(withheld))


def _without_unreviewed(run: Run, commit: str, scope: Scope) -> tuple[Scope, Mapping[Target, str]]:
    """Return what may be asked about, and each target that is left alone, with why."""
    try:
        reviewed = reviewed_map(run, commit)
    except GitHubError as error:
        # Without a reviewed address the token is sent nowhere.
        targets = [target for loaded in scope.clients for target in loaded.named_targets]
        return replace(scope, clients=()), dict.fromkeys(targets, str(error))
    return Counted(reviewed, reviewed.guarded, run.commits.guarded_at(commit)).without_unreviewed(scope)


def concluded(
    run: Run, commit: str, seen: Seen, *, everyone: bool, unclaimed: tuple[str, ...] = ()
) -> DriftCheckResult:
    """Return the findings for clients, with the accept list of this day."""
    today, accept = run.now().date(), _accepted(run, commit, seen)
    drifts = [drift_of(plan, accept, today) for plan in seen.plans]
    of = {name: tuple(drift for drift in drifts if drift.target.client == name) for name in seen.clients}
    lost = {name: tuple(each for each in seen.lost if each.target.client == name) for name in seen.clients}
    nights = tuple(
        ClientDriftCheck(name, of[name], lost[name], expired_entries(accept, of[name], today)) for name in seen.clients
    )
    # What was never applied cannot be compared, and may need an entry all the same.
    is_whole = everyone and len(drifts) == seen.targets
    return DriftCheckResult(nights, accept_list_remarks(accept, drifts, today, is_whole=is_whole), unclaimed)


def _accepted(run: Run, commit: str, seen: Seen) -> tuple[Acceptance, ...]:
    """Return the accept list as it was reviewed: an exception that nobody reviewed silences nothing."""
    if all(plan.unread is not None for plan in seen.plans):
        return ()
    found = reviewed_map(run, commit).overlaid(run.commits.at(commit).map)
    return found.accept if found else ()


def unclaimed_clients(run: Run, commit: str, names: Collection[str], history: History) -> tuple[str, ...]:
    """Return a sentence for each other client of the map that has merged changes which no job applied, of any scope."""
    found, chosen = run.commits.at(commit).map, frozenset(names)
    try:
        history.read_all()
    except GitHubError:
        # What was asked about cannot be checked either, and says why.
        return ()
    others = [client.name for client in found.clients if client.name not in chosen] if found else []
    return tuple(sentence for name in others if (sentence := _unclaimed_client(run, commit, name, history)))


def _unclaimed_client(run: Run, commit: str, name: str, history: History) -> str:
    """Return what to say of a client that this job does not manage; nothing where all is applied."""
    entries = history.of_client(name)
    if entries and _is_under_way(run, entries):
        return ""
    last = next((entry for entry in entries if entry.is_done and run.commits.repository.knows(entry.commit)), None)
    if last is None:
        return f"client {quoted(name)}: never applied by a job of any scope"
    if behind := _behind(entries, last):
        how = behind.ending.value if behind.ending else "unknown"
        where = f"logpoint {quoted(behind.names[2])} ({how})"
        return (
            f"client {quoted(name)}: {behind.commit[:12]} was not applied to {where}, which scope "
            f"{quoted(behind.stamp.scope)} set out to do"
        )
    if all(each.client.name != name for each in run.commits.affected(last.commit, commit)):
        return ""
    return (
        f"client {quoted(name)}: merged since {last.commit[:12]}, which scope {quoted(last.stamp.scope)} applied last"
    )


def _behind(entries: Sequence[Entry], last: Entry) -> Entry | None:
    """Return what did not succeed on another target of a client since, or together with, its last success.

    Arguments:
        entries: of all targets of the client, newest first.
    """
    newest: dict[str, Entry] = {}
    for entry in entries:
        if entry.ending is not Ending.SUPERSEDED:
            newest.setdefault(entry.target, entry)
    return next((each for each in newest.values() if not each.is_done and each.order >= last.order), None)


def _prepare(
    run: Run, commit: str, targets: Sequence[TargetRequest], found: Mapping[str, _Findings], history: History
) -> None:
    """Decide what each target is compared with, and whether it lacks what was merged."""
    trouble: GitHubError | None = None
    try:
        history.require(each.target for each in targets if each.is_resolved)
    except GitHubError as error:
        # Each target would get the same answer, and wait as long for it.
        trouble = error
    for each in targets:
        findings = found[each.request.loaded.client.name]
        if not each.is_resolved:
            # Planning says why it cannot be checked.
            findings.targets.append(_compared_with(each.request.loaded, each))
        elif trouble is not None:
            findings.unread.append(TargetPlan(each.target, unread=str(trouble)))
        elif (elsewhere := other_scope(run, history.of(each.target))) is not None:
            findings.unread.append(TargetPlan(each.target, unread=elsewhere))
        else:
            _compare(run, commit, each, history.of(each.target), findings)


def _compare(run: Run, commit: str, each: TargetRequest, known: TargetHistory, found: _Findings) -> None:
    applied, target = known.last_applied, each.target
    if applied is None:
        if not _is_under_way(run, known.entries):
            found.lost.append(LostApply(target, None))
        return
    try:
        loaded = _as_applied(run.commits, applied, each.request.loaded)
    except UsageError as error:
        reason = f"the commit that was applied last cannot be read: {error}"
        found.unread.append(TargetPlan(target, unread=reason))
        return
    found.targets.append(_compared_with(loaded, each))
    if applied != commit and not _is_under_way(run, known.entries):
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
        message = f"commit {applied[:12]} has no client {name}"
        raise UsageError(message)
    loaded = commits.scope_at(applied, [name]).clients[0]
    place = replace(loaded.client, director=now.client.director, pool=now.client.pool, logpoints=now.client.logpoints)
    return replace(loaded, client=place)


def _reasons_since(commits: Commits, applied: str, commit: str, target: Target) -> tuple[str, ...]:
    affected = commits.affected(applied, commit)
    return tuple(str(reason) for each in affected if each.client.name == target.client for reason in each.reasons)


def _is_under_way(run: Run, entries: Sequence[Entry]) -> bool:
    """Tell whether a job is applying right now, so that nothing is lost yet."""
    for entry in entries[:1]:
        age = (run.github.clock() - entry.last_sign).total_seconds()
        return entry.ending is None and age < _LONGEST_JOB_SECONDS
    return False
