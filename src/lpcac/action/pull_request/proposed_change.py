"""What a pull request, a merge group or a person is about: its affected clients, on Directors that it has no say in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from lpcac.action.checks.lint_and_rules import check_proposal, lint_proposal, rules_at
from lpcac.action.checks.pipeline_tests import Proof, prove
from lpcac.action.commits import Commits
from lpcac.action.run import Run
from lpcac.connectors.git.process import CHECK_OUT_ALL
from lpcac.connectors.git.test_merge import proposed
from lpcac.connectors.github.events import ManualEvent, MergeGroupEvent, PullRequestEvent, PushEvent
from lpcac.core.findings import Finding, has_errors
from lpcac.core.safe_text import quoted
from lpcac.directory_map.affected_clients import Affected
from lpcac.directory_map.directory_map import Client, DirectorEndpoint
from lpcac.lint.live_names import NOTHING_LIVE, LiveNames
from lpcac.workspace.scope import Scope

_FORK = "This pull request comes from a fork, or does not go to the default branch"
_NO_BRANCH = f"The clone does not know the default branch that this is for ({CHECK_OUT_ALL})"


@dataclass(frozen=True)
class ProposedChange:
    """What is to be planned.

    Arguments:
        head: the newest commit of what is proposed.
        base: the commit of the base branch; only what it says about Directors counts.
        before: the commit that tells what the proposal changes; `None` where nothing was planned.
        planned: the commit whose tree is planned: the test merge where it is checked out, else the head.
        scope: the affected clients, on the base commit's Directors.
        findings: what is wrong beyond the clients' own files.
        affected: the clients that the proposal concerns, each with why.
        changed_directors: names of Directors that the proposal adds, changes or removes.
        needs_no_review: whether the proposal ends the need for reviews.
        needs_no_approval: whether the proposal ends the need for approvals.
        no_director_reason: why no Director may be asked, as a whole sentence's beginning; empty where they may.
        proof: what the clients' pipeline tests came to.
        lint: what is valid and hardly meant.
        used_live: what is used on the clients' logpoints, as far as these were read.
        loosened: lint levels, rules and comments that the proposal makes weaker, in words.
    """

    head: str
    base: str
    planned: str
    scope: Scope
    findings: tuple[Finding, ...] = ()
    affected: tuple[Affected, ...] = ()
    changed_directors: tuple[str, ...] = ()
    needs_no_review: bool = False
    needs_no_approval: bool = False
    no_director_reason: str = ""
    proof: Proof = field(default_factory=Proof)
    loosened: tuple[str, ...] = ()
    before: str | None = None
    lint: tuple[Finding, ...] = ()
    used_live: LiveNames = field(default_factory=lambda: NOTHING_LIVE)

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
    run: Run, event: PullRequestEvent | MergeGroupEvent, only: Iterable[str] = ()
) -> Iterator[ProposedChange]:
    """Give the basis of what an event proposes.

    Arguments:
        only: names of clients; others are left out. None means all.

    Raises:
        UsageError: a commit is not in the clone.
    """
    trusted, no_director_reason = _trusted(run.commits, event)
    with _directors(run, trusted or event.base) as directors:
        run.require_named_map(event.base, event.head)
        basis = _basis(run.commits, event, directors, frozenset(only))
        for each in basis.affected:
            run.runner.say(str(each))
        proof = prove(run.commits, basis.scope.clients, basis.planned, basis.before)
        checks = check_proposal(run.commits, basis.scope.clients, basis.planned, basis.base, run.registry)
        findings = (*basis.findings, *checks.findings)
        yield replace(
            basis,
            findings=findings,
            lint=checks.lint,
            no_director_reason=no_director_reason,
            proof=proof,
            loosened=checks.loosened,
        )


@contextmanager
def change_by_hand(run: Run, event: ManualEvent | PushEvent) -> Iterator[ProposedChange]:
    """Give the basis of what a person chooses: the run's commit, for the chosen clients.

    Raises:
        UsageError: a client is not in the map.
    """
    commit = run.commit
    trusted = commit if event.is_default_branch else _newest_merged(run.commits, event.branch, commit)
    run.require_map(commit)
    read = run.commits.at(commit)
    names = [client.name for client in read.map.select(run.settings.inputs.clients)] if read.map else []
    with _directors(run, trusted or commit) as directors:
        scope, findings = _plannable(run.commits.scope_at(commit, names), directors, no_map=not directors)
        # Nothing is proposed, so nothing is loosened and nothing is judged a second time.
        yield ProposedChange(
            commit,
            commit,
            commit,
            scope,
            (*read.findings, *findings, *rules_at(run.commits, scope.clients, commit, run.registry)),
            no_director_reason="" if trusted else _NO_BRANCH,
            proof=prove(run.commits, scope.clients, commit),
            lint=lint_proposal(run.commits, scope.clients, commit, commit, run.registry),
        )


@contextmanager
def _directors(run: Run, commit: str) -> Iterator[dict[str, DirectorEndpoint]]:
    run.hide_secrets_named_at(commit)
    with TemporaryDirectory(prefix="lpcac-") as folder:
        yield run.commits.trusted_directors(commit, run.ca_bundle, Path(folder))


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
) -> ProposedChange:
    found = proposed(commits.repository, event.base, event.head)
    planned = found.planned
    base, now = commits.at(event.base), commits.at(planned)
    if now.is_broken:
        return ProposedChange(event.head, event.base, planned, Scope((), directors=directors, findings=now.findings))
    since = commits.repository.merge_base(event.base, event.head)
    was, will_be = commits.at(since).directors, commits.at(event.head).directors
    changed = sorted(name for name in was.keys() | will_be.keys() if was.get(name) != will_be.get(name))
    concerned = commits.affected(found.before, found.after)
    affected = tuple(each for each in concerned if not only or each.client.name in only)
    known = {client.name for client in now.map.clients} if now.map else set()
    names = [each.client.name for each in affected if not each.is_released and each.client.name in known]
    scope, findings = _plannable(commits.scope_at(planned, names), directors, no_map=base.map is None)
    eased = (base.map is None or base.map.require_review) and now.map is not None and not now.map.require_review
    was_approved = base.map is not None and base.map.require_approval
    unapproved = was_approved and (now.map is None or not now.map.require_approval)
    return ProposedChange(
        event.head,
        event.base,
        planned,
        scope,
        findings,
        affected,
        tuple(changed),
        eased,
        unapproved,
        before=found.before,
    )


def _plannable(
    scope: Scope, directors: dict[str, DirectorEndpoint], *, no_map: bool
) -> tuple[Scope, tuple[Finding, ...]]:
    """Return the clients whose Director can be trusted, on these Directors, and a finding for each of the others."""
    findings = tuple(
        _unmerged_director(loaded.client, no_map=no_map)
        for loaded in scope.clients
        if loaded.client.director not in directors
    )
    plannable = tuple(loaded for loaded in scope.clients if loaded.client.director in directors)
    return replace(scope, clients=plannable, directors=directors), findings


def _unmerged_director(client: Client, *, no_map: bool) -> Finding:
    where = "there is no map yet" if no_map else "its map has no such Director yet"
    message = (
        f"client {quoted(client.name)}: director {quoted(client.director)} is not known to the base branch ({where}): "
        f"merge the director first, then the client, so that a pull request cannot send a token anywhere"
    )
    return Finding("director-not-merged", message, client.position)
