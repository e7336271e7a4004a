"""The generated schemas are asked beside the models; where the two differ, both sentences are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strength import examples
from tests.unit.rules.ruled import repo, routing

from lpcac.composition.schemas.json_schemas import schemas
from lpcac.core.findings import Finding
from lpcac.documents.reader import read_documents
from lpcac.models import registry
from lpcac.rules.second_judge import SecondJudge


def judged(text: str, judge: SecondJudge | None = None) -> list[Finding]:
    documents, findings = read_documents(text.encode(), "acme.yaml")
    assert findings == []
    return [*(judge or SecondJudge(registry())).findings(documents)]


PATCH = "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: a, patch: true}\nspec: {remote_logpoints: null}\n"


@pytest.mark.parametrize(
    "text",
    [
        repo(90),
        routing(),
        repo(90).replace("90", '"${vars.days}"'),
        PATCH,
        repo(90).replace("retention_days: 90", "retention_days: 0"),
        repo(90).replace("retention_days", "days"),
        "kind: PipelineTest\n",
        "kind: Rule\n",
        "kind: DirectoryMap\n",
        "kind: Nothing\n",
        "- a\n",
    ],
)
def test_the_judges_agree(text: str) -> None:
    assert judged(text) == []


def test_what_the_schema_alone_refuses_is_told_with_both_sentences() -> None:
    stricter = schemas(registry())
    stricter["repo.schema.json"] = {"properties": {"spec": {"properties": {"paths": {"minItems": 2}}}}}

    (finding,) = judged(repo(90), SecondJudge(registry(), stricter))

    assert finding.code == "judges-differ"
    assert "the models accept it, the JSON Schema does not" in finding.message
    assert str(finding.position) == "acme.yaml:5:10"


def test_what_the_models_alone_refuse_is_told_with_both_sentences() -> None:
    looser = schemas(registry())
    looser["repo.schema.json"] = {}

    (finding,) = judged(repo(0), SecondJudge(registry(), looser))

    assert finding.code == "judges-differ"
    assert "the JSON Schema accepts it, the models do not" in finding.message
    assert "must be 1 or more" in finding.message


ROOT = Path(__file__).parents[3]
SHOWN = [
    document
    for file in ("examples/rules/pci-dss-10-5-1.yaml", "examples/simple/05-tests.yaml", "examples/mssp/lpcac.yaml")
    for document in yaml.safe_load_all((ROOT / file).read_text())
    if document
]
ODD: list[Any] = [None, "", "${vars.x}", "a\nb", "catch_all", True, 0, -1, 7.0, 1.5, "7", [], {}, ["x"], {"a": "b"}]
JUDGE = SecondJudge(registry())


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


def with_odd(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = with_odd(copy[path[0]], path[1:], odd)
    return copy


def is_of_kind(path: tuple[Any, ...]) -> bool:
    """Tell whether a document stays one of its kind when something else stands there."""
    return path not in ((), ("kind",))


@settings(max_examples=examples(300))
@given(st.sampled_from(SHOWN), st.data(), st.sampled_from(ODD))
def test_the_judges_agree_about_tests_rules_and_maps_whatever_stands_in_them(
    document: Any, data: st.DataObject, odd: Any
) -> None:
    path = data.draw(st.sampled_from([place for place in places(document) if is_of_kind(place)]))

    assert judged(yaml.safe_dump(with_odd(document, path, odd)), JUDGE) == []


@pytest.mark.parametrize("document", SHOWN, ids=lambda each: each["kind"])
@pytest.mark.parametrize("looser", [{}, {"minProperties": 99}])
def test_no_kind_of_document_escapes_the_second_judge(document: Any, looser: dict[str, Any]) -> None:
    files = ("pipeline-test.schema.json", "rule.schema.json", "directory-map.schema.json")
    judge = SecondJudge(registry(), {**schemas(registry()), **dict.fromkeys(files, looser)})
    text = yaml.safe_dump({**document, "metadata": 1} if not looser else document)

    assert [finding.code for finding in judged(text, judge)] == ["judges-differ"]


def test_no_message_of_the_second_judge_shows_a_value_of_an_event() -> None:
    strict = {"pipeline-test.schema.json": {"properties": {"spec": False}}}
    text = yaml.safe_dump(
        {"kind": "PipelineTest", "apiVersion": "logpoint-cac/v1", "metadata": {"name": "w"}}
        | {"spec": {"cases": [{"name": "n", "via": "w", "event": {"user": "jane.doe"}}]}}
    )

    (finding,) = judged(text, SecondJudge(registry(), {**schemas(registry()), **strict}))

    assert "jane" not in finding.message
