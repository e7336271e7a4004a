"""Two plan comments to look at: one in which everything goes wrong at once, and a likely one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tests.unit.reports.sample_plans import ACME, BETA, DELTA, desired, likely_plan, likely_targets

from lpcac.action.guarded_keys.notes import MapNotes
from lpcac.action.pull_request.comment_text import ReviewPage
from lpcac.core.findings import Finding, Position, Severity
from lpcac.core.resources import Action, ResourceKey
from lpcac.models import registry
from lpcac.pipeline.events import Entry
from lpcac.planning.events_elsewhere import Sampled, events_elsewhere
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import TargetPlan
from lpcac.planning.planner import target_digest

_HEAD, _BASE = "4f0c9a1be27d4f0c9a1be27d4f0c9a1be27d4f0c", "91d35c02aa6e91d35c02aa6e91d35c02aa6e91d3"
_RUN = "https://github.com/octo/clients/actions/runs/1"
_MADE = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
_LONG_NAME = "very_long_" * 12


def comment_with_every_trouble() -> str:
    """Return a comment with errors, refusals, an unread target, risks, deletes, a picture, findings and long values."""
    errors = [
        Finding("unknown-field", f'unknown field "{_LONG_NAME}{number}"', Position("clients/beta/repos.yaml", 3, 5))
        for number in range(3)
    ]
    page = ReviewPage(
        likely_targets(),
        _HEAD,
        _BASE,
        _RUN,
        registry(),
        desired={ACME: desired()},
        findings=[*errors, *(replace(error, severity=Severity.WARNING) for error in errors)],
        annotated=4,
        map_notes=MapNotes(
            loosened=["director `main`: `url` from `https://old.example.com` to `https://director.example.com`"]
        ),
        made=_MADE,
    )
    return page.comment()


def likely_comment() -> str:
    """Return the comment on a change to three clients, which takes logs away from the first."""
    whole = likely_plan()
    shown = {("Repo", "system"), ("NormalizationPolicy", "windows"), ("RoutingPolicy", "legacy")}
    plan = replace(whole, changes=tuple(c for c in whole.changes if (c.key.kind, c.key.name) in shown), unchanged=4)
    small = tuple(c for c in whole.changes if c.action is Action.UPDATE and not c.risks)
    plans = [
        plan,
        TargetPlan(BETA, small, unchanged=9, unmanaged=(ResourceKey("Repo", "handmade"),)),
        TargetPlan(DELTA, unchanged=12, digest=target_digest(DELTA, ())),
    ]
    logons = Sampled("windows / failed logons are kept", Entry("ProcessingPolicy", "windows"), ({"event_id": "4625"},))
    page = ReviewPage(
        [GuardedTarget(each) for each in plans],
        _HEAD,
        _BASE,
        _RUN,
        registry(),
        desired={ACME: desired()},
        made=_MADE,
        tests="12 cases: 12 passed",
        elsewhere={ACME: events_elsewhere(plan.changes, desired(), [logons])},
    )
    return page.comment()
