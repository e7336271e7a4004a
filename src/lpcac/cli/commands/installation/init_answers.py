"""Finds the answers that `lpcac init` needs: in its options, in those of an earlier run, or by a question."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Final

from lpcac import __version__
from lpcac.cli.session import Session
from lpcac.connectors.git.releases import NoReleaseError, commit_of_tag
from lpcac.connectors.git.work_tree import current_branch
from lpcac.core.errors import UsageError
from lpcac.core.text.safe_text import quoted
from lpcac.installation.answers import (
    EXTRA_WORKFLOWS,
    HOSTED,
    ActionVersion,
    Answers,
    Record,
    director_address,
    is_branch,
    is_commit,
    is_file_below,
    is_label,
    is_repository,
)
from lpcac.reports.lines import warning_line

_SELF_HOSTED: Final = ("self-hosted", "linux")
_TRIES: Final = 3
# The owner of the repository as long as it is not published.
_NOBODY: Final = "OWNER/"


@dataclass(frozen=True)
class InitOptions:
    """What the command line says; `None` for what it does not.

    Arguments:
        action: `OWNER/NAME`, with `@COMMIT` or without.
        ca_bundle: relative to the folder that is set up.
    """

    director: str | None = None
    action: str | None = None
    branch: str | None = None
    runs_on: tuple[str, ...] = ()
    require_approval: bool | None = None
    sharded: bool | None = None
    workflows: tuple[str, ...] = ()
    ca_bundle: str | None = None


@dataclass(frozen=True)
class FirstClient:
    """A client that is live already."""

    name: str
    pool: str
    logpoint: str | None = None


class Questions:
    """Asks a person on the terminal; without one, the default is the answer."""

    def __init__(self, session: Session) -> None:
        """Ask on standard error, so that standard output holds the result alone."""
        self._session = session
        self.can_ask = sys.stdin.isatty()

    def text(self, question: str, default: str, read: Callable[[str], str]) -> str:
        """Return an answer that can be read.

        Arguments:
            read: brings an answer into form; raises `ValueError` with what is wrong.

        Raises:
            UsageError: no answer could be read.
        """
        problem = ""
        for _ in range(_TRIES if self.can_ask else 0):
            self._session.output.err.print(f"{question}{f' [{default}]' if default else ''}: ", end="", markup=False)
            line = sys.stdin.readline()
            if not line:
                break
            try:
                return read(line.strip() or default)
            except ValueError as error:
                problem = str(error)
                self._session.output.say(f"  {problem}")
        message = f"no usable answer to: {question}{f' ({problem})' if problem else ''}"
        raise UsageError(message)

    def is_so(self, question: str, *, default: bool) -> bool:
        """Return whether the answer is yes."""
        if not self.can_ask:
            return default
        answers = {"y": True, "yes": True, "n": False, "no": False, "": default}

        def read(text: str) -> str:
            if text.lower() not in answers:
                message = "answer yes or no"
                raise ValueError(message)
            return text

        return answers[self.text(f"{question} [{'Y/n' if default else 'y/N'}]", "", read).lower()]


def find_answers(folder: Path, options: InitOptions, before: Record | None, session: Session) -> Answers:
    """Return the answers: each from an option, or else from an earlier run, or else asked for, or else the default.

    Raises:
        UsageError: an option cannot be used, or an answer is missing and nobody can be asked.
    """
    known = before.answers if before else None
    questions = Questions(session)
    return Answers(
        director=_director(options, known, questions),
        action=_action(options, known, questions, session),
        branch=_branch(folder, options, known),
        runs_on=_runs_on(options, known, questions),
        require_approval=_choice(
            options.require_approval,
            known.require_approval if known else None,
            lambda: questions.is_so("Must someone else approve a change before it is applied?", default=True),
        ),
        sharded=_choice(
            options.sharded,
            known.sharded if known else None,
            lambda: questions.is_so("Split the clients into parallel jobs (for hundreds of clients)?", default=False),
        ),
        workflows=_workflows(options, known),
        ca_bundle=_ca_bundle(options, known),
    )


def ask_for_a_client(session: Session, client: FirstClient | None) -> FirstClient | None:
    """Return the live client to begin with, if the user wants one."""
    questions = Questions(session)
    if client or not questions.can_ask:
        return client
    if not questions.is_so("Begin with a client that is live now (reads one logpoint)?", default=False):
        return None
    name = questions.text("Name of the client", "", _something)
    return FirstClient(name, questions.text("Its pool", f"pool-{name}", _something))


def _something(text: str) -> str:
    if not text or not text.isprintable():
        message = "give a name"
        raise ValueError(message)
    return text


def _choice(option: bool | None, known: bool | None, ask: Callable[[], bool]) -> bool:  # noqa: FBT001 - plain values
    if option is not None:
        return option
    return ask() if known is None else known


def _director(options: InitOptions, known: Answers | None, questions: Questions) -> str:
    if options.director is not None:
        try:
            return director_address(options.director)
        except ValueError as error:
            message = f"--director: {error}"
            raise UsageError(message) from None
    if known:
        return known.director
    if not questions.can_ask:
        message = "name the Director's address: --director https://HOST"
        raise UsageError(message)
    return questions.text("Address of the Director (https://HOST)", "", director_address)


def _action(options: InitOptions, known: Answers | None, questions: Questions, session: Session) -> ActionVersion:
    version = f"v{__version__}"
    server = session.settings.environ.get("GITHUB_SERVER_URL", "").rstrip("/") or "https://github.com"
    if options.action is not None:
        try:
            action = _readable_action(options.action)
        except ValueError as error:
            message = f"--action {quoted(options.action)}: {error}"
            raise UsageError(message) from None
    elif known:
        return _renewed(known.action, version, session)
    else:
        action = _own_repository() or _asked_action(questions)
    repository, _, commit = action.partition("@")
    if commit:
        return ActionVersion(repository, commit, version, server)
    try:
        return ActionVersion(repository, _commit(server, repository, version), version, server)
    except NoReleaseError as error:
        message = f"the commit of {version} is not known ({error}): name it with --action {repository}@COMMIT"
        raise UsageError(message) from None


def _renewed(action: ActionVersion, version: str, session: Session) -> ActionVersion:
    """Return the release of the installed version; the one before if that cannot be found."""
    if action.version == version:
        return action
    try:
        return ActionVersion(
            action.repository, _commit(action.server, action.repository, version), version, action.server
        )
    except NoReleaseError as error:
        session.output.say(
            warning_line(
                f"the workflows stay at {action.version}: the commit of {version} is not known ({error}); name it with "
                f"--action {action.repository}@COMMIT"
            )
        )
        return action


def _commit(server: str, repository: str, version: str) -> str:
    return commit_of_tag(f"{server}/{repository}", version)


def _own_repository() -> str | None:
    """Return the repository that the installed package names as its own."""
    try:
        urls = metadata("lpcac").get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    for line in urls:
        label, _, address = str(line).partition(",")
        repository = address.strip().removeprefix("https://github.com/").rstrip("/")
        is_named = is_repository(repository) and not repository.startswith(_NOBODY)
        if label.strip().lower() in ("repository", "source") and is_named:
            return repository
    return None


def _readable_action(text: str) -> str:
    repository, at, commit = text.partition("@")
    if not is_repository(repository) or (at and not is_commit(commit)):
        message = "write OWNER/NAME, or OWNER/NAME@COMMIT with a whole commit"
        raise ValueError(message)
    return text


def _asked_action(questions: Questions) -> str:
    if not questions.can_ask:
        message = "name the repository of the action: --action OWNER/NAME, or OWNER/NAME@COMMIT"
        raise UsageError(message)
    return questions.text("Repository of the action on GitHub (OWNER/NAME, or OWNER/NAME@COMMIT)", "", _readable_action)


def _branch(folder: Path, options: InitOptions, known: Answers | None) -> str:
    if options.branch is not None and not is_branch(options.branch):
        message = f"--branch {quoted(options.branch)} is not the name of a branch"
        raise UsageError(message)
    found = options.branch or (known.branch if known else None) or current_branch(folder) or "main"
    return found if is_branch(found) else "main"


def _runs_on(options: InitOptions, known: Answers | None, questions: Questions) -> tuple[str, ...]:
    for label in options.runs_on:
        if not is_label(label):
            message = f"--runs-on {quoted(label)} is not a runner's label"
            raise UsageError(message)
    if options.runs_on or known:
        return options.runs_on or (known.runs_on if known else HOSTED)
    if questions.is_so("Does GitHub's own machine reach the Director (no: you host runners yourself)?", default=True):
        return HOSTED

    def read(text: str) -> str:
        if not all(is_label(label.strip()) for label in text.split(",")):
            message = "write labels, separated by commas"
            raise ValueError(message)
        return text

    labels = questions.text("Labels of your runners", ", ".join(_SELF_HOSTED), read)
    return tuple(label.strip() for label in labels.split(","))


def _workflows(options: InitOptions, known: Answers | None) -> tuple[str, ...]:
    for name in options.workflows:
        if name not in EXTRA_WORKFLOWS:
            message = f"--workflow {quoted(name)}: there are {' and '.join(EXTRA_WORKFLOWS)}"
            raise UsageError(message)
    return tuple(sorted({*options.workflows, *(known.workflows if known else ())}))


def _ca_bundle(options: InitOptions, known: Answers | None) -> str | None:
    if options.ca_bundle is not None and not is_file_below(options.ca_bundle):
        message = f"--ca-bundle {quoted(options.ca_bundle)}: name a file of the repository, relative to it"
        raise UsageError(message)
    return options.ca_bundle or (known.ca_bundle if known else None)
