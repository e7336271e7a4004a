"""From an event to the activity that it calls for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lpcac.action import manual as by_hand
from lpcac.action.adoption import adopt as adoption
from lpcac.action.merge import merge
from lpcac.action.nightly import nightly
from lpcac.action.nightly import shares as night_shares
from lpcac.action.pull_request import review as pull_request
from lpcac.action.pull_request import shards as sharding
from lpcac.action.run import Run
from lpcac.connectors.github.events import Activity, Event, activity_of
from lpcac.core.errors import ExitCode

# `activity_of` gives each activity only its own events.
_ACTIVITIES: Mapping[Activity, Callable[[Run, Any], ExitCode]] = {
    Activity.PULL_REQUEST: pull_request.review,
    Activity.MERGE_GROUP: pull_request.review_group,
    Activity.CHECK: pull_request.validate,
    Activity.MERGE: merge.merge,
    Activity.NIGHTLY: nightly.look_for_drift,
    Activity.VALIDATE: by_hand.validate,
    Activity.PLAN: by_hand.plan,
    Activity.APPLY: merge.apply_by_hand,
    Activity.SYNC: adoption.adopt,
    Activity.PLAN_SHARD: sharding.plan_shard,
    Activity.COMMENT: sharding.comment,
    Activity.APPLY_SHARD: merge.apply_shard,
    Activity.DRIFT_SHARD: night_shares.drift_shard,
    Activity.DRIFT_ISSUES: night_shares.drift_issues,
}


def act(run: Run, event: Event) -> ExitCode:
    """Do what the event, or the person who asked for a command, calls for.

    Raises:
        LpcacError: it could not be done; what was found until then has been reported.
    """
    return _ACTIVITIES[activity_of(event, run.settings.inputs.command)](run, event)
