"""What every activity is given: what was asked for, where to read, where to write, and what time it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from lpcac.action.commits import Commits
from lpcac.action.inputs import ActionSettings
from lpcac.action.run_history.target_history import History
from lpcac.apply.applier import Pacing
from lpcac.connectors.director.transport.http import Listeners
from lpcac.connectors.github.port import GitHubPort, Identity
from lpcac.connectors.github.runner import Runner
from lpcac.core.errors import UsageError
from lpcac.core.text.safe_text import escaped, quoted
from lpcac.directory_map.directory_map import MAP_NAME
from lpcac.kinds.registry import Registry
from lpcac.reports.output import Output
from lpcac.workspace.connections import ConnectionOptions
from lpcac.workspace.trust import EVERYTHING

Clock = Callable[[], datetime]
"""The time, with its zone."""


@dataclass(frozen=True)
class Run:
    """One run of the action.

    Arguments:
        commits: what Git knows.
        github: the repository on GitHub.
        runner: what later steps and people are left with.
        output: the log, and the redactor that everything passes.
        default_branch: its name; empty as long as the event was not read.
    """

    settings: ActionSettings
    registry: Registry
    commits: Commits
    github: GitHubPort
    runner: Runner
    output: Output
    now: Clock
    default_branch: str = ""

    @property
    def identity(self) -> Identity:
        """Return who the run writes on GitHub as."""
        return self.settings.identity

    @property
    def scope(self) -> str:
        """Return which of the repository's jobs this is, by what it manages: as the input says, else the map."""
        return self.output.redactor.clean(self.settings.inputs.scope or self.commits.map_file)

    def takes_over(self, scope: str) -> bool:
        """Tell whether targets that another job applied to last may be taken over from it."""
        named = self.settings.inputs.take_over_scope
        return scope in named or tuple(name.lower() for name in named) == ("true",)

    @property
    def connection(self) -> ConnectionOptions:
        """Return how to connect to Directors."""
        inputs, bundle = self.settings.inputs, self.settings.inputs.ca_bundle
        options = ConnectionOptions(
            inputs.timeout,
            self.settings.workspace.folder / bundle if bundle else None,
            inputs.patience,
            inputs.order_timeout,
            # What GitHub sets when someone runs a job again with debug logging.
            verbose=self.settings.environ.get("RUNNER_DEBUG") == "1",
            # The workflow decides which secrets a job has, and the action whose Directors count.
            trust=EVERYTHING,
        )
        return options.heard_by(Listeners(self._say, self._warn, self._say))

    def say_once(self, line: str) -> None:
        """Write a line for people, unless it was written before."""
        if line not in self._said:
            self._said.add(line)
            self.runner.say(line)

    @cached_property
    def _said(self) -> set[str]:
        return set()

    def _say(self, line: str) -> None:
        self.output.say(escaped(line))

    def _warn(self, line: str) -> None:
        # An annotation, so that it is on the run's page and not in the log alone.
        self.output.result(f"::warning title=lpcac::{escaped(line).replace('%', '%25')}")

    @property
    def pacing(self) -> Pacing:
        """Return how much to do at once."""
        inputs = self.settings.inputs
        return Pacing(inputs.in_flight, inputs.in_flight_per_logpoint, inputs.order_timeout)

    @property
    def commit(self) -> str:
        """Return the commit that the run is about: what GitHub says, even if something else is checked out."""
        said = self.settings.github.sha
        return said if said and self.commits.repository.knows(said) else self.commits.repository.head()

    def hide_secrets_named_at(self, commit: str) -> None:
        """Mask what a commit's map calls secret in all output.

        Arguments:
            commit: one that can be trusted: whoever proposes another one would choose which words are masked.
        """
        for name in self.commits.secret_variables(commit):
            self.settings.hide_variable(self.output.redactor, name)

    def require_map(self, *commits: str) -> None:
        """Do nothing where one of the commits has the map.

        Raises:
            UsageError: none has it; the run would do nothing, and look as if there were nothing to do.
        """
        name = self.commits.map_file
        if not any(self.commits.repository.file_at(commit, name) for commit in commits):
            message = f"there is no directory map {quoted(name)} in commit {commits[-1][:12]}: correct the input map"
            raise UsageError(message)

    def require_named_map(self, *commits: str) -> None:
        """Do as `require_map` where the input names another map than the usual one, which need not be there yet."""
        if self.settings.inputs.map != MAP_NAME:
            self.require_map(*commits)

    def history(self) -> History:
        """Return what reads targets' histories; all that ask share what was read."""
        return self._history

    @cached_property
    def _history(self) -> History:
        return History(self.github, self.identity, self.commits.repository.remembers)

    @property
    def run_url(self) -> str:
        """Return the address of the run's log."""
        return self.settings.github.run_url
