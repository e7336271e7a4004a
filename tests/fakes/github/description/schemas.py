"""What GitHub's schemas say of a value: a fast yes where it fits, and a thorough list where it may not."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

import jsonschema_rs
from jsonschema.exceptions import ValidationError
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4

_NOTHING_FITS: dict[str, Any] = {"not": {}}

# The fast validator looks at the format of text alone.
_FORMATS_OF_NUMBERS = {
    f"int{bits}": {"minimum": -(2 ** (bits - 1)), "maximum": 2 ** (bits - 1) - 1} for bits in (32, 64)
}
_UNKNOWN_FORMATS = ("float", "double")


class Schemas:
    """Named schemas in OpenAPI's dialect, and the validators made of them, each made once.

    The fast validator is never more lenient than the thorough one: what it cannot express, nothing fits.
    """

    def __init__(self, named: Mapping[str, Any]) -> None:
        self._registry: Registry[Any] = Registry().with_resources(
            (name, DRAFT4.create_resource(schema)) for name, schema in named.items()
        )
        self._fast_registry = jsonschema_rs.Registry(
            [(name, _in_plain_words(schema)) for name, schema in named.items()], draft=jsonschema_rs.Draft4
        )
        self._fast: dict[int, tuple[Any, jsonschema_rs.Draft4Validator]] = {}

    def errors(self, schema: Mapping[str, Any], value: Any, *, writing: bool) -> Iterable[ValidationError]:
        """Return what is wrong with a value that is sent to GitHub or comes from there."""
        if fits(self._fast_validator(schema), value):
            return ()
        chosen = OAS30WriteValidator if writing else OAS30ReadValidator
        thorough = chosen(schema, registry=self._registry, format_checker=oas30_format_checker)
        found: Iterable[ValidationError] = thorough.iter_errors(value)
        return found

    def _fast_validator(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft4Validator:
        if id(schema) not in self._fast:
            made = jsonschema_rs.Draft4Validator(
                _in_plain_words(schema), formats=_formats(), validate_formats=True, registry=self._fast_registry
            )
            self._fast[id(schema)] = schema, made  # with the schema, lest another one gets its id
        return self._fast[id(schema)][1]


def fits(validator: jsonschema_rs.Draft4Validator | jsonschema_rs.Draft7Validator, value: Any) -> bool:
    """Tell whether a value is valid for certain."""
    try:
        return validator.is_valid(value)
    except (ValueError, TypeError):  # it is no JSON as it stands, such as with a tuple in it
        return False


@functools.cache
def _formats() -> dict[str, Any]:
    return {name: functools.partial(_has_format, name) for name in oas30_format_checker.checkers}


def _has_format(name: str, text: Any) -> bool:
    return oas30_format_checker.conforms(text, name)


def _in_plain_words(schema: Any) -> Any:
    """Return a schema of OpenAPI's dialect in JSON Schema's own words."""
    if isinstance(schema, list):
        return [_in_plain_words(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    form = schema.get("format")
    if {"discriminator", "readOnly", "writeOnly"} & set(schema) or form in _UNKNOWN_FORMATS:
        return _NOTHING_FITS
    plain = {word: _part(word, value) for word, value in schema.items() if _counts(word, value)}
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        plain["type"] = [schema["type"], "null"]
    besides = [_FORMATS_OF_NUMBERS[form]] if form in _FORMATS_OF_NUMBERS else []
    if "$ref" in schema:  # beside which Draft 4 would see nothing else
        besides.append({"$ref": schema["$ref"]})
    return {**plain, "allOf": [*plain.get("allOf", ()), *besides]} if besides else plain


def _part(word: str, value: Any) -> Any:
    if word == "properties":
        return {name: _in_plain_words(schema) for name, schema in value.items()}
    return value if word in ("enum", "required") else _in_plain_words(value)


def _counts(word: str, value: Any) -> bool:
    """Tell whether the thorough validator heeds a word as Draft 4 does, so that it may stand as it is."""
    if word == "format":
        return value in oas30_format_checker.checkers
    return word not in ("nullable", "$ref", "id")
