"""HTTP to the Director, without a network and without waiting: retries, renewal, the read-only lock, clear errors."""

from __future__ import annotations

import asyncio
import ssl
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from pydantic import SecretStr

from lpcac.connectors.director.transport.answers import Answer
from lpcac.connectors.director.transport.http import RENEWAL_PATH, Credentials, DirectorHttp, HttpOptions, Listeners
from lpcac.connectors.director.transport.read_only import WriteWhileReadOnlyError
from lpcac.connectors.director.transport.retries import RateLimitedError
from lpcac.core.errors import DirectorError, InvalidConfigurationError, RefusedTokenError
from lpcac.core.text.redaction import Redactor

T = TypeVar("T")
Virtually = Callable[[Coroutine[Any, Any, T]], T]
Handler = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]

URL = "https://director.example.com"
TOKEN = "the-token-that-is-in-force-at-first"
SECRET_KEY = "the-secret-key-that-renews-it"


class Script:
    """A Director that answers by a script, its last line for ever, and remembers what was asked and when."""

    def __init__(self, *answers: httpx.Response | Exception | Handler) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.times: list[float] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.times.append(asyncio.get_running_loop().time())
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        found = answer(request)
        return found if isinstance(found, httpx.Response) else await found

    @property
    def pauses(self) -> list[float]:
        """Seconds between one request and the next."""
        return [round(late - early, 3) for early, late in zip(self.times, self.times[1:], strict=False)]

    @property
    def calls(self) -> list[tuple[str, str]]:
        return [(request.method, request.url.path) for request in self.requests]


def as_it_is(body: Any) -> Any:
    return body


def ok(body: Any = None) -> httpx.Response:
    return httpx.Response(200, json=[] if body is None else body)


def status(code: int, **headers: str) -> httpx.Response:
    return httpx.Response(
        code, json={"message": f"status {code}"}, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def connection(
    script: Handler, *, secret_key: str | None = None, read_only: bool = False, redactor: Redactor | None = None
) -> DirectorHttp:
    access = Credentials(SecretStr(TOKEN), SecretStr(secret_key) if secret_key else None)
    transport = httpx.MockTransport(script)  # type: ignore[arg-type]
    return DirectorHttp(HttpOptions(URL, read_only=read_only), access, redactor or Redactor(), transport)


async def read(http: DirectorHttp, path: str = "/list") -> Any:
    async with http:
        return await http.read(path, as_it_is)


async def write(http: DirectorHttp, method: str = "POST") -> Answer:
    async with http:
        return await http.write(method, "/thing", {"data": {}})


# -- requests


def test_a_request_carries_the_token_and_says_that_it_speaks_json(virtually: Virtually[Any]) -> None:
    script = Script(ok())
    virtually(write(connection(script)))
    (request,) = script.requests
    assert str(request.url) == f"{URL}/thing"
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.content == b'{"data":{}}'


# -- retries of reads


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_a_read_is_repeated_after_a_5xx_with_growing_capped_pauses(code: int, virtually: Virtually[Any]) -> None:
    script = Script(*[status(code)] * 8, ok([1]))
    assert virtually(read(connection(script))) == [1]
    assert len(script.requests) == 9
    least = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert all(low <= pause <= min(low + 0.1, 5.0) for low, pause in zip(least, script.pauses, strict=True))


def test_a_read_that_never_succeeds_is_given_up_with_one_clear_line(virtually: Virtually[Any]) -> None:
    script = Script(status(503))
    with pytest.raises(
        DirectorError, match=r"^the Director answers HTTP 503 to GET /list; look at its health .*after 90 s without a"
    ) as caught:
        virtually(read(connection(script)))
    assert 80 < script.times[-1] <= 90
    assert "\n" not in str(caught.value)


BROKEN = [
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("Server disconnected"),
    httpx.ReadTimeout("late"),
    httpx.WriteError("broken pipe"),
    httpx.CloseError("closed"),
]


@pytest.mark.parametrize("error", BROKEN, ids=lambda error: type(error).__name__)
def test_a_read_is_repeated_after_a_broken_connection(error: Exception, virtually: Virtually[Any]) -> None:
    script = Script(error, error, ok([1]))
    assert virtually(read(connection(script))) == [1]


def test_a_director_that_cannot_be_reached_is_told_soon_and_in_one_line(virtually: Virtually[Any]) -> None:
    script = Script(httpx.ConnectError("All connection attempts failed"))
    with pytest.raises(DirectorError) as caught:
        virtually(read(connection(script)))
    assert str(caught.value) == (
        f"cannot reach the Director at {URL}, waiting for GET /list: no connection; check DIRECTOR_URL, the network "
        "and that the Director is up (All connection attempts failed)"
    )
    assert len(script.requests) == 5
    assert script.times[-1] < 3


def test_a_certificate_that_is_not_trusted_is_not_tried_again(virtually: Virtually[Any]) -> None:
    script = Script(httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"))
    with pytest.raises(DirectorError, match="name your CA's certificates with --ca-bundle"):
        virtually(read(connection(script)))
    assert len(script.requests) == 1


@pytest.mark.parametrize("code", [400, 404, 405, 409, 410, 422])
def test_a_read_is_not_repeated_after_any_other_status(code: int, virtually: Virtually[Any]) -> None:
    script = Script(status(code, location="https://elsewhere.example.com/list"))
    with pytest.raises(DirectorError, match=f"answers GET /list with HTTP {code}: status {code}"):
        virtually(read(connection(script)))
    assert script.calls == [("GET", "/list")]


def test_a_retry_after_in_seconds_is_waited_out(virtually: Virtually[Any]) -> None:
    script = Script(status(429, retry_after="7"), status(503, retry_after="11"), ok())
    virtually(read(connection(script)))
    assert script.pauses == [7, 11]


def test_a_retry_after_as_a_date_is_waited_out(virtually: Virtually[Any]) -> None:
    script = Script(
        status(429, retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)), ok()
    )
    virtually(read(connection(script)))
    (pause,) = script.pauses
    assert 20 < pause <= 30


@pytest.mark.parametrize(
    "value", ["", "soon", "-1", "Wed, 99 Foo 2020 00:00:00 GMT", "1e9", "0", "Thu, 01 Jan 1970 00:00:00 GMT"]
)
def test_a_retry_after_that_says_nothing_usable_leaves_the_usual_pause(value: str, virtually: Virtually[Any]) -> None:
    script = Script(status(429, retry_after=value), ok())
    virtually(read(connection(script)))
    (pause,) = script.pauses
    assert 0 < pause < 1


def test_a_retry_after_that_nobody_wants_to_wait_for_ends_it(virtually: Virtually[Any]) -> None:
    script = Script(status(429, retry_after="86400"))
    with pytest.raises(RateLimitedError, match="lower --in-flight"):
        virtually(read(connection(script)))
    assert len(script.requests) == 1


def test_a_limit_that_one_request_was_told_holds_all_others_back(virtually: Virtually[Any]) -> None:
    script = Script(status(429, retry_after="9"), ok())

    async def work() -> None:
        async with connection(script) as http:
            first = asyncio.create_task(http.read("/first", as_it_is))
            await asyncio.sleep(1)
            await asyncio.gather(first, http.read("/second", as_it_is), http.write("POST", "/third", None))

    virtually(work())
    assert [round(at) for at in script.times] == [0, 9, 9, 9]


@pytest.mark.parametrize("ahead", [-86400, 0, 7200])
def test_a_retry_after_as_a_date_counts_from_the_date_of_the_answer(ahead: int, virtually: Virtually[Any]) -> None:
    there = datetime.now(UTC) + timedelta(seconds=ahead)
    dates = {"Date": there, "Retry-After": there + timedelta(seconds=20)}
    headers = {name: format_datetime(date, usegmt=True) for name, date in dates.items()}
    script = Script(httpx.Response(503, headers=headers), ok())
    virtually(read(connection(script)))
    assert script.pauses == [20]


# -- patience


async def never(_request: httpx.Request) -> httpx.Response:
    await asyncio.sleep(1e6)
    return ok()


def heard(script: Handler, lines: list[str], **options: Any) -> DirectorHttp:
    transport = httpx.MockTransport(script)  # type: ignore[arg-type]
    chosen = HttpOptions(URL, listeners=Listeners(lines.append, lines.append), **options)
    return DirectorHttp(chosen, Credentials(SecretStr(TOKEN)), Redactor(), transport)


def timed(virtually: Virtually[Any], work: Coroutine[Any, Any, Any]) -> tuple[float, str]:
    """Return after how many seconds the work failed, and with which words."""

    async def until_it_fails() -> tuple[float, str]:
        with pytest.raises(DirectorError) as caught:
            await work
        return asyncio.get_running_loop().time(), str(caught.value)

    found: tuple[float, str] = virtually(until_it_fails())
    return found


SILENT: dict[str, Handler | httpx.Response] = {
    "never answers": never,
    "answers 503": status(503),
    "answers 429": status(429),
    "answers 429 and asks for a second": status(429, retry_after="1"),
    "answers with HTML": httpx.Response(200, text="<html>"),
}


@pytest.mark.parametrize("patience", [5.0, 90.0])
@pytest.mark.parametrize("how", SILENT)
def test_a_read_ends_when_patience_does_and_says_so(how: str, patience: float, virtually: Virtually[Any]) -> None:
    lines: list[str] = []
    took, words = timed(virtually, read(heard(Script(SILENT[how]), lines, patience=patience)))
    assert patience - 6 <= took <= patience
    assert "--patience" in words
    assert "\n" not in words
    assert lines or patience < 30
    assert all(f"no answer from {URL} to GET /list, trying again (" in line for line in lines)


def test_each_usable_answer_starts_patience_anew(virtually: Virtually[Any]) -> None:
    async def work() -> list[Any]:
        answered = 0

        async def answer(request: httpx.Request) -> httpx.Response:
            nonlocal answered
            await asyncio.sleep(8)
            answered += 1
            return ok([answered]) if request.url.path == "/other" or answered > 15 else status(503)

        async with heard(answer, [], patience=10) as http:

            async def others() -> None:
                for _ in range(12):
                    await http.read("/other", as_it_is)

            found, _ = await asyncio.gather(http.read("/list", as_it_is), others())
            return list(found)

    assert virtually(work())[0] > 15


def test_many_reads_of_a_silent_director_end_together(virtually: Virtually[Any]) -> None:
    async def work() -> float:
        async with heard(never, [], patience=20) as http:
            slots = asyncio.Semaphore(3)

            async def one(number: int) -> None:
                async with slots:
                    with pytest.raises(DirectorError):
                        await http.read(f"/{number}", as_it_is)

            await asyncio.gather(*(one(number) for number in range(30)))
        return asyncio.get_running_loop().time()

    assert virtually(work()) == pytest.approx(20, abs=1)


def test_a_retry_after_beyond_patience_ends_every_read_at_once_and_says_so(virtually: Virtually[Any]) -> None:
    script = Script(status(429, retry_after="7200"))

    async def work() -> None:
        async with heard(script, []) as http:
            with pytest.raises(DirectorError, match="asks to wait 7200 s, longer than the 90 s that --pat"):
                await http.read("/first", as_it_is)
            with pytest.raises(DirectorError, match="asks to wait"):
                await http.read("/second", as_it_is)
            assert asyncio.get_running_loop().time() == 0

    virtually(work())
    assert len(script.requests) == 1


def test_attempts_are_counted_against_what_there_can_be(virtually: Virtually[Any]) -> None:
    lines: list[str] = []
    with pytest.raises(DirectorError):
        virtually(read(heard(Script(httpx.ConnectError("refused")), lines)))
    assert "trying again (2 of 5): no connection" in lines[0]
    lines.clear()
    with pytest.raises(DirectorError):
        virtually(read(heard(never, lines)))
    counts = [line.partition("(")[2].partition(")")[0] for line in lines]
    assert counts == ["2 of 3", "3 of 3"]


def test_a_director_that_was_up_is_waited_for_when_it_starts_anew(virtually: Virtually[Any]) -> None:
    script = Script(ok([0]), *[httpx.ConnectError("refused")] * 12, ok([1]))

    async def work() -> list[Any]:
        async with connection(script) as http:
            return [await http.read("/list", as_it_is), await http.read("/list", as_it_is)]

    assert virtually(work()) == [[0], [1]]


def test_every_call_is_logged_when_somebody_wants_to_know(virtually: Virtually[Any]) -> None:
    lines: list[str] = []
    transport = httpx.MockTransport(Script(status(503), httpx.ReadError("reset"), ok()))
    options = HttpOptions(URL, listeners=Listeners(log=lines.append))
    virtually(read(DirectorHttp(options, Credentials(SecretStr(TOKEN)), Redactor(), transport), f"/list/{TOKEN}"))
    assert [line.split()[:3] for line in lines] == [["GET", "/list/[secret]", told] for told in ("503", "no", "200")]


def test_a_redirect_is_named_as_one_without_what_its_query_may_hold(virtually: Virtually[Any]) -> None:
    script = Script(status(302, location="https://sso.example.com/login?ticket=abc"))
    with pytest.raises(DirectorError, match=r"redirects to https://sso.example.com/login \(HTTP 302\)") as caught:
        virtually(read(connection(script)))
    assert "ticket" not in str(caught.value)
    assert "DIRECTOR_URL" in str(caught.value)
    assert len(script.requests) == 1


def test_an_address_without_a_director_is_named_as_such(virtually: Virtually[Any]) -> None:
    with pytest.raises(DirectorError, match=rf"there is no Director API at {URL} .*HTTP 404.*correct DIRECTOR_URL"):
        virtually(read(connection(Script(status(404))), "/monitorapi/v1/director/poolinfo"))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("Hostname mismatch, certificate is not valid for 'a'.", "for another host .*use the host"),
        ("IP address mismatch, certificate is not valid for '127.0.0.1'.", "for another host"),
        ("certificate has expired", "has expired; have it renewed"),
        ("certificate is not yet valid", "check the clock"),
        ("self-signed certificate", r"not trusted \(self-signed certificate\); name your CA's"),
    ],
)
def test_the_reasons_against_a_certificate_are_told_apart(told: str, words: str, virtually: Virtually[Any]) -> None:
    error = httpx.ConnectError(f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {told} (_ssl.c:1006)")
    script = Script(error)
    with pytest.raises(DirectorError, match=words):
        virtually(read(connection(script)))
    assert len(script.requests) == 1


# -- writes


@pytest.mark.parametrize("error", BROKEN, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_whose_answer_was_lost_is_never_repeated(
    error: Exception, method: str, virtually: Virtually[Any]
) -> None:
    script = Script(error, ok())
    with pytest.raises(httpx.TransportError):
        virtually(write(connection(script), method))
    assert len(script.requests) == 1


@pytest.mark.parametrize("code", [400, 409, 500, 502, 503, 504])
def test_a_write_that_was_answered_is_never_repeated(code: int, virtually: Virtually[Any]) -> None:
    script = Script(status(code), ok())
    assert virtually(write(connection(script))).status == code
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x"), httpx.ProxyError("x")]
)
def test_a_write_that_was_never_sent_is_sent_again(error: Exception, virtually: Virtually[Any]) -> None:
    script = Script(error, error, ok())
    assert virtually(write(connection(script))).status == 200
    assert len(script.requests) == 3


def test_a_write_that_was_refused_for_now_is_sent_again_when_the_director_says(virtually: Virtually[Any]) -> None:
    script = Script(status(429, retry_after="3"), status(429, retry_after="5"), ok())
    assert virtually(write(connection(script))).status == 200
    assert script.pauses == [3, 5]


# -- renewal


class Renewing:
    """A Director with a token that a renewal replaces; the old pair stops working at once."""

    def __init__(self, refusal: int = 401, *, knows: str = "another") -> None:
        self.token, self.secret_key = f"{knows}-token-000000", SECRET_KEY
        self.refusal = refusal
        self.renewals: list[str | None] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.5)
        if request.url.path == RENEWAL_PATH:
            self.renewals.append(request.headers.get("Authorization"))
            if request.content != f'{{"secretKey":"{self.secret_key}"}}'.encode():
                return status(self.refusal)
            count = len(self.renewals)
            self.token, self.secret_key = f"fresh-token-{count:06d}", f"fresh-secret-key-{count:06d}"
            return ok({"status": "Success", "tokenDetails": {"token": self.token, "secretKey": self.secret_key}})
        fine = request.headers["Authorization"] == f"Bearer {self.token}"
        return ok([request.url.path]) if fine else httpx.Response(self.refusal, json={"message": "Invalid token"})


@pytest.mark.parametrize("refusal", [401, 403])
def test_a_token_that_many_requests_find_expired_is_renewed_once(refusal: int, virtually: Virtually[Any]) -> None:
    director = Renewing(refusal)

    async def work() -> list[Any]:
        async with connection(director, secret_key=SECRET_KEY) as http:
            return await asyncio.gather(*(http.read(f"/{number}", as_it_is) for number in range(20)))

    assert virtually(work()) == [[f"/{number}"] for number in range(20)]
    assert director.renewals == [None]


@pytest.mark.parametrize("refusal", [401, 403])
def test_both_values_are_replaced_so_that_the_next_renewal_works_too(refusal: int, virtually: Virtually[Any]) -> None:
    director = Renewing(refusal)

    async def work() -> None:
        async with connection(director, secret_key=SECRET_KEY) as http:
            await http.read("/first", as_it_is)
            director.token = "expired"
            await http.read("/second", as_it_is)
            director.token = "expired"
            assert (await http.write("POST", "/third", None)).status == 200

    virtually(work())
    assert len(director.renewals) == 3


def test_a_refused_renewal_is_one_clear_line_and_is_not_tried_again(virtually: Virtually[Any]) -> None:
    director = Renewing()
    director.secret_key = "another one"

    async def work() -> list[Any]:
        async with connection(director, secret_key=SECRET_KEY) as http:
            return await asyncio.gather(*(http.read(f"/{n}", as_it_is) for n in range(5)), return_exceptions=True)

    errors = virtually(work())
    assert len(director.renewals) == 1
    assert {type(error) for error in errors} == {RefusedTokenError}
    assert all("set DIRECTOR_TOKEN" in str(error) and "\n" not in str(error) for error in errors)
    assert "did not renew it with the secret key" in str(errors[0])


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"tokenDetails": None},
        {"tokenDetails": {"token": "x"}},
        {"tokenDetails": {"token": "", "secretKey": ""}},
    ],
)
def test_a_renewal_without_a_new_pair_is_no_renewal(body: Any, virtually: Virtually[Any]) -> None:
    script = Script(status(401), ok(body), status(401))
    with pytest.raises(RefusedTokenError):
        virtually(read(connection(script, secret_key=SECRET_KEY)))


def test_a_renewal_that_meets_passing_trouble_is_tried_again(virtually: Virtually[Any]) -> None:
    pair = {"tokenDetails": {"token": "fresh-token-1", "secretKey": "fresh-key-1"}}
    script = Script(status(401), status(503), status(502), ok(pair), ok([1]))
    assert virtually(read(connection(script, secret_key=SECRET_KEY))) == [1]
    assert script.requests[-1].headers["Authorization"] == "Bearer fresh-token-1"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_renewal_survives_passing_trouble_also_where_it_is_for_a_write(
    method: str, virtually: Virtually[Any]
) -> None:
    pair = {"tokenDetails": {"token": "fresh-token-1", "secretKey": "fresh-key-1"}}
    script = Script(status(401), status(503), httpx.ReadError("reset"), status(429, retry_after="3"), ok(pair), ok([1]))
    http = connection(script, secret_key=SECRET_KEY)
    virtually(read(http) if method == "GET" else write(http))
    assert [path for _, path in script.calls].count(RENEWAL_PATH) == 4


def test_every_renewal_is_warned_of_and_the_warning_holds_no_secret(virtually: Virtually[Any]) -> None:
    lines: list[str] = []
    director = Renewing()
    access = Credentials(SecretStr(TOKEN), SecretStr(SECRET_KEY))
    options = HttpOptions(URL, listeners=Listeners(warn=lines.append), token_source="EU_TOKEN")
    virtually(read(DirectorHttp(options, access, Redactor(), httpx.MockTransport(director))))  # type: ignore[arg-type]
    (line,) = lines
    assert "EU_TOKEN and its secret key hold now no longer works" in line
    assert "always active" in line
    assert not any(secret in line for secret in (TOKEN, SECRET_KEY, director.token, director.secret_key))


def test_a_renewal_goes_on_when_whoever_needs_it_is_cancelled(virtually: Virtually[Any]) -> None:
    director = Renewing()

    async def work() -> Any:
        async with connection(director, secret_key=SECRET_KEY) as http:
            first = asyncio.create_task(http.read("/first", as_it_is))
            await asyncio.sleep(0.7)
            first.cancel()
            return await http.read("/second", as_it_is)

    assert virtually(work()) == ["/second"]
    assert len(director.renewals) == 1


def test_what_is_forbidden_with_a_new_token_too_does_not_use_up_renewals(virtually: Virtually[Any]) -> None:
    renewals = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal renewals
        if request.url.path != RENEWAL_PATH:
            return status(403)
        renewals += 1
        pair = {"token": f"fresh-token-{renewals}", "secretKey": f"fresh-key-{renewals}"}
        return ok({"tokenDetails": pair})

    async def work() -> None:
        async with connection(Script(answer), secret_key=SECRET_KEY) as http:
            for _ in range(3):
                assert (await http.write("POST", "/thing", None)).status == 403
                with pytest.raises(RefusedTokenError):
                    await http.read("/list", as_it_is)

    virtually(work())
    assert renewals == 1


def test_without_a_secret_key_a_refused_token_is_told_at_once(virtually: Virtually[Any]) -> None:
    for code in (401, 403):
        script = Script(status(code))
        with pytest.raises(RefusedTokenError, match=rf"refuses the token \(HTTP {code}: status {code}\)"):
            virtually(read(connection(script)))
        assert len(script.requests) == 1


def test_a_write_that_is_forbidden_is_an_answer_and_not_a_refused_token(virtually: Virtually[Any]) -> None:
    assert virtually(write(connection(Script(status(403))))).status == 403


# -- the read-only lock


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_in_read_only_mode_nothing_but_a_read_is_sent(method: str, virtually: Virtually[Any]) -> None:
    script = Script(ok())
    with pytest.raises(WriteWhileReadOnlyError):
        virtually(write(connection(script, read_only=True), method))
    assert script.requests == []


def test_in_read_only_mode_the_token_is_renewed_all_the_same(virtually: Virtually[Any]) -> None:
    director = Renewing()
    assert virtually(read(connection(director, secret_key=SECRET_KEY, read_only=True))) == ["/list"]


@pytest.mark.parametrize("path", [f"{RENEWAL_PATH}/", f"/x{RENEWAL_PATH}", "/configapi/refreshToken", "//refreshToken"])
def test_in_read_only_mode_only_the_renewal_itself_passes_for_one(path: str, virtually: Virtually[Any]) -> None:
    script = Script(ok())

    async def work() -> None:
        async with connection(script, read_only=True) as http:
            await http.write("POST", path, None)

    with pytest.raises(WriteWhileReadOnlyError):
        virtually(work())
    assert script.requests == []


def test_the_lock_is_on_every_transport_that_a_proxy_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.invalid:3128")
    http = DirectorHttp(HttpOptions(URL, read_only=True), Credentials(SecretStr(TOKEN)), Redactor())
    mounted = [transport for transport in http._client._mounts.values() if transport]
    assert len(mounted) >= 2
    with pytest.raises(WriteWhileReadOnlyError):
        asyncio.run(write(http))


# -- answers that are none


UNREADABLE = {
    "HTML": b"<!DOCTYPE html><title>Gateway</title>",
    "nothing": b"",
    "half of JSON": b'[{"name": "sys',
    "not a number": b'[{"retention": NaN}]',
    "half a character": b'[{"name": "\\ud800"}]',
    "bytes": b"\xff\xfe\x00",
    "bottomless": b"[" * 100_000,
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_an_answer_that_is_not_json_is_asked_for_again(content: bytes, virtually: Virtually[Any]) -> None:
    script = Script(*[httpx.Response(200, content=content)] * 3, ok([1]))
    assert virtually(read(connection(script))) == [1]


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_an_answer_that_never_is_json_is_told_in_one_line(content: bytes, virtually: Virtually[Any]) -> None:
    with pytest.raises(DirectorError, match=f"answer to GET /list is not JSON; is {URL} its API server"):
        virtually(read(connection(Script(httpx.Response(200, content=content)))))


def test_an_answer_whose_compression_is_broken_counts_as_a_broken_connection(virtually: Virtually[Any]) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip at all"))

    with pytest.raises(DirectorError, match="cannot reach the Director"):
        virtually(read(connection(Script(answer))))
    with pytest.raises(httpx.TransportError):
        virtually(write(connection(Script(answer))))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"status": "Failed", "message": "name is a mandatory field"}, "name is a mandatory field"),
        ({"message": "", "errors": ["one", {"code": 1, "message": "two"}]}, "one; two"),
        ({"error": {"detail": "deep", "reason": ["er"]}}, "deep; er"),
        (["a", {"message": "b"}], "a; b"),
        ("just text", "just text"),
        ({"code": 7, "success": False}, "7"),
        ("two\nlines\x1b[31m", "two lines\\x1b[31m"),
        ("x" * 5000, "x" * 299 + "…"),
        (None, ""),
    ],
)
def test_the_directors_words_are_found_whatever_their_form(body: Any, words: str) -> None:
    assert connection(Script(ok())).words(body) == words


@pytest.mark.parametrize(("url", "reads"), [(URL, 1), ("http://127.0.0.1:1", 0), ("HTTPS://director.example.com", 1)])
def test_the_systems_certificates_are_read_only_for_tls(url: str, reads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ssl.SSLContext] = []

    def create(cafile: Path | None) -> ssl.SSLContext:
        assert cafile is None
        made.append(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        return made[-1]

    monkeypatch.setattr("lpcac.connectors.director.transport.http.ssl.create_default_context", create)
    DirectorHttp(HttpOptions(url), Credentials(SecretStr(TOKEN)), Redactor())
    assert len(made) == reads


def test_an_unusable_ca_bundle_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for bundle in (tmp_path / "ca.pem", tmp_path / "nowhere.pem", tmp_path):
        with pytest.raises(InvalidConfigurationError, match=f"^{bundle}: cannot be used as a CA bundle"):
            DirectorHttp(HttpOptions(URL, ca_bundle=bundle), Credentials(SecretStr(TOKEN)), Redactor())


# -- secrets


def test_no_secret_is_in_any_words_even_where_they_are_cut() -> None:
    http = connection(Script(ok()), secret_key=SECRET_KEY)
    for lead in range(240, 320):
        words = http.explain(Answer(400, {"message": "x" * lead + TOKEN + SECRET_KEY}))
        assert not any(TOKEN[:length] in words for length in range(6, len(TOKEN)))
        assert not any(SECRET_KEY[:length] in words for length in range(8, len(SECRET_KEY)))


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError(f"echo {TOKEN}"),
        httpx.ReadError(f"echo {TOKEN}"),
        httpx.Response(401, json={"message": f"bad token {TOKEN}, {SECRET_KEY}"}),
        httpx.Response(404, json={"message": f"bad token {TOKEN}, {SECRET_KEY}"}),
        httpx.Response(200, text=f"<html>{TOKEN}</html>"),
    ],
    ids=lambda trouble: getattr(trouble, "status_code", type(trouble).__name__),
)
@pytest.mark.parametrize("secret_key", [None, SECRET_KEY])
def test_no_exception_holds_a_secret(
    trouble: Exception | httpx.Response, secret_key: str | None, virtually: Virtually[Any]
) -> None:
    with pytest.raises(DirectorError) as caught:
        virtually(read(connection(Script(trouble), secret_key=secret_key)))
    shown = "".join(traceback.format_exception(caught.value))
    assert TOKEN not in shown
    assert secret_key is None or secret_key not in shown
    assert TOKEN not in repr(caught.value.__dict__)


def test_a_new_pair_is_masked_from_the_moment_it_is_known(virtually: Virtually[Any]) -> None:
    redactor = Redactor()
    director = Renewing()
    virtually(read(connection(director, secret_key=SECRET_KEY, redactor=redactor)))
    assert director.token not in redactor.clean(f"{director.token} {director.secret_key}")
    assert director.secret_key not in redactor.clean(f"{director.token} {director.secret_key}")


def test_credentials_and_options_do_not_print_secrets() -> None:
    access = Credentials(SecretStr(TOKEN), SecretStr(SECRET_KEY))
    assert TOKEN not in repr(access)
    assert SECRET_KEY not in f"{access!r} {access}"
