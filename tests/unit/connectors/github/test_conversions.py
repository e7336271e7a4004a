"""GitHub's JSON as values, in the shapes that GitHub's own description allows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lpcac.connectors.github.conversions import deployment_of

PAYLOAD = {"lpcac": 2, "document": "d", "part": 1, "of": 1, "data": "eJw="}


def deployment(payload: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "sha": "a" * 40,
        "environment": "lpcac",
        "payload": payload,
        "creator": {"login": "octo", "id": 7, "type": "User"},
        "created_at": "2026-03-02T03:00:00Z",
        "task": "lpcac:result",
    }


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (PAYLOAD, PAYLOAD),
        (json.dumps(PAYLOAD), PAYLOAD),
        ("", {}),
        ("{", {}),
        ("[" * 100_000, {}),
        ("[1]", {}),
        (None, {}),
        ([PAYLOAD], {}),
        (7, {}),
    ],
)
def test_a_payload_is_an_object_or_its_json_and_anything_else_counts_as_empty(sent: object, read: object) -> None:
    assert deployment_of(deployment(sent)).payload == read
