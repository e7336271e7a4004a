"""Which values of the map's guarded keys count: those that were reviewed last, as the history has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lpcac.action.commits import Commits
from lpcac.action.run import Run
from lpcac.action.run_history.reviewed_map import ReviewedMap
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Client, DirectorEndpoint, DirectoryMap
from lpcac.directory_map.guarded_changes import guarded_changes
from lpcac.directory_map.guarded_map import CLIENTS, DIRECTORS, GuardedMap
from lpcac.lint.codes import graver_levels
from lpcac.workspace.check_rules import RuleFiles

_NAMED = 3
# How far back a map is looked for that can be read.
_EARLIER_COMMITS = 20


@dataclass(frozen=True)
class Reviewed:
    """The values that count.

    Arguments:
        guarded: by key.
        last: what the history has; `None` where it has nothing, and a commit's map counts as it is.
        is_verified: whether the history's are signed with this job's keys.
        trusted: the commit whose map names the Directors whose keys may have signed them.
    """

    guarded: GuardedMap
    last: ReviewedMap | None = None
    is_verified: bool = False
    trusted: str | None = None

    def overlaid(self, found: DirectoryMap | None) -> DirectoryMap | None:
        """Return a map with those checks and exceptions that were reviewed."""
        if found is None:
            return None
        values = self.guarded.values
        accept = tuple(each for each in found.accept if self.guarded.accepts(each))
        lint = {code: str(level) for code, level in values.get("lint", found.lint).items()}
        rules = tuple(self.guarded.rules) if "rules" in values else found.rules
        return replace(found, accept=accept, lint=lint, rules=rules)

    def with_trusted_rules(self, commits: Commits, rules: RuleFiles) -> RuleFiles:
        """Return the reviewed rules, with those of the trusted commit where anybody may have recorded them."""
        if self.last is None or self.is_verified or self.trusted is None:
            return rules
        found = commits.at(self.trusted).map
        return replace(rules, others=(commits.rule_files(self.trusted, found.rules if found else ()),))


def reviewed_map(run: Run, otherwise: str | None, trusted: str | None = None) -> Reviewed:
    """Return what was reviewed of the map; it costs a few requests, whatever the number of commits and targets.

    Arguments:
        otherwise: the commit whose map counts as it is where the history has nothing yet; `None` for an empty map.
        trusted: the commit of the default branch whose map names the Directors whose keys count; `otherwise` without.

    Raises:
        GitHubError: the history cannot be read.
    """
    trusted = trusted or otherwise
    keys = run.settings.map_keys
    anchors = keys(_directors_at(run, trusted))
    last, is_verified = run.history().reviewed_map(run.settings.github.repository, run.scope, keys, anchors)
    if last is None:
        if otherwise is not None and run.commits.at(otherwise).map is not None:
            run.say_once(
                f"no reviewed map is recorded yet: the map of {otherwise[:12]} counts as it is, until the next merge "
                "records it"
            )
        return Reviewed(run.commits.guarded_at(otherwise) if otherwise else GuardedMap(), trusted=trusted)
    if not is_verified:
        run.say_once(
            f"the map that was reviewed up to {last.commit[:12]} was signed with another key or token: it counts as it "
            "is recorded, until the next merge signs it again"
        )
    hide_secrets_named_in(run, last.guarded)
    return Reviewed(
        last.guarded if is_verified else _unverified(run, last.guarded, trusted), last, is_verified, trusted
    )


def _unverified(run: Run, recorded: GuardedMap, trusted: str | None) -> GuardedMap:
    """Return what counts of a record that cannot be verified: anybody may have written it.

    It moves no Director, lets no client count, and takes away nothing that the map of the trusted commit asks for.
    Rules are read from both; see `Reviewed.with_trusted_rules`.
    """
    asked = run.commits.guarded_at(trusted) if trusted else GuardedMap()
    levels = graver_levels(recorded.values.get("lint", {}), asked.values.get("lint", {}))
    return GuardedMap({**recorded.stricter(asked).values, "lint": levels})


def _directors_at(run: Run, commit: str | None) -> Iterable[DirectorEndpoint]:
    """Return the Directors of a commit's map, or of the newest one before it whose map can be read."""
    commits = run.commits
    earlier = commits.repository.first_parents(None, commit, _EARLIER_COMMITS) if commit else []
    return next((found.directors.values() for each in earlier if (found := commits.at(each).map)), ())


def hide_secrets_named_in(run: Run, guarded: GuardedMap) -> None:
    """Keep what the reviewed Directors' variables hold out of whatever leaves the process."""
    for director in guarded.directors.values():
        for name in filter(None, (director.token_env, director.secret_key_env)):
            run.settings.hide_variable(run.output.redactor, name)


def unreviewed(reviewed: GuardedMap, found: GuardedMap, client: Client) -> str | None:
    """Return why a client of a map is left alone, in words for people; `None` where all that it needs was reviewed.

    Arguments:
        found: what the map says.
    """
    keys = [f"{DIRECTORS}{client.director}", f"{CLIENTS}{client.name}"]
    differing = [key for key in keys if not reviewed.agrees(found, key)]
    if not differing:
        return None
    said = "; ".join(f"{_subject(key)} {_difference(reviewed, found, key)}" for key in differing)
    return f"{said}: open a pull request, which shows it, and merge it"


def not_reviewed(reviewed: GuardedMap, found: GuardedMap, clients: Iterable[Client]) -> dict[str, str]:
    """Return the clients that are left alone, by name, each with why."""
    return {each.name: why for each in clients if (why := unreviewed(reviewed, found, each)) is not None}


def _subject(key: str) -> str:
    return "its Director" if key.startswith(DIRECTORS) else "its entry in the map"


def _difference(reviewed: GuardedMap, found: GuardedMap, key: str) -> str:
    [change] = guarded_changes(reviewed, found, [key])
    if change.deed == "added":
        return "was not reviewed by anyone"
    if change.deed == "removed":
        return "left the map without a review"
    fields = [f"{each.name} {quoted(each.after or '')}, reviewed {quoted(each.before or '')}" for each in change.fields]
    more = f", and {len(fields) - _NAMED} more" if len(fields) > _NAMED else ""
    return f"differs from what was reviewed ({'; '.join(fields[:_NAMED])}{more})"
