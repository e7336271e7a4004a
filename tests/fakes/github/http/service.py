"""From a request to an answer: who asks, may they, which endpoint, what goes wrong, and the log."""

import threading
from dataclasses import replace
from datetime import UTC
from email.utils import format_datetime
from typing import Any, Protocol

from tests.fakes.github.documents.addresses import Addresses
from tests.fakes.github.domain.accounts import Token
from tests.fakes.github.domain.repository import Repository
from tests.fakes.github.domain.world import World
from tests.fakes.github.http.faults import Fault, Faults
from tests.fakes.github.http.limits import Limits
from tests.fakes.github.http.messages import Answer, Call, Exchange, Refusal, Request, not_found
from tests.fakes.github.http.routing import Route, Routes

DOCUMENTATION = "https://docs.github.com/rest"


class Inspector(Protocol):
    """Compares exchanges with GitHub's description."""

    def inspect(self, exchange: Exchange) -> None: ...

    def documentation_of(self, method: str, template: str) -> str | None: ...


class Lost(Exception):  # noqa: N818 - what happens, not what is wrong
    """The request gets no answer."""

    def __init__(self, *, silently: bool) -> None:
        super().__init__("stalled" if silently else "dropped")
        self.silently = silently


class Service:
    """Serves requests one at a time."""

    def __init__(self, world: World, addresses: Addresses, routes: Routes, inspector: Inspector | None) -> None:
        self.world = world
        self.addresses = addresses
        self.routes = routes
        self.faults = Faults()
        self.exchanges: list[Exchange] = []
        self.crashes: list[Exception] = []
        """Mistakes of the fake itself."""
        self._inspector = inspector
        self.limits = Limits(lambda: world.now().timestamp())
        self._lock = threading.RLock()
        self.under_way = 0
        self._counting = threading.Lock()

    def serve(self, request: Request) -> Answer:
        """Return the answer to a request.

        Raises:
            Lost: the connection is to be dropped, or never answered.
        """
        with self._counting:
            self.under_way += 1
        try:
            return self._served(request)
        finally:
            with self._counting:
                self.under_way -= 1

    def _served(self, request: Request) -> Answer:
        with self._lock:
            found = self.routes.find(request.method, request.path)
            template = found[0].template if found else None
            token = self._token(request)
            account = _account(found, token)
            fault = self.faults.take(request)
            answer: Answer | None = None
            if fault is None or fault.after_effect:
                answer = self.limits.take(account, request, self.under_way) or self._answer(request, found, token)
            if fault is not None:
                answer = fault.applied_to(answer)
            if answer is not None:
                answer = replace(answer, headers={**self._standard_headers(account), **answer.headers})
            exchange = Exchange(request, answer, template, token.account.login if token else None)
            self.exchanges.append(exchange)
            self._inspect(replace(exchange, answer=None) if fault is not None and fault.is_foreign else exchange)
            if answer is None:
                raise Lost(silently=_is_silent(fault))
            return answer

    def _inspect(self, exchange: Exchange) -> None:
        try:
            if self._inspector is not None:
                self._inspector.inspect(exchange)
        except Exception as crash:  # noqa: BLE001 - the test must learn of it, not the client
            self.crashes.append(crash)

    def _answer(self, request: Request, found: tuple[Route, dict[str, str]] | None, token: Token | None) -> Answer:
        documentation = None
        if found is not None and self._inspector is not None:
            documentation = self._inspector.documentation_of(found[0].method, found[0].template)
        try:
            return self._call(request, found, token)
        except Refusal as refusal:
            body: dict[str, Any] = {"message": refusal.message}
            if refusal.errors is not None:
                body["errors"] = refusal.errors
            body |= {"documentation_url": documentation or DOCUMENTATION, "status": str(refusal.status)}
            return Answer(refusal.status, body, refusal.headers)
        except Exception as crash:  # noqa: BLE001 - the test must learn of it, not the client
            self.crashes.append(crash)
            return Answer(500, {"message": f"The fake failed: {crash!r}"})

    def _call(self, request: Request, found: tuple[Route, dict[str, str]] | None, token: Token | None) -> Answer:
        if found is None:
            raise not_found()
        route, parameters = found
        if not request.headers.get("user-agent"):
            raise Refusal(403, "Request forbidden by administrative rules. A User-Agent header is needed.")
        if token is None:
            raise Refusal(401, "Bad credentials" if "authorization" in request.headers else "Requires authentication")
        repository = self._repository(parameters, token)
        if repository is not None:
            _check_rights(route, repository, token)
        return route.handler(Call(request, self.world, self.addresses, token, parameters, repository))

    def _token(self, request: Request) -> Token | None:
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        return self.world.tokens.get(text.strip()) if scheme.lower() in ("bearer", "token") else None

    def _repository(self, parameters: dict[str, str], token: Token) -> Repository | None:
        if "repo" not in parameters:
            return None
        full_name = f"{parameters['owner']}/{parameters['repo']}"
        repository = self.world.repositories.get(full_name.lower())
        if repository is None or (repository.private and not token.reaches(full_name)):
            raise not_found()
        return repository

    def _standard_headers(self, account: str) -> dict[str, str]:
        return {
            "Content-Type": "application/json; charset=utf-8",
            "Date": format_datetime(self.world.now().astimezone(UTC), usegmt=True),
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-GitHub-Request-Id": f"FAKE:{len(self.exchanges) + 1:X}",
            **self.limits.headers(account),
        }


def _account(found: tuple[Route, dict[str, str]] | None, token: Token | None) -> str:
    """Return who pays for a request: the repository, else the token."""
    parameters = found[1] if found else {}
    if "repo" in parameters:
        return f"{parameters['owner']}/{parameters['repo']}"
    return token.text if token else ""


def _check_rights(route: Route, repository: Repository, token: Token) -> None:
    is_open_to_read = route.level == "read" and not repository.private
    is_allowed = any(token.allows(permission, route.level) for permission in route.permissions)
    if not is_open_to_read and not is_allowed:
        whom = "integration" if token.is_of_a_bot else "personal access token"
        accepted = "; ".join(f"{permission}={route.level}" for permission in route.permissions)
        headers = {"X-Accepted-GitHub-Permissions": accepted}
        raise Refusal(403, f"Resource not accessible by {whom}", headers=headers)
    if route.level == "write" and repository.archived:
        raise Refusal(403, "Repository was archived so is read-only.")
    if route.level == "write" and not token.reaches(repository.full_name):
        raise Refusal(403, "Resource not accessible by integration")


def _is_silent(fault: Fault | None) -> bool:
    return fault is not None and fault.kind == "stall"
