"""Keeps a run of an older commit from sending secrets to where that commit says, if that was changed since."""

from __future__ import annotations

from collections.abc import Iterable

from lpcac.action.run import Run
from lpcac.core.errors import RefusedError
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import DirectorEndpoint

_START_ANEW = "nothing was sent: start a new run (push to the pull request, or run the command by hand)"


def require_current_directors(run: Run, directors: Iterable[DirectorEndpoint]) -> None:
    """Do nothing where the default branch still has these Directors.

    A run reads the commit that it was started for, also when it waited in a queue for hours or is started again weeks
    later. Its Directors may have been removed from the map since because they were someone else's.

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
        if now is None or _addressed(now) != _addressed(director):
            what = "removed from" if now is None else "changed in"
            message = (
                f"this run is for an older commit, and its Director {quoted(director.name)} was {what} the default "
                f"branch's map since; {_START_ANEW}"
            )
            raise RefusedError(message)


def _addressed(director: DirectorEndpoint) -> tuple[str, str, str | None]:
    """Return where secrets go and which; certificates are a run's own copies of a commit's."""
    return director.url, director.token_env, director.secret_key_env
