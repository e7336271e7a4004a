"""The generated schemas are asked beside the models; where the two differ, both sentences are told."""

from __future__ import annotations

import pytest
from tests.unit.rules.ruled import repo, routing

from lpcac.composition.json_schemas import schemas
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
