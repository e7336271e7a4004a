"""The rules that were reviewed, read from a commit that still holds them."""

from __future__ import annotations

from collections.abc import Iterable

from lpcac.action.commits import Commits
from lpcac.directory_map.guarded_map import GuardedMap
from lpcac.workspace.check_rules import RuleFiles

# How far back the reviewed content is looked for, once later commits changed it without a review.
_EARLIER_COMMITS = 50


def reviewed_rules(commits: Commits, reviewed: GuardedMap, near: Iterable[str | None]) -> RuleFiles | None:
    """Return the rules that were reviewed; `None` where no commit at hand has them.

    Arguments:
        reviewed: the values that count.
        near: commits that are likely to have them, most likely ones first; their predecessors are looked at next.
    """
    likely = list(dict.fromkeys(filter(None, near)))
    found = next((each for each in likely if commits.has_rules(each, reviewed)), None)
    if found is None and likely:
        earlier = commits.repository.first_parents(None, likely[0], _EARLIER_COMMITS)
        found = next((each for each in earlier if commits.has_rules(each, reviewed)), None)
    return commits.rule_files(found, reviewed.rules) if found else None
