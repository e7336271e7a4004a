"""Keeps a run that is started again from sending secrets to where its old commit says, if that was changed since."""

from __future__ import annotations

from collections.abc import Iterable

from lpcac.action.run import Run
from lpcac.core.errors import RefusedError
from lpcac.core.safe_text import quoted
from lpcac.directory_map.directory_map import DirectorEndpoint

_START_ANEW = "nothing was sent: start a new run (push to the pull request, or run the command by hand)"


def require_current_directors(run: Run, directors: Iterable[DirectorEndpoint]) -> None:
    """Do nothing where this is a run's first attempt, or where the default branch still has these Directors.

    A run that is started again reads the commit that it was started for, also weeks later. Its Directors may have been
    removed from the map since because they were someone else's.

    Raises:
        RefusedError: one was changed or removed since, or that cannot be found out.
        GitHubError: GitHub does not say which commit is the newest.
    """
    if run.settings.github.run_attempt == "1":
        return
    tip = run.github.tip(run.default_branch)
    if not run.commits.repository.knows(tip):
        message = f"the default branch moved on to {tip[:12]} while this attempt was starting; {_START_ANEW}"
        raise RefusedError(message)
    current = run.commits.at(tip).directors
    for director in directors:
        now = current.get(director.name)
        if now is None or _addressed(now) != _addressed(director):
            what = "removed from" if now is None else "changed in"
            message = (
                f"this is an older run that was started again, and its Director {quoted(director.name)} was {what} the "
                f"default branch's map since; {_START_ANEW}"
            )
            raise RefusedError(message)


def _addressed(director: DirectorEndpoint) -> tuple[str, str, str | None]:
    """Return where secrets go and which; certificates are a run's own copies of a commit's."""
    return director.url, director.token_env, director.secret_key_env
