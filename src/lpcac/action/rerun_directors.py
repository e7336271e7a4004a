"""Keeps a run of an older commit from sending secrets to where that commit says, if that was changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from lpcac.action.certificates import ReadFile
from lpcac.action.run import Run
from lpcac.core.errors import RefusedError
from lpcac.core.files import Folders
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import DirectorEndpoint
from lpcac.directory_map.parser import parse_map

# Directors do not depend on the folders of clients.
_NO_FOLDERS: Final = Folders(frozenset(), frozenset())
_START_ANEW = "nothing was sent: start a new run (push to the pull request, or run the command by hand)"


def require_current_directors(run: Run, directors: Iterable[DirectorEndpoint], commit: str) -> None:
    """Do nothing where the default branch still has these Directors, with the same certificates.

    A run reads the commit that it was started for, also when it waited in a queue for hours or is started again weeks
    later. Its Directors may have been removed from the map since because they were someone else's.

    Arguments:
        commit: whose map and certificates the run uses.

    Raises:
        RefusedError: one was changed or removed since.
        GitHubError: GitHub does not say which commit is the newest, or what it holds.
    """
    needed = list(directors)
    if not needed:
        return
    read = _reader_of_newest(run)
    current, was = _directors_in(run, read), run.commits.at(commit).directors
    for director in needed:
        now, before = current.get(director.name), was.get(director.name)
        if what := _difference(director, now) or (now and _other_certificates(run, read, now, commit, before)):
            message = (
                f"this run is for an older commit, and its Director {quoted(director.name)} was {what} since; "
                f"{_START_ANEW}"
            )
            raise RefusedError(message)


def _reader_of_newest(run: Run) -> ReadFile:
    """Return what reads the files of the default branch's newest commit, which the clone need not have."""
    tip, repository = run.github.tip(run.default_branch), run.commits.repository
    return partial(repository.linked_file_at if repository.knows(tip) else run.github.file_at, tip)


def _directors_in(run: Run, read: ReadFile) -> Mapping[str, DirectorEndpoint]:
    written, _ = parse_map(read(run.commits.map_file) or b"", run.commits.map_file)
    return written.expanded(_NO_FOLDERS, run.registry)[0].directors if written else {}


def _difference(director: DirectorEndpoint, now: DirectorEndpoint | None) -> str:
    """Return what became of a Director, in words; empty where it has the same address and the same secrets."""
    if now is None:
        return "removed from the default branch's map"
    return "" if _addressed(now) == _addressed(director) else "changed in the default branch's map"


def _other_certificates(
    run: Run, read: ReadFile, now: DirectorEndpoint, commit: str, before: DirectorEndpoint | None
) -> str:
    """Return that a Director has other certificates than in the run's commit, in words; empty where it has not."""
    known = run.commits.certificates_at(commit, before) if before else ""
    return "" if run.commits.certificates_by(read, now) == known else "given other certificates on the default branch"


def _addressed(director: DirectorEndpoint) -> tuple[str, str, str | None]:
    """Return where secrets go and which; certificates are compared by content."""
    return director.url, director.token_env, director.secret_key_env
