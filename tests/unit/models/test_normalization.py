"""NormalizationPolicy: at least one parser, and the Director's comma-separated strings."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from tests.unit.models.names import Numbered

from lpcac.core.json_values import Json
from lpcac.models.normalization import KIND, NormalizationPolicySpec


@pytest.mark.parametrize(
    "spec", [{}, {"normalization_packages": []}, {"normalization_packages": [], "compiled_normalizers": None}]
)
def test_a_policy_that_parses_nothing_is_legal_and_remarked_upon(spec: Json) -> None:
    declared = KIND.canonical(NormalizationPolicySpec.model_validate(spec).model_dump(mode="json", exclude_none=True))
    assert declared == {}
    assert [remark.code for remark in KIND.remarks(declared)] == ["parses-nothing"]
    assert not list(KIND.remarks({"compiled_normalizers": ["c"]}))
    assert KIND.from_wire({"normalization_packages": [], "compiled_normalizer": ""}, Numbered()) == {}
    assert KIND.to_wire("n", {}, Numbered(), True) == {"norm_packages": "", "compiled_normalizer": ""}


def test_a_compiled_normalizer_has_no_comma_and_a_package_may() -> None:
    NormalizationPolicySpec.model_validate({"normalization_packages": ["a,b"]})
    with pytest.raises(ValidationError):
        NormalizationPolicySpec.model_validate({"compiled_normalizers": ["a,b"]})


def test_order_repetition_and_empty_lists_are_no_difference() -> None:
    spec = {"normalization_packages": ["b", "a", "b"], "compiled_normalizers": []}
    assert KIND.canonical(spec) == {"normalization_packages": ["a", "b"]}


def test_packages_travel_as_ids_and_compiled_normalizers_as_names_each_in_one_string() -> None:
    spec = {"normalization_packages": ["a", "b"], "compiled_normalizers": ["c", "d"]}
    data = {
        "norm_packages": "NormalizationPackage-id:a,NormalizationPackage-id:b",
        "compiled_normalizer": "c,d",
    }
    assert KIND.to_wire("n", spec, Numbered(), False) == {"name": "n", **data}
    assert KIND.to_wire("n", spec, Numbered(), True) == data
    assert KIND.to_wire("n", {"compiled_normalizers": ["c"]}, Numbered(), True) == {
        "norm_packages": "",
        "compiled_normalizer": "c",
    }


@pytest.mark.parametrize(
    ("compiled", "names"),
    [("c,d", ["c", "d"]), (["d", "c"], ["c", "d"]), (" c , ", ["c"]), ("", None), (None, None), ([], None)],
)
def test_compiled_normalizers_are_read_from_a_string_a_list_or_nothing(
    compiled: object, names: list[str] | None
) -> None:
    answer = {
        "name": "n",
        "normalization_packages": ["NormalizationPackage-id:b"],
        "compiled_normalizer": compiled,
    }
    expected: Json = {"normalization_packages": ["b"]} | ({"compiled_normalizers": names} if names else {})
    assert KIND.from_wire(answer, Numbered()) == expected


@pytest.mark.parametrize("odd", [{"name": "c"}, [{"name": "c", "version": "1.0"}], 5])
def test_what_is_neither_text_nor_a_list_of_texts_is_not_taken_for_a_name(odd: object) -> None:
    with pytest.raises(TypeError):
        KIND.from_wire({"name": "n", "compiled_normalizer": odd}, Numbered())


def test_an_answer_without_any_parser_is_read_as_such() -> None:
    assert KIND.from_wire({"name": "n"}, Numbered()) == {}


def test_inventories_are_read_with_ids_for_packages_and_names_for_compiled_normalizers() -> None:
    packages, compiled = KIND.inventories
    assert dict(packages.entries([{"name": "a", "id": "1", "signatures": []}])) == {"a": "1"}
    assert dict(compiled.entries([{"name": "c", "version": "1.0"}])) == {"c": "c"}


def test_changing_a_parser_destroys_nothing() -> None:
    assert list(KIND.risks({"compiled_normalizers": ["c"]}, None)) == []
