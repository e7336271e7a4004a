"""A pull request of hundreds of clients: many jobs plan it and leave a part each, one more comments on all of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lpcac.action.markers import ALLOW_DELETES
from lpcac.action.outputs import publish_page, publish_plan
from lpcac.action.plan_record.encoding import RecordError, record_from_json, record_json
from lpcac.action.plan_record.record import Origin, PlanRecord, ReviewKey, TargetRecord, is_genuine, target_identity
from lpcac.action.pull_request.overlaps import overlaps_of
from lpcac.action.pull_request.proposal import Proposal, annotate, page_of, plan_proposal, record_targets, recorder
from lpcac.action.pull_request.proposed_change import ProposedChange, proposed_change_of
from lpcac.action.pull_request.review import closed, comment_on, finish, pull_request_now
from lpcac.action.run import Run
from lpcac.connectors.github.events import Event, MergeGroupEvent, PullRequestEvent
from lpcac.core.digests import digest
from lpcac.core.errors import ExitCode, InvalidConfigurationError, UsageError, gravest
from lpcac.core.findings import Finding
from lpcac.core.json_values import Json
from lpcac.core.safe_text import quoted
from lpcac.planning.guard import GuardedTarget
from lpcac.reports.json.plan import parse_plan_document, plan_document
from lpcac.reports.json.plan_reader import guarded_targets

_FORMAT = 1


@dataclass(frozen=True)
class _Part:
    """One job's share.

    Arguments:
        clients: whose plans it holds.
        head: the commit it was made for.
    """

    clients: tuple[str, ...]
    head: str
    targets: tuple[GuardedTarget, ...]
    record: PlanRecord


def plan_shard(run: Run, event: Event) -> ExitCode:
    """Plan the chosen clients of a proposal and leave the result in the folder of parts.

    Whether the delete limits hold it up is for the job to say that comments: it alone knows the pull request's labels.
    """
    if not isinstance(event, PullRequestEvent | MergeGroupEvent):
        message = "plan-shard plans a share of a pull request or a merge group"
        raise UsageError(message)
    folder = parts_folder(run)
    with proposed_change_of(run, event, run.settings.inputs.clients) as basis:
        shown = annotate(run, basis)
        proposal = plan_proposal(run, basis)
        page = page_of(run, proposal, shown)
        publish_page(run, page.summary)
        names = [loaded.client.name for loaded in basis.scope.clients]
        run.runner.write_json(f"{folder}/lpcac-part-{digest(names)[:16]}.json", _content(run, event, proposal, names))
        publish_plan(run, proposal.targets, {"head": basis.head, "base": basis.base})
        return replace(proposal, targets=tuple(target.without_waivable() for target in proposal.targets)).exit_code


def comment(run: Run, event: Event) -> ExitCode:
    """Put the one comment together from all parts, and return what the check ends with; no Director is asked.

    A client that no part tells of fails the check: its plan is not known, and nothing of it is recorded as reviewed.
    """
    if not isinstance(event, PullRequestEvent):
        message = "there is no pull request to comment on"
        raise UsageError(message)
    now = None if event.is_fork else pull_request_now(run, event)
    if now and not now.is_open:
        return closed(run)
    with proposed_change_of(run, event) as found:
        shown = annotate(run, found)
        parts = _parts(run, found.head)
        missing = _missing(found, parts)
        basis = replace(found, findings=(*found.findings, *missing))
        proposal = _together(basis, parts, waive_limits=now is not None and now.has_label(ALLOW_DELETES))
        page = page_of(run, proposal, shown)
        if event.is_fork:
            return finish(run, proposal, page)
        page = replace(page, overlaps=overlaps_of(run, event.number, proposal.targets))
        origin = Origin(run.settings.github.repository, event.number, basis.head, scope=run.scope)
        url, told = comment_on(run, event, page, recorder(origin, _records(run, basis, parts, origin)))
        not_planned = ExitCode.NOT_DONE if missing else ExitCode.OK
        return gravest([finish(run, proposal, page, url), told, not_planned])


def _together(basis: ProposedChange, parts: Sequence[_Part], *, waive_limits: bool) -> Proposal:
    # A job that was run again may have left its share twice.
    once = {target.plan.target: target for part in parts for target in part.targets}
    targets = sorted(once.values(), key=lambda target: (target.plan.target.client, target.plan.target.logpoint))
    clients = {loaded.client.name: loaded for loaded in basis.scope.clients}
    found = [target.plan.target for target in targets]
    desired = {target: clients[target.client].on(target).desired for target in found if target.client in clients}
    return Proposal.of(basis, targets, desired, waive_limits=waive_limits)


def _records(
    run: Run, basis: ProposedChange, parts: Sequence[_Part], origin: Origin
) -> list[tuple[TargetRecord, ReviewKey]]:
    """Return what the shares recorded, as far as this job's keys have signed it, with the key of each."""
    director_of = {loaded.client.name: basis.scope.directors[loaded.client.director] for loaded in basis.scope.clients}
    found = []
    for part in parts:
        for guarded in part.targets:
            target = guarded.plan.target
            if (director := director_of.get(target.client)) is None:
                continue
            key = run.settings.review_key(director)
            record = part.record.targets.get(target_identity(replace(target, director=director.url)))
            if record and key and is_genuine(record, origin, key):
                found.append((record, key))
            elif record:
                run.runner.say(f"{target}: not recorded as reviewed, for this job lacks the key that its share has")
    return found


def _missing(basis: ProposedChange, parts: Sequence[_Part]) -> list[Finding]:
    planned = {name for part in parts for name in part.clients}
    return [
        Finding(
            "not-planned",
            f"client {quoted(loaded.client.name)}: no job planned it; run the failed jobs again (all read one map)",
        )
        for loaded in basis.scope.clients
        if loaded.client.name not in planned
    ]


def parts_folder(run: Run) -> Path:
    """Return the folder that the shares of a run lie in, relative to the workspace.

    Raises:
        UsageError: the input parts names none.
    """
    folder = run.settings.inputs.parts
    if folder is None or folder.is_absolute() or ".." in folder.parts:
        message = "the input parts names the folder of the parts, relative to the workspace"
        raise UsageError(message)
    return folder


def _content(run: Run, event: PullRequestEvent | MergeGroupEvent, proposal: Proposal, names: Sequence[str]) -> Json:
    number = event.number if isinstance(event, PullRequestEvent) else 0
    origin = Origin(run.settings.github.repository, number, proposal.basis.head, scope=run.scope)
    records = record_targets(run, proposal, origin)
    return {
        "lpcac_part": _FORMAT,
        "head": proposal.basis.head,
        "clients": list(names),
        "plan": plan_document(proposal.targets, {"head": proposal.basis.head}),
        "record": record_json(PlanRecord(origin, {record.target: record for record, _ in records})),
    }


def _parts(run: Run, head: str) -> list[_Part]:
    folder = parts_folder(run)
    names = sorted(
        path.relative_to(run.runner.folder) for path in (run.runner.folder / folder).rglob("lpcac-part-*.json")
    )
    return [part for name in names if (part := _part(run, str(name))).head == head]


def _part(run: Run, name: str) -> _Part:
    content = run.runner.read_json(name)
    known: Json = content if isinstance(content, dict) and content.get("lpcac_part") == _FORMAT else {}
    try:
        document = parse_plan_document(json.dumps(known["plan"]))
        record = record_from_json(known["record"])
        clients, head = tuple(str(client) for client in known["clients"]), str(known["head"])
    except (KeyError, TypeError, RecordError) as error:
        message = f"{quoted(name)} is no part of a plan of this version of lpcac"
        raise InvalidConfigurationError(message) from error
    return _Part(clients, head, tuple(guarded_targets(document)), record)
