"""What GitHub's deployments say of each target, asked once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from lpcac.action.plan_record.deployments import TASK, concerns, environment_of
from lpcac.connectors.github.port import Deployment, GitHubPort, Identity
from lpcac.core.resources import Target

SUCCESS = "success"
# Ten pages. What was applied that long ago, and renamed since, counts as never applied: nothing is deleted.
_LOOKED_THROUGH = 1_000


@dataclass(frozen=True)
class TargetHistory:
    """The attempts to bring a target to a commit, newest first, back to the last one that succeeded.

    Arguments:
        attempts: each with every state it ever had.
        last_success: the newest attempt that ever succeeded and whose commit can be read: GitHub turns older ones
            inactive, which takes nothing back.
        forgotten: the newest successful attempt, where a forced push took its commit out of the history.
    """

    attempts: tuple[tuple[Deployment, frozenset[str]], ...] = ()
    last_success: Deployment | None = None
    forgotten: Deployment | None = None

    @property
    def last_applied(self) -> str | None:
        """Return the commit that was applied last."""
        return self.last_success.sha if self.last_success else None

    def attempts_at(self, commit: str) -> list[Deployment]:
        """Return the attempts to bring the target to a commit, newest first."""
        return [each for each, _ in self.attempts if each.sha == commit]


@dataclass
class History:
    """Reads targets' histories; what others than this tool recorded does not count.

    Arguments:
        remembers: tells whether a commit can be read, as far as the clone is whole.
    """

    github: GitHubPort
    identity: Identity
    remembers: Callable[[str], bool]
    _known: dict[Target, TargetHistory] = field(default_factory=dict)
    _all: list[Deployment] | None = None

    def of(self, target: Target) -> TargetHistory:
        """Return a target's history."""
        if target not in self._known:
            self._known[target] = self._read(target)
        return self._known[target]

    def _read(self, target: Target) -> TargetHistory:
        here = self._told(target, self.github.deployments(environment=environment_of(target), task=TASK))
        if here.last_success:
            return here
        # Pools and logpoints can be renamed, and their environments are called after them.
        anywhere = self._told(target, self._newest())
        return anywhere if anywhere.last_success else here

    def _told(self, target: Target, deployments: Iterable[Deployment]) -> TargetHistory:
        attempts, forgotten = [], None
        for deployment in deployments:
            if not concerns(deployment, target) or not self.identity.wrote(deployment.author):
                continue
            states = frozenset(self.github.states(deployment))
            attempts.append((deployment, states))
            if SUCCESS in states:
                if self.remembers(deployment.sha):
                    return TargetHistory(tuple(attempts), deployment, forgotten)
                forgotten = forgotten or deployment
        return TargetHistory(tuple(attempts), None, forgotten)

    def _newest(self) -> Sequence[Deployment]:
        """Return the newest deployments of the repository, whatever they went to."""
        if self._all is None:
            self._all = list(islice(self.github.deployments(task=TASK), _LOOKED_THROUGH))
        return self._all
