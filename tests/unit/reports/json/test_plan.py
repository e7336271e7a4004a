"""The plan as JSON: what is written can be read back, fits the published schema and adds up."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.reports.sample_plans import ACME, guarded_targets, likely_plan, likely_targets

from lpcac.composition.schemas.json_schemas import schema_text, schemas
from lpcac.core.errors import InvalidConfigurationError
from lpcac.models import registry
from lpcac.planning.guard import GuardedTarget
from lpcac.planning.plan import Change, TargetPlan
from lpcac.planning.planner import plan_digest
from lpcac.reports.json.plan import SCHEMA_FILE, PlanDocument, parse_plan_document, plan_document

SCHEMA_PATH = Path(__file__).parents[4] / "schemas" / SCHEMA_FILE


@cache
def schema() -> Any:
    return json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema())


def text_of(targets: list[GuardedTarget]) -> str:
    return json.dumps(plan_document(targets, {"map": "lpcac.yaml"}))


@settings(deadline=None)
@given(guarded_targets)
def test_a_written_plan_is_read_back_as_it_was(targets: list[GuardedTarget]) -> None:
    text = text_of(targets)
    assert parse_plan_document(text).model_dump_json() == PlanDocument.model_validate_json(text).model_dump_json()
    assert json.loads(parse_plan_document(text).model_dump_json()) == json.loads(text)


@settings(deadline=None)
@given(guarded_targets)
def test_every_plan_fits_the_published_schema(targets: list[GuardedTarget]) -> None:
    validator().validate(json.loads(text_of(targets)))


def test_the_published_schema_is_current() -> None:
    generated = schemas(registry(), {SCHEMA_FILE: PlanDocument})[SCHEMA_FILE]
    assert SCHEMA_PATH.read_text(encoding="utf-8") == schema_text(generated)


def test_the_schemas_own_example_is_a_plan() -> None:
    (example,) = schema()["examples"]
    jsonschema.Draft202012Validator.check_schema(schema())
    assert parse_plan_document(json.dumps(example)).targets[0].summary.unchanged == 12


@settings(deadline=None)
@given(guarded_targets)
def test_every_summary_counts_the_rows_below_it(targets: list[GuardedTarget]) -> None:
    for row in plan_document(targets, {})["targets"]:
        actions = [change["action"] for change in row["changes"]]
        counts = {action: actions.count(action) for action in ("create", "update", "delete")}
        assert row["summary"] == counts | {
            "unchanged": row["summary"]["unchanged"],
            "unmanaged": len(row["unmanaged"]),
        }


def test_the_document_names_everything_that_was_asked_of_it() -> None:
    document = plan_document(likely_targets(), {"commit": "abc"})
    assert document["digest"] == plan_digest(target.plan for target in likely_targets())
    assert document["inputs"] == {"commit": "abc"}
    delta, acme, beta, gamma = document["targets"]
    assert delta["summary"] == {"create": 0, "update": 0, "delete": 0, "unchanged": 12, "unmanaged": 0}
    repo = next(change for change in acme["changes"] if change["name"] == "system")
    assert repo["source"] == {"file": "clients/acme/repo.yaml", "line": 1}
    assert {"path": "paths[1 /data_hot].retention_days", "before": 90, "after": 30} in repo["fields"]
    assert [risk["code"] for risk in repo["risks"]] == ["retention-shortened", "tier-removed"]
    assert repo["before"]["paths"][0]["retention_days"] == 90
    processing = next(change for change in acme["changes"] if change["kind"] == "ProcessingPolicy")
    assert {"kind": "RoutingPolicy", "name": "windows"} in processing["depends_on"]
    assert [refusal["waivable"] for refusal in acme["refusals"]] == [True, False]
    assert acme["unmanaged"] == [{"kind": "Repo", "name": "handmade"}]
    assert (beta["errors"][0]["line"], beta["errors"][0]["column"]) == (14, 9)
    assert gamma["unread"].startswith("the Director does not answer")
    assert gamma["digest"] == ""


def changed(**parts: Any) -> str:
    return json.dumps(plan_document([GuardedTarget(likely_plan())], {}) | parts)


def changed_target(**parts: Any) -> str:
    document = plan_document([GuardedTarget(likely_plan())], {})
    document["targets"][0] |= parts
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("# Plan", "not JSON"),
        ("\ud800", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"format_version": NaN}', "not JSON"),
        ("[]", '"format_version"'),
        ("{}", '"format_version"'),
        ('{"format_version": 1}', '"format_version"'),
        (changed(format_version="2"), 'format version "2"'),
        (changed(format_version="\x1b[31m\n"), r'format version "\x1b[31m\n"'),
        (changed(note="x"), "note: Extra inputs"),
        (changed(targets={}), "targets: Input should be a valid"),
        (changed(digest="0" * 63), "digest: String should match"),
        (changed_target(summary={"create": 0, "update": 0, "delete": 0, "unchanged": 0, "unmanaged": 0}), "summary"),
        (changed_target(unmanaged=[]), "the summary does not match"),
        (changed_target(client=None), "targets.0.client"),
    ],
)
def test_what_is_no_plan_is_refused_in_one_clear_line(text: str, said: str) -> None:
    with pytest.raises(InvalidConfigurationError) as caught:
        parse_plan_document(text)
    assert said in str(caught.value)
    assert str(caught.value).isprintable()


@settings(deadline=None)
@given(st.one_of(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)))
def test_nothing_but_a_plan_is_taken_for_one(text: str) -> None:
    with pytest.raises(InvalidConfigurationError):
        parse_plan_document(text)


def test_two_targets_in_another_sequence_have_the_same_digest() -> None:
    one, other = GuardedTarget(likely_plan()), GuardedTarget(TargetPlan(ACME, digest="0" * 64))
    assert plan_document([one, other], {})["digest"] == plan_document([other, one], {})["digest"]


def test_a_change_keeps_what_only_a_program_can_read() -> None:
    hostile = "\x1b[31m`|@team\n" + "x" * 10_000
    plan = likely_plan()
    change: Change = plan.changes[0]
    renamed = TargetPlan(
        plan.target, (type(change)(**vars(change) | {"key": change.key._replace(name=hostile)}),), digest=plan.digest
    )
    assert plan_document([GuardedTarget(renamed)], {})["targets"][0]["changes"][0]["name"] == hostile
