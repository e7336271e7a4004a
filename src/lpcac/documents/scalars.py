"""The type of a YAML scalar, by YAML 1.1; a surprising one is marked as ambiguous.

YAML 1.1 (PyYAML) and YAML 1.2 (most editors) disagree on `010`, `1:30` or `1_000`, and `2024-01-01` is a
date in the one and text in the other. Such a scalar becomes `Ambiguous`, which no field accepts, so that the
finding can say what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from math import isfinite
from typing import Final

from yaml.resolver import Resolver

from lpcac.documents.document import Ambiguous

_PREFIX: Final = "tag:yaml.org,2002:"
STR: Final = f"{_PREFIX}str"
MAP: Final = f"{_PREFIX}map"
SEQ: Final = f"{_PREFIX}seq"
EMPTY: Final = f"{_PREFIX}null"
MERGE: Final = f"{_PREFIX}merge"
_AS_TEXT: Final = frozenset({MERGE, f"{_PREFIX}value"})
"""`<<` and `=` mean something only as keys."""

_BOOLEANS: Final = {"yes": True, "no": False, "true": True, "false": False, "on": True, "off": False}
_INTEGER: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", re.ASCII)
_LONGEST_NUMBER: Final = 100
_LONGEST_RECURRING: Final = 100

_RESOLVERS: Final = Resolver.yaml_implicit_resolvers

Scalar = str | int | float | bool | Ambiguous | None


def plain_tag(text: str) -> str:
    """Return the tag that YAML 1.1 gives an unquoted scalar."""
    return _recurring_tag(text) if len(text) <= _LONGEST_RECURRING else _tag(text)


def _tag(text: str) -> str:
    for tag, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            return str(tag)
    return STR


_recurring_tag = lru_cache(maxsize=8192)(_tag)  # Keys, kinds and most values recur.


def is_supported(tag: str) -> bool:
    """Tell whether a scalar of this tag can be read."""
    return tag in _AS_TEXT or tag in _READERS


def scalar_value(tag: str, text: str) -> Scalar:
    """Return the plain value of a scalar with a supported tag."""
    return text if tag in _AS_TEXT else _READERS[tag](text)


def in_words(value: object) -> str:
    """Return what a value is, as a person would call it."""
    if isinstance(value, Ambiguous):
        return value.reading
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a map" if isinstance(value, dict) else "null"


def _null(text: str) -> Scalar:
    return None if text in {"", "~", "null", "Null", "NULL"} else Ambiguous(text, "null")


def _boolean(text: str) -> Scalar:
    return _BOOLEANS.get(text.lower(), Ambiguous(text, "a boolean"))


def _integer(text: str) -> Scalar:
    if len(text) > _LONGEST_NUMBER:
        return Ambiguous(text, "a number of too many digits")
    if _INTEGER.fullmatch(text):
        return int(text)
    digits = text.lstrip("+-")
    if ":" in digits:
        return Ambiguous(text, "a number in base 60")
    notations = {"0x": "a hexadecimal number", "0b": "a binary number"}
    octal = "an octal number" if digits.startswith("0") else "a number"
    return Ambiguous(text, notations.get(digits[:2].lower(), octal))


def _float(text: str) -> Scalar:
    if len(text) <= _LONGEST_NUMBER and _FLOAT.fullmatch(text) and isfinite(number := float(text)):
        return number
    return Ambiguous(text, "a number in base 60" if ":" in text else "a number")


def _timestamp(text: str) -> Scalar:
    return Ambiguous(text, "a date")


_READERS: Final[Mapping[str, Callable[[str], Scalar]]] = {
    STR: str,
    EMPTY: _null,
    f"{_PREFIX}bool": _boolean,
    f"{_PREFIX}int": _integer,
    f"{_PREFIX}float": _float,
    f"{_PREFIX}timestamp": _timestamp,
}
