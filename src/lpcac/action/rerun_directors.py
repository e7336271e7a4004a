"""Keeps a run of an older commit from sending secrets to where that commit says, if that was changed since."""

from __future__ import annotations

from collections.abc import Iterable

from lpcac.action.run import Run
from lpcac.core.errors import RefusedError
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import DirectorEndpoint

_START_ANEW = "nothing was sent: start a new run (push to the pull request, or run the command by hand)"


def require_current_directors(run: Run, directors: Iterable[DirectorEndpoint], commit: str) -> None:
    """Do nothing where the default branch still has these Directors, with the same certificates.

    A run reads the commit that it was started for, also when it waited in a queue for hours or is started again weeks
    later. Its Directors may have been removed from the map since because they were someone else's.

    Arguments:
        commit: whose map and certificates the run uses.

    Raises:
        RefusedError: one was changed or removed since, or that cannot be found out.
        GitHubError: GitHub does not say which commit is the newest.
    """
    needed = list(directors)
    if not needed:
        return
    tip = run.github.tip(run.default_branch)
    if not run.commits.repository.knows(tip):
        if run.settings.github.run_attempt == "1":
            # Its checkout is of a moment ago. To stop whenever the branch moves on meanwhile would stop too many runs.
            return
        message = f"the default branch changed to {tip[:12]} while this attempt was starting; {_START_ANEW}"
        raise RefusedError(message)
    current = run.commits.at(tip).directors
    for director in needed:
        now = current.get(director.name)
        if what := _difference(run, director, now, commit, tip):
            message = (
                f"this run is for an older commit, and its Director {quoted(director.name)} was {what} since; "
                f"{_START_ANEW}"
            )
            raise RefusedError(message)


def _difference(run: Run, director: DirectorEndpoint, now: DirectorEndpoint | None, commit: str, tip: str) -> str:
    """Return what became of a Director between a run's commit and the tip, in words; empty where nothing did."""
    if now is None:
        return "removed from the default branch's map"
    if _addressed(now) != _addressed(director):
        return "changed in the default branch's map"
    name, commits = director.name, run.commits
    is_same = commits.certificates_at(commit, name) == commits.certificates_at(tip, name)
    return "" if is_same else "given other certificates on the default branch"


def _addressed(director: DirectorEndpoint) -> tuple[str, str, str | None]:
    """Return where secrets go and which; certificates are compared by content."""
    return director.url, director.token_env, director.secret_key_env
