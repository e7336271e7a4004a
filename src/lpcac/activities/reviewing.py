"""Plans what is proposed: the part that pull requests, merge groups and shards have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lpcac.activities.basis import Basis
from lpcac.activities.history import History
from lpcac.activities.offline import plan_offline
from lpcac.activities.planning import connections, plan_by_target
from lpcac.activities.run import Run
from lpcac.engine.guard import GuardedTarget, Refusal
from lpcac.engine.review import Origin, TargetRecord, record_target
from lpcac.engine.review_text import packed_record
from lpcac.engine.values import Desired, Target
from lpcac.errors import ExitCode, gravest
from lpcac.render.annotations import annotated, by_relevance
from lpcac.render.comment import RECORD_ROOM, ReviewPage
from lpcac.render.findings import findings_github


@dataclass(frozen=True)
class Proposal:
    """What a proposal comes to.

    Arguments:
        targets: the plans, with the refusals that stand.
        waived: the refusals that a label waives.
        desired: what the targets' clients declare.
        director_of: the Director's name of each client.
    """

    basis: Basis
    targets: tuple[GuardedTarget, ...] = ()
    waived: Mapping[Target, Sequence[Refusal]] = field(default_factory=dict)
    desired: Mapping[Target, Desired] = field(default_factory=dict)

    @property
    def exit_code(self) -> ExitCode:
        """Return what the check ends with."""
        codes = [target.exit_code for target in self.targets]
        return gravest([ExitCode.INVALID if self.basis.is_invalid else ExitCode.OK, *codes])


def plan_proposal(run: Run, basis: Basis, *, may_ask: bool = True, waive_limits: bool = False) -> Proposal:
    """Return the plans of a proposal; nothing is written.

    Arguments:
        may_ask: whether Directors may be asked; else the plan compares with what the base commit declares.
        waive_limits: whether refusals that can be waived are.

    Raises:
        GitHubError: it cannot be known what Git owned.
    """
    if not basis.scope.clients:
        return Proposal(basis)
    if not may_ask:
        return Proposal(basis, tuple(plan_offline(run.commits, basis)))
    planned = asyncio.run(_asked(run, basis))
    waived = {
        target.plan.target: found
        for target, _ in planned
        if waive_limits and (found := tuple(refusal for refusal in target.refusals if refusal.waivable))
    }
    targets = tuple(
        replace(target, refusals=tuple(r for r in target.refusals if r not in waived.get(target.plan.target, ())))
        for target, _ in planned
    )
    return Proposal(basis, targets, waived, {target.plan.target: desired for target, desired in planned})


async def _asked(run: Run, basis: Basis) -> list[tuple[GuardedTarget, Desired]]:
    history = History(run.github, run.identity)
    async with connections(run, basis.scope, read_only=True) as requests:
        planned = await plan_by_target(run, requests, history)
    return [(each.planned.guarded, each.planned.desired) for each in planned]


def annotate(run: Run, basis: Basis) -> int:
    """Have GitHub show what is wrong beside the files, changed lines first; return how many it shows."""
    findings = basis.all_findings
    if not findings:
        return 0
    repository = run.commits.repository
    changed = repository.changed_lines(repository.merge_base(basis.base, basis.head), basis.head)
    ordered = by_relevance(findings, changed)
    shown = annotated(ordered)
    run.runner.command(findings_github(shown))
    for finding in ordered:
        if finding not in shown:
            run.runner.say(str(finding))
    return len(shown)


def page_of(run: Run, proposal: Proposal, annotated_count: int = 0, *, is_fork: bool = False) -> ReviewPage:
    """Return the page that shows a proposal."""
    basis = proposal.basis
    return ReviewPage(
        targets=proposal.targets,
        head=basis.head,
        base=basis.base,
        run_url=run.run_url,
        registry=run.registry,
        desired=proposal.desired,
        findings=basis.all_findings,
        annotated=annotated_count,
        released=basis.released,
        changed_directors=basis.changed_directors,
        waived=proposal.waived,
        is_fork=is_fork,
    )


def signed_record(run: Run, proposal: Proposal, number: int) -> str:
    """Return the signed record of every plan that could be applied, as an HTML comment; empty without any plan."""
    origin = Origin(run.settings.github.repository, number, proposal.basis.head)
    records, short_forms = record_targets(run, proposal, origin)
    return packed_record(origin, records, short_forms, RECORD_ROOM) if records else ""


def record_targets(run: Run, proposal: Proposal, origin: Origin) -> tuple[list[TargetRecord], dict[str, TargetRecord]]:
    """Return the record of every plan that could be applied, and its short form."""
    director_of = {loaded.client.name: loaded.client.director for loaded in proposal.basis.scope.clients}
    records, short_forms = [], {}
    for target in proposal.targets:
        director = proposal.basis.scope.directors[director_of[target.plan.target.client]]
        key = run.settings.review_key(director)
        if key is None or target.plan.errors or target.plan.unread is not None:
            continue
        record = record_target(origin, target.plan, key, run.output.redactor.clean)
        records.append(record)
        short_forms[record.target] = record.without_changes(origin, key)
    return records, short_forms
