"""HTTP to the Director: authentication, and reads that are retried while that may help.

Facts: Director API 2.7.0, chapters 1-3 and the vendor's page on authentication.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx
from pydantic import SecretStr

from lpcac.connectors.director.transport.answer_size import CODING, AnswerTooLargeError, limited_content
from lpcac.connectors.director.transport.answers import Answer, answer_of, words_in
from lpcac.connectors.director.transport.certificate import certificate_end
from lpcac.connectors.director.transport.failures import Place, cause, proxy_between, refusal_to_read
from lpcac.connectors.director.transport.read_only import read_only_hook
from lpcac.connectors.director.transport.retries import (
    NEVER_SENT,
    Attempts,
    RateLimitedError,
    Silence,
    SilentDirectorError,
    UnusableAnswerError,
    raise_for_passing_trouble,
)
from lpcac.connectors.director.transport.retry_loop import Listeners, RetryLoop
from lpcac.connectors.director.transport.token import RENEWAL_PATH, Credentials, Token
from lpcac.core.errors import DirectorError, InvalidConfigurationError, NotThereError, RefusedTokenError, UsageError
from lpcac.core.json_values import Json
from lpcac.core.text.redaction import Redactor
from lpcac.core.text.safe_text import shortened

__all__ = ["RENEWAL_PATH", "Credentials", "DirectorHttp", "HttpOptions", "Listeners"]

Result = TypeVar("Result")

# Shorter than the usual server side's, so that a connection is not used at the moment the server closes it.
_KEEPALIVE_SECONDS: Final = 2.0
_CONNECTIONS: Final = 32
_MOST_RENEWALS: Final = 2
_NOT_THERE: Final = frozenset({httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED})
_LONGEST_WORDS: Final = 300
# Beyond the time-out, so that httpx, which knows that a request was never sent, is the one to say so.
_TIME_TO_CONNECT: Final = 0.5


@dataclass(frozen=True)
class HttpOptions:
    """How to reach the Director.

    Arguments:
        url: scheme, host and optional path prefix, without a trailing slash.
        timeout: seconds for one HTTP call.
        read_only: refuse everything but reading, below every caller.
        ca_bundle: PEM file of certificates to trust instead of the system's.
        patience: seconds that reads go on without one usable answer of this Director.
        write_patience: the same for writes that were never sent, or refused for now.
        url_source: what to correct when the address is wrong.
        token_source: what to correct when the token is.
    """

    url: str
    timeout: float = 30.0
    read_only: bool = True
    ca_bundle: Path | None = None
    patience: float = 90.0
    write_patience: float = 300.0
    url_source: str = "DIRECTOR_URL"
    token_source: str = "DIRECTOR_TOKEN"  # noqa: S105 - the name of a variable, not a token
    listeners: Listeners = field(default_factory=Listeners, compare=False)


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
        self._options = options
        self._redactor = redactor
        self._listeners = options.listeners
        self._client = self._new_client(transport)
        self._place = Place(
            options.url, options.url_source, options.token_source, proxy_between(self._client, options.url)
        )
        self._token = Token(credentials, redactor, self._place, self._listeners.warn)
        self._silence = Silence()
        self._retry_loop = RetryLoop(self._silence, self._place, self._listeners, redactor)
        self._forbidden_is_final = False
        self._resume_at = 0.0
        self.certificate_end: datetime | None = None
        """When the Director's certificate expires; `None` before the first answer, and without TLS."""

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
        await self._token.aclose()
        await self._client.__aexit__(kind, error, trace)
        # A closed connection is released in the loop's next round, which may be its last.
        await asyncio.sleep(0)

    @property
    def proxy(self) -> str:
        """Return the proxy in between, without its password, and the variable that names it; empty without one."""
        return self._place.proxy

    async def read(self, path: str, understand: Callable[[Any], Result]) -> Result:
        """Return what the answer to GET `path` means.

        Repeats after 429, 5xx, broken connections and answers that make no sense, with capped backoff, honouring
        `Retry-After`, until the Director has given no usable answer for as long as `HttpOptions.patience` says.

        Arguments:
            understand: reads the decoded JSON; raises `UnusableAnswerError` for what makes no sense.

        Raises:
            NotThereError: there is no such object or call.
            DirectorError: unreachable, refused token, another error status, or no usable answer.
        """
        what = f"GET {path}"

        async def attempt() -> Result:
            self._require_permission(self._options.patience)
            answer = await self._once("GET", path, None)
            raise_for_passing_trouble(answer, what)
            return understand(self._json_of(answer, path))

        try:
            return await self._retry_loop.repeated(what, attempt, self._options.patience)
        except httpx.TransportError as error:
            raise self._unreachable(what, error) from None
        except SilentDirectorError as error:
            raise self._unreachable(what, error) from None

    async def write(self, method: str, path: str, body: Json | None) -> Answer:
        """Return the answer to one write, sent again only when it is certain that it was not carried out.

        Raises:
            httpx.TransportError: no answer came; `NEVER_SENT` tells whether it can have been carried out.
            RateLimitedError: refused for now, for longer than `HttpOptions.write_patience` says.
            DirectorError: the token is refused.
        """
        what, patience = f"{method} {path}", self._options.write_patience
        attempts = Attempts(self._silence, patience, NEVER_SENT)
        self._silence.begin()
        try:
            while True:
                began = self._silence.now
                try:
                    self._require_permission(patience)
                    answer = await self._once(method, path, body)
                    if answer.status == httpx.codes.TOO_MANY_REQUESTS:
                        raise RateLimitedError(answer.retry_after)  # noqa: TRY301 - one way to wait for both
                except (RateLimitedError, httpx.TransportError) as error:
                    await self._retry_loop.pause(what, attempts, error, began)
                else:
                    if not httpx.codes.is_server_error(answer.status):
                        self._silence.heard()
                    return answer
        finally:
            self._silence.end()

    async def poll(self, path: str) -> Answer:
        """Return one answer to GET `path`, whatever its status; the caller is the one who asks again."""
        answer = await self._once("GET", path, None)
        if answer.status != httpx.codes.TOO_MANY_REQUESTS and not httpx.codes.is_server_error(answer.status):
            self._silence.heard()
        return answer

    def below(self, address: str) -> str:
        """Return an address on this Director's own host as the path below its API server; any other as it is."""
        url = httpx.URL(self._options.url)
        for front in (self._options.url, f"{url.scheme}://{url.netloc.decode()}"):
            if address.startswith(f"{front}/"):
                return address[len(front) :]
        return address

    def explain(self, answer: Answer) -> str:
        """Return the Director's own words about a refusal, in one line and without secrets."""
        words = self.words(answer.body)
        return f"HTTP {answer.status}{': ' if words else ''}{words}"

    def why(self, error: httpx.TransportError) -> str:
        """Return in plain words, without secrets, why no answer came."""
        return self._redactor.clean(cause(error, self._place))

    def words(self, body: Any) -> str:  # noqa: ANN401 - decoded JSON
        """Return the human words of an answer, whatever their shape, in one short line and without secrets."""
        # Cleaned before it is cut: a cut secret would not be recognised.
        return shortened(self._redactor.clean(" ".join("; ".join(words_in(body)).split())), _LONGEST_WORDS)

    async def _once(self, method: str, path: str, body: Json | None) -> Answer:
        """Send a request with a valid token; renew an expired one."""
        renewals = 0
        while True:
            await self._wait_for_permission()
            token = self._token.value
            answer = await self._send(method, path, body, token)
            if renewals and answer.status == httpx.codes.FORBIDDEN:
                # A new token is not expired: whatever this status means here, it is not that.
                self._forbidden_is_final = True
            if renewals == _MOST_RENEWALS or not self._may_be_expired(answer):
                break
            await self._token.renew(token, self._ask_for_renewal)
            renewals += 1
        if answer.status == httpx.codes.UNAUTHORIZED or (answer.status == httpx.codes.FORBIDDEN and method == "GET"):
            raise self._refused(answer)
        return answer

    def _may_be_expired(self, answer: Answer) -> bool:
        """Tell whether the answer can mean that the token is expired, and it can be renewed."""
        if not self._token.is_renewable:
            return False
        forbidden = answer.status == httpx.codes.FORBIDDEN and not self._forbidden_is_final
        return forbidden or answer.status == httpx.codes.UNAUTHORIZED

    async def _ask_for_renewal(self, body: Json) -> Answer:
        what = "the renewal of the token"

        async def attempt() -> Answer:
            await self._wait_for_permission()
            answer = await self._send("POST", RENEWAL_PATH, body, None)
            raise_for_passing_trouble(answer, what)
            return answer

        try:
            return await self._retry_loop.repeated(what, attempt, self._options.patience)
        except httpx.TransportError as error:
            raise self._unreachable(what, error) from None

    async def _send(self, method: str, path: str, body: Json | None, token: SecretStr | None) -> Answer:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": CODING}
        if token:
            headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        began, status = self._silence.now, "no answer"
        try:
            # httpx limits each phase of a call; an answer that trickles in would pass.
            async with asyncio.timeout(self._options.timeout + _TIME_TO_CONNECT):
                async with self._client.stream(method, path, json=body, headers=headers) as response:
                    self.certificate_end = self.certificate_end or certificate_end(response)
                    content = await limited_content(response)
            status = str(response.status_code)
        except TimeoutError:
            message = f"the answer was not complete after {self._options.timeout:g} s"
            raise httpx.ReadTimeout(message) from None
        except httpx.DecodingError as error:
            raise httpx.RemoteProtocolError(str(error)) from None
        finally:
            if self._listeners.log is not None:
                took = self._silence.now - began
                self._listeners.log(self._redactor.clean(f"{method} {path} {status} {took:.3f} s"))
        answer = answer_of(response, content)
        if answer.status == httpx.codes.TOO_MANY_REQUESTS and answer.retry_after:
            self._resume_at = max(self._resume_at, self._silence.now + answer.retry_after)
        return answer

    def _require_permission(self, patience: float) -> None:
        """Raise `RateLimitedError` where the Director asks to come back later than anyone is ready to wait."""
        if (delay := self._resume_at - self._silence.now) > self._silence.left(patience):
            raise RateLimitedError(round(delay, 1))

    async def _wait_for_permission(self) -> None:
        """Wait as long as the last `Retry-After` says: the limit is for the whole client, not for one call."""
        while (delay := self._resume_at - self._silence.now) > 0:  # noqa: ASYNC110 - the moment is known
            await asyncio.sleep(delay)

    def _refused(self, answer: Answer) -> RefusedTokenError:
        return RefusedTokenError(
            f"the Director refuses the token ({self.explain(answer)}); it may be wrong, expired or not allowed here: "
            f"generate a new one (always active, for automation) and set {self._place.token_source}"
        )

    def _unreachable(self, what: str, error: httpx.TransportError | SilentDirectorError) -> DirectorError:
        if isinstance(error, AnswerTooLargeError):
            return DirectorError(f"the answer of the Director at {self._place.url} to {what} is not used: {error}")
        why = str(error) if isinstance(error, SilentDirectorError) else self.why(error)
        return DirectorError(f"cannot reach the Director at {self._place.url}, waiting for {what}: {why}")

    def _json_of(self, answer: Answer, path: str) -> Any:  # noqa: ANN401 - decoded JSON
        if not httpx.codes.is_success(answer.status):
            msg = refusal_to_read(answer, path, self.explain(answer), self._place)
            raise NotThereError(msg) if answer.status in _NOT_THERE else DirectorError(msg)
        if answer.body is None:
            msg = f"the Director's answer to GET {path} is not JSON; is {self._place.url} its API server?"
            raise UnusableAnswerError(msg)
        return answer.body


def _trust(options: HttpOptions, *, speaks_no_tls: bool) -> ssl.SSLContext:
    """Return which certificates are trusted; of the system's only where TLS is spoken, as they take long to read."""
    if options.ca_bundle is None and (speaks_no_tls or httpx.URL(options.url).scheme != "https"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts no certificate
    try:
        return ssl.create_default_context(cafile=options.ca_bundle)
    except (OSError, ssl.SSLError) as error:
        msg = f"{options.ca_bundle}: cannot be used as a CA bundle ({error}); name a PEM file of certificates"
        raise InvalidConfigurationError(msg) from None
