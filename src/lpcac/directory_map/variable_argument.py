"""Parses `NAME=VALUE`; the value is read as in the map's YAML."""

from __future__ import annotations

from typing import Final

from lpcac.core.errors import UsageError
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Variable
from lpcac.directory_map.schema import is_variable_name
from lpcac.documents.document import Ambiguous
from lpcac.documents.scalars import is_supported, plain_tag, scalar_value

_QUOTES: Final = ("'", '"')
_SHORTEST_QUOTED: Final = 2


def variable(text: str) -> tuple[str, Variable]:
    """Return name and value: `days=90` is a number, `days='90'` with its quotes is text, as in YAML.

    Raises:
        UsageError: there is no name or no value, or YAML has several readings of the value.

    """
    name, equals, written = text.partition("=")
    if not equals or not name or not written.strip():
        message = f"--var {quoted(text)}: write NAME=VALUE, for example hot_days=90"
        raise UsageError(message)
    if not is_variable_name(name):
        message = f"--var {quoted(text)}: a name has letters, digits and underscores, not a digit first"
        raise UsageError(message)
    return name, _value(text, written.strip())


def _value(text: str, written: str) -> Variable:
    if len(written) >= _SHORTEST_QUOTED and written[0] in _QUOTES and written[0] == written[-1]:
        return written[1:-1]
    tag = plain_tag(written)
    value = scalar_value(tag, written) if is_supported(tag) else Ambiguous(written, "something else than text")
    if value is None or isinstance(value, Ambiguous):
        reading = "null" if value is None else value.reading
        message = f"--var {quoted(text)}: in YAML the value is {reading}: add quotes inside the argument if it is text"
        raise UsageError(message)
    return value
