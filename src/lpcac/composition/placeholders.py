"""Replaces `${...}` in resource files, from one mapping and nothing else.

A placeholder is looked up by its whole name. The replacement is never expanded again, so a value cannot inject another
placeholder. `$${` is a literal `${`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from lpcac.core.findings import Finding, Position
from lpcac.core.json_pointers import pointer_to
from lpcac.core.text.did_you_mean import Hints
from lpcac.core.text.safe_text import quoted
from lpcac.directory_map.directory_map import Client, Variable
from lpcac.documents.document import Document

CLIENT: Final = "client"
POOL: Final = "pool"
LOGPOINT: Final = "logpoint"
_VARS: Final = "vars."

UNDEFINED_VARIABLE: Final = "undefined-variable"
SET_IT_IN_THE_MAP: Final = "; set it in the map's entry, under vars"
"""Ends the message about such a variable where no other name comes close."""

PLACEHOLDER_PATTERN: Final = r"(^|[^$])\$\{(client|pool|logpoint|vars\.[A-Za-z_][A-Za-z0-9_]*)\}"
"""Finds text that holds a placeholder, in the words of JSON Schema."""

_TOKEN: Final = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
_WHOLE: Final = re.compile(r"\$\{([^}]*)\}")
_HOLDS_PLACEHOLDER: Final = re.compile(PLACEHOLDER_PATTERN)

# Names and what stays in Git with them, and the resource itself: nothing else is replaced.
_PARTS: Final = ("metadata", "spec")
# What a document is does not depend on a variable.
_PATCH_MARK: Final = ("metadata", "patch")


def values_for(client: Client, pool: str, logpoint: str) -> dict[str, Variable]:
    """Return everything that a placeholder can stand for in this client's files."""
    return {CLIENT: client.name, POOL: pool, LOGPOINT: logpoint} | {
        f"{_VARS}{name}": value for name, value in client.vars.items()
    }


def as_literal(text: str) -> str:
    """Return the text with `${` escaped."""
    return text.replace("${", "$${")


def holds_placeholder(value: object) -> bool:
    """Tell whether a value is text with a placeholder that could mean something."""
    return isinstance(value, str) and _HOLDS_PLACEHOLDER.search(value) is not None


def is_template(document: Document) -> bool:
    """Tell whether filling changes the document: it holds a placeholder, or the escape for a literal one."""
    return next(_texts(document.value), None) is not None


def placeholders_in(document: Document) -> frozenset[str]:
    """Return the names of all placeholders in the document, also of those that mean nothing."""
    return frozenset(name for text in _texts(document.value) for name in names_in(text))


def names_in(text: str) -> list[str]:
    """Return the names of a text's placeholders in order, also of those that mean nothing."""
    return [token[1] for token in _TOKEN.finditer(text) if token[1] is not None]


def filled_text(text: str, values: Mapping[str, Variable]) -> Variable:
    """Return the text with its placeholders replaced; a text that is one placeholder becomes its value.

    Raises:
        KeyError: a placeholder has no value.
    """
    whole = _WHOLE.fullmatch(text)
    if whole:
        return values[whole[1]]
    return _TOKEN.sub(lambda token: "${" if token[1] is None else _as_text(_value_of(token, values)), text)


def filled(
    document: Document, values: Mapping[str, Variable], client: Client, hints: Hints
) -> tuple[Document, list[Finding]]:
    """Return the document with every placeholder replaced, and a finding for each that means nothing.

    A text with such a placeholder stays as it is.

    Arguments:
        client: whose document it is; knows where its variables are set.
        hints: of the run; they say which variable was meant.
    """
    if not isinstance(document.value, dict):
        return document, []
    filling = _Filling(document, values, client, hints)
    parts = {part: filling.filled(document.value[part], (part,)) for part in _PARTS if part in document.value}
    result = replace(
        document, value={**document.value, **parts}, filled=filling.replaced, variables_at=filling.variables_at
    )
    return result, filling.findings


class _Filling:
    """Replaces one document's placeholders."""

    def __init__(self, document: Document, values: Mapping[str, Variable], client: Client, hints: Hints) -> None:
        self._document, self._values, self._client, self._hints = document, values, client, hints
        self._set_at = {f"{_VARS}{name}": place for name, place in client.vars_at.items()}
        self.replaced: dict[str, str] = {}
        self.variables_at: dict[str, tuple[Position, ...]] = {}
        self.findings: list[Finding] = []

    def filled(self, value: Any, parts: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - any plain value
        if isinstance(value, dict):
            return {key: self.filled(inner, (*parts, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner, (*parts, index)) for index, inner in enumerate(value)]
        if not isinstance(value, str) or "${" not in value or parts == _PATCH_MARK:
            return value
        pointer = pointer_to(parts)
        troubles = [trouble for token in _TOKEN.finditer(value) if (trouble := self._trouble(token))]
        if troubles:
            place = self._document.places.value_at(pointer)
            self.findings += [
                Finding(code, message, place, pointer, origins=(name,))
                for code, message, name in dict.fromkeys(troubles)
            ]
            return value
        self.replaced[pointer] = value
        if places := [self._set_at[name] for name in names_in(value) if name in self._set_at]:
            self.variables_at[pointer] = tuple(dict.fromkeys(places))
        return filled_text(value, self._values)

    def _trouble(self, token: re.Match[str]) -> tuple[str, str, str] | None:
        """Return code, message and name for a placeholder that cannot be replaced."""
        name = token[1]
        if name is None or (token[2] and name in self._values):
            return None
        if not token[2]:
            message = "${ starts a placeholder without an end: write $${ for a literal ${"
            return "unknown-placeholder", message, name
        if re.fullmatch(r"vars\.[A-Za-z_][A-Za-z0-9_]*", name):
            variable, known = name.removeprefix(_VARS), self._variables()
            hint = self._hints.did_you_mean(variable, known) or SET_IT_IN_THE_MAP
            message = f"client {quoted(self._client.name)} has no variable {quoted(variable)}{hint}"
            return UNDEFINED_VARIABLE, message, name
        hint = (
            self._hints.did_you_mean(name, self._values)
            or ": there are ${client}, ${pool}, ${logpoint} and ${vars.NAME}"
        )
        return "unknown-placeholder", f"{quoted('${' + name + '}')} is not a placeholder{hint}", name

    def _variables(self) -> list[str]:
        return [name.removeprefix(_VARS) for name in self._values if name.startswith(_VARS)]


def _value_of(token: re.Match[str], values: Mapping[str, Variable]) -> Variable:
    if not token[2]:
        raise KeyError(token[0])
    return values[token[1]]


def _as_text(value: Variable) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any plain value
    """Yield every text of the document in which something must be replaced."""
    pending = [value.get(part) for part in _PARTS] if isinstance(value, dict) else []
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            pending += part.values()
        elif isinstance(part, list):
            pending += part
        elif isinstance(part, str) and "${" in part:
            yield part
