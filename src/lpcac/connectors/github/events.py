"""What a workflow run is about: the event as a value, and the activity that it calls for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lpcac.core.errors import UsageError
from lpcac.core.json_values import Json
from lpcac.core.text.safe_text import quoted

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
# gh-readonly-queue/main/pr-7-COMMIT
_IN_QUEUE = re.compile(r"/pr-([0-9]{1,9})-[0-9a-f]+$")
_NO_COMMIT = re.compile(r"0{40,64}")


class Command(StrEnum):
    """What a person can ask the action for."""

    VALIDATE = "validate"
    PLAN = "plan"
    APPLY = "apply"
    DRIFT = "drift"
    SYNC = "sync"
    PLAN_SHARD = "plan-shard"
    COMMENT = "comment"
    APPLY_SHARD = "apply-shard"
    DRIFT_SHARD = "drift-shard"
    DRIFT_ISSUES = "drift-issues"


_OF_THE_DEFAULT_BRANCH = frozenset(
    {
        Command.APPLY,
        Command.APPLY_SHARD,
        Command.SYNC,
        Command.DRIFT,
        Command.DRIFT_SHARD,
        Command.DRIFT_ISSUES,
    }
)


class Activity(StrEnum):
    """What the action does."""

    PULL_REQUEST = "plan a pull request and comment on it"
    MERGE_GROUP = "plan a merge group"
    MERGE = "apply what was pushed"
    NIGHTLY = "look for drift"
    CHECK = "validate what is proposed"
    VALIDATE = "validate"
    PLAN = "plan by hand"
    APPLY = "apply by hand"
    SYNC = "adopt what is live"
    PLAN_SHARD = "plan a share of the clients"
    COMMENT = "write a comment from shares"
    APPLY_SHARD = "apply a share of the clients"
    DRIFT_SHARD = "look for drift in a share of the clients"
    DRIFT_ISSUES = "update the issues from the shares"


@dataclass(frozen=True)
class PullRequestEvent:
    """A pull request was opened or changed.

    Arguments:
        head: the pull request's newest commit.
        base: the commit of the base branch that it is compared with; what Git knows of it can be trusted.
        is_fork: whether no Director may be asked: the head is in another repository, so that the run has no secrets,
            or the base is not the default branch, whose map alone says where tokens go.
        goes_elsewhere: whether its head is the repository's own and its base another branch than the default one.
    """

    number: int
    head: str
    base: str
    is_fork: bool
    goes_elsewhere: bool = False


@dataclass(frozen=True)
class MergeGroupEvent:
    """A merge queue asks whether a group may be merged.

    Arguments:
        base: what the group is built on; that may be a group that is not merged itself.
        branch: the default branch, if the group goes there.
        number: of the pull request that the group's branch is named after; the event names no others.
    """

    head: str
    base: str
    branch: str | None
    number: int | None = None


@dataclass(frozen=True)
class PushEvent:
    """Commits arrived on a branch; `before` is `None` for a new branch.

    Arguments:
        branch: the default branch.
    """

    before: str | None
    after: str
    is_default_branch: bool
    branch: str | None = None


@dataclass(frozen=True)
class ManualEvent:
    """Someone, or the clock, started the run on a branch.

    Arguments:
        branch: the default branch, as far as the event says.
    """

    is_scheduled: bool
    is_default_branch: bool
    branch: str | None = None


Event = PullRequestEvent | MergeGroupEvent | PushEvent | ManualEvent


def read_event(name: str, content: Mapping[str, object], ref: str = "", repository: Json | None = None) -> Event:
    """Return the event.

    Arguments:
        name: as in GITHUB_EVENT_NAME.
        content: of the file that GITHUB_EVENT_PATH names.
        ref: as in GITHUB_REF.
        repository: used where the event has none, as in a schedule's.

    Raises:
        UsageError: the action has nothing to do with such an event, or the event lacks what is needed.
    """
    try:
        match name:
            case "pull_request":
                return _pull_request(_object(content, "pull_request"))
            case "merge_group":
                return _merge_group(content)
            case "push":
                return _push(content)
            case "schedule":
                return ManualEvent(is_scheduled=True, is_default_branch=True)
            case "workflow_dispatch":
                default = str((repository or _object(content, "repository")).get("default_branch"))
                return ManualEvent(is_scheduled=False, is_default_branch=ref == f"refs/heads/{default}", branch=default)
    except (KeyError, TypeError) as error:
        message = f"the {name} event lacks {error}: is GITHUB_EVENT_PATH the event's own file?"
        raise UsageError(message) from None
    if name == "pull_request_target":
        message = (
            "pull_request_target gives a fork's pull request the repository's secrets: use pull_request, which plans "
            "forks without any"
        )
        raise UsageError(message)
    message = (
        f"there is nothing to do for the event {quoted(name)}: use pull_request, merge_group, push, schedule or "
        f"workflow_dispatch"
    )
    raise UsageError(message)


def activity_of(event: Event, command: Command | None) -> Activity:
    """Return what to do: what the event calls for, or what a person asks for instead.

    Raises:
        UsageError: the event does not allow the command.
    """
    chosen = command or _default(event)
    if chosen in _OF_THE_DEFAULT_BRANCH and not _is_of_default_branch(event):
        message = (
            f"{chosen} runs for the default branch only, by a push, by hand or on a schedule: other commits were "
            "not reviewed"
        )
        raise UsageError(message)
    if chosen is Command.COMMENT and not isinstance(event, PullRequestEvent):
        message = "there is no pull request to comment on"
        raise UsageError(message)
    if chosen is Command.APPLY_SHARD and not isinstance(event, PushEvent):
        message = "apply-shard applies a share of a push: by hand, use apply with the input clients"
        raise UsageError(message)
    match chosen, event:
        case Command.PLAN, PullRequestEvent():
            return Activity.PULL_REQUEST
        case Command.PLAN, MergeGroupEvent():
            return Activity.MERGE_GROUP
        case Command.APPLY, PushEvent():
            return Activity.MERGE
        case Command.VALIDATE, PullRequestEvent() | MergeGroupEvent():
            return Activity.CHECK
    return {
        Command.VALIDATE: Activity.VALIDATE,
        Command.PLAN: Activity.PLAN,
        Command.APPLY: Activity.APPLY,
        Command.DRIFT: Activity.NIGHTLY,
        Command.SYNC: Activity.SYNC,
        Command.PLAN_SHARD: Activity.PLAN_SHARD,
        Command.COMMENT: Activity.COMMENT,
        Command.APPLY_SHARD: Activity.APPLY_SHARD,
        Command.DRIFT_SHARD: Activity.DRIFT_SHARD,
        Command.DRIFT_ISSUES: Activity.DRIFT_ISSUES,
    }[chosen]


def _default(event: Event) -> Command:
    match event:
        case PushEvent():
            return Command.APPLY
        case ManualEvent(is_scheduled=True):
            return Command.DRIFT
    return Command.PLAN


def _is_of_default_branch(event: Event) -> bool:
    return isinstance(event, PushEvent | ManualEvent) and event.is_default_branch


def _pull_request(content: Json) -> PullRequestEvent:
    head, base = _object(content, "head"), _object(content, "base")
    number = content["number"]
    if not isinstance(number, int):
        raise KeyError("number")
    # The head has no repository when the fork was deleted in the meantime.
    source = head.get("repo")
    home = _object(base, "repo")
    is_elsewhere = not isinstance(source, dict) or source.get("id") != home["id"]
    is_other_branch = not base.get("ref") or base["ref"] != home.get("default_branch")
    return PullRequestEvent(
        number,
        _commit(head, "sha"),
        _commit(base, "sha"),
        is_fork=is_elsewhere or is_other_branch,
        goes_elsewhere=is_other_branch and not is_elsewhere,
    )


def _merge_group(content: Mapping[str, object]) -> MergeGroupEvent:
    group = _object(content, "merge_group")
    default = _object(content, "repository").get("default_branch")
    branch = str(default) if group.get("base_ref") == f"refs/heads/{default}" else None
    named = _IN_QUEUE.search(str(group.get("head_ref") or ""))
    number = int(named[1]) if named else None
    return MergeGroupEvent(_commit(group, "head_sha"), _commit(group, "base_sha"), branch, number)


def _push(content: Mapping[str, object]) -> PushEvent:
    before = str(content.get("before") or "")
    is_new = not before or _NO_COMMIT.fullmatch(before) is not None
    default = str(_object(content, "repository").get("default_branch"))
    is_default = content.get("ref") == f"refs/heads/{default}"
    return PushEvent(None if is_new else _commit(content, "before"), _commit(content, "after"), is_default, default)


def _object(content: Mapping[str, object], name: str) -> Json:
    value = content[name]
    if not isinstance(value, dict):
        raise KeyError(name)
    return value


def _commit(content: Mapping[str, object], name: str) -> str:
    value = content[name]
    if not isinstance(value, str) or not _COMMIT.fullmatch(value):
        raise KeyError(name)
    return value
