"""A pull request of hundreds of clients: many jobs plan it and leave a part each, one more comments on all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lpcac.action.guarded_keys.shown import shown_map
from lpcac.action.markers import ALLOW_DELETES
from lpcac.action.outputs import publish_page, publish_plan
from lpcac.action.parts import Part, Parts, parts_folder, plans_of
from lpcac.action.plan_record.record import Origin
from lpcac.action.plan_record.shown_plan import ShownPlan
from lpcac.action.pull_request.overlaps import overlaps_of
from lpcac.action.pull_request.proposal import (
    Proposal,
    annotated_proposal,
    page_of,
    plan_proposal,
    record_targets,
    with_live_names,
)
from lpcac.action.pull_request.proposed_change import ProposedChange, proposed_change_of
from lpcac.action.pull_request.review import closed, comment_on, finish, pull_request_now
from lpcac.action.run import Run
from lpcac.connectors.github.events import Event, MergeGroupEvent, PullRequestEvent
from lpcac.core.errors import ExitCode, UsageError, gravest
from lpcac.core.findings import Finding
from lpcac.core.json_values import Json
from lpcac.core.resources import ResourceKey
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import DirectorEndpoint
from lpcac.lint.live_names import LiveNames
from lpcac.planning.guard import GuardedTarget
from lpcac.reports.json.plan import plan_document

_NOT_PLANNED = "not-planned"


@dataclass(frozen=True)
class _Share:
    """What one job planned.

    Arguments:
        clients: whose plans it holds.
        used_live: what is used on their logpoints.
    """

    clients: tuple[str, ...]
    targets: tuple[GuardedTarget, ...]
    used_live: LiveNames


def plan_shard(run: Run, event: Event) -> ExitCode:
    """Plan the chosen clients of a proposal and leave the result in the folder of parts.

    The job that comments applies the delete limits: only it knows the pull request's labels.
    """
    if not isinstance(event, PullRequestEvent | MergeGroupEvent):
        message = "plan-shard plans a share of a pull request or a merge group"
        raise UsageError(message)
    parts_folder(run)
    with proposed_change_of(run, event, run.settings.inputs.clients) as basis:
        proposal, shown = annotated_proposal(run, basis, lambda: plan_proposal(run, basis))
        page = page_of(run, proposal, shown)
        publish_page(run, page.summary)
        plan = plan_document(proposal.targets, {"head": basis.head})
        _parts(run, basis).leave([loaded.client.name for loaded in basis.scope.clients], _said(plan, proposal))
        publish_plan(run, proposal.targets, {"head": basis.head, "base": basis.base})
        return replace(proposal, targets=tuple(target.without_waivable() for target in proposal.targets)).exit_code


def comment(run: Run, event: Event) -> ExitCode:
    """Put the one comment together from all parts, and return what the check ends with; no Director is asked.

    A client that is in no part fails the check: its plan is not known, and nothing of it is recorded as reviewed.
    """
    if not isinstance(event, PullRequestEvent):
        message = "there is no pull request to comment on"
        raise UsageError(message)
    now = None if event.is_fork else pull_request_now(run, event)
    if now and not now.is_open:
        return closed(run)
    with proposed_change_of(run, event) as found:
        waive_limits = now is not None and now.has_label(ALLOW_DELETES)
        proposal, shown = annotated_proposal(run, found, lambda: _together(run, found, waive_limits=waive_limits))
        basis = proposal.basis
        is_whole = all(finding.code != _NOT_PLANNED for finding in basis.findings)
        not_planned = ExitCode.OK if is_whole else ExitCode.NOT_DONE
        code = gravest([proposal.exit_code, not_planned])
        changes = shown_map(run, basis, code, is_recorded=not event.is_fork)
        page = replace(page_of(run, proposal, shown), map_notes=changes.notes)
        if event.is_fork:
            return finish(run, proposal, page)
        overlaps = overlaps_of(run, event.number, proposal.targets)
        page = replace(page, overlaps=overlaps.objects)
        origin = Origin(run.settings.github.repository, event.number, basis.head, scope=run.scope)
        record = ShownPlan.of(origin, record_targets(run, proposal, origin), changes.change)
        url, commented = comment_on(run, event, page, record, overlaps.opened.get(event.number))
        return gravest([finish(run, proposal, page, url), commented, not_planned])


def _together(run: Run, found: ProposedChange, *, waive_limits: bool) -> Proposal:
    """Return the proposal that all parts make up, with a finding for each client that is in none of them."""
    shares = [_share(found, part) for part in _parts(run, found).read()]
    used_live = {client: names for share in shares for client, names in share.used_live.items()}
    # Shares are made from what changed in Git, so clients that only start to count are in none of them.
    found = found.without(found.starting - {name for share in shares for name in share.clients})
    linted = with_live_names(run, found, used_live)
    basis = replace(linted, findings=(*found.findings, *_missing(found, shares)))
    targets = sorted(
        (target for share in shares for target in share.targets),
        key=lambda target: (target.plan.target.client, target.plan.target.logpoint),
    )
    clients = {loaded.client.name: loaded for loaded in basis.scope.clients}
    places = [target.plan.target for target in targets]
    desired = {target: clients[target.client].on(target).desired for target in places}
    return Proposal.of(basis, targets, desired, waive_limits=waive_limits)


def _missing(basis: ProposedChange, shares: Sequence[_Share]) -> list[Finding]:
    planned = {name for share in shares for name in share.clients}
    return [
        Finding(
            _NOT_PLANNED,
            f"client {quoted(loaded.client.name)}: no job planned it; run the failed jobs again (all read one map)",
        )
        for loaded in basis.scope.clients
        if loaded.client.name not in planned
    ]


def _directors(basis: ProposedChange) -> Mapping[str, DirectorEndpoint]:
    return {loaded.client.name: basis.scope.directors[loaded.client.director] for loaded in basis.scope.clients}


def _parts(run: Run, basis: ProposedChange) -> Parts:
    return Parts(run, "part", basis.head, _directors(basis))


def _share(basis: ProposedChange, part: Part) -> _Share:
    """Return what a part says; the plan that is shown and the one that is recorded are this one value.

    Raises:
        InvalidConfigurationError: it holds no plan, or one that is not what its digests name.
    """
    directors = _directors(basis)
    targets = []
    for guarded in plans_of(part):
        plan = guarded.plan
        target = replace(plan.target, director=directors[plan.target.client].url)
        targets.append(replace(guarded, plan=replace(plan, target=target)))
    return _Share(part.clients, tuple(targets), _used_live(part))


def _said(plan: Json, proposal: Proposal) -> Json:
    """Return what a part says: its plans, and which names are used on logpoints."""
    used_live = proposal.basis.used_live.items()
    return {"plan": plan, "used": {client: sorted(map(list, names)) for client, names in used_live}}


def _used_live(part: Part) -> LiveNames:
    """Return which names a part says are used, of its own clients; lint alone believes it."""
    said = part.content.get("used")
    used = said if isinstance(said, dict) else {}
    found: dict[str, frozenset[ResourceKey]] = {}
    for client in part.clients:
        names = used.get(client)
        pairs = [each for each in names if isinstance(each, list)] if isinstance(names, list) else []
        found[client] = frozenset(
            ResourceKey(*map(str, each)) for each in pairs if len(each) == len(ResourceKey._fields)
        )
    return found
