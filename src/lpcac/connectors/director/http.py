"""HTTP to the Director: authentication, token renewal, and reads that are repeated while that may help.

Facts: Director API 2.7.0, chapters 1-3 and the vendor's page on authentication.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx
import stamina
import stamina.instrumentation
from pydantic import SecretStr

from lpcac.connectors.director.answer_size import CODING, AnswerTooLargeError, limited_content
from lpcac.connectors.director.answers import Answer, answer_of, words_in
from lpcac.connectors.director.read_only import read_only_hook
from lpcac.connectors.director.retries import (
    LONGEST_RETRY_AFTER,
    NEVER_SENT,
    READ_ATTEMPTS,
    RateLimitedError,
    RetryPolicy,
    cause,
    raise_for_passing_trouble,
)
from lpcac.core.errors import DirectorError, InvalidConfigurationError, RefusedTokenError, UsageError
from lpcac.core.json_values import Json
from lpcac.core.redaction import Redactor
from lpcac.core.safe_text import shortened

RENEWAL_PATH: Final = "/refreshToken"
# Shorter than the usual server side's, so that a connection is not used at the moment the server closes it.
_KEEPALIVE_SECONDS = 2.0
_CONNECTIONS = 64
_MOST_RENEWALS = 2
_LONGEST_WORDS = 300

# Beyond the time-out, so that httpx, which knows that a request was never sent, is the one to say so.
_TIME_TO_CONNECT = 0.5


@dataclass(frozen=True)
class Credentials:
    """What opens the Director: a token, and the secret key that renews it, if there is one."""

    token: SecretStr
    secret_key: SecretStr | None = None


@dataclass(frozen=True)
class HttpOptions:
    """How to reach the Director.

    Arguments:
        url: scheme, host and optional path prefix, without a trailing slash.
        timeout: seconds for one HTTP call.
        read_only: refuse everything but reading, below every caller.
        ca_bundle: PEM file of certificates to trust instead of the system's.
    """

    url: str
    timeout: float = 30.0
    read_only: bool = True
    ca_bundle: Path | None = None


class DirectorHttp:
    """Sends requests to one Director; use it as an async context manager."""

    def __init__(
        self,
        options: HttpOptions,
        credentials: Credentials,
        redactor: Redactor,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Prepare the client.

        Arguments:
            transport: carries the requests in place of the network and its proxies.

        Raises:
            InvalidConfigurationError: an unusable CA bundle.
            UsageError: a proxy of the environment that cannot be used.
        """
        stamina.instrumentation.set_on_retry_hooks([])
        self._options = options
        self._secret_key = credentials.secret_key
        self._redactor = redactor
        self._token = credentials.token
        for secret in (credentials.token, credentials.secret_key):
            redactor.hide(secret.get_secret_value() if secret else None)
        self._forbidden_is_final = False
        self._renewing = asyncio.Lock()
        self._resume_at = 0.0
        self._client = self._new_client(transport)

    def _new_client(self, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
        locks = [read_only_hook(httpx.URL(self._options.url).path.rstrip("/") + RENEWAL_PATH)]
        try:
            return httpx.AsyncClient(
                base_url=self._options.url,
                timeout=self._options.timeout,
                verify=_trust(self._options, speaks_no_tls=transport is not None),
                follow_redirects=False,
                transport=transport,
                limits=httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=_KEEPALIVE_SECONDS),
                event_hooks={"request": locks if self._options.read_only else []},
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            # httpx reads the proxies of the environment itself; socks needs a package of its own.
            msg = f"a proxy that the environment names cannot be used ({error}): correct HTTPS_PROXY or ALL_PROXY"
            raise UsageError(msg) from None

    async def __aenter__(self) -> Self:
        """Open the connection pool."""
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._client.__aexit__(kind, error, trace)
        # A closed connection is let go of in the loop's next round, which may be its last.
        await asyncio.sleep(0)

    async def read(self, path: str) -> Any:  # noqa: ANN401 - decoded JSON
        """Return the JSON answer to GET `path`.

        Repeats after 429, 5xx and broken connections, with capped backoff, honouring `Retry-After`.

        Raises:
            DirectorError: unreachable, refused token, an error status, or an answer that is not JSON.
        """
        try:
            async for attempt in self._retrying(RetryPolicy(READ_ATTEMPTS)):
                with attempt:
                    answer = await self._once("GET", path, None)
                    raise_for_passing_trouble(answer, f"GET {path}")
        except httpx.TransportError as error:
            raise self._unreachable(error) from None
        return self._json_of(answer, path)

    async def write(self, method: str, path: str, body: Json | None) -> Answer:
        """Return the answer to one write, sent again only when it is certain that it was not carried out.

        Raises:
            httpx.TransportError: no answer came; `NEVER_SENT` tells whether it can have been carried out.
            RateLimitedError: refused for now, too often.
            DirectorError: the token is refused.
        """
        async for attempt in self._retrying(RetryPolicy(1, NEVER_SENT)):
            with attempt:
                answer = await self._once(method, path, body)
                if answer.status == httpx.codes.TOO_MANY_REQUESTS:
                    raise RateLimitedError(answer.retry_after)
        return answer

    async def poll(self, path: str) -> Answer:
        """Return one answer to GET `path`, whatever its status; the caller is the one who asks again."""
        return await self._once("GET", path, None)

    def explain(self, answer: Answer) -> str:
        """Return the Director's own words about a refusal, in one line and without secrets."""
        words = self.words(answer.body)
        return f"HTTP {answer.status}{': ' if words else ''}{words}"

    def why(self, error: httpx.TransportError) -> str:
        """Return in plain words, without secrets, why no answer came."""
        return self._redactor.clean(cause(error))

    def words(self, body: Any) -> str:  # noqa: ANN401 - decoded JSON
        """Return the human words of an answer, whatever their shape, in one short line and without secrets."""
        # Cleaned before it is cut: a cut secret would not be recognised.
        return shortened(self._redactor.clean(" ".join("; ".join(words_in(body)).split())), _LONGEST_WORDS)

    def _retrying(self, patience: RetryPolicy) -> Any:  # noqa: ANN401 - stamina's iterator has no public name
        return stamina.retry_context(
            on=patience, attempts=None, timeout=None, wait_initial=0.1, wait_max=5.0, wait_jitter=0.1
        )

    async def _once(self, method: str, path: str, body: Json | None) -> Answer:
        """Send a request with a valid token; renew an expired one."""
        renewals = 0
        while True:
            await self._wait_for_permission()
            token = self._token
            answer = await self._send(method, path, body, token)
            if renewals and answer.status == httpx.codes.FORBIDDEN:
                # A new token is not expired: whatever this status means here, it is not that.
                self._forbidden_is_final = True
            if renewals == _MOST_RENEWALS or not self._is_renewable(answer):
                break
            await self._renew(token)
            renewals += 1
        if answer.status == httpx.codes.UNAUTHORIZED or (answer.status == httpx.codes.FORBIDDEN and method == "GET"):
            raise self._refused(answer)
        return answer

    def _is_renewable(self, answer: Answer) -> bool:
        """Tell whether the answer can mean that the token is expired, and it can be renewed."""
        if self._secret_key is None:
            return False
        forbidden = answer.status == httpx.codes.FORBIDDEN and not self._forbidden_is_final
        return forbidden or answer.status == httpx.codes.UNAUTHORIZED

    async def _send(self, method: str, path: str, body: Json | None, token: SecretStr | None) -> Answer:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": CODING}
        if token:
            headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        try:
            # httpx limits each phase of a call; an answer that trickles in would pass.
            async with asyncio.timeout(self._options.timeout + _TIME_TO_CONNECT):
                async with self._client.stream(method, path, json=body, headers=headers) as response:
                    content = await limited_content(response)
        except TimeoutError:
            message = f"the answer was not complete after {self._options.timeout:g} s"
            raise httpx.ReadTimeout(message) from None
        except httpx.DecodingError as error:
            raise httpx.RemoteProtocolError(str(error)) from None
        answer = answer_of(response, content)
        if answer.status == httpx.codes.TOO_MANY_REQUESTS and answer.retry_after:
            now = asyncio.get_running_loop().time()
            self._resume_at = max(self._resume_at, now + min(answer.retry_after, LONGEST_RETRY_AFTER))
        return answer

    async def _wait_for_permission(self) -> None:
        """Wait out the `Retry-After` that any request was told: the limit is the client's, not the call's."""
        loop = asyncio.get_running_loop()
        while (delay := self._resume_at - loop.time()) > 0:  # noqa: ASYNC110 - the moment is known
            await asyncio.sleep(delay)

    async def _renew(self, refused: SecretStr) -> None:
        """Replace the token and the secret key, once for all requests that were refused with the same token."""
        async with self._renewing:
            if self._token is not refused or self._secret_key is None:
                return
            await self._wait_for_permission()
            body = {"secretKey": self._secret_key.get_secret_value()}
            answer = await self._send("POST", RENEWAL_PATH, body, None)
            raise_for_passing_trouble(answer, "the renewal of the token")
            details = answer.body.get("tokenDetails") if isinstance(answer.body, dict) else None
            if not isinstance(details, dict) or not all(_is_text(details.get(key)) for key in ("token", "secretKey")):
                # Not asked again: no later answer would be another one.
                self._secret_key = None
                msg = (
                    "the Director refuses the token and did not renew it with the secret key; "
                    "generate a new token (always active, for automation) and set DIRECTOR_TOKEN"
                )
                raise RefusedTokenError(msg)
            for secret in (details["token"], details["secretKey"]):
                self._redactor.hide(secret)
            self._token = SecretStr(details["token"])
            self._secret_key = SecretStr(details["secretKey"])

    def _refused(self, answer: Answer) -> RefusedTokenError:
        return RefusedTokenError(
            f"the Director refuses the token ({self.explain(answer)}); it may be wrong, expired or not allowed here: "
            f"generate a new one (always active, for automation) and set DIRECTOR_TOKEN"
        )

    def _unreachable(self, error: httpx.TransportError) -> DirectorError:
        if isinstance(error, AnswerTooLargeError):
            return DirectorError(f"the answer of the Director at {self._options.url} is not used: {error}")
        return DirectorError(f"cannot reach the Director at {self._options.url}: {self.why(error)}")

    def _json_of(self, answer: Answer, path: str) -> Any:  # noqa: ANN401 - decoded JSON
        if not httpx.codes.is_success(answer.status):
            msg = f"the Director answers GET {path} with {self.explain(answer)}"
            raise DirectorError(msg)
        if answer.body is None:
            msg = f"the Director's answer to GET {path} is not JSON; is {self._options.url} its API server?"
            raise DirectorError(msg)
        return answer.body


def _trust(options: HttpOptions, *, speaks_no_tls: bool) -> ssl.SSLContext:
    """Return which certificates are trusted; of the system's only where TLS is spoken, as they take long to read."""
    if options.ca_bundle is None and (speaks_no_tls or httpx.URL(options.url).scheme != "https"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody
    try:
        return ssl.create_default_context(cafile=options.ca_bundle)
    except (OSError, ssl.SSLError) as error:
        msg = f"{options.ca_bundle}: cannot be used as a CA bundle ({error}); name a PEM file of certificates"
        raise InvalidConfigurationError(msg) from None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
