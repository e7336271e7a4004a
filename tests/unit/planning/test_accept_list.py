"""The accept list: silent until its day, said when it expired, noted when nothing needs it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from lpcac.core.findings import Position
from lpcac.core.json_values import Json
from lpcac.core.resources import Desired, Live, LiveObject, Ownership, Resource, ResourceKey, Target
from lpcac.directory_map.directory_map import Acceptance
from lpcac.models import registry
from lpcac.planning.accept_list import accept_list_remarks, expired_entries
from lpcac.planning.drift import Drift, drift_of
from lpcac.planning.plan import TargetPlan
from lpcac.planning.planner import plan_target

KEY = ResourceKey("Repo", "system")
DAY = date(2026, 6, 30)
AFTER = date(2026, 7, 1)


def spec(days: int) -> Json:
    return {"paths": [{"path": "/data_hot", "retention_days": days}]}


def plan(client: str = "acme", live_days: int | None = 30) -> TargetPlan:
    live = {} if live_days is None else {KEY: LiveObject(KEY, spec(live_days), "1")}
    desired = Desired({KEY: Resource(KEY, spec(90), Position("a.yaml"))})
    inventories = {"StoragePath": {"/data_hot": "/data_hot"}}
    return plan_target(registry(), Target(client, "p", "lp", "u", "i"), desired, Live(live, inventories), Ownership())


def entry(name: str = "system", client: str | None = None, field: str | None = None) -> Acceptance:
    return Acceptance("Repo", name, "known", DAY, client, field, Position("lpcac.yaml", 30, 3))


def remarks(
    accept: list[Acceptance], plans: list[TargetPlan], today: date = DAY, *, is_whole: bool = True
) -> list[str]:
    drifts = [drift_of(each, accept, today) for each in plans]
    return [str(remark) for remark in accept_list_remarks(accept, drifts, today, is_whole=is_whole)]


def test_an_accepted_drift_is_silent_up_to_and_including_its_last_day() -> None:
    drift = drift_of(plan(), [entry()], DAY)
    assert drift.is_clean
    assert [reason for _, reason in drift.accepted] == ["known"]
    assert not drift_of(plan(), [entry()], AFTER).is_clean
    assert remarks([entry()], [plan()]) == []


def test_an_expired_entry_is_said_to_alarm_again() -> None:
    assert remarks([entry(field="paths")], [plan()], AFTER) == [
        (
            'lpcac.yaml:30:3: warning: accepted drift of Repo "system", field paths expired on 2026-06-30: '
            "it is reported again"
        )
    ]


def test_an_expired_entry_that_nothing_needs_can_go() -> None:
    assert remarks([entry()], [plan(live_days=90)], AFTER) == [
        (
            'lpcac.yaml:30:3: warning: accepted drift of Repo "system" expired on 2026-06-30: '
            "nothing drifts there: remove the entry"
        )
    ]


def test_an_entry_that_matches_nothing_is_noted_after_a_complete_run_only() -> None:
    clean = [plan(live_days=90)]
    note = 'lpcac.yaml:30:3: note: accepted drift of Repo "system": nothing drifts there, remove the entry'
    assert remarks([entry()], clean) == [note]
    assert remarks([entry()], clean, is_whole=False) == []
    unread = TargetPlan(Target("globex", "p", "lp", "u", "i"), unread="not there")
    assert remarks([entry()], [*clean, unread]) == []
    assert remarks([entry()], [*clean, unread], AFTER)[0].endswith("expired on 2026-06-30: it is reported again")


def test_an_entry_for_another_client_object_or_field_matches_nothing() -> None:
    for other in (entry(client="globex"), entry(name="other"), entry(field="remote_logpoints")):
        assert len(remarks([other], [plan()])) == 1
    for same in (entry(client="ac*"), entry(field="paths"), entry(field="paths[1 /data_hot].retention_days")):
        assert remarks([same], [plan()]) == []


def test_a_remark_names_the_client_that_the_entry_is_about() -> None:
    assert remarks([entry(client="nobody", field="paths")], [plan()]) == [
        (
            'lpcac.yaml:30:3: note: accepted drift of Repo "system" of client "nobody", field paths: '
            "nothing drifts there, remove the entry"
        )
    ]


def test_an_entry_for_a_missing_object_is_needed() -> None:
    assert remarks([entry()], [plan(live_days=None)]) == []


def test_entries_that_expired_are_those_about_what_drifts_and_is_not_accepted_otherwise() -> None:
    def expired(accept: list[Acceptance], today: date, live_days: int = 30) -> tuple[Acceptance, ...]:
        return expired_entries(accept, [drift_of(plan(live_days=live_days), accept, today)], today)

    about = [entry(), entry(field="paths"), entry(client="ac*")]
    others = [entry(name="other"), entry(client="globex"), entry(field="remote_logpoints")]
    assert expired([*about, *others], AFTER) == tuple(about)
    assert expired(about, DAY) == ()
    assert expired(about, AFTER, live_days=90) == ()
    prolonged = replace(entry(), until=AFTER)
    assert expired([entry(), prolonged], AFTER) == ()


def test_without_an_accept_list_nothing_is_said() -> None:
    assert accept_list_remarks([], [Drift(Target("a", "p", "l", "u", "i"))], DAY, is_whole=True) == ()
