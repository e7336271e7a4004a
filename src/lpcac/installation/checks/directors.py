"""Checks of one Director: its token, secret key, proxy, certificate, reachability, and what it lets be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lpcac.connectors.director.api import DirectorClient
from lpcac.connectors.director.pools import Pool, resolve
from lpcac.connectors.director.transport.http import DirectorHttp
from lpcac.core.environment import SECRET_KEY_VARIABLE, TOKEN_VARIABLE, URL_VARIABLE, Settings
from lpcac.core.errors import DirectorError, InvalidConfigurationError, LpcacError, RefusedError, RefusedTokenError
from lpcac.core.resources import Target
from lpcac.core.text.redaction import Redactor
from lpcac.directory_map.directory_map import Client
from lpcac.installation.checks.check import Check, failed, not_checked, ok, warned
from lpcac.kinds.registry import Registry
from lpcac.workspace.connections import ConnectionOptions, connected_director
from lpcac.workspace.scope import Scope

_SOON = timedelta(days=21)
_ALWAYS_ACTIVE = 'generate a token that is "always active", and keep no secret key'


@dataclass(frozen=True)
class DirectorPlace:
    """One Director that is checked.

    Arguments:
        name: in the map; empty for the one that the environment names.
        clients: that the map has on it.
    """

    name: str
    scope: Scope
    clients: Sequence[Client]

    @property
    def label(self) -> str:
        """Return how the checks name it."""
        return f"Director {self.name}" if self.name else "Director"

    @property
    def token_variable(self) -> str:
        """Return the variable that holds its token."""
        return self.scope.directors[self.name].token_env if self.name else TOKEN_VARIABLE

    @property
    def secret_key_variable(self) -> str | None:
        """Return the variable that holds its secret key, if one is named."""
        return self.scope.directors[self.name].secret_key_env if self.name else SECRET_KEY_VARIABLE


async def director_checks(
    place: DirectorPlace, settings: Settings, options: ConnectionOptions, redactor: Redactor, registry: Registry
) -> list[Check]:
    """Return what was found of a Director; it is read from, never written to, and its token is never renewed."""
    found = [_secret_key(place, settings)]
    if not place.name and settings.director_url is None:
        to_do = f"set {URL_VARIABLE} and {TOKEN_VARIABLE}, or run lpcac init"
        return [not_checked(place.label, "no Director is named", to_do)]
    try:
        async with connected_director(place.scope, place.name, settings, options, redactor) as (client, http):
            found.append(ok(f"{place.label}: proxy", f"through {http.proxy}" if http.proxy else "none"))
            found += await _asked(place, client, http, registry)
    except RefusedError:
        found.append(
            not_checked(f"{place.label}: token", "you have not trusted this Director with it", "run lpcac trust")
        )
    except InvalidConfigurationError as error:
        found.append(failed(f"{place.label}: certificate", str(error)))
    except LpcacError as error:
        found.append(failed(f"{place.label}: token", str(error)))
    return found


def _secret_key(place: DirectorPlace, settings: Settings) -> Check:
    name, variable = f"{place.label}: secret key", place.secret_key_variable
    if variable and settings.environ.get(variable, "").strip():
        return warned(
            name, f"{variable} is set: a renewal replaces token and key, and the next run fails", _ALWAYS_ACTIVE
        )
    return ok(name, "none, as it should be")


async def _asked(place: DirectorPlace, client: DirectorClient, http: DirectorHttp, registry: Registry) -> list[Check]:
    """Ask for the pools, which takes everything from the address to the token; then for objects."""
    try:
        pools = await client.pools()
    except RefusedTokenError as error:
        return [
            ok(f"{place.label}: reachability", "it answers"),
            failed(f"{place.label}: token", str(error), f"put a new one into {place.token_variable}"),
        ]
    except DirectorError as error:
        what = "certificate" if "certificate" in str(error) else "reachability"
        return [failed(f"{place.label}: {what}", str(error))]
    found = [
        ok(f"{place.label}: reachability", "it answers"),
        certificate_check(f"{place.label}: certificate", http.certificate_end, datetime.now(UTC)),
        ok(f"{place.label}: token", "accepted"),
    ]
    targets, problems = _targets(place, pools)
    found += problems
    return [*found, *await _permissions(place, client, registry, targets)]


def certificate_check(name: str, end: datetime | None, now: datetime) -> Check:
    """Return what is said of a certificate that is trusted.

    Arguments:
        end: when it expires; `None` without one.
    """
    if end is None:
        return not_checked(name, "plain http, on this machine")
    if end - now < _SOON:
        return warned(name, f"trusted, and expires on {end:%Y-%m-%d}", "have it renewed")
    return ok(name, f"trusted until {end:%Y-%m-%d}")


def _targets(place: DirectorPlace, pools: Sequence[Pool]) -> tuple[list[Target], list[Check]]:
    targets: list[Target] = []
    problems: list[Check] = []
    for each in place.clients:
        found, findings = resolve(each, pools)
        targets += found
        problems += (failed(f"{place.label}: logpoints", finding.message) for finding in findings)
    if not problems and place.clients:
        problems.append(ok(f"{place.label}: logpoints", f"all {len(targets)} in the map exist"))
    return targets, problems


async def _permissions(
    place: DirectorPlace, client: DirectorClient, registry: Registry, targets: Sequence[Target]
) -> list[Check]:
    """Read the list of each kind on one logpoint; whether a token may write shows only when something is written."""
    name = f"{place.label}: permissions"
    if not targets:
        return [not_checked(name, "the map has no client with a logpoint that can be read")]
    try:
        for kind in registry.kinds.values():
            await client.list_objects(targets[0], kind.path)
    except DirectorError as error:
        return [failed(name, str(error), "give the token's user the right to read and write the configuration")]
    return [ok(name, f"every kind can be read on {targets[0].pool}/{targets[0].logpoint}; writing is not tried")]
