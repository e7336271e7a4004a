"""Requests and answers, and the log's entry that holds both."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.github.domain.accounts import Token

if TYPE_CHECKING:
    from tests.fakes.github.documents.addresses import Addresses
    from tests.fakes.github.domain.repository import Repository
    from tests.fakes.github.domain.world import World

NOTHING = object()
"""A body that is not there, which is not the same as JSON's null."""


@dataclass(frozen=True)
class Answer:
    """What goes back: a status, JSON (or nothing) and headers."""

    status: int
    body: Any = NOTHING
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: bytes | None = None
    """What goes over the wire instead of the body, when something goes wrong on the way."""
    announced: int | None = None
    """The length that is announced, when it is another than that of what is sent."""

    @property
    def content(self) -> bytes:
        if self.sent is not None:
            return self.sent
        if self.body is NOTHING:
            return b""
        return json.dumps(self.body, ensure_ascii=False).encode()


class Refusal(Exception):  # noqa: N818 - an answer that is raised
    """An answer other than the one asked for."""

    def __init__(
        self, status: int, message: str, errors: list[Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers or {}


def invalid(resource: str, field_name: str, code: str, message: str | None = None, **more: Any) -> Refusal:
    """Return GitHub's answer to a body whose form is right and whose value is not."""
    error = {"resource": resource, "code": code, "field": field_name, **more}
    if message is not None:
        error["message"] = message
    return Refusal(422, "Validation Failed", [error])


def not_found() -> Refusal:
    return Refusal(404, "Not Found")


@dataclass(frozen=True)
class Request:
    """A request as it came over the wire."""

    method: str
    path: str
    """Without what stands before the API's own paths, still percent-encoded."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """Return the body, `NOTHING` when there is none.

        Raises:
            Refusal: the body is no JSON.
        """
        if not self.content:
            return NOTHING
        try:
            return json.loads(self.content)
        except ValueError as error:
            raise Refusal(400, "Problems parsing JSON") from error


@dataclass(frozen=True)
class Call:
    """A request on its way to an endpoint, with all that the endpoint needs."""

    request: Request
    world: World
    addresses: Addresses
    token: Token
    parameters: Mapping[str, str]
    found: Repository | None = None

    @property
    def repository(self) -> Repository:
        assert self.found is not None, "the endpoint has no repository in its path"
        return self.found

    @property
    def login(self) -> str:
        return self.token.account.login

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query

    @property
    def body(self) -> dict[str, Any]:
        """The members of the request's JSON object, none when it has no body."""
        body = self.request.json()
        if body is NOTHING:
            return {}
        if not isinstance(body, dict):
            raise Refusal(400, "Body should be a JSON object")
        return body

    def number(self, name: str) -> int:
        """Return a number of the path."""
        text = self.parameters[name]
        if not text.isdigit():
            raise not_found()
        return int(text)


@dataclass(frozen=True)
class Exchange:
    """One request with its answer, as the log keeps it."""

    request: Request
    answer: Answer | None
    """None when the connection was dropped."""
    template: str | None
    """The path as GitHub's description writes it, None when the fake serves no such operation."""
    login: str | None

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def path(self) -> str:
        return self.request.path

    @property
    def status(self) -> int | None:
        return None if self.answer is None else self.answer.status

    @property
    def is_write(self) -> bool:
        return self.method not in ("GET", "HEAD")

    def __str__(self) -> str:
        told = "dropped" if self.status is None else str(self.status)
        return f"{self.method} {self.path} -> {told}"


Handler = Callable[[Call], Answer]
