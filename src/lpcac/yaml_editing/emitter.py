"""Values to YAML text that every reader reads alike, whether it knows YAML 1.1 or 1.2."""

from __future__ import annotations

import io
import re
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from lpcac.documents.scalars import STR, plain_tag

_ENDLESS: Final = 1 << 30
_LONGEST_FLOW: Final = 110
"""Columns that a list or map may take on one line; what is longer has one item a line."""

_HARMLESS: Final = re.compile(
    r"[^\W\d_][\w./-]*|[_/][\w./-]+|[^\W\d_][\w./+-]*( [\w./+-]+)+|[0-9]{1,3}(\.[0-9]{1,3}){3}"
)
"""Text that means text in any YAML: words, paths, IPv4 addresses. Everything else is quoted."""
# YAML 1.1 has these as booleans; PyYAML does not, other readers do.
_BOOLEAN_LETTERS: Final = frozenset("yYnN")

_QUOTES: Final = {"'": SingleQuotedScalarString, '"': DoubleQuotedScalarString}


def block_text(value: Any) -> str:  # noqa: ANN401 - any plain value
    """Return the value as lines, maps as `key: value`; short lists of scalars and short maps in lists on one line."""
    return _emitted(_styled(value), value)


def flow_text(value: Any, quote: str = "") -> str:  # noqa: ANN401 - any plain value
    """Return the value on one line, in a form valid anywhere: inside `[]` and `{}` as well.

    Arguments:
        quote: the quotation mark to put around text, even where none is needed.

    """
    is_text = isinstance(value, str) and value.isprintable()
    node = _QUOTES[quote](value) if is_text and quote in _QUOTES else _flow(value)
    return _emitted(_in_brackets(node), value).strip()[1:-1]


def is_readable_text(text: str) -> bool:
    """Tell whether the text can be written in UTF-8 at all: half of a surrogate pair, which JSON can hold, cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Representer(RoundTripRepresenter):
    """Writes `null` as a word: a key without a value looks like something forgotten."""

    def represent_null(self, data: None) -> Any:  # noqa: ANN401 - ruamel's own node
        del data
        return self.represent_scalar("tag:yaml.org,2002:null", "null")


_Representer.add_representer(type(None), _Representer.represent_null)


def _emitted(node: Any, value: Any) -> str:  # noqa: ANN401 - any plain value
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = _ENDLESS
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    # What cannot be seen is escaped; the emitter can escape all that is not ASCII, or little.
    yaml.allow_unicode = _is_visible(value)
    stream = io.StringIO()
    yaml.dump(node, stream)
    return stream.getvalue()


def _is_visible(value: Any) -> bool:  # noqa: ANN401 - any plain value
    if isinstance(value, dict):
        return all(_is_visible(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(map(_is_visible, value))
    return not isinstance(value, str) or value.isprintable()


def _styled(value: Any) -> Any:  # noqa: ANN401 - any plain value
    """Return the value with a style for each part, as the emitter understands it."""
    if isinstance(value, dict) and value:
        return CommentedMap((_scalar(key), _styled(inner)) for key, inner in value.items())
    if isinstance(value, list) and value:
        if all(_is_scalar(item) for item in value) and _is_short(value):
            return _flow(value)
        # All of them alike, so that a table reads as one.
        is_table = all(_is_flat(item) and _is_short(item) for item in value)
        return CommentedSeq(_flow(item) if is_table else _styled(item) for item in value)
    return _flow(value)


def _in_brackets(node: Any) -> CommentedSeq:  # noqa: ANN401 - a styled value
    brackets = CommentedSeq([node])
    brackets.fa.set_flow_style()
    return brackets


def _flow(value: Any) -> Any:  # noqa: ANN401 - any plain value
    if isinstance(value, dict):
        flow_map = CommentedMap((_scalar(key), _flow(inner)) for key, inner in value.items())
        flow_map.fa.set_flow_style()
        return flow_map
    if isinstance(value, list):
        flow_list = CommentedSeq(_flow(item) for item in value)
        flow_list.fa.set_flow_style()
        return flow_list
    return _scalar(value)


def _scalar(value: Any) -> Any:  # noqa: ANN401 - any scalar
    if not isinstance(value, str) or _is_plain(value):
        return value
    is_clearer_in_single = value.isprintable() and ('"' in value or "\\" in value)
    return SingleQuotedScalarString(value) if is_clearer_in_single else DoubleQuotedScalarString(value)


def _is_plain(text: str) -> bool:
    return bool(_HARMLESS.fullmatch(text)) and plain_tag(text) == STR and text not in _BOOLEAN_LETTERS


def _is_scalar(value: object) -> bool:
    return not isinstance(value, dict | list)


def _is_flat(value: object) -> bool:
    return isinstance(value, dict) and all(_is_scalar(inner) for inner in value.values())


def _is_short(value: Any) -> bool:  # noqa: ANN401 - any list or map
    parts = [part for pair in value.items() for part in pair] if isinstance(value, dict) else value
    return sum(len(str(part)) + 2 for part in parts) <= _LONGEST_FLOW
