"""Opens a connection to every Director that a scope needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lpcac.connectors.director.api import DirectorClient
from lpcac.connectors.director.http import Credentials, DirectorHttp, HttpOptions
from lpcac.connectors.director.pools import resolve
from lpcac.core.environment import SECRET_KEY_VARIABLE, TOKEN_VARIABLE, URL_VARIABLE, Settings
from lpcac.core.errors import DirectorError, InvalidConfigurationError, UsageError
from lpcac.core.redaction import Redactor
from lpcac.core.resources import Target
from lpcac.planning.target_requests import Request
from lpcac.workspace.scope import Scope, hide_secrets
from lpcac.workspace.trust import Consent, Trust, consents_for, require_trust


@dataclass(frozen=True)
class ConnectionOptions:
    """How Directors are reached, and which of a map's are.

    Arguments:
        timeout: seconds for one HTTP call.
        ca_bundle: PEM file of certificates to trust, whatever a map says.
        trust: what is sent where; nothing of what a map names, unless it is said here.
    """

    timeout: float = 30.0
    ca_bundle: Path | None = None
    trust: Trust = field(default_factory=Trust)


def untrusted(scope: Scope, settings: Settings, options: ConnectionOptions) -> list[Consent]:
    """Return what a connection to the Directors of the scope's clients would need and is not trusted with."""
    names = {loaded.client.director for loaded in scope.clients if not loaded.errors}
    needed = (
        consent
        for name in sorted(names & scope.directors.keys())
        for consent in consents_for(scope.directors[name], scope.map_folder, names_bundle=options.ca_bundle is None)
    )
    return [each for each in dict.fromkeys(needed) if not options.trust.covers(each, settings)]


@asynccontextmanager
async def connected(
    scope: Scope, settings: Settings, options: ConnectionOptions, redactor: Redactor, *, read_only: bool
) -> AsyncIterator[list[Request]]:
    """Give a planning request for every client of the scope, connections open.

    A Director that a map names and that cannot be asked, for want of a token, say, makes its clients unreachable, not
    the others.

    Raises:
        RefusedError: a client's Director is not trusted with what the map would send it; nothing was sent.
        UsageError: an ad-hoc target without DIRECTOR_URL or DIRECTOR_TOKEN, or with an unusable proxy.
        InvalidConfigurationError: an ad-hoc target with an unusable CA bundle.
    """
    hide_secrets(scope, settings, redactor)
    require_trust(untrusted(scope, settings, options))
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


async def claims_of_others(
    scope: Scope, settings: Settings, options: ConnectionOptions, redactor: Redactor
) -> list[Target]:
    """Return the logpoints that the map's other clients mean, and those whose files have errors, as far as known.

    Directors are only asked which pools they have. One that does not answer, or is not trusted, tells nothing about
    its clients; nothing is written on a logpoint that cannot be reached.
    """
    clients = (*scope.others, *(loaded.client for loaded in scope.clients if loaded.errors))
    found: list[Target] = []
    for name in dict.fromkeys(client.director for client in clients if client.director in scope.directors):
        consents = consents_for(scope.directors[name], scope.map_folder, names_bundle=options.ca_bundle is None)
        if not all(options.trust.covers(each, settings) for each in consents):
            continue
        try:
            http_options, credentials = _access(scope, name, settings, options, read_only=True)
            async with DirectorHttp(http_options, credentials, redactor) as http:
                pools = await DirectorClient(http).pools()
        except (DirectorError, UsageError, InvalidConfigurationError):
            continue
        found += (target for client in clients if client.director == name for target in resolve(client, pools)[0])
    return found


def _request(scope: Scope, directors: Mapping[str, tuple[DirectorClient, str] | str], index: int) -> Request:
    loaded = scope.clients[index]
    found = directors.get(loaded.client.director, "not asked")
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
