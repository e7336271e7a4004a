"""A `PipelineTest` as it is written: the model of the document, and of its JSON Schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator

from lpcac.composition.placeholders import PLACEHOLDER_PATTERN
from lpcac.core.json_values import Json
from lpcac.kinds.fields import API_VERSION, TEXT_PATTERN, Meaning, Name, Spec, Text

_END = r"$(?!\n)"
_PART = r"(?!\.)[^/\\:*${}\u0000-\u001f\u007f-\u009f\u2028\u2029]+"
SAMPLE_PATTERN = rf"^{_PART}(/{_PART})*\.jsonl{_END}"
_PLACEHOLDER: Json = {"type": "string", "pattern": PLACEHOLDER_PATTERN}

CATCH_ALL: Literal["catch_all"] = "catch_all"


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Days = Annotated[
    int,
    Field(ge=0),
    BeforeValidator(_whole),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, _PLACEHOLDER]}),
]
Flag = Annotated[bool, WithJsonSchema({"anyOf": [{"type": "boolean"}, _PLACEHOLDER]})]
Line = Annotated[str, StringConstraints(pattern=TEXT_PATTERN, min_length=1), Meaning("one line of text, not empty")]
SampleFile = Annotated[
    str,
    StringConstraints(pattern=SAMPLE_PATTERN),
    Meaning("a .jsonl file next to this document or in a folder below, such as samples/windows.jsonl"),
]
# The reader turns every scalar into text before the model sees it.
EventFields = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean"]},
            "description": "Fields of the event after normalization. Values are text; numbers count as typed.",
        }
    ),
]


class ExpectationEntry(Spec):
    """What should happen to an event; what is left out does not matter."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    repo: Name | None = None
    """Repo that stores the event."""
    retention_days: Days | None = None
    """For exactly how many days it is kept, all tiers together."""
    at_least: Days | None = None
    """For how many days it is kept at least."""
    dropped: Flag | None = None
    """Whether the event is dropped."""
    raw_dropped: Flag | None = None
    """Whether the raw message is dropped."""
    criterion: Annotated[Line, Field(examples=["event_id=4688", "detection_id", CATCH_ALL])] | None = None
    """What decides: KEY=VALUE, KEY alone for KeyPresent, or catch_all."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            msg = "say what is expected (repo, retention_days, at_least, dropped, raw_dropped, criterion)"
            raise ValueError(msg)
        return self


class CaseEntry(Spec):
    """One case: an event, or a file of them, and what should happen to it."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["event"]}, {"required": ["from"]}]})

    name: Line
    """Name of the case, unique in the test; it is shown in reports."""
    via: Name | None = None
    """Processing policy by which the event enters, if not the test's."""
    event: Annotated[EventFields, Field(default_factory=dict)]
    """Fields of the event after normalization."""
    samples: Annotated[SampleFile, Field(alias="from", default_factory=str)]
    """File of sample events, one JSON object a line; all of them must meet the expectation."""
    expect: ExpectationEntry | None = None
    """What should happen to the event; `lpcac test --update` writes it."""

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if ("event" in self.model_fields_set) == ("samples" in self.model_fields_set):
            msg = "a case has either `event` or `from`"
            raise ValueError(msg)
        return self


class CasesSpec(Spec):
    """Cases, and where their events enter."""

    via: Name | None = None
    """Processing policy by which events enter, for cases that name none."""
    cases: Annotated[list[CaseEntry], Field(min_length=1)]
    """The cases."""


class CasesMetadata(Spec):
    """What the document says of the test itself."""

    name: Name
    """Name of the test, unique within a client."""
    description: str | None = None
    """What it proves."""
    labels: dict[str, Text] | None = None
    """Free labels, text to text."""


_EXAMPLE: Json = {
    "apiVersion": API_VERSION,
    "kind": "PipelineTest",
    "metadata": {"name": "windows"},
    "spec": {
        "via": "windows",
        "cases": [
            {
                "name": "a process start is kept for three months",
                "event": {"event_id": "4688"},
                "expect": {"repo": "system_verbose", "at_least": 90},
            },
            {"name": "logons", "from": "samples/logons.jsonl", "expect": {"repo": "system"}},
        ],
    },
}


class PipelineTestDocument(Spec):
    """Proves where events end, for every client whose files or bases hold the document."""

    model_config = ConfigDict(title="PipelineTest", json_schema_extra={"examples": [_EXAMPLE]})

    apiVersion: Literal["logpoint-cac/v1"]  # noqa: N815 - as YAML spells it
    """Version of this format."""
    kind: Literal["PipelineTest"]
    """Always PipelineTest."""
    metadata: CasesMetadata
    """What the document says of the test itself."""
    spec: CasesSpec
    """The cases."""
