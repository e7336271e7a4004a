"""Which function serves which operation of GitHub's description, and what a token needs for it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from tests.fakes.github.domain.accounts import Level
from tests.fakes.github.http.messages import Handler

SLASHES_ALLOWED = {"ref", "branch", "name", "path"}
"""Parameters at the end of a path whose slashes GitHub takes as they are."""


@dataclass(frozen=True)
class Route:
    """One operation; the path is written as GitHub's description writes it."""

    method: str
    template: str
    permissions: tuple[str, ...]
    level: Level
    handler: Handler
    pattern: re.Pattern[str]

    def match(self, path: str) -> dict[str, str] | None:
        """Return the parameters of a path, None when it is another's."""
        found = self.pattern.fullmatch(path)
        return {name: unquote(text) for name, text in found.groupdict().items()} if found else None


class Routes:
    """The operations that are served, in the order in which they are tried."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def serves(self, method: str, template: str, *permissions: str) -> Callable[[Handler], Handler]:
        """Register the function that serves an operation; one of the permissions is enough."""

        def register(handler: Handler) -> Handler:
            level: Level = "read" if method == "GET" else "write"
            self.all.append(Route(method, template, permissions, level, handler, _pattern(template)))
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        for route in self.all:
            parameters = route.match(path) if route.method == method else None
            if parameters is not None:
                return route, parameters
        return None

    def extend(self, other: "Routes") -> None:
        self.all.extend(other.all)


def _pattern(template: str) -> re.Pattern[str]:
    expression = ""
    for part in re.split(r"(\{\w+\})", template):
        name = part.strip("{}")
        if part.startswith("{"):
            expression += f"(?P<{name}>.+)" if name in SLASHES_ALLOWED else f"(?P<{name}>[^/]+)"
        else:
            expression += re.escape(part)
    return re.compile(expression)
