"""RoutingPolicy: what goes together in a criterion, the wire form, and what stops being stored."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from tests.unit.models.names import Numbered

from lpcac.core.json_values import Json
from lpcac.kinds.kind import OTHER_FIELDS
from lpcac.models.routing import KIND, RoutingCriterion

MATCH: Json = {
    "type": "KeyPresentValueMatches",
    "key": "EventType",
    "value": "Verbose",
    "repo": "a",
    "drop": "store",
}
PRESENT: Json = {"type": "KeyPresent", "key": "debug", "repo": "a", "drop": "store"}


def policy(*criteria: Json, catch_all: str = "a") -> Json:
    return {"catch_all": catch_all, "routing_criteria": list(criteria)}


def risks(before: Json | None, after: Json | None) -> list[tuple[str, str]]:
    return [(risk.code, risk.message) for risk in KIND.risks(before, after)]


@pytest.mark.parametrize(
    "criterion",
    [
        {"type": "KeyPresent", "key": "a", "repo": "r"},
        {"type": "KeyPresent", "key": "a", "repo": "r", "value": None},
        {"type": "KeyPresent", "key": "a", "repo": "r", "value": "b"},
        {"type": "KeyPresent", "key": "a", "repo": "", "drop": "store"},
        {"type": "KeyPresentValueMatches", "key": "a\tb", "value": "line\nend\x00", "repo": "r"},
        {"type": "KeyPresent", "key": "a", "drop": "discard"},
        {"type": "KeyPresent", "key": "a", "drop": "discard_raw", "repo": "r"},
        {"type": "KeyPresentValueMatches", "key": "a", "value": "", "repo": "r"},
    ],
)
def test_what_goes_together_is_accepted(criterion: Json) -> None:
    assert RoutingCriterion.model_validate(criterion).key == criterion["key"]


@pytest.mark.parametrize(
    ("criterion", "words"),
    [
        ({"type": "KeyPresentValueMatches", "key": "a", "repo": "r"}, "`value` is required"),
        ({"type": "KeyPresent", "key": "a"}, "`repo` is required"),
        ({"type": "KeyPresent", "key": "a", "drop": "store"}, "`repo` is required"),
    ],
)
def test_what_does_not_go_together_is_refused(criterion: Json, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        RoutingCriterion.model_validate(criterion)


def test_drop_is_store_unless_it_is_said() -> None:
    assert RoutingCriterion.model_validate({"type": "KeyPresent", "key": "a", "repo": "r"}).drop == "store"


@pytest.mark.parametrize("replacing", [False, True])
def test_every_write_carries_the_name_and_empty_texts_for_what_is_absent(*, replacing: bool) -> None:
    discard = {"type": "KeyPresent", "key": "debug", "drop": "discard"}
    written = KIND.to_wire("windows", policy(MATCH, discard), Numbered(), replacing)
    assert written["policy_name"] == "windows"
    assert written["routing_criteria"] == [MATCH, {**discard, "value": "", "repo": ""}]


def test_a_real_looking_answer_is_read_without_the_servers_own_fields() -> None:
    answer = {
        "policy_name": "rp_fortinet",
        "catch_all": "Repo_secu",
        "routing_criteria": [
            {**MATCH},
            {"type": "KeyPresent", "key": "b", "value": "", "repo": "", "drop": "discard"},
        ],
        "user": "admin",
        "id": "68d2c70b5cb7b6fa6ec694d0",
    }
    assert KIND.from_wire(answer, Numbered()) == policy(
        MATCH, {"type": "KeyPresent", "key": "b", "drop": "discard"}, catch_all="Repo_secu"
    )


def test_a_value_that_a_key_present_does_not_look_at_is_read_and_written() -> None:
    held = {**PRESENT, "value": "kept"}
    read = KIND.from_wire({"catch_all": "a", "routing_criteria": [held]}, Numbered())
    assert read == policy(held)
    assert KIND.to_wire("w", read, Numbered(), True)["routing_criteria"] == [held]


def test_what_a_criterion_holds_beside_what_can_be_declared_travels_with_it() -> None:
    held = {**MATCH, "weight": 5, "note": None}
    read = KIND.from_wire({"catch_all": "a", "routing_criteria": [held]}, Numbered())
    assert read["routing_criteria"] == [{**MATCH, OTHER_FIELDS: {"weight": 5, "note": None}}]
    assert KIND.to_wire("w", read, Numbered(), True)["routing_criteria"] == [held]


def test_storing_in_no_repo_is_legal_and_remarked_upon() -> None:
    nowhere = {**MATCH, "repo": ""}
    read = KIND.from_wire({"catch_all": "a", "routing_criteria": [nowhere]}, Numbered())
    assert read == KIND.canonical(policy(nowhere)) == policy(nowhere)
    (remark,) = KIND.remarks(read)
    assert (remark.code, remark.pointer) == ("stores-nowhere", "/routing_criteria/0")
    assert "EventType=Verbose stores matching events in no repo" in remark.message
    discard = {**nowhere, "drop": "discard"}
    assert "repo" not in KIND.canonical(policy(discard))["routing_criteria"][0]


@pytest.mark.parametrize("criteria", [None, []])
def test_absent_criteria_are_no_criteria(criteria: object) -> None:
    assert KIND.from_wire({"catch_all": "a", "routing_criteria": criteria}, Numbered()) == policy()


def test_storing_and_deleting_are_no_risk() -> None:
    assert risks(None, policy(MATCH)) == risks(policy(), policy(MATCH)) == risks(policy(MATCH), None) == []


@pytest.mark.parametrize(("drop", "lost"), [("discard", "the event"), ("discard_raw", "the raw message")])
def test_a_criterion_that_begins_to_discard_is_a_risk_also_in_a_new_policy(drop: str, lost: str) -> None:
    after = policy({**MATCH, "drop": drop})
    expected = [("criterion-discards", f"criterion EventType=Verbose is now {drop}: {lost} is not stored")]
    assert risks(policy(MATCH), after) == risks(None, after) == expected


def test_a_discarding_criterion_that_stays_is_no_risk_until_it_moves_ahead_of_one_that_stores() -> None:
    discard = {**PRESENT, "drop": "discard"}
    assert risks(policy(discard), policy(discard)) == []
    assert risks(policy(MATCH, discard), policy(MATCH, discard, catch_all="a")) == []
    ((code, message),) = risks(policy(MATCH, discard), policy(discard, MATCH))
    assert code == "criterion-discards"
    assert "now matches before criteria that stored" in message


def test_another_catch_all_is_a_risk() -> None:
    assert risks(policy(), policy(catch_all="b")) == [("catch-all-moved", "unmatched logs go to repo b instead of a")]
