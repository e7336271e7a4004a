"""Turns a model's errors in a document into findings that users understand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lpcac.core.findings import Finding
from lpcac.core.json_pointers import pointer_to, readable_path
from lpcac.core.text.did_you_mean import did_you_mean
from lpcac.core.text.safe_text import escaped, quoted, shortened
from lpcac.documents.document import Ambiguous, Document
from lpcac.documents.plain_values import MAX_PROBLEMS, not_text
from lpcac.documents.scalars import in_words
from lpcac.kinds.shapes import Shape, shape_of

_LONGEST_WORD: Final = 80
_BACKTICKED: Final = re.compile(r"`(\w+)`")
_SINGLE_QUOTED: Final = re.compile(r"'([^']*)'")


class _Trouble(NamedTuple):
    """One error with what it is about.

    Arguments:
        value: what is at the place of the error.
        typed: the same as typed, if it is an unquoted scalar.
        is_filled: whether placeholders made it, so that its spelling here is not the cause.
        shape: of the value, as far as the model tells.
        key: the misplaced or missing key.
    """

    value: Any
    typed: str | None
    is_filled: bool
    shape: Shape | None
    key: str
    context: Mapping[str, Any]


def _all(_detail: ErrorDetails) -> bool:
    return True


def explain(
    error: ValidationError,
    document: Document,
    model: type[BaseModel],
    subject: str,
    *,
    keep: Callable[[ErrorDetails], bool] = _all,
) -> list[Finding]:
    """Return a finding, with position and pointer, for each error of the model in the document.

    Arguments:
        subject: what the messages are about, such as `Repo "system"`; inert already.
        keep: tells which errors to report.
    """
    shape = shape_of(model)
    details = [detail for detail in error.errors(include_url=False) if keep(detail)]
    findings = [_finding(detail, document, shape, subject) for detail in details[:MAX_PROBLEMS]]
    if len(details) > MAX_PROBLEMS:
        message = f"{subject}: {len(details) - MAX_PROBLEMS} more problems in this document are not shown"
        findings.append(Finding("too-many-problems", message, document.position))
    return findings


def _finding(detail: ErrorDetails, document: Document, shape: Shape, subject: str) -> Finding:
    kind, location = detail["type"], detail["loc"]
    last = str(location[-1]) if location else ""
    parts, value = locate(document.value, location[:-1] if kind == "missing" else location)
    pointer = pointer_to(parts)
    typed, is_filled = document.typed_at(pointer), pointer in document.filled
    trouble = _Trouble(value, typed, is_filled, _shape_at(shape, parts), last, detail.get("ctx", {}))
    if kind == "missing":
        code, words = "missing-key", f"key {quoted(last)} is missing"
    elif kind == "extra_forbidden":
        code, words = "unknown-key", _unknown_key(last, _shape_at(shape, parts[:-1]))
    elif last == "[key]" and parts[-1:] != ["[key]"]:  # The library's word for a key, not a key of the document.
        code, words = "invalid-key", f"the key {_must_fit(trouble)}"
    else:
        code, words = "invalid-value", _WORDS.get(kind, _not_allowed)(trouble)
        pointer = _sharper(kind, pointer, trouble)
    at_key = code in {"unknown-key", "invalid-key"}
    # A patch knows where it removed what is missing; elsewhere the closest value around it is meant.
    lost = pointer_to([*parts, last]) if code == "missing-key" else pointer
    position = document.places.key_at(pointer) if at_key else document.places.value_at(lost)
    words += document.origin_of(pointer)
    origins = document.origins_of(pointer)
    path = _readable(parts[:-1] if code == "unknown-key" else parts)
    return Finding(code, ": ".join(filter(None, (subject, path, words))), position, pointer, origins=origins)


def _readable(parts: list[str | int]) -> str:
    """Return the path for people, without a leading `spec`."""
    return readable_path(parts[1:] if len(parts) > 1 and parts[0] == "spec" else parts)


def locate(document: object, location: tuple[str | int, ...]) -> tuple[list[str | int], Any]:
    """Return the way through the value; steps of the model that the document does not have are left out."""
    value: Any = document
    parts: list[str | int] = []
    for step in location:
        if isinstance(value, dict):
            if step not in value:
                continue
        elif not (isinstance(value, list) and isinstance(step, int) and step < len(value)):
            continue
        value = value[step]
        parts.append(step)
    return parts, value


def _shape_at(shape: Shape, parts: list[str | int]) -> Shape | None:
    """Return the shape of the value there; inside of a field without inner shape, that of the field."""
    for part in parts:
        if shape.part == "scalar":
            break
        inner = shape.item if isinstance(part, int) else shape.fields.get(part)
        if inner is None:
            return None
        shape = inner
    return shape


def _sharper(kind: str, pointer: str, trouble: _Trouble) -> str:
    """Return the pointer to the key that a model's own message names first, if the map has it."""
    if kind == "value_error" and isinstance(trouble.value, dict):
        for name in _BACKTICKED.findall(str(trouble.context.get("error", ""))):
            if name in trouble.value:
                return pointer + pointer_to([name])
    return pointer


def _unknown_key(key: str, shape: Shape | None) -> str:
    known = list(shape.fields) if shape else []
    hint = did_you_mean(key, known) if len(key) <= _LONGEST_WORD else ""
    if not hint and known:
        hint = f" (known here: {', '.join(known)})"
    return f"unknown key {quoted(key)}{hint}"


def _must_be(wanted: str) -> Callable[[_Trouble], str]:
    return lambda trouble: f"must be {wanted}, {_instead(trouble)}"


def _instead(trouble: _Trouble) -> str:
    value = trouble.value
    if isinstance(value, Ambiguous):
        text = shortened(value.text)
        return f"but {text} is ambiguous (in YAML 1.1 it is {value.reading}): write it another way"
    if value is None:
        return "but it is empty"
    if isinstance(value, list | dict):
        return f"not {in_words(value)}"
    if isinstance(value, str) and value:
        return f"not the text {quoted(value)}"
    return f"not {shortened(_as_yaml(value))}"


def _as_yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _must_be_text(trouble: _Trouble) -> str:
    if trouble.typed is not None:
        return not_text("", trouble.typed, trouble.value).strip()
    if isinstance(trouble.value, Ambiguous):
        return not_text("", trouble.value.text, trouble.value).strip()
    if isinstance(trouble.value, bool | int | float):
        return f"must be text, not {in_words(trouble.value)} ({_as_yaml(trouble.value)})"
    return f"must be text, {_instead(trouble)}"


def _must_be_whole_number(trouble: _Trouble) -> str:
    is_quoted_number = isinstance(trouble.value, str) and trouble.value.isdecimal() and not trouble.is_filled
    return f"must be a whole number, {_instead(trouble)}{': remove the quotes' if is_quoted_number else ''}"


def _must_fit(trouble: _Trouble) -> str:
    meaning = trouble.shape.meaning if trouble.shape else None
    shown = f", not {quoted(trouble.value)}" if isinstance(trouble.value, str) and trouble.key != "[key]" else ""
    return f"must be {meaning}{shown}" if meaning else f"has a format that is not allowed here{shown}"


def _must_be_one_of(trouble: _Trouble) -> str:
    allowed = _SINGLE_QUOTED.findall(str(trouble.context.get("expected", "")))
    wanted = " or ".join(filter(None, (", ".join(allowed[:-1]), *allowed[-1:])))
    value = trouble.value
    if isinstance(value, str) and len(value) <= _LONGEST_WORD:
        hint = did_you_mean(value, allowed) if len(allowed) > 1 else ""
        return f"must be {wanted}, not {quoted(value)}{hint}"
    return f"must be {wanted}, {_instead(trouble)}"


def _bound(field: str, words: str) -> Callable[[_Trouble], str]:
    return lambda trouble: f"must be {words.format(trouble.context[field])}, {_instead(trouble)}"


def _too_short(trouble: _Trouble) -> str:
    least = trouble.context["min_length"]
    return f"needs at least {least} {'entry' if least == 1 else 'entries'}"


def _too_long(trouble: _Trouble) -> str:
    return f"may have at most {trouble.context['max_length']} entries"


def _text_too_short(trouble: _Trouble) -> str:
    least = trouble.context["min_length"]
    return "must not be empty" if least == 1 else f"must have at least {least} characters"


def _text_too_long(trouble: _Trouble) -> str:
    return f"may have at most {trouble.context['max_length']} characters"


def _own_words(trouble: _Trouble) -> str:
    return escaped(str(trouble.context.get("error", ""))) or _not_allowed(trouble)


def _tag_missing(trouble: _Trouble) -> str:
    return f"key {quoted(str(trouble.context['discriminator']).strip(chr(39)))} is missing"


def _tag_unknown(trouble: _Trouble) -> str:
    allowed = _SINGLE_QUOTED.findall(str(trouble.context["expected_tags"]))
    discriminator = str(trouble.context["discriminator"]).strip("'")
    return f"{discriminator} must be {' or '.join(allowed)}, not {quoted(str(trouble.context['tag']))}"


def _not_allowed(trouble: _Trouble) -> str:
    found = _instead(trouble).removeprefix("not ").removeprefix("but ")
    return f"holds a value that is not allowed here: {found}"


_WORDS: Final[Mapping[str, Callable[[_Trouble], str]]] = {
    "string_type": _must_be_text,
    "string_pattern_mismatch": _must_fit,
    "string_too_short": _text_too_short,
    "string_too_long": _text_too_long,
    "int_type": _must_be_whole_number,
    "int_from_float": _must_be_whole_number,
    "int_parsing": _must_be_whole_number,
    "float_type": _must_be("a number"),
    "finite_number": _must_be("a finite number"),
    "bool_type": _must_be("true or false"),
    "list_type": _must_be("a list"),
    "dict_type": _must_be("a map"),
    "model_type": _must_be("a map"),
    "model_attributes_type": _must_be("a map"),
    "none_required": _must_be("empty"),
    "literal_error": _must_be_one_of,
    "enum": _must_be_one_of,
    "greater_than": _bound("gt", "more than {}"),
    "greater_than_equal": _bound("ge", "{} or more"),
    "less_than": _bound("lt", "less than {}"),
    "less_than_equal": _bound("le", "{} or less"),
    "multiple_of": _bound("multiple_of", "a multiple of {}"),
    "too_short": _too_short,
    "too_long": _too_long,
    "value_error": _own_words,
    "assertion_error": _own_words,
    "union_tag_not_found": _tag_missing,
    "union_tag_invalid": _tag_unknown,
}
