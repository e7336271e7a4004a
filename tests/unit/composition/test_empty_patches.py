"""A patch whose `spec:` was left empty is no order to drop the resource."""

from __future__ import annotations

import pytest

from lpcac.composition.document_shape import form_findings
from lpcac.documents.reader import read_documents
from lpcac.models import registry

HEAD = "apiVersion: logpoint-cac/v1\nkind: Repo\nmetadata: {name: extra, patch: true}\n"


def found(text: str) -> list[str]:
    (document,), problems = read_documents((HEAD + text).encode(), "p.yaml")
    assert problems == []
    return [str(finding) for finding in form_findings(document, registry())]


def test_an_empty_spec_is_a_finding_that_says_what_to_write() -> None:
    assert found("spec:\n  # paths: []\n") == [
        'p.yaml:4:1: Repo "extra": spec is empty: write `spec: null` to drop the resource, or add the fields to change'
    ]


@pytest.mark.parametrize("text", ["spec: null\n", "spec: ~\n", "spec: {}\n", ""])
def test_a_written_null_and_a_patch_that_changes_nothing_are_meant(text: str) -> None:
    assert found(text) == []
