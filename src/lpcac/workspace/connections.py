"""Opens a connection to every Director that a scope needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from lpcac.connectors.director.api import DirectorClient
from lpcac.connectors.director.http import Credentials, DirectorHttp, HttpOptions
from lpcac.core.environment import SECRET_KEY_VARIABLE, TOKEN_VARIABLE, URL_VARIABLE, Settings
from lpcac.core.errors import InvalidConfigurationError, UsageError
from lpcac.core.redaction import Redactor
from lpcac.planning.target_requests import Request
from lpcac.workspace.scope import Scope, hide_secrets


@dataclass(frozen=True)
class ConnectionOptions:
    """What the command line says about connections; seconds for one HTTP call."""

    timeout: float = 30.0
    ca_bundle: Path | None = None


@asynccontextmanager
async def connected(
    scope: Scope, settings: Settings, options: ConnectionOptions, redactor: Redactor, *, read_only: bool
) -> AsyncIterator[list[Request]]:
    """Give a planning request for every client of the scope, connections open.

    If a map's Director cannot be used, for example without a token, only its clients are unreachable.

    Raises:
        UsageError: an ad-hoc target without DIRECTOR_URL or DIRECTOR_TOKEN, or with an unusable proxy.
        InvalidConfigurationError: an ad-hoc target with an unusable CA bundle.
    """
    hide_secrets(scope, settings, redactor)
    async with AsyncExitStack() as stack:
        directors: dict[str, tuple[DirectorClient, str] | str] = {}
        for name in {loaded.client.director for loaded in scope.clients if not loaded.errors}:
            try:
                http_options, credentials = _access(scope, name, settings, options, read_only=read_only)
                http = await stack.enter_async_context(DirectorHttp(http_options, credentials, redactor))
            except (UsageError, InvalidConfigurationError) as error:
                if not name:
                    raise
                directors[name] = str(error)
            else:
                directors[name] = DirectorClient(http), http_options.url
        yield [_request(scope, directors, index) for index in range(len(scope.clients))]


def _request(scope: Scope, directors: Mapping[str, tuple[DirectorClient, str] | str], index: int) -> Request:
    loaded = scope.clients[index]
    found = directors.get(loaded.client.director, "was not contacted")
    ownership = scope.ownership(loaded.client)
    if isinstance(found, str):
        return Request(loaded, ownership, None, found)
    director, address = found
    return Request(loaded, ownership, director, address=address, owned_on=scope.owned_on(loaded.client))


def _access(
    scope: Scope, name: str, settings: Settings, options: ConnectionOptions, *, read_only: bool
) -> tuple[HttpOptions, Credentials]:
    if name:
        director = scope.directors[name]
        bundle = options.ca_bundle or (scope.map_folder / director.ca_bundle if director.ca_bundle else None)
        secret_key = settings.secret(director.secret_key_env) if director.secret_key_env else None
        access = Credentials(settings.secret(director.token_env), secret_key)
        return HttpOptions(director.url, options.timeout, read_only, bundle), access
    if settings.director_url is None:
        message = f"{URL_VARIABLE} is not set: put the Director's address into it, https://HOST"
        raise UsageError(message)
    if settings.director_token is None:
        message = f"{TOKEN_VARIABLE} is not set: put the Director's token into it ({SECRET_KEY_VARIABLE} may renew it)"
        raise UsageError(message)
    access = Credentials(settings.director_token, settings.director_secret_key)
    return HttpOptions(settings.director_url, options.timeout, read_only, options.ca_bundle), access
