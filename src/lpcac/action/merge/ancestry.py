"""The order of commits. Each question is asked of Git once: a thousand targets ask the same few."""

from __future__ import annotations

from dataclasses import dataclass, field

from lpcac.connectors.git.repository import Repository


@dataclass
class Ancestry:
    """The order of a repository's commits, as far as the clone knows them."""

    repository: Repository
    _known: dict[str, bool] = field(default_factory=dict)
    _contained: dict[tuple[str, str], bool] = field(default_factory=dict)

    def knows(self, commit: str) -> bool:
        """Tell whether the clone has the commit."""
        if commit not in self._known:
            self._known[commit] = self.repository.knows(commit)
        return self._known[commit]

    def contains(self, newer: str, older: str) -> bool:
        """Tell whether a commit contains another, or is the same; not where the clone lacks one of them."""
        if (newer, older) not in self._contained:
            both = self.knows(newer) and self.knows(older)
            self._contained[newer, older] = both and self.repository.is_ancestor(older, newer)
        return self._contained[newer, older]
