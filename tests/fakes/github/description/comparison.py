"""Compares each exchange with GitHub's description and keeps the differences."""

from collections.abc import Iterator
from typing import Any

from jsonschema.exceptions import best_match
from tests.fakes.github.description.false_alarms import FALSE_ALARMS, STATUSES_OF_EVERY_OPERATION
from tests.fakes.github.description.operations import Description, Operation
from tests.fakes.github.http.messages import NOTHING, Answer, Exchange, Request

ERROR = {"type": "object", "properties": {"message": {"type": "string"}}, "required": ["message"]}
FIRST_ERROR = 400
LONGEST_SHOWN = 300


class Comparison:
    """The judge of one fake GitHub's exchanges."""

    def __init__(self, description: Description) -> None:
        self.differences: list[str] = []
        self._description = description

    def documentation_of(self, method: str, template: str) -> str | None:
        return self._description.operations[method, template].documentation

    def inspect(self, exchange: Exchange) -> None:
        """Note every way in which an exchange differs from the description."""
        operation = self._description.operations.get((exchange.method, exchange.template or ""))
        if operation is None:
            self.differences.append(f"{exchange}: {self._unserved(exchange)}")
            return
        for words in (*self._misunderstood(exchange), *self._compare(operation, exchange)):
            if not any(alarm.covers(operation.name, words) for alarm in FALSE_ALARMS):
                self.differences.append(f"{exchange} ({operation.name}): {words}")

    def take(self) -> list[str]:
        """Return the differences so far and forget them."""
        taken, self.differences = self.differences, []
        return taken

    def _unserved(self, exchange: Exchange) -> str:
        template = self._description.find(exchange.method, exchange.path)
        if template is None:
            return "GitHub has no such operation"
        return f"the fake does not serve {self._description.names[exchange.method, template]}"

    def _misunderstood(self, exchange: Exchange) -> Iterator[str]:
        """Find paths that the fake took for another operation than the description does."""
        template = self._description.find(exchange.method, exchange.path)
        if template not in (None, exchange.template):
            yield f"the fake does not serve {self._description.names[exchange.method, template]}"

    def _compare(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        yield from self._compare_query(operation, exchange.request)
        yield from self._compare_body(operation, exchange.request)
        if exchange.answer is not None:
            yield from self._compare_answer(operation, exchange.answer)

    def _compare_query(self, operation: Operation, request: Request) -> Iterator[str]:
        known = {entry["name"]: entry for entry in operation.parameters if entry["in"] == "query"}
        for name, text in request.query.items():
            if name not in known:
                yield f"query: {name!r} is no parameter of this operation"
                continue
            schema = known[name]["schema"]
            value = int(text) if schema.get("type") == "integer" and text.lstrip("-").isdigit() else text
            value = {"true": True, "false": False}.get(text, text) if schema.get("type") == "boolean" else value
            yield from self._schema_errors(f"query {name!r}", schema, value, writing=True)
        for name, entry in known.items():
            if entry.get("required") and name not in request.query:
                yield f"query: {name!r} is missing"

    def _compare_body(self, operation: Operation, request: Request) -> Iterator[str]:
        try:
            body = request.json()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the difference
            yield f"request body: {error}"
            return
        if body is NOTHING:
            if operation.body_is_required:
                yield "request body: it is missing"
        elif operation.body is None:
            if body not in ({}, None):
                yield "request body: this operation takes none"
        else:
            yield from self._schema_errors("request body", operation.body, body, writing=True)
            yield from self._unknown_members("request body", operation.body, body)

    def _compare_answer(self, operation: Operation, answer: Answer) -> Iterator[str]:
        if answer.status in operation.answers:
            schema = operation.answers[answer.status]
        elif answer.status in STATUSES_OF_EVERY_OPERATION:
            schema = ERROR
        else:
            yield f"answer: {answer.status} is no status of this operation"
            return
        if schema is None:
            if answer.status < FIRST_ERROR and answer.body is not NOTHING:
                yield "answer: this status has no body"
            return
        if answer.body is NOTHING:
            yield "answer: the body is missing"
            return
        yield from self._schema_errors("answer", schema, answer.body, writing=False)
        if answer.status < FIRST_ERROR:
            yield from self._unknown_members("answer", schema, answer.body)

    def _schema_errors(self, where: str, schema: dict[str, Any], value: Any, *, writing: bool) -> Iterator[str]:
        for error in self._description.checked_schemas.errors(schema, value, writing=writing):
            place = "".join(f"{step}/" for step in error.absolute_path).rstrip("/")
            closest = best_match(error.context) if error.context else None
            hint = f" ({closest.message[:LONGEST_SHOWN]})" if closest else ""
            yield f"{where}: {place}{': ' if place else ''}{_shortened(error.message)}{hint}"

    def _unknown_members(self, where: str, schema: dict[str, Any], value: Any) -> Iterator[str]:
        """Find members that the description does not name, which it does not forbid either."""
        if isinstance(value, list):
            items = [found["items"] for found in self._alternatives(schema) if "items" in found]
            for position, entry in enumerate(value):
                for item in items[:1]:
                    yield from self._unknown_members(f"{where}/{position}", item, entry)
        if not isinstance(value, dict):
            return
        objects = [found for found in self._alternatives(schema) if "properties" in found]
        is_open = any(found.get("additionalProperties") for found in self._alternatives(schema))
        if not objects or is_open:
            return
        named = {name: part for found in objects for name, part in found["properties"].items()}
        for name, part in value.items():
            if name not in named:
                yield f"{where}: GitHub knows no {name!r} here"
            else:
                yield from self._unknown_members(f"{where}/{name}", named[name], part)

    def _alternatives(self, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield a schema, or all those that it is put together from."""
        if "$ref" in schema:
            yield from self._alternatives(self._description.schemas[schema["$ref"]])
            return
        yield schema
        for word in ("oneOf", "anyOf", "allOf"):
            for part in schema.get(word, ()):
                yield from self._alternatives(part)


def _shortened(words: str) -> str:
    """Return a message whose beginning and end are kept: a value stands first, what is wrong with it last."""
    return words if len(words) <= LONGEST_SHOWN else f"{words[: LONGEST_SHOWN // 2]} ... {words[-LONGEST_SHOWN // 2 :]}"
