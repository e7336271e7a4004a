"""A `Rule` as it is written: the model of the document, and of its JSON Schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from lpcac.core.json_values import Json
from lpcac.directory_map.schema import KindName
from lpcac.kinds.fields import API_VERSION, TEXT_PATTERN, Meaning, Name, Spec, Text

Line = Annotated[str, StringConstraints(pattern=TEXT_PATTERN, min_length=1), Meaning("one line of text, not empty")]
Schema = Annotated[
    dict[str, Any],
    WithJsonSchema({"$ref": "https://json-schema.org/draft/2020-12/schema", "type": "object"}),
]


def _level(value: object) -> object:
    return "off" if value is False else value


Level = Annotated[
    Literal["off", "notice", "warning", "error"],
    BeforeValidator(_level),
    WithJsonSchema({"enum": ["off", "notice", "warning", "error", False]}),
]


class RuleMetadata(Spec):
    """What the document says of the rule itself."""

    name: Name
    """Name of the rule, unique among the map's rules."""
    description: str | None = None
    """More about it."""
    labels: dict[str, Text] | None = None
    """Free labels, text to text."""


class RuleSpec(Spec):
    """What every resource must be like."""

    title: Line
    """What the rule asks for, in one line."""
    why: Line | None = None
    """Why, such as the paragraph of a standard."""
    severity: Level = "error"
    """error makes a resource that breaks the rule invalid; warning, notice and off do not."""
    kinds: Annotated[list[KindName], Field(min_length=1)]
    """Kinds of the resources that it is about."""
    clients: Annotated[list[Line], Field(min_length=1)] = Field(default_factory=lambda: ["*"])
    """Names of the clients that it is about; `*` stands for any text."""
    json_schema: Annotated[Schema, Field(alias="schema")]
    """JSON Schema 2020-12 for the whole resource: kind, metadata, spec and derived facts."""
    message: Line | None = None
    """What to tell who breaks it; the title without it."""


_EXAMPLE: Json = {
    "apiVersion": API_VERSION,
    "kind": "Rule",
    "metadata": {"name": "kept-for-a-year"},
    "spec": {
        "title": "Every repo keeps its logs for a year",
        "kinds": ["Repo"],
        "schema": {"properties": {"derived": {"properties": {"total_retention_days": {"minimum": 365}}}}},
    },
}


class RuleDocument(Spec):
    """What resources must be like, beyond what the Director asks for."""

    model_config = ConfigDict(title="Rule", json_schema_extra={"examples": [_EXAMPLE]})

    apiVersion: Literal["logpoint-cac/v1"]  # noqa: N815 - as YAML spells it
    """Version of this format."""
    kind: Literal["Rule"]
    """Always Rule."""
    metadata: RuleMetadata
    """What the document says of the rule itself."""
    spec: RuleSpec
    """What it asks for."""
