"""What drift is told, and what the accept list silences."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lpcac.core.resources import Action, ResourceKey, Target
from lpcac.directory_map.directory_map import Acceptance
from lpcac.planning.drift import drift_of
from lpcac.planning.plan import Change, FieldChange, TargetPlan

TARGET = Target("acme", "pool-acme", "lp-01", "1" * 32, "2" * 32)
TODAY = date(2026, 6, 1)
SYSTEM = ResourceKey("Repo", "system")


def change(action: Action = Action.UPDATE, *paths: str) -> Change:
    fields = tuple(FieldChange(path, 1, 2) for path in paths or ("paths[1 /hot].retention_days",))
    return Change(action, SYSTEM, {}, {}, fields, (), (), None, "")


def accept(**what: Any) -> Acceptance:
    return Acceptance(**{"kind": "Repo", "name": "system", "reason": "known", "until": TODAY, **what})


def test_updates_are_changed_and_creates_are_missing() -> None:
    drift = drift_of(TargetPlan(TARGET, changes=(change(), change(Action.CREATE))))
    assert [found.action for found in drift.changed] == [Action.UPDATE]
    assert [found.action for found in drift.missing] == [Action.CREATE]
    assert not drift.is_clean


def test_unmanaged_objects_alone_are_clean() -> None:
    drift = drift_of(TargetPlan(TARGET, unmanaged=(SYSTEM,)))
    assert (drift.is_clean, drift.unmanaged) == (True, (SYSTEM,))


def test_what_could_not_be_read_is_not_clean() -> None:
    assert not drift_of(TargetPlan(TARGET, unread="unreachable")).is_clean


@pytest.mark.parametrize(
    "entry",
    [
        accept(),
        accept(client="acme"),
        accept(client="ac*"),
        accept(field="paths[1 /hot].retention_days"),
        accept(field="paths[1 /hot]"),
        accept(field="paths"),
        accept(until=date(2027, 1, 1)),
    ],
)
def test_an_entry_silences_what_it_covers_and_its_reason_is_told(entry: Acceptance) -> None:
    drift = drift_of(TargetPlan(TARGET, changes=(change(),)), [entry], TODAY)
    assert drift.is_clean
    assert [(found.key, reason) for found, reason in drift.accepted] == [(SYSTEM, "known")]


@pytest.mark.parametrize(
    "entry",
    [
        accept(until=date(2026, 5, 31)),
        accept(client="globex"),
        accept(kind="RoutingPolicy"),
        accept(name="syste"),
        accept(field="remote_logpoints"),
        accept(field="path"),
        accept(field="paths[1 /h"),
    ],
)
def test_an_entry_does_not_silence_what_it_does_not_cover(entry: Acceptance) -> None:
    drift = drift_of(TargetPlan(TARGET, changes=(change(),)), [entry], TODAY)
    assert not drift.is_clean
    assert drift.accepted == ()


def test_every_differing_field_has_to_be_accepted() -> None:
    both = change(Action.UPDATE, "paths", "remote_logpoints")
    plan = TargetPlan(TARGET, changes=(both,))
    assert not drift_of(plan, [accept(field="paths")], TODAY).is_clean
    entries = [accept(field="paths", reason="one"), accept(field="remote_logpoints", reason="two")]
    drift = drift_of(plan, entries, TODAY)
    assert drift.is_clean
    assert drift.accepted == ((both, "one; two"),)


def test_a_missing_object_is_accepted_only_as_a_whole() -> None:
    plan = TargetPlan(TARGET, changes=(change(Action.CREATE),))
    assert not drift_of(plan, [accept(field="paths")], TODAY).is_clean
    assert drift_of(plan, [accept()], TODAY).is_clean
