"""HTTP to the Director: authentication, token renewal, retries of reads, and the read-only lock.

Facts: Director API 2.7.0, chapters 1-3 and the vendor's page on authentication.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx
import stamina
import stamina.instrumentation
from pydantic import SecretStr
from pydantic_core import from_json

from lpcac.engine.inert import shortened
from lpcac.errors import DirectorError, InvalidConfigurationError, RefusedTokenError, UsageError
from lpcac.kinds import Json
from lpcac.redaction import Redactor

RENEWAL_PATH: Final = "/refreshToken"
_READ_ATTEMPTS = 9
_CONNECT_ATTEMPTS = 5
_RATE_LIMIT_ATTEMPTS = 40
_LONGEST_RETRY_AFTER = 120.0
# Shorter than the usual server side's, so that a connection is not used at the moment the server closes it.
_KEEPALIVE_SECONDS = 2.0
_CONNECTIONS = 64
_MOST_RENEWALS = 2
_LONGEST_WORDS = 300

# Beyond the time-out, so that httpx, which knows that a request was never sent, is the one to say so.
_TIME_TO_CONNECT = 0.5

# A failure of these kinds happened before the request could reach the Director.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


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


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; `body` is the decoded JSON, or `None` where there was no valid JSON."""

    status: int
    body: Any
    retry_after: float | None = field(default=None, compare=False)


class WriteWhileReadOnlyError(AssertionError):
    """A caller tried to write in read-only mode: a defect of lpcac, stopped before anything was sent."""


class RateLimitedError(DirectorError):
    """The Director asks to come back later."""

    def __init__(self, retry_after: float | None) -> None:
        """Remember how many seconds to wait, if the Director said so."""
        super().__init__("the Director refuses more requests for now (HTTP 429); try again later, or lower --in-flight")
        self.retry_after = retry_after


class ServerTroubleError(DirectorError):
    """The Director answered a read, or the renewal of the token, with a 5xx status."""

    def __init__(self, what: str, status: int, retry_after: float | None) -> None:
        """Remember what was asked and how many seconds to wait, if the Director said so."""
        super().__init__(f"the Director answers HTTP {status} to {what}; look at its health and run again")
        self.retry_after = retry_after


class _ReadOnlyTransport(httpx.AsyncBaseTransport):
    """Lets nothing but GET and the token's renewal pass."""

    def __init__(self, inner: httpx.AsyncBaseTransport, renewal_path: str) -> None:
        self._inner = inner
        self._renewal_path = renewal_path

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        renewal = request.method == "POST" and request.url.path == self._renewal_path
        if request.method != "GET" and not renewal:
            msg = f"{request.method} {request.url.path} in read-only mode"
            raise WriteWhileReadOnlyError(msg)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


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
        try:
            client = httpx.AsyncClient(
                base_url=self._options.url,
                timeout=self._options.timeout,
                verify=_trust(self._options.ca_bundle),
                follow_redirects=False,
                transport=transport,
                limits=httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=_KEEPALIVE_SECONDS),
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            # httpx reads the proxies of the environment itself; socks needs a package of its own.
            msg = f"a proxy that the environment names cannot be used ({error}): correct HTTPS_PROXY or ALL_PROXY"
            raise UsageError(msg) from None
        if self._options.read_only:
            _lock(client, httpx.URL(self._options.url).path.rstrip("/") + RENEWAL_PATH)
        return client

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
            async for attempt in self._retrying(_Patience(_READ_ATTEMPTS)):
                with attempt:
                    answer = await self._once("GET", path, None)
                    _raise_for_passing_trouble(answer, f"GET {path}")
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
        async for attempt in self._retrying(_Patience(1, NEVER_SENT)):
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
        return self._redactor.clean(_cause(error))

    def words(self, body: Any) -> str:  # noqa: ANN401 - decoded JSON
        """Return the human words of an answer, whatever their shape, in one short line and without secrets."""
        # Cleaned before it is cut: a cut secret would not be recognised.
        return shortened(self._redactor.clean(" ".join("; ".join(_words(body)).split())), _LONGEST_WORDS)

    def _retrying(self, patience: _Patience) -> Any:  # noqa: ANN401 - stamina's iterator has no public name
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
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        try:
            # httpx limits each phase of a call; an answer that trickles in would pass.
            async with asyncio.timeout(self._options.timeout + _TIME_TO_CONNECT):
                response = await self._client.request(method, path, json=body, headers=headers)
        except TimeoutError:
            message = f"the answer was not complete after {self._options.timeout:g} s"
            raise httpx.ReadTimeout(message) from None
        except httpx.DecodingError as error:
            raise httpx.RemoteProtocolError(str(error)) from None
        answer = Answer(response.status_code, _decoded(response), _retry_after(response))
        if answer.status == httpx.codes.TOO_MANY_REQUESTS and answer.retry_after:
            now = asyncio.get_running_loop().time()
            self._resume_at = max(self._resume_at, now + min(answer.retry_after, _LONGEST_RETRY_AFTER))
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
            _raise_for_passing_trouble(answer, "the renewal of the token")
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
        return DirectorError(f"cannot reach the Director at {self._options.url}: {self.why(error)}")

    def _json_of(self, answer: Answer, path: str) -> Any:  # noqa: ANN401 - decoded JSON
        if not httpx.codes.is_success(answer.status):
            msg = f"the Director answers GET {path} with {self.explain(answer)}"
            raise DirectorError(msg)
        if answer.body is None:
            msg = f"the Director's answer to GET {path} is not JSON; is {self._options.url} its API server?"
            raise DirectorError(msg)
        return answer.body


@dataclass
class _Patience:
    """Decides whether to try once more, and after how many seconds; one for each call."""

    attempts: int
    connection_errors: tuple[type[httpx.TransportError], ...] = (httpx.TransportError,)
    _seen: int = 0
    _limited: int = 0

    def __call__(self, error: Exception) -> bool | float:
        if isinstance(error, RateLimitedError):
            self._limited += 1
            return self._limited < _RATE_LIMIT_ATTEMPTS and _wait(error.retry_after)
        self._seen += 1
        if isinstance(error, ServerTroubleError):
            return self._seen < self.attempts and _wait(error.retry_after)
        if isinstance(error, NEVER_SENT) and isinstance(error, self.connection_errors):
            return self._seen < _CONNECT_ATTEMPTS and not _is_hopeless(error)
        return isinstance(error, self.connection_errors) and self._seen < self.attempts


def _wait(retry_after: float | None) -> bool | float:
    return True if retry_after is None else retry_after <= _LONGEST_RETRY_AFTER and max(retry_after, 0.05)


def _is_hopeless(error: httpx.TransportError) -> bool:
    return isinstance(error, httpx.UnsupportedProtocol) or "CERTIFICATE_VERIFY_FAILED" in str(error)


def _raise_for_passing_trouble(answer: Answer, what: str) -> None:
    if answer.status == httpx.codes.TOO_MANY_REQUESTS:
        raise RateLimitedError(answer.retry_after)
    if httpx.codes.is_server_error(answer.status):
        raise ServerTroubleError(what, answer.status, answer.retry_after)


def _trust(ca_bundle: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_bundle)
    except (OSError, ssl.SSLError) as error:
        msg = f"{ca_bundle}: cannot be used as a CA bundle ({error}); name a PEM file of certificates"
        raise InvalidConfigurationError(msg) from None


def _lock(client: httpx.AsyncClient, renewal_path: str) -> None:
    """Put the read-only lock on every transport the client would use, proxies included."""
    client._transport = _ReadOnlyTransport(client._transport, renewal_path)  # noqa: SLF001
    client._mounts = {  # noqa: SLF001 - httpx builds the environment's proxies itself and offers no other way
        pattern: transport and _ReadOnlyTransport(transport, renewal_path)
        for pattern, transport in client._mounts.items()  # noqa: SLF001
    }


def _decoded(response: httpx.Response) -> Any:  # noqa: ANN401 - decoded JSON
    """Return the JSON in the body; neither NaN nor half a character counts, which could not be written again."""
    try:
        return from_json(response.content, allow_inf_nan=False)
    except ValueError:
        return None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _retry_after(response: httpx.Response) -> float | None:
    """Read `Retry-After`, given in seconds or as a date."""
    value = response.headers.get("Retry-After", "")
    if value.isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at.tzinfo else None


def _cause(error: httpx.TransportError) -> str:
    """Return in plain words why no answer came, and what to do about it."""
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "its certificate is not trusted; name your CA's certificates with --ca-bundle"
    table: tuple[tuple[type[httpx.TransportError], str], ...] = (
        (httpx.ConnectTimeout, "no connection within the time-out; check the address and the network"),
        (httpx.ProxyError, "the proxy does not let the connection through; check HTTPS_PROXY and NO_PROXY"),
        (httpx.ConnectError, "no connection; check DIRECTOR_URL, the network and that the Director is up"),
        (httpx.TimeoutException, "no answer within the time-out; see --timeout"),
    )
    words = next((words for kind, words in table if isinstance(error, kind)), "the connection broke; run again")
    return f"{words} ({text})" if text else words


_WORDY: Final[tuple[str, ...]] = ("message", "errors", "error", "detail", "details", "reason")
_DEEPEST: Final = 4


def _words(body: Any, depth: int = 0) -> list[str]:  # noqa: ANN401 - decoded JSON
    if depth > _DEEPEST or body is None or isinstance(body, bool):
        return []
    if isinstance(body, dict):
        chosen: list[Any] = [body[key] for key in _WORDY if body.get(key)] or list(body.values())
        return [word for value in chosen for word in _words(value, depth + 1)]
    if isinstance(body, list):
        return [word for value in body for word in _words(value, depth + 1)]
    return [str(body)] if str(body).strip() else []
