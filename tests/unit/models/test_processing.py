"""ProcessingPolicy: three references, and the Director's word for none."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from tests.unit.models.names import Numbered

from lpcac.core.json_values import Json
from lpcac.models.processing import KIND, ProcessingPolicySpec

FULL: Json = {"routing_policy": "r", "normalization_policy": "n", "enrichment_policy": "e"}


@pytest.mark.parametrize("field", ["routing_policy", "normalization_policy", "enrichment_policy"])
def test_none_is_not_a_name(field: str) -> None:
    with pytest.raises(ValidationError):
        ProcessingPolicySpec.model_validate({**FULL, field: "None"})


def test_no_policy_is_needed_and_the_wire_says_none_for_each() -> None:
    ProcessingPolicySpec.model_validate({"routing_policy": "r", "normalization_policy": None})
    ProcessingPolicySpec.model_validate({"normalization_policy": "n"})
    absent = {"policy_name": "p", "routing_policy": "None", "norm_policy": "None", "enrich_policy": "None"}
    assert KIND.to_wire("p", {}, Numbered(), True) == absent
    assert KIND.from_wire(absent, Numbered()) == {}


@pytest.mark.parametrize("replacing", [False, True])
def test_every_write_carries_all_four_fields(*, replacing: bool) -> None:
    assert KIND.to_wire("p", FULL, Numbered(), replacing) == {
        "policy_name": "p",
        "routing_policy": "RoutingPolicy-id:r",
        "norm_policy": "n",
        "enrich_policy": "EnrichmentPolicy-id:e",
    }
    assert KIND.to_wire("p", {"routing_policy": "r"}, Numbered(), replacing) == {
        "policy_name": "p",
        "routing_policy": "RoutingPolicy-id:r",
        "norm_policy": "None",
        "enrich_policy": "None",
    }


@pytest.mark.parametrize("none", ["None", "", None])
def test_the_directors_words_for_none_are_read_as_absent(none: object) -> None:
    answer = {
        "policy_name": "p",
        "routing_policy": "RoutingPolicy-id:r",
        "norm_policy": none,
        "enrich_policy": none,
    }
    assert KIND.from_wire(answer, Numbered()) == {"routing_policy": "r"}


def test_a_policy_without_routing_is_read_as_such() -> None:
    assert KIND.from_wire({"policy_name": "p", "routing_policy": "None"}, Numbered()) == {}


def test_ids_are_read_as_numbers_too() -> None:
    read = {"routing_policy": 149, "norm_policy": "n", "enrich_policy": None}
    assert KIND.from_wire(read, Numbered()) == {
        "routing_policy": Numbered().name_of("RoutingPolicy", "149"),
        "normalization_policy": "n",
    }
