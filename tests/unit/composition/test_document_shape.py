"""What is wrong with a document whatever it will be patched or filled with."""

from __future__ import annotations

import pytest

from lpcac.composition.document_shape import form_findings
from lpcac.documents.reader import read_documents
from lpcac.models import registry

HEAD = "apiVersion: logpoint-cac/v1\nkind: Repo\n"
TIER = "{path: /data_hot, retention_days: 90}"


def lines(text: str) -> list[str]:
    (document,), findings = read_documents(text.encode(), "a.yaml")
    assert findings == []
    return [str(finding) for finding in form_findings(document, registry())]


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}metadata: {{name: a}}\nspec: {{paths: [{TIER}]}}\n",
        HEAD + "metadata: {name: '${client}_a'}\nspec: {paths: [{path: '${vars.p}', retention_days: '${vars.d}'}]}\n",
        "kind: Repo\nmetadata: {name: a, patch: true}\n",
        "kind: Repo\nmetadata: {name: a, patch: true}\nspec: null\n",
        "kind: Repo\nmetadata: {name: a, patch: true, labels: {x: null}, description: null}\nspec: {paths: null}\n",
        "kind: RoutingPolicy\nmetadata: {name: a, patch: true}\nspec: {catch_all: x}\n",
        "kind: NormalizationPolicy\nmetadata: {name: a, patch: true}\nspec: {compiled_normalizers: []}\n",
    ],
)
def test_patches_and_placeholders_are_well_formed(text: str) -> None:
    assert lines(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + "metadata: {name: a}\n", 'a.yaml:1:1: Repo "a": key "spec" is missing'),
        (
            HEAD + "metadata: {name: a}\nspec: {paths: '${vars.p}'}\n",
            'a.yaml:4:15: Repo "a": paths: must be a list, not the text "${vars.p}"',
        ),
        (
            "kind: Repo\nmetadata: {name: a, patch: true}\nspec: {path: '${vars.p}'}\n",
            'a.yaml:3:8: Repo "a": spec: unknown key "path" (did you mean "paths"?)',
        ),
        (
            "kind: Repo\nmetadata: {name: a, patch: true}\nspec: {paths: [{path: /a}]}\n",
            'a.yaml:3:16: Repo "a": paths[0]: key "retention_days" is missing',
        ),
        ("kind: Repo\nmetadata: {patch: true}\n", 'a.yaml:2:11: Repo: metadata: key "name" is missing'),
        *(
            (
                f"{HEAD}metadata: {{name: a, labels: {{ok: x, '{key}': y}}{patch}}}\nspec: {{paths: [{TIER}]}}\n",
                "characters; a key holds no ${ either, since only values are filled",
            )
            for key in ("${client}", "x${nope}", "$${pool}")
            for patch in ("", ", patch: true")
        ),
        (
            "kind: Repo\nmetadata: {name: a, patch: true}\nspec: {paths: []}\n",
            'a.yaml:3:15: Repo "a": paths: needs at least 1 entry',
        ),
        (
            "kind: Repp\nmetadata: {name: a, patch: true}\nspec: {}\napiVersion: logpoint-cac/v1\n",
            'kind "Repp" is unknown',
        ),
    ],
)
def test_what_no_patch_and_no_variable_can_mend_is_told(text: str, expected: str) -> None:
    (line,) = lines(text)
    assert expected in line
