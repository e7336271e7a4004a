"""Apply reports and drift as JSON."""

import json

from hypothesis import given, settings
from tests.unit.reports.sample_plans import (
    ACME,
    DELTA,
    drifts,
    guarded_targets,
    likely_drifts,
    likely_reports,
    likely_targets,
    reports,
)

from lpcac.apply.report import State, TargetReport
from lpcac.planning.drift import Drift
from lpcac.planning.guard import GuardedTarget, Refusal
from lpcac.planning.plan import TargetPlan
from lpcac.reports.json.results import drift_document, report_document


def test_a_report_says_of_every_change_how_it_ended() -> None:
    waived = {ACME: (Refusal("too-many-deletes", "11 deletes, the limit is 10", waivable=True),)}
    document = report_document(likely_reports(), (), waived)
    well, acme = document["targets"]
    assert not document["done"]
    assert (well["done"], acme["done"]) == (True, False)
    assert {change["state"] for change in well["changes"]} == {"done"}
    failed = next(change for change in acme["changes"] if change["name"] == "system")
    assert (failed["state"], failed["seconds"]) == ("failed", 0.42)
    assert failed["detail"] == "the Director refused: storage path /data_hot is full"
    assert [change["name"] for change in acme["remaining"]] == ["system"]
    assert acme["problem"] is None
    assert acme["waived"] == [{"code": "too-many-deletes", "message": "11 deletes, the limit is 10"}]


def test_changes_of_a_target_that_was_not_applied_are_skipped_with_the_reason() -> None:
    document = report_document([], likely_targets())
    delta, acme, beta, gamma = document["targets"]
    assert not document["done"]
    assert (delta["done"], beta["done"], gamma["done"]) == (True, False, False)
    assert {change["state"] for change in acme["changes"]} == {"skipped"}
    assert "2 of 4 managed objects would be deleted" in acme["changes"][0]["detail"]
    assert gamma["problem"].startswith("the Director does not answer")


def test_a_report_is_done_when_everything_is() -> None:
    nothing_to_do = GuardedTarget(TargetPlan(DELTA, unchanged=3))
    assert report_document([TargetReport(TargetPlan(ACME), ())], [nothing_to_do])["done"]


@settings(deadline=None)
@given(reports, guarded_targets)
def test_a_report_is_json_and_has_a_row_for_every_change(
    ended: list[TargetReport], others: list[GuardedTarget]
) -> None:
    document = json.loads(json.dumps(report_document(ended, others)))
    rows = [change for target in document["targets"] for change in target["changes"]]
    assert len(rows) == sum(len(r.outcomes) for r in ended) + sum(len(t.plan.changes) for t in others)
    assert {row["state"] for row in rows} <= {state.value for state in State}


def test_drift_tells_its_classes_apart() -> None:
    document = drift_document(likely_drifts())
    delta, acme, gamma = document["targets"]
    assert not document["clean"]
    assert (delta["clean"], acme["clean"], gamma["clean"]) == (True, False, False)
    assert [change["name"] for change in acme["changed"]] == ["system"]
    assert [change["name"] for change in acme["missing"]] == ["system_verbose"]
    assert acme["unmanaged"] == [{"kind": "Repo", "name": "handmade"}]
    assert acme["accepted"][0]["reason"] == "vendor update until 2026-12-01"
    assert gamma["not_checked"] == "the Director does not answer: timed out"


@settings(deadline=None)
@given(drifts)
def test_drift_is_json_and_clean_only_when_every_target_is(found: list[Drift]) -> None:
    document = json.loads(json.dumps(drift_document(found)))
    assert document["clean"] == all(target["clean"] for target in document["targets"])
    assert document["clean"] == all(drift.is_clean for drift in found)
