"""The Director's REST front as a Starlette app: addresses, bodies and status codes, no rules."""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from typing import Any, cast

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from lpcac.simulator.api.refusals import Refusal
from lpcac.simulator.api.resources import (
    FETCHES,
    LISTS,
    NESTED_LISTS,
    ONE_BY_ID,
    REFRESH_LISTS,
    RESOURCES,
    Method,
    Resource,
)
from lpcac.simulator.director import Director
from lpcac.simulator.faults.faults import Fault

RENEWAL_PATH = "/refreshToken"

DIRECTOR_VERSION = "2.7.0"

SHORTEST_WAIT = 0.001
"""Seconds; keeps the server from spinning when the clock does not advance."""

Endpoint = Callable[[Request], Awaitable[Response]]


def director_app(director: Director) -> Starlette:
    """Return an ASGI app that answers as the Director does, token check included."""
    calls = Calls(director)
    machine = "/{pool}/{logpoint}"
    routes = [
        Route(RENEWAL_PATH, calls.refresh_token, methods=["POST"]),
        Route("/monitorapi/v1/director/poolinfo", calls.pool_info, methods=["GET"]),
        Route("/monitorapi/v1/director/health", calls.health, methods=["GET"]),
        Route("/monitorapi/v1/director/version", calls.version, methods=["GET"]),
        Route(f"/monitorapi{machine}/orders/{{order}}", calls.order_state, methods=["GET"]),
        Route(f"/monitorapi{machine}/orders/{{order}}/{{data_node}}", calls.order_state, methods=["GET"]),
    ]
    # The fixed addresses come first: `Repos/RepoPaths` would match `Repos/{id}` too.
    routes += [Route(f"/configapi{machine}/{path}", calls.read(path), methods=["GET"]) for path in LISTS]
    routes += [Route(f"/configapi{machine}/{path}/{{id}}", calls.read_one(path), methods=["GET"]) for path in ONE_BY_ID]
    routes += [
        Route(f"/configapi{machine}/{path}", calls.refresh_list(path), methods=["POST"]) for path in REFRESH_LISTS
    ]
    routes += [Route(f"/configapi{machine}/{path}", calls.fetch(path), methods=["POST"]) for path in FETCHES]
    for resource in RESOURCES:
        address = f"/configapi{machine}/{resource.path}"
        routes.append(Route(address, calls.read_objects(resource), methods=["GET"]))
        routes.append(Route(address, calls.write("POST", resource), methods=["POST"]))
        routes.append(Route(f"{address}/{{id}}", calls.read_object(resource), methods=["GET"]))
        routes.append(Route(f"{address}/{{id}}", calls.write("PUT", resource), methods=["PUT"]))
        routes.append(Route(f"{address}/{{id}}", calls.write("DELETE", resource), methods=["DELETE"]))
    app = Starlette(
        routes=routes,
        middleware=[Middleware(TokenCheck, director=director)],
        exception_handlers={Refusal: _refused, HTTPException: _unknown_address},
    )
    app.router.redirect_slashes = False
    return app


class TokenCheck:
    """Lets nothing through to the endpoints without the token in force, renewals apart."""

    def __init__(self, app: ASGIApp, director: Director) -> None:
        self._app = app
        self._director = director

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        answer = self._app
        if scope["path"] != RENEWAL_PATH:
            try:
                self._director.credentials.check(Headers(scope=scope).get("authorization"), self._director.clock())
            except Refusal as refusal:
                answer = _refusal(refusal)
        await answer(scope, receive, send)


class Calls:
    """The endpoints."""

    def __init__(self, director: Director) -> None:
        self._director = director
        self._timer: asyncio.TimerHandle | None = None

    async def refresh_token(self, request: Request) -> Response:
        """Answer a renewal, the one call that needs no token."""
        body = await _json_body(request)
        details = self._director.credentials.renew(body, self._director.clock())
        return JSONResponse({"status": "Success", "tokenDetails": details})

    async def pool_info(self, _request: Request) -> Response:
        """Answer the list of pools."""
        return JSONResponse(self._director.pool_info())

    async def health(self, _request: Request) -> Response:
        """Answer that all is well (chapter 10.4)."""
        message = "All the Fabric and API servers are in same version."
        return JSONResponse({"version": {"message": message, "status": "OK"}})

    async def version(self, _request: Request) -> Response:
        """Answer the versions of the Director's components, by host (chapter 10.5)."""
        hosts = {"fabric": "fabric01.logpoint.local", "api": "api01.logpoint.local", "lpsm": "lpsm01"}
        return JSONResponse({component: {host: DIRECTOR_VERSION} for component, host in hosts.items()})

    async def order_state(self, request: Request) -> Response:
        """Answer the poll of an order."""
        return JSONResponse(self._director.order_state(*_address(request), request.path_params["order"]))

    def read(self, path: str) -> Endpoint:
        """Return the endpoint of a list that is not written."""

        async def endpoint(request: Request) -> Response:
            listed = self._director.read(*_address(request), path)
            return JSONResponse([listed] if path in NESTED_LISTS else listed)

        return endpoint

    def read_one(self, path: str) -> Endpoint:
        """Return the endpoint that shows one entry of such a list."""

        async def endpoint(request: Request) -> Response:
            return JSONResponse(self._director.read_one(*_address(request), path, request.path_params["id"]))

        return endpoint

    def read_objects(self, resource: Resource) -> Endpoint:
        """Return the endpoint that lists one kind."""

        async def endpoint(request: Request) -> Response:
            return JSONResponse(self._director.read_objects(*_address(request), resource.kind))

        return endpoint

    def read_object(self, resource: Resource) -> Endpoint:
        """Return the endpoint that shows one object of a kind."""

        async def endpoint(request: Request) -> Response:
            object_id = request.path_params["id"]
            return JSONResponse(self._director.read_object(*_address(request), resource.kind, object_id))

        return endpoint

    def refresh_list(self, path: str) -> Endpoint:
        """Return the endpoint that refreshes a list."""

        async def endpoint(request: Request) -> Response:
            body = await _json_body(request) if await request.body() else None
            return self._accepted(self._director.refresh_list(_address(request), path, body, _faults(request)))

        return endpoint

    def fetch(self, path: str) -> Endpoint:
        """Return the endpoint of a read that is carried out as an order."""

        async def endpoint(request: Request) -> Response:
            body = await _json_body(request) if await request.body() else None
            return self._accepted(self._director.fetch(_address(request), path, body, _faults(request)))

        return endpoint

    def write(self, method: Method, resource: Resource) -> Endpoint:
        """Return the endpoint of one sort of write to one kind."""

        async def endpoint(request: Request) -> Response:
            body = None if method == "DELETE" else await _json_body(request)
            call = (method, resource, str(request.path_params.get("id", "")))
            return self._accepted(self._director.write(_address(request), call, body, _faults(request)))

        return endpoint

    def _accepted(self, order_path: str) -> Response:
        self._settle_when_due()
        return JSONResponse({"status": "Success", "message": order_path})

    def _settle_when_due(self) -> None:
        """See to it that orders are carried out when they are due, even if nobody asks."""
        if self._timer is not None:
            self._timer.cancel()
        self._director.settle()
        due = self._director.next_due()
        if due < math.inf:
            wait = max(SHORTEST_WAIT, due - self._director.clock())
            self._timer = asyncio.get_running_loop().call_later(wait, self._settle_when_due)


def _address(request: Request) -> tuple[str, str]:
    return request.path_params["pool"], request.path_params["logpoint"]


def _faults(request: Request) -> tuple[Fault, ...]:
    return cast("tuple[Fault, ...]", request.scope.get("faults", ()))


async def _json_body(request: Request) -> Any:  # noqa: ANN401 - JSON of any type
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Refusal("the Content-Type must be application/json")
    try:
        return json.loads(await request.body())
    except ValueError as error:
        raise Refusal("the body is not JSON") from error


async def _refused(_request: Request, error: Exception) -> Response:
    return _refusal(cast("Refusal", error))


def _refusal(refusal: Refusal) -> Response:
    return JSONResponse({"status": "Failed", "message": refusal.message}, refusal.status)


async def _unknown_address(_request: Request, error: Exception) -> Response:
    refused = cast("HTTPException", error)
    return JSONResponse({"status": "Failed", "message": refused.detail}, refused.status_code, refused.headers)
