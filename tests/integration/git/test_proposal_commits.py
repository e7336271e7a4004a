"""What a proposal is compared with, in real repositories."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lpcac.connectors.git.proposal_commits import Proposed, proposed
from lpcac.connectors.git.repository import open_repository
from lpcac.core.errors import UsageError

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    def run(*arguments: str) -> str:
        who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
        done = subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    run("init", "--quiet", "--initial-branch=main")
    return run


def commit(git: Git, *merged: str) -> str:
    """Make a commit, or a merge, and return its hash."""
    if merged:
        git("merge", "--quiet", "--no-ff", "--message", "merge", *merged)
    else:
        # Two commits that say the same at the same time are one.
        git("commit", "--quiet", "--allow-empty", "--message", f"change {secrets.token_hex(8)}")
    return git("rev-parse", "HEAD")


@pytest.mark.parametrize("is_head_known", [True, False])
def test_a_test_merge_is_compared_with_what_it_merges_into(git: Git, tmp_path: Path, *, is_head_known: bool) -> None:
    commit(git)
    git("switch", "--quiet", "--create", "topic")
    head = commit(git)
    git("switch", "--quiet", "main")
    tip = commit(git)
    git("checkout", "--quiet", "--detach")
    merge = commit(git, "topic")

    found = proposed(open_repository(tmp_path), tip, head if is_head_known else None)

    assert found == Proposed(merge, tip, merge)


@pytest.mark.parametrize("is_head_known", [True, False])
def test_a_merge_of_the_proposals_own_is_compared_with_where_it_left_the_base(
    git: Git, tmp_path: Path, *, is_head_known: bool
) -> None:
    base = commit(git)
    git("switch", "--quiet", "--create", "topic")
    commit(git)
    git("switch", "--quiet", "--create", "part")
    commit(git)
    git("switch", "--quiet", "topic")
    commit(git)
    head = commit(git, "part")

    found = proposed(open_repository(tmp_path), base, head if is_head_known else None)

    assert found == Proposed(head, base, head)


def test_a_head_that_is_not_checked_out_is_planned_by_itself(git: Git, tmp_path: Path) -> None:
    base = commit(git)
    git("switch", "--quiet", "--create", "topic")
    head = commit(git)
    git("switch", "--quiet", "main")
    commit(git)

    assert proposed(open_repository(tmp_path), "main", head) == Proposed(head, base, head)


def test_a_head_that_the_clone_lacks_is_told_with_how_to_check_out(git: Git, tmp_path: Path) -> None:
    base = commit(git)
    with pytest.raises(UsageError, match="is not in the clone: check out with fetch-depth: 0"):
        proposed(open_repository(tmp_path), base, "1" * 40)
