"""Plans what is proposed: the part that pull requests, merge groups and shards have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from lpcac.action.checks.lint_and_rules import lint_proposal
from lpcac.action.checks.pipeline_tests import sample_reader, sampled_events
from lpcac.action.outputs import publish_page
from lpcac.action.plan_record.record import Origin, TargetRecord
from lpcac.action.plan_record.signing import ReviewKey, record_target
from lpcac.action.pull_request.annotations import annotated, by_relevance
from lpcac.action.pull_request.comment_text import ReviewPage
from lpcac.action.pull_request.fork_plan import plan_offline
from lpcac.action.pull_request.proposed_change import ProposedChange
from lpcac.action.run import Run
from lpcac.action.target_plans import OTHER_SCOPE, PlannedWithHistory, connections, plan_by_target
from lpcac.apply.signals import run_to_end
from lpcac.core.errors import ExitCode, gravest
from lpcac.core.resources import Desired, Target
from lpcac.lint.live_names import LiveNames, live_names
from lpcac.planning.events_elsewhere import Elsewhere, events_elsewhere
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.reports.findings import findings_github
from lpcac.reports.pipeline_tests import totals


@dataclass(frozen=True)
class Proposal:
    """The result of a proposal.

    Arguments:
        targets: the plans, with the refusals that are not waived.
        waived: the refusals that a label waives.
        desired: what the targets' clients declare.
    """

    basis: ProposedChange
    targets: tuple[GuardedTarget, ...] = ()
    waived: Mapping[Target, Sequence[Refusal]] = field(default_factory=dict)
    desired: Mapping[Target, Desired] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        basis: ProposedChange,
        targets: Sequence[GuardedTarget],
        desired: Mapping[Target, Desired],
        *,
        waive_limits: bool,
    ) -> Self:
        """Return the result of these plans.

        Arguments:
            waive_limits: whether refusals that can be waived are.
        """
        if not waive_limits:
            return cls(basis, tuple(targets), {}, desired)
        waived = {target.plan.target: target.waivable for target in targets if target.waivable}
        return cls(basis, tuple(target.without_waivable() for target in targets), waived, desired)

    @property
    def exit_code(self) -> ExitCode:
        """Return what the check ends with; where no Director was asked, it is about what is valid and no more."""
        codes = [target.exit_code for target in self.targets]
        if self.basis.no_director_reason:
            codes = [code for code in codes if code is not ExitCode.REFUSED]
        return gravest([ExitCode.INVALID if self.basis.is_invalid else ExitCode.OK, *codes])


def plan_proposal(run: Run, basis: ProposedChange, *, waive_limits: bool = False) -> Proposal:
    """Return the plans of a proposal; nothing is written.

    Where no Director may be asked, the plan compares with what the base commit declares.

    Arguments:
        waive_limits: whether refusals that can be waived are.

    Raises:
        GitHubError: it cannot be known what Git owned.
    """
    if not basis.scope.clients:
        return Proposal(basis)
    if basis.no_director_reason:
        return Proposal(basis, tuple(plan_offline(run.commits, basis)))
    planned = run_to_end(asked(run, basis))
    basis = basis.without({each.target.client for each in planned if each.planned.guarded.exit_code is not ExitCode.OK})
    planned = [each for each in planned if each.target.client not in basis.waiting]
    used_live = live_names((each.planned for each in planned), run.registry)
    return Proposal.of(
        with_live_names(run, basis, used_live),
        [each.planned.guarded for each in planned],
        desired_of(planned),
        waive_limits=waive_limits,
    )


def with_live_names(run: Run, basis: ProposedChange, used_live: LiveNames) -> ProposedChange:
    """Return the proposed change linted again, now that logpoints were read: what their own objects refer to is used.

    Arguments:
        used_live: what they refer to, by client.
    """
    was = basis.reviewed.overlaid(run.commits.at(basis.base).map)
    found = lint_proposal(run.commits, basis.scope.clients, basis.planned, was, run.registry, used_live)
    return replace(basis, lint=found, used_live=used_live)


def annotated_proposal(run: Run, basis: ProposedChange, plan: Callable[[], Proposal]) -> tuple[Proposal, int]:
    """Return the proposal that is planned, and how many of its findings GitHub shows next to the files.

    Where planning fails, GitHub shows the findings known before it.

    Arguments:
        plan: makes the plans; only they tell which names are used on logpoints, so lint findings may differ afterwards.
    """
    try:
        proposal = plan()
    except Exception:
        # Show what is wrong with the files, whatever planning failed for.
        annotate(run, basis)
        raise
    return proposal, annotate(run, proposal.basis)


def desired_of(planned: Sequence[PlannedWithHistory]) -> Mapping[Target, Desired]:
    """Return what the targets' clients declare."""
    return {each.target: each.planned.desired for each in planned}


async def asked(run: Run, basis: ProposedChange) -> list[PlannedWithHistory]:
    """Return the plans of a proposal, made by asking the Directors; nothing is written.

    Raises:
        GitHubError: it cannot be known what Git owned.
    """
    history = run.history()
    # The scope's Directors bring the certificates: those in the work tree are the proposal's own.
    options = replace(run.connection, ca_bundle=None)
    async with connections(run, basis.scope, basis.trusted, read_only=True, options=options) as requests:
        return await plan_by_target(run, basis.scope, requests, history)


def annotate(run: Run, basis: ProposedChange) -> int:
    """Have GitHub show what is wrong next to the files, changed lines first; return how many it shows."""
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


def check(run: Run, basis: ProposedChange) -> ExitCode:
    """Show what is wrong with what is proposed, and return what the check ends with; no Director is asked."""
    proposal = Proposal(basis)
    page = page_of(run, proposal, annotate(run, basis))
    publish_page(run, replace(page, checked=len(basis.scope.clients)).summary)
    return proposal.exit_code


def page_of(run: Run, proposal: Proposal, annotated_count: int = 0) -> ReviewPage:
    """Return the page that shows a proposal."""
    basis = proposal.basis
    return ReviewPage(
        targets=proposal.targets,
        head=basis.head,
        base=basis.base,
        run_url=run.run_url,
        made=run.now(),
        registry=run.registry,
        scope=run.scope,
        desired=proposal.desired,
        findings=basis.all_findings,
        annotated=annotated_count,
        affected=basis.affected,
        needs_no_review=basis.needs_no_review,
        needs_no_approval=basis.needs_no_approval,
        waived=proposal.waived,
        no_director_reason=basis.no_director_reason,
        tests=totals(basis.proof.report) if basis.proof.report.results else "",
        loosened=(*basis.proof.base.loosened, *basis.loosened),
        elsewhere=_elsewhere(run, proposal),
        waiting=basis.waiting,
    )


def _elsewhere(run: Run, proposal: Proposal) -> Mapping[Target, Sequence[Elsewhere]]:
    """Return for each target which events end elsewhere once the plan is carried out."""
    basis = proposal.basis
    clients = {loaded.client.name: loaded for loaded in basis.scope.clients}
    runner = sample_reader(run.commits, basis.planned)
    found = {}
    for plan in (target.plan for target in proposal.targets):
        loaded = clients.get(plan.target.client)
        if loaded is None:
            continue
        desired = loaded.on(plan.target).desired
        if rows := events_elsewhere(plan.changes, desired, sampled_events(runner, loaded)):
            found[plan.target] = rows
    return found


def record_targets(run: Run, proposal: Proposal, origin: Origin) -> list[tuple[TargetRecord, ReviewKey]]:
    """Return the record of every plan that could be applied, with the key that signs it."""
    director_of = {loaded.client.name: loaded.client.director for loaded in proposal.basis.scope.clients}
    records = []
    for target in proposal.targets:
        director = proposal.basis.scope.directors[director_of[target.plan.target.client]]
        key = run.settings.review_key(director)
        if key is None or target.plan.errors or target.plan.unread is not None or _is_elsewhere(target):
            continue
        records.append((record_target(origin, target.plan, key, run.output.redactor.clean), key))
    return records


def _is_elsewhere(target: GuardedTarget) -> bool:
    """Tell whether another of the repository's jobs manages the target."""
    return any(refusal.code == OTHER_SCOPE for refusal in target.refusals)
