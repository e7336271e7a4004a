"""Opens a connection to every Director that a scope needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import SecretStr

from lpcac.connectors.director.api import DirectorClient
from lpcac.connectors.director.pools import resolve
from lpcac.connectors.director.transport.http import DirectorHttp, HttpOptions, Listeners
from lpcac.connectors.director.transport.token import Credentials
from lpcac.connectors.director.transport.token_command import TokenCommandError, token_from
from lpcac.core.concurrency import side_by_side
from lpcac.core.environment import SECRET_KEY_VARIABLE, TOKEN_VARIABLE, URL_VARIABLE, Settings
from lpcac.core.errors import DirectorError, InvalidConfigurationError, UsageError
from lpcac.core.resources import Target
from lpcac.core.text.redaction import Redactor
from lpcac.planning.targets.requests import Request
from lpcac.workspace.scope import Scope, hide_secrets
from lpcac.workspace.trust import Consent, Trust, consents_for, require_trust

DEFAULT_PATIENCE = 90.0
"""Seconds that a plan, drift or sync goes on without one usable answer of a Director."""


@dataclass(frozen=True)
class ConnectionOptions:
    """How Directors are reached, and which of a map's are.

    Arguments:
        timeout: seconds for one HTTP call.
        ca_bundle: PEM file of certificates to trust, whatever a map says.
        patience: seconds that reads go on without one usable answer of the Director.
        write_patience: the same for writes that were never sent, or refused for now.
        token_command: a program and its arguments that print a Director's token, in place of a variable.
        verbose: whether every call is logged.
        listeners: receive what happens in the meantime.
        trust: what is sent where; nothing of what a map names, unless it is said here.
    """

    timeout: float = 30.0
    ca_bundle: Path | None = None
    patience: float = DEFAULT_PATIENCE
    write_patience: float = 300.0
    token_command: tuple[str, ...] = ()
    verbose: bool = False
    listeners: Listeners = field(default_factory=Listeners, compare=False)
    trust: Trust = field(default_factory=Trust)

    def heard_by(self, listeners: Listeners) -> ConnectionOptions:
        """Return the same with these listeners; they get single calls only if that was asked for."""
        return replace(self, listeners=listeners if self.verbose else replace(listeners, log=None))


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

    If a map's Director cannot be used, for example without a token, only its clients are unreachable.

    Raises:
        RefusedError: a client's Director is not trusted with what the map would send it; nothing was sent.
        UsageError: an ad-hoc target without DIRECTOR_URL or a token, or with an unusable proxy.
        TokenCommandError: the program did not print an ad-hoc target's token.
        InvalidConfigurationError: an ad-hoc target with an unusable CA bundle.
    """
    hide_secrets(scope, settings, redactor)
    require_trust(untrusted(scope, settings, options))
    async with AsyncExitStack() as stack:

        async def opened(name: str) -> tuple[DirectorClient, str] | str:
            try:
                http_options = _http_options(scope, name, settings, options, read_only=read_only)
                credentials = await _credentials(scope, name, settings, options, redactor)
                http = await stack.enter_async_context(DirectorHttp(http_options, credentials, redactor))
            except (UsageError, InvalidConfigurationError, TokenCommandError) as error:
                if not name:
                    raise
                return str(error)
            return DirectorClient(http), http_options.url

        # Side by side: a program that prints a token may take its time for each Director.
        names = sorted({loaded.client.director for loaded in scope.clients if not loaded.errors})
        directors = dict(zip(names, await side_by_side(map(opened, names)), strict=True))
        yield [_request(scope, directors, index) for index in range(len(scope.clients))]


@asynccontextmanager
async def connected_director(
    scope: Scope, name: str, settings: Settings, options: ConnectionOptions, redactor: Redactor
) -> AsyncIterator[tuple[DirectorClient, DirectorHttp]]:
    """Give one Director, to read from, and its connection; its token is not renewed.

    Arguments:
        name: of a Director of the map; empty for the one of the environment.

    Raises:
        RefusedError: the Director is not trusted with what the map would send it; nothing was sent.
        UsageError: no address or token, or an unusable proxy.
        TokenCommandError: the program did not print the token.
        InvalidConfigurationError: an unusable CA bundle.
    """
    hide_secrets(scope, settings, redactor)
    if name:
        needed = consents_for(scope.directors[name], scope.map_folder, names_bundle=options.ca_bundle is None)
        require_trust([each for each in needed if not options.trust.covers(each, settings)])
    http_options = _http_options(scope, name, settings, options, read_only=True)
    credentials = replace(await _credentials(scope, name, settings, options, redactor), secret_key=None)
    async with DirectorHttp(http_options, credentials, redactor) as http:
        yield DirectorClient(http), http


async def claims_of_others(
    scope: Scope, settings: Settings, options: ConnectionOptions, redactor: Redactor
) -> list[Target]:
    """Return the logpoints that the map's other clients mean, and those whose files have errors, as far as known.

    Directors are only asked which pools they have. One that does not answer, or is not trusted, tells nothing about
    its clients; nothing is written on a logpoint that cannot be reached.
    """
    clients = (*scope.others, *(loaded.client for loaded in scope.clients if loaded.errors))

    async def claimed(name: str) -> list[Target]:
        consents = consents_for(scope.directors[name], scope.map_folder, names_bundle=options.ca_bundle is None)
        if not all(options.trust.covers(each, settings) for each in consents):
            return []
        try:
            http_options = _http_options(scope, name, settings, options, read_only=True)
            credentials = await _credentials(scope, name, settings, options, redactor)
            async with DirectorHttp(http_options, credentials, redactor) as http:
                pools = await DirectorClient(http).pools()
        except (DirectorError, UsageError, InvalidConfigurationError, TokenCommandError):
            return []
        return [target for client in clients if client.director == name for target in resolve(client, pools)[0]]

    # Side by side: several Directors that do not answer cost no more patience than one.
    names = dict.fromkeys(client.director for client in clients if client.director in scope.directors)
    return [target for found in await side_by_side(map(claimed, names)) for target in found]


def _request(scope: Scope, directors: Mapping[str, tuple[DirectorClient, str] | str], index: int) -> Request:
    loaded = scope.clients[index]
    found = directors.get(loaded.client.director, "was not contacted")
    ownership = scope.ownership(loaded.client)
    if isinstance(found, str):
        return Request(loaded, ownership, None, found)
    director, address = found
    return Request(loaded, ownership, director, address=address, owned_on=scope.owned_on(loaded.client))


def _http_options(
    scope: Scope, name: str, settings: Settings, options: ConnectionOptions, *, read_only: bool
) -> HttpOptions:
    common = HttpOptions(
        "",
        options.timeout,
        read_only,
        options.ca_bundle,
        options.patience,
        options.write_patience,
        URL_VARIABLE,
        "--token-command" if options.token_command else TOKEN_VARIABLE,
        options.listeners,
    )
    if name:
        director = scope.directors[name]
        bundle = options.ca_bundle or (scope.map_folder / director.ca_bundle if director.ca_bundle else None)
        source = common.token_source if options.token_command else director.token_env
        where = f'the `url` of Director "{name}" in the map'
        return replace(common, url=director.url, ca_bundle=bundle, url_source=where, token_source=source)
    if settings.director_url is None:
        message = f"{URL_VARIABLE} is not set: put the Director's address into it, https://HOST"
        raise UsageError(message)
    return replace(common, url=settings.director_url)


async def _credentials(
    scope: Scope, name: str, settings: Settings, options: ConnectionOptions, redactor: Redactor
) -> Credentials:
    if options.token_command:
        return Credentials(await _commanded_token(scope, name, settings, options.token_command, redactor))
    if name:
        director = scope.directors[name]
        secret_key = settings.secret(director.secret_key_env) if director.secret_key_env else None
        return Credentials(settings.secret(director.token_env), secret_key)
    if settings.director_token is None:
        message = (
            f"{TOKEN_VARIABLE} is not set: put the Director's token into it ({SECRET_KEY_VARIABLE} may renew it), or "
            "name a program that prints it with --token-command"
        )
        raise UsageError(message)
    return Credentials(settings.director_token, settings.director_secret_key)


async def _commanded_token(
    scope: Scope, name: str, settings: Settings, command: tuple[str, ...], redactor: Redactor
) -> SecretStr:
    """Run the program for one Director, which its environment names."""
    url = scope.directors[name].url if name else settings.director_url or ""
    environ = {**settings.environ, "LPCAC_DIRECTOR": name, "LPCAC_DIRECTOR_URL": url}
    return await token_from(command, environ, redactor)
