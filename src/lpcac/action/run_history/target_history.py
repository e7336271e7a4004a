"""Reads what runs recorded in deployments, newest first, as far as it is needed and no page further."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from math import inf
from typing import Final

from lpcac.action.plan_record.record import target_identity
from lpcac.action.plan_record.signing import ReviewKey
from lpcac.action.run_history.deployments.contents import ENVIRONMENT, Checkpoint, Entry, Task
from lpcac.action.run_history.deployments.documents import entries_of, read_checkpoint, read_result
from lpcac.action.run_history.deployments.parts import Assembly, Whole
from lpcac.action.run_history.reviewed_map import KeysOf, ReviewedMap, agreed, reviewed_map_of
from lpcac.action.run_history.target_state import KnownTargets, TargetHistory
from lpcac.connectors.github.port import Deployment, GitHubError, GitHubPort, Identity
from lpcac.core.resources import Target

# What GitHub gives in one page.
_PAGE: Final = 100
_CHECKPOINT_AFTER: Final = 200
"""Deployments after which a run that writes anyway sums up all targets once more."""
_SETTLED_AFTER: Final = timedelta(minutes=10)
"""By then a list shows what was recorded."""
# Nor does a job of GitHub's take longer: what lacks a part by then never gets it.
_COMPLETED_AFTER: Final = timedelta(hours=6)
# Seconds after which a list is read again that does not show what was just recorded.
_READ_AGAIN_AFTER: Final = (1.0, 2.0, 4.0, 8.0)


@dataclass
class History:
    """What is known of targets; what others than this tool recorded does not count.

    Reading goes back to a success of every target that is asked for, or to what the newest checkpoint covers.

    Arguments:
        remembers: tells whether a commit can be read, as far as the clone is whole.
    """

    github: GitHubPort
    identity: Identity
    remembers: Callable[[str], bool]
    _targets: KnownTargets = field(default_factory=KnownTargets)
    _assembly: Assembly = field(default_factory=Assembly)
    _seen: dict[int, datetime] = field(default_factory=dict)
    _remembered: dict[str, bool] = field(default_factory=dict)
    _source: Iterator[Deployment] | None = None
    _checkpoint: tuple[int, Checkpoint] | None = None
    _is_at_end: bool = False
    _is_exhausted: bool = False
    _lowest: float = inf
    _maps: list[ReviewedMap] = field(default_factory=list)
    _map_source: Iterator[Deployment] | None = None
    _map_assembly: Assembly = field(default_factory=Assembly)
    _lowest_map: float = inf
    _are_maps_exhausted: bool = False

    def of(self, target: Target) -> TargetHistory:
        """Return a target's history.

        Raises:
            GitHubError: it cannot be read.
        """
        self.require([target])
        return self._history_of(target_identity(target))

    def require(self, targets: Iterable[Target]) -> None:
        """Read as far as these targets need it; asking for many costs no more than for one.

        Raises:
            GitHubError: it cannot be read.
        """
        wanted = {target_identity(target) for target in targets}
        while not self._is_at_end and (wanted := {each for each in wanted if not self._is_found(each)}):
            self._read_page()

    def read_all(self) -> None:
        """Read back to what the newest checkpoint covers, or to the beginning: all targets are known then.

        Raises:
            GitHubError: it cannot be read.
        """
        while not self._is_at_end:
            self._read_page()

    def of_client(self, name: str) -> list[Entry]:
        """Return what has been read of any target of a client, as it was called then, newest first."""
        return self._targets.of_client(name)

    def unfinished_at(self, commit: str) -> frozenset[str]:
        """Return the clients that a run began to apply a commit to and did not finish, as far as was read, by name."""
        return self._targets.unfinished_at(commit)

    def reviewed_map(
        self, repository: str, scope: str, keys: KeysOf, anchors: Mapping[str, ReviewKey]
    ) -> tuple[ReviewedMap | None, bool]:
        """Return the values of a scope's map that were reviewed last, and whether their signature could be verified.

        What was signed counts, whatever else is recorded; where nothing was, or with other keys, what all that was
        recorded agrees on is returned. Checkpoints cover nothing here: whoever writes one could hide what was reviewed.

        Arguments:
            anchors: see `ReviewedMap.is_genuine`.

        Raises:
            GitHubError: it cannot be read.
        """
        while True:
            own = [each for each in self._maps if (each.repository, each.scope) == (repository.lower(), scope)]
            genuine = [each for each in own if each.is_genuine(keys, anchors)]
            found = max(genuine, key=lambda each: (each.number, each.order), default=None)
            # Whatever came after what its writer knew is read: nothing unread can be newer.
            is_newest = found is not None and min(self._lowest, self._lowest_map) <= min(found.order, found.read_to)
            if is_newest or self._is_exhausted or self._are_maps_exhausted:
                return found or agreed(own), found is not None
            if self._is_at_end:
                self._read_maps()
            else:
                self._read_page()

    def _read_maps(self) -> None:
        """Read a page of maps alone: what is older than a checkpoint may be long, and there are few of them in it."""
        if self._map_source is None:
            self._map_source = self.github.deployments(environment=ENVIRONMENT, task=Task.MAP.value)
        try:
            page = list(islice(self._map_source, _PAGE))
        except GitHubError:
            self._map_source = None
            raise
        for deployment in page:
            self._lowest_map = min(self._lowest_map, deployment.id)
            if self.identity.wrote(deployment.author) and (whole := self._map_assembly.add(deployment)):
                self._learn_map(whole)
        self._are_maps_exhausted = len(page) < _PAGE

    def deployments_since(self, order: int) -> int:
        """Return how many of the deployments that were read are newer than one."""
        return sum(1 for each in self._seen if each > order)

    @property
    def newest(self) -> int:
        """Return the id of the newest deployment that was read; 0 without any."""
        return max(self._seen, default=0)

    def look_again(self, written: int = 0) -> None:
        """Read what was recorded since.

        Arguments:
            written: id of what this run recorded last. A list that does not show it yet may lack what others recorded
                as well, and is read again.

        Raises:
            GitHubError: it cannot be read, or never shows what was written.
        """
        if self._source is None:
            # Nothing was asked for yet, so nothing can be missing.
            return
        self._read_newer()
        for seconds in _READ_AGAIN_AFTER:
            if not written or written in self._seen:
                return
            self.github.wait(seconds)
            self._read_newer()
        if written and written not in self._seen:
            message = (
                "GitHub's list of deployments does not show what this run has just recorded, so it may lack what "
                "others did: run this job again"
            )
            raise GitHubError(message)

    def _read_newer(self) -> None:
        newest = max(self._seen, default=0)
        source = self.github.deployments(environment=ENVIRONMENT)
        while page := list(islice(source, _PAGE)):
            self._take_in(page)
            if min(each.id for each in page) <= newest:
                return

    @property
    def is_checkpoint_due(self) -> bool:
        """Tell, once all is read, whether the next reader would have to go back too far."""
        since = self._checkpoint[0] if self._checkpoint else 0
        return sum(1 for each in self._seen if each > since) > _CHECKPOINT_AFTER

    def checkpoint(self) -> Checkpoint:
        """Return a summary of all that was read, which must be everything.

        It does not cover the last minutes: a list may lack something that was recorded a moment ago. Nor does it cover
        what another run started to record, which GitHub's limits can delay for long. Readers look at that again.
        """
        newest = max(self._seen.values(), default=None)
        if newest is None:
            return Checkpoint(0, ())
        begun = [each.id for each in self._assembly.incomplete() if each.created > newest - _COMPLETED_AFTER]
        vouched = (each for each, created in self._seen.items() if created <= newest - _SETTLED_AFTER)
        read_to = max((each for each in vouched if each < min(begun, default=each + 1)), default=0)
        return Checkpoint(read_to, tuple(self._targets.worth_keeping()))

    def _history_of(self, identity: str) -> TargetHistory:
        return self._targets.of(identity, self._remembers)

    def _remembers(self, commit: str) -> bool:
        if commit not in self._remembered:
            self._remembered[commit] = self.remembers(commit)
        return self._remembered[commit]

    def _is_found(self, identity: str) -> bool:
        """Tell whether nothing that is still unread can be newer than the target's last success."""
        success = self._history_of(identity).last_success
        return success is not None and success.order >= self._lowest

    def _read_page(self) -> None:
        if self._source is None:
            self._source = self.github.deployments(environment=ENVIRONMENT)
        try:
            page = list(islice(self._source, _PAGE))
        except GitHubError:
            # What was read is kept; the next call continues, and does not take the interruption for the end.
            self._source = None
            raise
        self._take_in(page)
        if page:
            self._lowest = min(self._lowest, *(each.id for each in page))
        covered = self._checkpoint[1].read_to if self._checkpoint else 0
        self._is_exhausted = len(page) < _PAGE
        self._is_at_end = self._is_exhausted or self._lowest <= covered

    def _take_in(self, page: Iterable[Deployment]) -> None:
        for deployment in page:
            is_new = deployment.id not in self._seen
            self._seen[deployment.id] = deployment.created
            if is_new and deployment.task in set(Task) and self.identity.wrote(deployment.author):
                whole = self._assembly.add(deployment)
                if whole:
                    self._learn(whole)

    def _learn(self, whole: Whole) -> None:
        self._targets.add(entries_of(whole))
        if result := read_result(whole):
            self._targets.heard_of(result.attempt, whole.recorded)
        self._learn_map(whole)
        checkpoint = read_checkpoint(whole)
        if checkpoint and (self._checkpoint is None or checkpoint.read_to > self._checkpoint[1].read_to):
            self._checkpoint = whole.order, checkpoint

    def _learn_map(self, whole: Whole) -> None:
        if reviewed := reviewed_map_of(whole):
            self._maps.append(reviewed)
