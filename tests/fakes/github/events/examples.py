"""Payloads built from the examples that GitHub publishes, and compared with its schema of them."""

import copy
from functools import cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft7Validator
from tests.fakes.github.description.packages import read_published
from tests.fakes.github.description.schemas import fits

EXAMPLES = ("webhooks-examples", "api.github.com", "index.json")
SCHEMA = ("webhooks-schemas", "schema.json")


def event_payload(name: str, action: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return the payload of an event: GitHub's example, the changes laid over it member by member.

    Args:
        name: such as `pull_request`, `push`, `merge_group`, `workflow_dispatch` or `schedule`.
        action: such as `opened`; None for an event that has none.
        changes: what differs from the example; objects are merged, everything else is replaced.

    Raises:
        LookupError: GitHub publishes no such example.
        AssertionError: the changed payload is none that GitHub would send.
    """
    if name == "schedule":  # no webhook, so neither example nor schema
        return {"schedule": "0 3 * * *", **changes}
    payload = laid_over(example_of(name, action), changes)
    definition = f"{name}${action or 'event'}"
    wrong = [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in _errors(definition, payload)]
    if wrong:
        raise AssertionError(f"GitHub would not send this {name}: {'; '.join(wrong)}")
    return payload


def example_of(name: str, action: str | None = None) -> dict[str, Any]:
    """Return a copy of GitHub's newest example of an event; the very first is old and breaks its own schema."""
    fitting = [
        example
        for example in _examples()[name][1:]
        if example.get("action") == action and not str(example.get("ref", "")).startswith("refs/tags/")
    ]
    if not fitting:
        raise LookupError(f"GitHub publishes no example of {name} {action or ''}")
    return copy.deepcopy(fitting[-1])


def laid_over(example: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return an object with the members of another, nested objects alike."""
    merged = dict(example)
    for name, value in changes.items():
        below = merged.get(name)
        merged[name] = laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def fitted(document: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    """Return those members of a document that the example has too: events show less than the API."""
    shown = {}
    for name, value in document.items():
        if name in example:
            below = example[name]
            shown[name] = fitted(value, below) if isinstance(value, dict) and isinstance(below, dict) else value
    return shown


@cache
def _examples() -> dict[str, list[dict[str, Any]]]:
    return {entry["name"]: entry["examples"] for entry in read_published(*EXAMPLES)}


@cache
def _definitions() -> dict[str, Any]:
    found: dict[str, Any] = read_published(*SCHEMA)["definitions"]
    return found


def _schema(definition: str) -> dict[str, Any]:
    return {"$ref": f"#/definitions/{definition}", "definitions": _definitions()}


@cache
def _fast_validator(definition: str) -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(_schema(definition), validate_formats=False)


def _errors(definition: str, payload: dict[str, Any]) -> list[Any]:
    if fits(_fast_validator(definition), payload):
        return []
    return list(Draft7Validator(_schema(definition)).iter_errors(payload))
