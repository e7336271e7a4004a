"""`lpcac history`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lpcac.action.inputs import GITHUB_API
from lpcac.action.run_history.deployments.contents import ENVIRONMENT, Task
from lpcac.action.run_history.deployments.parts import Assembly
from lpcac.action.run_history.page import history_json, history_text
from lpcac.action.run_history.runs import RecordedRun, RecordedRuns, RecordedTarget, pull_requests_of
from lpcac.cli.github_access import github_api_url, github_token
from lpcac.cli.session import Session, start
from lpcac.connectors.github.api import GitHub
from lpcac.connectors.github.port import ACTIONS_LOGIN, GitHubPort, Identity
from lpcac.core.errors import ExitCode, UsageError

_PAGE = 100


@dataclass(frozen=True)
class HistoryOptions:
    """What is asked for.

    Arguments:
        client: whose runs; all without one.
        repository: `owner/name`; the variable GITHUB_REPOSITORY without one.
        most: how many runs to show.
        bot_login: who recorded them, where an app did.
    """

    client: str | None = None
    repository: str | None = None
    most: int = 20
    bot_login: str | None = None


def history(options: HistoryOptions, output_format: str) -> ExitCode:
    """Write who applied what, when, and with whose approval, newest first."""
    session = start()
    repository = options.repository or session.settings.environ.get("GITHUB_REPOSITORY", "")
    if repository.count("/") != 1:
        message = "say which repository's history: --repository OWNER/NAME, or the variable GITHUB_REPOSITORY"
        raise UsageError(message)
    identity = _identity(session, options)
    runs = list(islice(_runs(_github(session, repository, identity), identity, options), options.most))
    if output_format == "json":
        session.output.json(history_json(runs))
    else:
        session.output.result(history_text(runs))
    return ExitCode.OK


def _identity(session: Session, options: HistoryOptions) -> Identity:
    if options.bot_login:
        return Identity(options.bot_login, None)
    # An Enterprise Server numbers its accounts itself.
    return Identity() if github_api_url(session.settings.environ) == GITHUB_API else Identity(ACTIONS_LOGIN, None)


def _github(session: Session, repository: str, identity: Identity) -> GitHub:
    environ = session.settings.environ
    redactor, api_url = session.output.redactor, github_api_url(environ)
    return GitHub(repository, github_token(environ), redactor, api_url=api_url, identity=identity)


def _runs(github: GitHubPort, identity: Identity, options: HistoryOptions) -> Iterator[RecordedRun]:
    """Yield the runs, newest first; no more pages are requested than needed."""
    collected, assembly = RecordedRuns(), Assembly()
    source = github.deployments(environment=ENVIRONMENT)

    def concerns(target: RecordedTarget) -> bool:
        return options.client in (None, target.names[0])

    while page := list(islice(source, _PAGE)):
        for deployment in page:
            if deployment.task in set(Task) and identity.wrote(deployment.author):
                whole = assembly.add(deployment)
                if whole:
                    collected.add(whole)
        # What began on an older page comes after runs of that page, however late its result is; and the oldest one may
        # lack what an older page holds.
        lowest = min(deployment.id for deployment in page)
        if sum(run.order >= lowest for run in collected.newest_first(concerns)) > options.most:
            break
    yield from map(pull_requests_of, collected.newest_first(concerns))
