"""The fast validator of GitHub's schemas says yes only where the thorough one does."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_schema_validator import OAS30ReadValidator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4
from tests.fakes.github.description.schemas import Schemas, fits

NAMED: dict[str, Any] = {
    "urn:github:label": {
        "type": "object",
        "properties": {"id": {"type": "integer", "format": "int64"}, "color": {"type": "string", "nullable": True}},
        "required": ["id"],
    },
}
LABEL = {"$ref": "urn:github:label"}
SCHEMAS: list[dict[str, Any]] = [
    {"type": "string"},
    {"type": "string", "nullable": True},
    {"type": "string", "nullable": True, "enum": ["red"]},
    {"nullable": True},
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "email"},
    {"type": "string", "format": "uri"},
    {"type": "number", "format": "int32"},
    {"type": "integer", "format": "int64", "minimum": 0, "exclusiveMinimum": True},
    {"type": "array", "items": LABEL, "minItems": 1},
    {"type": "object", "additionalProperties": {"type": "string"}},
    {"type": "object", "additionalProperties": False, "properties": {"id": {}, "nullable": {"type": "boolean"}}},
    LABEL,
    {**LABEL, "required": ["color"]},
    {"allOf": [LABEL], "nullable": True, "type": "object"},
    {"oneOf": [LABEL, {"type": "string"}]},
    {"anyOf": [{"type": "string", "maxLength": 3, "pattern": "^[a-z]+$"}, LABEL]},
]
VALUES: list[Any] = [
    *(None, "", "red", "x" * 9, "2026-03-02T03:00:00Z", "2026-03-02", "a@b", "not a uri {/name}", 0, 1, 1.5, 2**63),
    *(True, [], [{"id": 1}], [{"id": "1"}], {}, {"id": 1}, {"id": 1, "color": None}, {"id": None}),
    *({"id": 1, "color": 7}, {"id": 1, "more": "x"}, {"nullable": "x"}, {"color": "red"}),
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_both_validators_agree(schema: dict[str, Any]) -> None:
    schemas = Schemas(NAMED)
    resources = ((name, DRAFT4.create_resource(each)) for name, each in NAMED.items())
    registry: Registry[Any] = Registry().with_resources(resources)
    thorough = OAS30ReadValidator(schema, registry=registry, format_checker=oas30_format_checker)

    for value in VALUES:
        expected = [error.message for error in thorough.iter_errors(value)]
        assert [error.message for error in schemas.errors(schema, value, writing=False)] == expected, value
        assert fits(schemas._fast_validator(schema), value) == (not expected), value


def test_what_the_fast_validator_cannot_express_is_left_to_the_thorough_one() -> None:
    schema = {"oneOf": [LABEL], "discriminator": {"propertyName": "kind"}}

    assert not fits(Schemas(NAMED)._fast_validator(schema), {"id": 1})
    assert list(Schemas(NAMED).errors(schema, {"id": 1}, writing=False))
