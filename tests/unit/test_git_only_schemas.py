"""The schemas of documents that stay in Git accept what the project shows of them, and agree with the models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from lpcac.cli.commands.offline.schema import EXTRA_SCHEMAS
from lpcac.pipeline_tests.document import PipelineTestDocument
from lpcac.rules.document import RuleDocument

ROOT = Path(__file__).parents[2]
MODELS: dict[str, type[BaseModel]] = {"PipelineTest": PipelineTestDocument, "Rule": RuleDocument}
FILES = {"PipelineTest": "pipeline-test.schema.json", "Rule": "rule.schema.json"}
SHOWN = [
    document
    for file in (*(ROOT / "examples" / "rules").glob("*.yaml"), ROOT / "examples" / "simple" / "05-tests.yaml")
    for document in yaml.safe_load_all(file.read_text())
    if document
]
CASE: dict[str, Any] = {"name": "one", "event": {"a": "b"}, "expect": {"repo": "x"}}


def document_of(**changes: Any) -> dict[str, Any]:
    case = {key: value for key, value in {**CASE, **changes}.items() if value is not None}
    spec = {"via": "windows", "cases": [case]}
    return {"apiVersion": "logpoint-cac/v1", "kind": "PipelineTest", "metadata": {"name": "w"}, "spec": spec}


def by_schema(document: dict[str, Any]) -> bool:
    schema = EXTRA_SCHEMAS[FILES[document["kind"]]].model_json_schema()
    return Draft202012Validator(schema).is_valid(document)


def by_model(document: dict[str, Any]) -> bool:
    try:
        MODELS[document["kind"]].model_validate(document)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("document", SHOWN, ids=lambda each: each["metadata"]["name"])
def test_what_the_project_shows_is_accepted(document: dict[str, Any]) -> None:
    assert by_schema(document)
    assert by_model(document)


@pytest.mark.parametrize(
    ("changes", "is_valid"),
    [
        ({}, True),
        ({"expect": None}, True),
        ({"event": None, "from": "a/b.jsonl"}, True),
        ({"event": None, "from": "../b.jsonl"}, False),
        ({"event": None, "from": "b.json"}, False),
        ({"event": None}, False),
        ({"from": "b.jsonl"}, False),
        ({"expect": {"repo": "x", "more": 1}}, False),
        ({"expect": {"at_least": -1}}, False),
        ({"expect": {"dropped": True, "raw_dropped": False}}, True),
        ({"name": ""}, False),
        ({"expect": {}}, False),
    ],
)
def test_schema_and_model_agree_about_a_case(changes: dict[str, Any], is_valid: bool) -> None:
    assert (by_schema(document_of(**changes)), by_model(document_of(**changes))) == (is_valid, is_valid)
