"""What a push makes count: the guarded values that its pull requests showed, and that the pushed map has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lpcac.action.commits import Commits
from lpcac.action.guarded_keys.reviewed import Reviewed, not_reviewed, reviewed_map
from lpcac.action.guarded_keys.reviewed_rules import reviewed_rules
from lpcac.action.merge.ancestry import Ancestry
from lpcac.action.merge.judge import Push, pushed_commits
from lpcac.action.plan_record.lookup import Reviews
from lpcac.action.plan_record.signing import ReviewKey
from lpcac.action.run import Run
from lpcac.action.run_history.deployments.contents import ENVIRONMENT, Task
from lpcac.action.run_history.deployments.parts import payloads
from lpcac.action.run_history.reviewed_map import ReviewedMap
from lpcac.connectors.github.port import GitHubError, PullRequest
from lpcac.core.json_values import Json
from lpcac.core.resources import Target
from lpcac.directory_map.guarded_map import CLIENTS, GuardedMap
from lpcac.workspace.check_rules import RuleFiles
from lpcac.workspace.scope import Scope

# How far back the pull requests of pushes are looked for whose jobs did not run.
_EARLIER_COMMITS = 50
# So that what was reviewed is always on the newest page of deployments.
_RENEWED_AFTER = 50


@dataclass(frozen=True)
class Counted:
    """What counts after a push.

    Arguments:
        before: what counted before.
        guarded: what counts now.
        found: what the pushed map says.
        keys: those that the push made count.
        is_old: whether something newer was looked at already, so that this run has no say in what counts.
    """

    before: Reviewed
    guarded: GuardedMap
    found: GuardedMap
    keys: tuple[str, ...] = ()
    is_old: bool = False

    @property
    def is_first(self) -> bool:
        """Tell whether there was no map before: the first one counts as it is as soon as the branch has it."""
        return self.before.last is None and not self.before.guarded.values

    @property
    def uncounted(self) -> list[str]:
        """Return the keys whose values in the pushed map do not count."""
        return self.guarded.differing(self.found)

    def rules(self, commits: Commits, push: Push) -> RuleFiles | None:
        """Return the rules that what was pushed has to keep to; `None` where no commit at hand has them."""
        # Where nothing is known of a map, there is nothing but the pushed one.
        guarded = self.guarded if "rules" in self.guarded.values else self.found
        last = self.before.last
        found = reviewed_rules(commits, guarded, [push.commit, push.before, last.commit if last else None])
        # Those that this push made count were shown.
        return found if found is None or "rules" in self.keys else self.before.with_trusted_rules(commits, found)

    def without_unreviewed(self, scope: Scope) -> tuple[Scope, dict[Target, str]]:
        """Return what may be planned, and each target that is left alone, with why.

        What was reviewed of a client that is left alone stays its own: no other client gets its logpoints.
        """
        why = not_reviewed(self.guarded, self.found, [*(each.client for each in scope.clients), *scope.others])
        placed = (
            self.guarded.client(client.name) if client.name in why else client
            for client in (*scope.others, *(each.client for each in scope.clients if each.client.name in why))
        )
        withheld = {
            target: why[loaded.client.name]
            for loaded in scope.clients
            if loaded.client.name in why
            for target in loaded.named_targets
        }
        kept = tuple(loaded for loaded in scope.clients if loaded.client.name not in why)
        directors = {name: replace(each, is_only=self._is_only) for name, each in scope.directors.items()}
        others = tuple(each for each in placed if each is not None)
        return replace(scope, clients=kept, others=others, directors=directors), withheld

    @property
    def _is_only(self) -> bool:
        return len(self.guarded.directors) == 1


@dataclass
class Counting:
    """Decides for each guarded key whether the pushed value was reviewed."""

    run: Run
    push: Push
    reviews: Reviews
    before: Reviewed
    ancestry: Ancestry

    def counted(self) -> Counted:
        """Return what counts: what was reviewed before, and what the push's pull requests showed just as it is.

        Where no review is needed, as was reviewed itself, all counts as it was pushed.

        Raises:
            GitHubError: it cannot be known which pull requests there were.
        """
        found, reviewed = self.run.commits.guarded_at(self.push.commit), self.before.guarded
        differing = reviewed.differing(found)
        if self._is_old():
            return Counted(self.before, reviewed, found, is_old=True)
        keys = differing if not self.push.needs_review else self._shown(found, differing) if differing else []
        return Counted(self.before, reviewed.taking(found, keys), found, tuple(keys))

    def _is_old(self) -> bool:
        """Tell whether a later commit was looked at before: an old run that is run again takes nothing back."""
        last = self.before.last
        return (
            last is not None
            and last.commit != self.push.commit
            and self.ancestry.contains(last.commit, self.push.commit)
        )

    def _shown(self, found: GuardedMap, differing: Sequence[str]) -> list[str]:
        """Return those keys of which the newest pull request that showed them showed the pushed value."""
        keys = self.run.settings.map_keys(self.before.guarded.directors.values())
        unsettled, shown = list(differing), []
        for pull_request in self.reviews.brought_by(self._commits()):
            verdicts = self._shown_by(pull_request, found, unsettled, keys) if unsettled else {}
            shown += [key for key, is_as_pushed in verdicts.items() if is_as_pushed]
            unsettled = [key for key in unsettled if key not in verdicts]
        return sorted(shown)

    def _shown_by(
        self, pull_request: PullRequest, found: GuardedMap, keys: Sequence[str], signers: Mapping[str, ReviewKey]
    ) -> dict[str, bool]:
        """Return of which of these keys a pull request showed a value, and whether that is the pushed one."""
        shown = self.reviews.shown_map(pull_request)
        if shown is None or not self._is_new(pull_request):
            return {}
        origin, part = shown
        signed = part.signers(origin, signers)
        if not signed or self.reviews.lacks_approval(pull_request, origin):
            return {}
        allowed = (key for key in keys if self._needed(key, frozenset(signers)) <= signed)
        return {key: said for key in allowed if (said := part.shows(found, key)) is not None}

    @staticmethod
    def _needed(key: str, at_hand: frozenset[str]) -> frozenset[str]:
        """Return whose signatures a change of a key needs: who has one Director's token has no say in the others.

        A Director may be given any variable, and a setting concerns all of them. What a client is allowed to do needs a
        plan as well, which its own Director signs.

        Arguments:
            at_hand: the keys that this job has, by what they are made of.
        """
        return at_hand & {"signing-key", "director-token"} if key.startswith(CLIENTS) else at_hand

    def _commits(self) -> list[str]:
        """Return the commits whose pull requests may count, newest first: of jobs that did not run as well."""
        last, repository = self.before.last, self.run.commits.repository
        since = last.commit if last and self.ancestry.contains(self.push.commit, last.commit) else None
        missed = repository.first_parents(since, self.push.commit, _EARLIER_COMMITS) if since else []
        return list(dict.fromkeys((*missed, *pushed_commits(self.run, self.push))))

    def _is_new(self, pull_request: PullRequest) -> bool:
        """Tell whether a pull request was merged after what was looked at last: what it showed counts once."""
        last, merge = self.before.last, pull_request.merge_commit
        if last and last.used and not (pull_request.merged and pull_request.merged > last.used):
            return False
        if last is None or (merge and self.ancestry.contains(merge, last.commit)):
            return True
        is_gone = not self.ancestry.knows(last.commit)
        merged, recorded = pull_request.merged, last.recorded
        return is_gone and merged is not None and recorded is not None and merged > recorded


def keep(run: Run, push: Push, counted: Counted, *, is_writing: bool) -> str:
    """Record what counts now where the history does not say so, and return what kept it from that, if anything did.

    Arguments:
        is_writing: whether the run has recorded something else: then what is only due for renewal is recorded as well.
    """
    try:
        if document := _document(run, push, counted, is_writing=is_writing):
            for part in payloads(document):
                run.github.create_deployment(
                    push.commit,
                    task=Task.MAP.value,
                    environment=ENVIRONMENT,
                    payload=part,
                    description="lpcac: what was reviewed of the map",
                )
    except GitHubError as error:
        return f"what was reviewed of the map could not be recorded: {error}"
    return ""


def _document(run: Run, push: Push, counted: Counted, *, is_writing: bool) -> Json | None:
    if counted.is_old or not _is_due(run, push, counted, is_writing=is_writing):
        return None
    history = run.history()
    history.look_again()
    # Another run may have recorded something meanwhile; what this one made count comes on top.
    now = reviewed_map(run, None, counted.before.trusted)
    guarded = now.guarded.taking(counted.found, counted.keys) if now.last else counted.guarded
    number = now.last.number + 1 if now.last else 1
    repository = run.settings.github.repository.lower()
    used = _used(run, push, now.last)
    reviewed = ReviewedMap(repository, run.scope, number, push.commit, history.newest, guarded, used=used)
    document = reviewed.document(run.settings.map_keys)
    # Without any key nobody could tell that it was this tool's.
    return document if document["signatures"] else None


def _used(run: Run, push: Push, last: ReviewedMap | None) -> datetime | None:
    """Return the time up to which merged pull requests no longer count, after a forced push to an older commit."""
    if last is None:
        return None
    ancestry = Ancestry(run.commits.repository)
    if ancestry.contains(push.commit, last.commit) or ancestry.contains(last.commit, push.commit):
        return last.used
    return max(filter(None, (last.used, last.recorded)), default=None)


def _is_due(run: Run, push: Push, counted: Counted, *, is_writing: bool) -> bool:
    last, is_pending = counted.before.last, bool(counted.uncounted) and not counted.is_first
    if last is None:
        # By hand there is no earlier map that could count in place of this one.
        return not (push.by_hand and push.needs_review) and (is_writing or is_pending or bool(counted.keys))
    if counted.keys:
        return True
    is_deep = run.history().deployments_since(last.order) > _RENEWED_AFTER
    is_outdated = is_deep or not counted.before.is_verified
    return (is_writing and is_outdated) or (is_pending and last.commit != push.commit)
