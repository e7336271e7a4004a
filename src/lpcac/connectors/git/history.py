"""How commits descend from each other, by their parents alone."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator

from lpcac.connectors.git.objects import Commit

_FROM_A, _FROM_B, _STALE = 1, 2, 4
_BOTH = _FROM_A | _FROM_B


class History:
    """Descent of commits. A parent that the clone does not have ends the history there."""

    def __init__(self, find: Callable[[str], Commit | None]) -> None:
        """Read commits with `find`."""
        self._find = find

    def merge_base(self, a: str, b: str) -> str | None:
        """Return the newest commit that two commits come from, one of several best ones; `None` when there is none."""
        painted = self._painted(a, b)
        found = [sha for sha, marks in painted.items() if marks & _BOTH == _BOTH and not marks & _STALE]
        if len(found) > 1:
            # Commits with wrong clocks can be taken for best ones that are not.
            found = [sha for sha in found if not any(sha != other and self.is_ancestor(sha, other) for other in found)]
        return max(found, key=self._time, default=None)

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Tell whether `newer` contains `older`, or is the same commit."""
        return older == newer or bool(self._painted(older, newer)[older] & _FROM_B)

    def first_parents(self, since: str | None, until: str) -> Iterator[str]:
        """Yield the commits that a branch went through to `until`, newest first, without those that `since` has."""
        commit: str | None = until
        while commit is not None and not (since and self.is_ancestor(commit, since)):
            yield commit
            found = self._find(commit)
            commit = next(iter(found.parents), None) if found else None
            if commit is not None and self._find(commit) is None:
                return

    def _painted(self, a: str, b: str) -> dict[str, int]:
        """Return for each commit that was met which of the two contains it, as `git merge-base` finds out.

        The newest commit is looked at first, and its marks go to its parents. What both contain is a common commit,
        and all that it contains is stale: nothing below it is a newer common one. Done when only that is left.
        """
        marks = {a: _FROM_A}
        marks[b] = marks.get(b, 0) | _FROM_B
        queue = [(-self._time(sha), sha) for sha in marks]
        heapq.heapify(queue)
        queued = dict.fromkeys(marks, 1)
        fresh = len(queue)
        while fresh:
            _, sha = heapq.heappop(queue)
            queued[sha] -= 1
            fresh -= not marks[sha] & _STALE
            given = marks[sha] | (_STALE if marks[sha] & _BOTH == _BOTH else 0)
            commit = self._find(sha)
            for parent in commit.parents if commit else ():
                had = marks.get(parent, 0)
                if had | given == had or self._find(parent) is None:
                    continue
                marks[parent] = had | given
                if not had & _STALE and given & _STALE:
                    fresh -= queued.get(parent, 0)
                heapq.heappush(queue, (-self._time(parent), parent))
                queued[parent] = queued.get(parent, 0) + 1
                fresh += not marks[parent] & _STALE
        return marks

    def _time(self, sha: str) -> int:
        commit = self._find(sha)
        return commit.time if commit else 0
