"""The types and markers that the fields of a kind are declared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema

API_VERSION = "logpoint-cac/v1"

# `(?!\n)` because Python's `$` also matches before a trailing newline; JSON Schema's does not.
_NO_CONTROL = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
TEXT_PATTERN = rf"^[^{_NO_CONTROL}]*$(?!\n)"
NAME_PATTERN = rf"^(?!None$)(?! )(?!.* $)[^{_NO_CONTROL}]+$(?!\n)"
LIST_NAME_PATTERN = rf"^(?! )(?!.* $)[^,{_NO_CONTROL}]+$(?!\n)"


@dataclass(frozen=True)
class Meaning:
    """Says what a text must be where a pattern checks it; completes the sentence "must be".

    Editors show it too: yaml-language-server takes `patternErrorMessage` in place of "does not match the pattern".
    """

    words: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the JSON Schema of what is marked, with the words for its pattern."""
        result = handler(schema)
        return result | {"patternErrorMessage": f"must be {self.words}"} if "pattern" in result else result


Text = Annotated[str, StringConstraints(pattern=TEXT_PATTERN), Meaning("one line of text without control characters")]
"""One line of text, possibly empty, without control characters: what stays in Git."""


Name = Annotated[
    str,
    StringConstraints(pattern=NAME_PATTERN, min_length=1),
    Meaning("a name on one line, other than None, without outer spaces or control characters"),
]
"""A name on the Director: one line, no outer spaces, and not `None`, the Director's own word for "no policy"."""

ListName = Annotated[
    str,
    StringConstraints(pattern=LIST_NAME_PATTERN, min_length=1),
    Meaning("a name on one line, without commas, outer spaces or control characters"),
]
"""A name that travels in the Director's comma-separated strings, and so holds no comma."""


def _whole_number(value: object) -> object:
    """Accept 90.0 for 90: JSON Schema calls both an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_MOST_DAYS: Final = 2**31 - 1
"""More than any Director uses; a larger number is a typing error."""
# The limits come first: behind the validator they would be enforced, but missing from the JSON Schema.
Days = Annotated[int, Field(ge=1, le=_MOST_DAYS), BeforeValidator(_whole_number)]


class Spec(BaseModel):
    """Base of everything a user writes: strict, closed and frozen."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        regex_engine="python-re",
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )


@dataclass(frozen=True)
class Ref:
    """Marks a text field, or the items of a list, as the name of another object.

    `kind` is a registered kind, or an `Inventory` of things the logpoint has and lpcac does not manage.
    """

    kind: str


@dataclass(frozen=True)
class Unordered:
    """Marks a list in which order means nothing."""


@dataclass(frozen=True)
class Matched:
    """Marks an ordered list of objects whose items are recognised by the fields of `by` when compared."""

    by: tuple[str, ...]
