"""What a pull request, a merge group or a person is about: its affected clients, on Directors that it cannot change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from lpcac.action.checks.before_apply import held_up
from lpcac.action.checks.lint_and_rules import check_proposal, lint_proposal, rules_at
from lpcac.action.checks.pipeline_tests import Proof, prove
from lpcac.action.checks.unreviewed_tests import before_unreviewed_pushes
from lpcac.action.commits import Commits
from lpcac.action.guarded_keys.reviewed import Reviewed, reviewed_map
from lpcac.action.guarded_keys.reviewed_rules import reviewed_rules
from lpcac.action.guarded_keys.starting import starting_clients
from lpcac.action.run import Run
from lpcac.connectors.git.process import CHECK_OUT_ALL
from lpcac.connectors.git.proposal_commits import proposed
from lpcac.connectors.github.events import ManualEvent, MergeGroupEvent, PullRequestEvent, PushEvent
from lpcac.core.findings import Finding, has_errors
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.affected_clients import Affected
from lpcac.directory_map.directory_map import Client, DirectorEndpoint
from lpcac.directory_map.guarded_map import GuardedMap
from lpcac.lint.live_names import NOTHING_LIVE, LiveNames
from lpcac.planning.targets.loaded_clients import LoadedClient
from lpcac.workspace.check_rules import RuleFiles
from lpcac.workspace.scope import Scope

_FORK = "This pull request comes from a fork, or does not go to the default branch"
_NO_BRANCH = f"The clone does not know the default branch that this is for ({CHECK_OUT_ALL})"


@dataclass(frozen=True)
class ProposedChange:
    """What to plan.

    Arguments:
        head: the newest commit of what is proposed.
        base: the commit of the base branch.
        before: the commit that tells what the proposal changes; `None` where nothing was planned.
        planned: the commit whose tree is planned: the test merge where it is checked out, else the head.
        scope: the affected clients, on the base commit's Directors.
        findings: what is wrong beyond the clients' own files.
        affected: the clients that the proposal concerns, each with why.
        reviewed: the guarded values of the map that count now.
        proposed: those that it would have.
        map_changes: the guarded keys that differ.
        pending: those of them that the base commit changed already, without a review.
        needs_no_review: whether the proposal ends the need for reviews.
        needs_no_approval: whether the proposal ends the need for approvals.
        no_director_reason: why no Director may be asked, as a whole sentence's beginning; empty where they may.
        proof: what the clients' pipeline tests came to.
        lint: what is valid but probably a mistake.
        used_live: what is used on the clients' logpoints, as far as these were read.
        starting: names of clients among these that the proposal is not about: they start to count with its merge.
        waiting: names of clients that start to count too, and cannot be planned yet.
        trusted: the commit that says where the Directors are, and holds their certificates.
        loosened: lint levels, rules and comments that the proposal makes weaker, in words.
    """

    head: str
    base: str
    planned: str
    scope: Scope
    findings: tuple[Finding, ...] = ()
    affected: tuple[Affected, ...] = ()
    reviewed: Reviewed = field(default_factory=lambda: Reviewed(GuardedMap()))
    proposed: GuardedMap = field(default_factory=GuardedMap)
    map_changes: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    needs_no_review: bool = False
    needs_no_approval: bool = False
    no_director_reason: str = ""
    proof: Proof = field(default_factory=Proof)
    loosened: tuple[str, ...] = ()
    before: str | None = None
    lint: tuple[Finding, ...] = ()
    used_live: LiveNames = field(default_factory=lambda: NOTHING_LIVE)
    starting: frozenset[str] = frozenset()
    waiting: tuple[str, ...] = ()
    trusted: str = ""

    def without(self, names: Collection[str]) -> Self:
        """Return the same without clients that only start to count: what is wrong with them holds nothing else up."""
        left = self.starting.intersection(names)
        return replace(
            self,
            scope=self.scope.without(left),
            affected=tuple(each for each in self.affected if each.client.name not in left),
            starting=self.starting - left,
            waiting=(*self.waiting, *sorted(left)),
        )

    @property
    def released(self) -> tuple[Affected, ...]:
        """Return the clients that leave the map."""
        return tuple(each for each in self.affected if each.is_released)

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Return everything that is wrong, each once."""
        return tuple(dict.fromkeys((*self.findings, *self.lint, *self.scope.all_findings, *self.proof.findings)))

    @property
    def is_invalid(self) -> bool:
        """Tell whether anything that is wrong is an error."""
        return has_errors(self.all_findings)


@contextmanager
def proposed_change_of(
    run: Run, event: PullRequestEvent | MergeGroupEvent, only: Iterable[str] = (), *, is_offline: bool = False
) -> Iterator[ProposedChange]:
    """Give the basis of what an event proposes.

    Arguments:
        only: names of clients; others are left out. None means all.
        is_offline: whether nobody is asked for anything: then the base commit's map counts as it is.

    Raises:
        UsageError: a commit is not in the clone.
        GitHubError: what was reviewed of the map cannot be read.
    """
    trusted, no_director_reason = _trusted(run.commits, event)
    run.require_named_map(event.base, event.head)
    reviewed = _reviewed(run, None if is_offline else trusted, event.base)
    with _directors(run, trusted or event.base, reviewed) as directors:
        basis = _basis(run.commits, event, directors, frozenset(only), reviewed)
        for each in basis.affected:
            run.runner.say(str(each))
        rules = _reviewed_rules(run, reviewed, basis.base)
        starting = [loaded for loaded in basis.scope.clients if loaded.client.name in basis.starting]
        basis = basis.without(held_up(run.commits, starting, basis.planned, run.registry, rules))
        earlier = _earlier_tests(run, basis) if trusted and not is_offline else {}
        proof = prove(run.commits, basis.scope.clients, basis.planned, basis.before, earlier)
        was = reviewed.overlaid(run.commits.at(basis.base).map)
        checks = check_proposal(
            run.commits, basis.scope.clients, basis.planned, basis.base, run.registry, was, rules, reviewed.guarded
        )
        findings = (*basis.findings, *checks.findings)
        yield replace(
            basis,
            findings=findings,
            lint=checks.lint,
            no_director_reason=no_director_reason,
            proof=proof,
            loosened=checks.loosened,
            trusted=trusted or event.base,
        )


def _earlier_tests(run: Run, basis: ProposedChange) -> Mapping[str, Sequence[LoadedClient]]:
    """Return whose tests count as they were before direct pushes: of no client where direct pushes count."""
    if basis.before is None or basis.reviewed.guarded.values.get("require_review") is False:
        return {}
    return before_unreviewed_pushes(run, basis.scope.clients, basis.planned, basis.before)


@contextmanager
def change_by_hand(run: Run, event: ManualEvent | PushEvent, *, is_offline: bool = False) -> Iterator[ProposedChange]:
    """Give the basis of what a person chooses: the run's commit, for the chosen clients.

    Arguments:
        is_offline: whether nobody is asked for anything.

    Raises:
        UsageError: a client is not in the map.
        GitHubError: what was reviewed of the map cannot be read.
    """
    commit = run.commit
    trusted = commit if event.is_default_branch else _newest_merged(run.commits, event.branch, commit)
    run.require_map(commit)
    read = run.commits.at(commit)
    names = [client.name for client in read.map.select(run.settings.inputs.clients)] if read.map else []
    reviewed = _reviewed(run, None if is_offline else trusted, commit)
    with _directors(run, trusted or commit, reviewed) as directors:
        base = run.commits.at(trusted or commit).directors
        scope, findings = _plannable(run.commits.scope_at(commit, names), directors, base)
        rules = _reviewed_rules(run, reviewed, commit)
        # Nothing is proposed, so nothing is loosened and nothing is judged a second time.
        yield ProposedChange(
            commit,
            commit,
            commit,
            scope,
            (*read.findings, *findings, *rules_at(run.commits, scope.clients, commit, run.registry, rules)),
            no_director_reason="" if trusted else _NO_BRANCH,
            proof=prove(run.commits, scope.clients, commit),
            lint=lint_proposal(run.commits, scope.clients, commit, reviewed.overlaid(read.map), run.registry),
            trusted=trusted or commit,
        )


def _reviewed(run: Run, trusted: str | None, otherwise: str) -> Reviewed:
    """Return what was reviewed of the map; where no Director is asked, a commit's map stands for it."""
    return reviewed_map(run, trusted) if trusted else Reviewed(run.commits.guarded_at(otherwise))


def _reviewed_rules(run: Run, reviewed: Reviewed, commit: str) -> RuleFiles:
    """Return the rules that were reviewed; those that a commit has at the same paths where no commit has them."""
    last = reviewed.last.commit if reviewed.last else None
    if (found := reviewed_rules(run.commits, reviewed.guarded, [commit, last])) is not None:
        return reviewed.with_trusted_rules(run.commits, found)
    run.say_once(f"the rules that were reviewed are in no commit of this clone: those of {commit[:12]} count here")
    return reviewed.with_trusted_rules(run.commits, run.commits.rule_files(commit, reviewed.guarded.rules))


@contextmanager
def _directors(run: Run, commit: str, reviewed: Reviewed) -> Iterator[dict[str, DirectorEndpoint]]:
    run.hide_secrets_named_at(commit)
    with TemporaryDirectory(prefix="lpcac-") as folder:
        yield run.commits.trusted_directors(commit, Path(folder), reviewed.guarded)


def _trusted(commits: Commits, event: PullRequestEvent | MergeGroupEvent) -> tuple[str | None, str]:
    """Return the commit that says where Directors are; where there is none, why no Director is asked."""
    if isinstance(event, PullRequestEvent):
        return (None, _FORK) if event.is_fork else (event.base, "")
    trusted = _newest_merged(commits, event.branch, event.head)
    return trusted, "" if trusted else _NO_BRANCH


def _newest_merged(commits: Commits, branch: str | None, head: str) -> str | None:
    """Return the newest commit of the default branch that `head` contains, as far as the clone knows the branch."""
    tip = commits.repository.remote_branch(branch) if branch else None
    return commits.repository.merge_base(tip, head) if tip else None


def _basis(
    commits: Commits,
    event: PullRequestEvent | MergeGroupEvent,
    directors: dict[str, DirectorEndpoint],
    only: frozenset[str],
    reviewed: Reviewed,
) -> ProposedChange:
    found = proposed(commits.repository, event.base, event.head)
    planned = found.planned
    base, now = commits.at(event.base), commits.at(planned)
    if now.is_broken:
        scope = Scope((), directors=directors, findings=now.findings)
        return ProposedChange(event.head, event.base, planned, scope, reviewed=reviewed)
    concerned = commits.affected(found.before, found.after)
    will_be = _proposed_values(commits, event, planned)
    # A merge group tells what its push would be refused for; those are not refused.
    clients = now.map.clients if now.map and isinstance(event, PullRequestEvent) else ()
    names = {each.client.name for each in concerned}
    starting = starting_clients(reviewed.guarded, will_be, will_be, clients, names)
    some = [*concerned, *starting.affected]
    affected = tuple(each for each in some if not only or each.client.name in only)
    known = {client.name for client in now.map.clients} if now.map else set()
    chosen = [each.client.name for each in affected if not each.is_released and each.client.name in known]
    scope, findings = _plannable(commits.scope_at(planned, chosen), directors, base.directors)
    counts, was = reviewed.guarded.values, commits.guarded_at(event.base)
    changes = reviewed.guarded.differing(will_be)
    return ProposedChange(
        event.head,
        event.base,
        planned,
        scope,
        findings,
        affected,
        reviewed,
        will_be,
        tuple(changes),
        tuple(key for key in changes if was.agrees(will_be, key)),
        needs_no_review=counts.get("require_review") is not False and will_be.values.get("require_review") is False,
        needs_no_approval=counts.get("require_approval") is True and not will_be.values.get("require_approval"),
        before=found.before,
        starting=starting.names,
        waiting=starting.waiting,
    )


def _proposed_values(commits: Commits, event: PullRequestEvent | MergeGroupEvent, planned: str) -> GuardedMap:
    """Return the guarded values as they would be after the merge."""
    if planned != event.head:
        return commits.guarded_at(planned)
    # The head may lack what the base branch got meanwhile.
    since = commits.repository.merge_base(event.base, event.head)
    head = commits.guarded_at(event.head)
    return commits.guarded_at(event.base).taking(head, commits.guarded_at(since).differing(head))


def _plannable(
    scope: Scope, directors: dict[str, DirectorEndpoint], base: Mapping[str, DirectorEndpoint]
) -> tuple[Scope, tuple[Finding, ...]]:
    """Return the clients whose Director can be trusted, on these Directors, and a finding for each of the others.

    Arguments:
        base: the Directors of the base commit's map, reviewed or not.
    """
    findings = tuple(
        _unmerged_director(loaded.client, base) for loaded in scope.clients if loaded.client.director not in directors
    )
    plannable = tuple(loaded for loaded in scope.clients if loaded.client.director in directors)
    return replace(scope, clients=plannable, directors=directors), findings


def _unmerged_director(client: Client, base: Mapping[str, DirectorEndpoint]) -> Finding:
    name = f"client {quoted(client.name)}: director {quoted(client.director)}"
    if client.director in base:
        message = (
            f"{name} was added to the base branch, or got other certificates there, without a review: first merge a "
            "pull request that changes none of its clients; it shows the director, and makes it count"
        )
        return Finding("director-not-reviewed", message, client.position)
    where = "its map has no such Director yet" if base else "there is no map yet"
    message = (
        f"{name} is not known to the base branch ({where}): "
        f"merge the director first, then the client, so that a pull request cannot send a token anywhere"
    )
    return Finding("director-not-merged", message, client.position)
