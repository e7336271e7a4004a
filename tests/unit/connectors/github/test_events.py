"""Which activity an event calls for, and what it allows."""

from __future__ import annotations

import pytest

from lpcac.connectors.github.events import (
    Activity,
    Command,
    ManualEvent,
    MergeGroupEvent,
    PullRequestEvent,
    PushEvent,
    activity_of,
    read_event,
)
from lpcac.core.errors import UsageError

A, B = "a" * 40, "b" * 40
PULL = PullRequestEvent(7, A, B, is_fork=False)
GROUP = MergeGroupEvent(A, B, "main")
PUSH = PushEvent(A, B, is_default_branch=True, branch="main")
OTHER_PUSH = PushEvent(A, B, is_default_branch=False, branch="main")
NIGHT = ManualEvent(is_scheduled=True, is_default_branch=True)
HAND = ManualEvent(is_scheduled=False, is_default_branch=True, branch="main")
OTHER_HAND = ManualEvent(is_scheduled=False, is_default_branch=False, branch="main")


BASE = {"sha": B, "ref": "main", "repo": {"id": 1, "default_branch": "main"}}


def pull_request(**changes: object) -> dict[str, object]:
    found = {"number": 7, "head": {"sha": A, "repo": {"id": 1}}, "base": BASE}
    return {"pull_request": found | changes}


@pytest.mark.parametrize(
    ("event", "command", "activity"),
    [
        (PULL, None, Activity.PULL_REQUEST),
        (GROUP, None, Activity.MERGE_GROUP),
        (PUSH, None, Activity.MERGE),
        (NIGHT, None, Activity.NIGHTLY),
        (HAND, None, Activity.PLAN),
        (OTHER_HAND, Command.PLAN, Activity.PLAN),
        (HAND, Command.APPLY, Activity.APPLY),
        (HAND, Command.DRIFT, Activity.NIGHTLY),
        (HAND, Command.VALIDATE, Activity.VALIDATE),
        (PULL, Command.VALIDATE, Activity.CHECK),
        (PUSH, Command.PLAN, Activity.PLAN),
        (PULL, Command.PLAN_SHARD, Activity.PLAN_SHARD),
        (PULL, Command.COMMENT, Activity.COMMENT),
        (PUSH, Command.APPLY_SHARD, Activity.APPLY_SHARD),
        (NIGHT, Command.DRIFT_SHARD, Activity.DRIFT_SHARD),
        (NIGHT, Command.DRIFT_ISSUES, Activity.DRIFT_ISSUES),
        (HAND, Command.SYNC, Activity.SYNC),
    ],
)
def test_an_event_calls_for_an_activity(event, command, activity) -> None:  # noqa: ANN001
    assert activity_of(event, command) is activity


@pytest.mark.parametrize(
    ("event", "command"),
    [
        (PULL, Command.APPLY),
        (PULL, Command.APPLY_SHARD),
        (PULL, Command.DRIFT_SHARD),
        (PULL, Command.DRIFT_ISSUES),
        (HAND, Command.APPLY_SHARD),
        (OTHER_PUSH, Command.APPLY_SHARD),
        (GROUP, Command.APPLY),
        (OTHER_PUSH, None),
        (OTHER_HAND, Command.APPLY),
        (OTHER_HAND, Command.SYNC),
        (OTHER_HAND, Command.DRIFT),
        (OTHER_PUSH, Command.DRIFT),
        (PULL, Command.DRIFT),
        (PUSH, Command.COMMENT),
    ],
)
def test_what_was_not_reviewed_is_never_applied_and_other_misunderstandings(event, command) -> None:  # noqa: ANN001
    with pytest.raises(UsageError):
        activity_of(event, command)


def test_a_head_in_another_repository_is_a_fork() -> None:
    for source in ({"id": 2}, None):
        event = read_event("pull_request", pull_request(head={"sha": A, "repo": source}))
        assert isinstance(event, PullRequestEvent)
        assert event.is_fork
    assert read_event("pull_request", pull_request()) == PULL


@pytest.mark.parametrize("ref", ["evil-base", "", None])
def test_a_pull_request_into_another_branch_asks_no_director_as_its_map_may_say_anything(ref) -> None:  # noqa: ANN001
    event = read_event("pull_request", pull_request(base={**BASE, "ref": ref}))
    assert isinstance(event, PullRequestEvent)
    assert event.is_fork


def test_a_new_branch_has_no_commit_before() -> None:
    content = {"before": "0" * 40, "after": A, "ref": "refs/heads/main", "repository": {"default_branch": "main"}}

    assert read_event("push", content) == PushEvent(None, A, is_default_branch=True, branch="main")


def test_a_push_elsewhere_is_not_to_the_default_branch() -> None:
    content = {"before": A, "after": B, "ref": "refs/heads/topic", "repository": {"default_branch": "main"}}

    assert read_event("push", content) == OTHER_PUSH


def test_a_run_by_hand_knows_its_branch() -> None:
    content = {"repository": {"default_branch": "main"}}

    assert read_event("workflow_dispatch", content, "refs/heads/main") == HAND
    assert read_event("workflow_dispatch", content, "refs/heads/topic") == OTHER_HAND


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pull_request", {}),
        ("pull_request", pull_request(number="7")),
        ("pull_request", pull_request(head={"sha": "--option", "repo": None})),
        ("push", {"before": A, "after": "x", "repository": {}}),
        ("merge_group", {"merge_group": {"head_sha": A}}),
        ("workflow_dispatch", {}),
        ("issue_comment", {}),
        ("", {}),
    ],
)
def test_an_event_that_lacks_what_is_needed_is_an_error_of_the_set_up(name: str, content: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        read_event(name, content)


def test_pull_request_target_is_refused_with_the_reason() -> None:
    with pytest.raises(UsageError, match="secrets"):
        read_event("pull_request_target", pull_request())
