"""The token of one Director: where it comes from, and its renewal.

Facts: the vendor's page on authentication. A renewal replaces both the token and the secret key that asked for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr

from lpcac.connectors.director.transport.answers import Answer
from lpcac.connectors.director.transport.failures import Place
from lpcac.core.errors import RefusedTokenError
from lpcac.core.json_values import Json
from lpcac.core.text.redaction import Redactor

RENEWAL_PATH: Final = "/refreshToken"

Renewal = Callable[[Json], Awaitable[Answer]]
"""Sends a renewal's body until it is answered, and returns the answer."""


@dataclass(frozen=True)
class Credentials:
    """What opens the Director: a token, and the secret key that renews it, if there is one."""

    token: SecretStr
    secret_key: SecretStr | None = None


class Token:
    """The token in force; a renewal is one for all requests that were refused with the same token."""

    def __init__(self, credentials: Credentials, redactor: Redactor, place: Place, warn: Callable[[str], None]) -> None:
        """Start with these credentials, which never show from now on.

        Arguments:
            warn: receives a line about each renewal: it makes the stored token and key unusable.
        """
        self.value = credentials.token
        self._secret_key = credentials.secret_key
        self._redactor = redactor
        self._place = place
        self._warn = warn
        self._renewing: asyncio.Task[None] | None = None
        for secret in (credentials.token, credentials.secret_key):
            redactor.hide(secret.get_secret_value() if secret else None)

    @property
    def is_renewable(self) -> bool:
        """Tell whether there is a secret key."""
        return self._secret_key is not None

    async def renew(self, refused: SecretStr, ask: Renewal) -> None:
        """Replace the token, unless it is another one by now.

        The caller may be cancelled; the renewal goes on, because its answer cannot be requested twice.

        Raises:
            RefusedTokenError: the Director does not renew it.
            DirectorError: it gives no usable answer.
        """
        while self.value is refused and self._secret_key is not None:
            if self._renewing is None or self._renewing.done():
                self._renewing = asyncio.ensure_future(self._renew(self._secret_key, ask))
            await asyncio.shield(self._renewing)

    async def aclose(self) -> None:
        """End a renewal that nobody waits for any more."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)

    async def _renew(self, secret_key: SecretStr, ask: Renewal) -> None:
        answer = await ask({"secretKey": secret_key.get_secret_value()})
        details = answer.body.get("tokenDetails") if isinstance(answer.body, dict) else None
        if not isinstance(details, dict) or not all(_is_text(details.get(key)) for key in ("token", "secretKey")):
            # Not asked again: no later answer would be another one.
            self._secret_key = None
            message = (
                "the Director refuses the token and did not renew it with the secret key, which works only once; "
                f"generate a new token (always active, for automation) and set {self._place.token_source}"
            )
            raise RefusedTokenError(message)
        for secret in (details["token"], details["secretKey"]):
            self._redactor.hide(secret)
        self._secret_key = SecretStr(details["secretKey"])
        self.value = SecretStr(details["token"])
        self._warn(
            f"the token of the Director at {self._place.url} had expired and was renewed; the renewal replaced the "
            f"secret key too, so what {self._place.token_source} and its secret key hold now no longer works: the next "
            "run fails. Generate a token that is always active and store it instead, or use --token-command"
        )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
