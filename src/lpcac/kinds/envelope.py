"""What surrounds the spec of every resource document, for validation and the JSON Schemas alike."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema, create_model

from lpcac.kinds.fields import TEXT_PATTERN, Meaning, Name, Spec, Text
from lpcac.kinds.kind import Kind

# Line breaks and tabs are fine in a description: it stays in Git.
_DESCRIPTION = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$(?!\n)"
# Without this the schema would let any value pass under a key that the pattern refuses.
_ONLY_TEXT_KEYS = Field(json_schema_extra={"additionalProperties": False})
_LABEL = Meaning("one line of text without control characters; a key holds no ${ either, since only values are filled")
# A placeholder in a key would stay unreplaced without a message.
_LabelKey = Annotated[str, StringConstraints(pattern=rf"^(?!.*\$\{{){TEXT_PATTERN[1:]}")]


def _only_true(value: bool) -> bool:  # noqa: FBT001 - a validator's form
    if not value:
        msg = "write `patch: true`, or leave the key out where the document is no patch"
        raise ValueError(msg)
    return value


PatchMark = Annotated[bool, AfterValidator(_only_true), WithJsonSchema({"const": True})]


class Metadata(Spec):
    """What the document says of the resource itself."""

    name: Name
    """Name of the object on the Director; unique per kind within a client."""
    description: (
        Annotated[str, StringConstraints(pattern=_DESCRIPTION), Meaning("text without control characters")] | None
    ) = None
    """Why it exists. Stays in Git."""
    labels: Annotated[dict[_LabelKey, Text], _LABEL, _ONLY_TEXT_KEYS] | None = None
    """Free labels, text to text. Stay in Git."""
    patch: PatchMark = False
    """Whether the document adjusts a base's resource of this kind and name, and says only what is different."""


class Envelope(Spec):
    """A document whose kind is not known: everything around the spec."""

    apiVersion: Annotated[Literal["logpoint-cac/v1"], Field(title="API version")]  # noqa: N815 - as YAML spells it
    """Version of this format."""
    kind: str
    """Kind of the resource."""
    metadata: Metadata
    """What the document says of the resource itself."""
    spec: Any
    """What the resource should look like."""


def envelope(kind: Kind) -> type[Envelope]:
    """Return the model of a whole document of this kind; always the same one for the same declaration."""
    return _envelope(kind.name, kind.label, kind.spec)


@cache
def _envelope(name: str, label: str, spec: type[Spec]) -> type[Envelope]:
    fields: dict[str, Any] = {
        "kind": (Literal[name], Field(description=f"Kind of the resource: {label}.")),
        "spec": (spec, Field(description=f"What the {label} should look like.")),
    }
    return create_model(name, __base__=Envelope, __doc__=f"Declares one {label}.", **fields)
