"""The connection itself, over real sockets: TLS, proxies, servers that hang up, and redirects."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from lpcac.connectors.director.transport.http import Credentials, DirectorHttp, HttpOptions, Listeners
from lpcac.connectors.director.transport.read_only import WriteWhileReadOnlyError
from lpcac.core.errors import DirectorError
from lpcac.core.text.redaction import Redactor

TOKEN = "the-token-of-these-connections"
EMPTY_LIST = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]"


def as_it_is(body: Any) -> Any:
    return body


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[object]]


class Server:
    """A server that treats each connection, by its number, as it is told; remembers what it was sent."""

    def __init__(self, *talks: Talk) -> None:
        self._talks = talks
        self.connections = 0
        self.requests: list[bytes] = []

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = self._talks[min(self.connections, len(self._talks) - 1)]
        self.connections += 1
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    async def next_request(self, reader: asyncio.StreamReader) -> bytes:
        """Read one request, body included, and remember it."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = [line for line in head.lower().splitlines() if line.startswith(b"content-length:")]
        body = await reader.readexactly(int(length[0].split(b":")[1])) if length else b""
        self.requests.append(head + body)
        return head

    @asynccontextmanager
    async def listening(self, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
        """Give the address for as long as the server listens."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        async with server:
            yield f"{'https' if context else 'http'}://127.0.0.1:{port}"


def answering(server_of: Callable[[], Server], *answers: bytes) -> Talk:
    """Return a talk that gives these answers, one to each request, then hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await server_of().next_request(reader)
            writer.write(answer)
            await writer.drain()

    return talk


def serving(*connections: tuple[bytes, ...]) -> Server:
    """Return a server that answers on each connection what is given for it, then hangs up; the last for ever."""
    server: Server
    server = Server(*(answering(lambda: server, *answers) for answers in connections))
    return server


def opened(url: str, *, read_only: bool = True, ca_bundle: Path | None = None) -> DirectorHttp:
    options = HttpOptions(url, timeout=5, read_only=read_only, ca_bundle=ca_bundle)
    return DirectorHttp(options, Credentials(SecretStr(TOKEN)), Redactor())


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_a_request_looks_for_no_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that is missing is looked for on disk again at each request: a third of a large plan's time."""
    server = serving((EMPTY_LIST, EMPTY_LIST))
    looked_for: list[str] = []

    class Finder:
        @staticmethod
        def find_spec(name: str, _path: object = None, _target: object = None) -> None:
            looked_for.append(name)

    async def work() -> None:
        async with server.listening() as url, opened(url) as http:
            await http.read("/list", as_it_is)
            monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])
            await http.read("/list", as_it_is)

    asyncio.run(work())
    assert looked_for == []


# -- servers that hang up


def test_a_read_survives_connections_that_are_dropped_before_the_answer() -> None:
    server = serving((b"",), (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n[",), (EMPTY_LIST,))

    async def work() -> Any:
        async with server.listening() as url, opened(url) as http:
            return await http.read("/list", as_it_is)

    assert asyncio.run(work()) == []
    assert len(server.requests) == 3


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"])
def test_a_write_is_sent_once_even_if_its_answer_never_comes(answer: bytes) -> None:
    server = serving((answer,))

    async def work() -> None:
        async with server.listening() as url, opened(url, read_only=False) as http:
            with pytest.raises(httpx.TransportError):
                await http.write("POST", "/thing", {"data": {}})

    asyncio.run(work())
    assert len(server.requests) == 1


def test_a_write_is_sent_when_the_director_is_up_again() -> None:
    server = serving((b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",))

    async def work() -> int:
        async with server.listening() as url:
            port = int(url.rpartition(":")[2])
        async with opened(url, read_only=False) as http:
            tried = asyncio.Event()
            http._retry_loop._listeners = Listeners(lambda _line: tried.set())
            writing = asyncio.create_task(http.write("POST", "/thing", {"data": {}}))
            await tried.wait()
            late = await asyncio.start_server(server._connected, "127.0.0.1", port)
            async with late:
                return (await writing).status

    assert asyncio.run(work()) == 200
    assert len(server.requests) == 1


# -- redirects


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed_so_that_the_token_stays_here(code: int) -> None:
    elsewhere = serving((EMPTY_LIST,))

    async def work() -> None:
        async with elsewhere.listening() as there:
            redirect = f"HTTP/1.1 {code} Moved\r\nLocation: {there}/list\r\nContent-Length: 0\r\n\r\n".encode()
            here = serving((redirect,))
            async with here.listening() as url, opened(url) as http:
                with pytest.raises(DirectorError, match=f"HTTP {code}"):
                    await http.read("/list", as_it_is)
            assert TOKEN.encode() in here.requests[0]

    asyncio.run(work())
    assert elsewhere.connections == 0


# -- proxies


def test_a_proxy_of_the_environment_is_used_and_the_lock_is_in_front_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serving((EMPTY_LIST,))

    async def work() -> None:
        async with proxy.listening() as address:
            monkeypatch.setenv("ALL_PROXY", address)
            async with opened("http://director.example.com") as http:
                assert await http.read("/list", as_it_is) == []
                with pytest.raises(WriteWhileReadOnlyError):
                    await http.write("POST", "/thing", None)

    asyncio.run(work())
    (request,) = proxy.requests
    assert request.startswith(b"GET http://director.example.com/list ")


def test_a_proxy_that_refuses_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serving((b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",))

    async def work() -> None:
        async with proxy.listening() as address:
            monkeypatch.setenv("HTTPS_PROXY", address)
            async with opened("https://director.example.com") as http:
                await http.read("/list", as_it_is)

    with pytest.raises(DirectorError, match="check HTTPS_PROXY and NO_PROXY") as caught:
        asyncio.run(work())
    assert "\n" not in str(caught.value)
    assert TOKEN.encode() not in b"".join(proxy.requests)


# -- TLS


@dataclass(frozen=True)
class Authority:
    """A certificate authority of this test's own, and a server that it vouches for."""

    bundle: Path
    context: ssl.SSLContext


def _certificate(name: str, signer: Any, key: Any, issuer: x509.Name | None, *, is_ca: bool) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    public = key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    return builder.sign(signer, hashes.SHA256())


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("Test CA", ca_key, ca_key, None, is_ca=True)
    leaf = _certificate("director", ca_key, key, ca.subject, is_ca=False)
    pem = serialization.Encoding.PEM
    (tmp_path / "ca.pem").write_bytes(ca.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "server.pem").write_bytes(leaf.public_bytes(pem) + private)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "server.pem")
    return Authority(tmp_path / "ca.pem", context)


def test_a_certificate_of_ones_own_authority_is_trusted_by_its_bundle(authority: Authority) -> None:
    server = serving((EMPTY_LIST,))

    async def work() -> Any:
        async with server.listening(authority.context) as url, opened(url, ca_bundle=authority.bundle) as http:
            assert http.certificate_end is None
            found = await http.read("/list", as_it_is)
            assert http.certificate_end is not None
            assert timedelta() < http.certificate_end - datetime.now(UTC) <= timedelta(days=1)
            return found

    assert asyncio.run(work()) == []


def test_a_certificate_that_nobody_vouches_for_is_one_clear_line_and_the_token_stays_here(authority: Authority) -> None:
    server = serving((EMPTY_LIST,))

    async def work() -> None:
        async with server.listening(authority.context) as url, opened(url) as http:
            await http.read("/list", as_it_is)

    with pytest.raises(DirectorError, match=r"its certificate is not trusted .*; name your CA's certificates with"):
        asyncio.run(work())
    assert server.requests == []


def test_a_server_that_speaks_no_tls_is_told_in_one_line() -> None:
    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async def work() -> None:
        async with Server(refuse).listening() as url, opened(url.replace("http:", "https:")) as http:
            await http.read("/list", as_it_is)

    with pytest.raises(DirectorError, match=r"this port does not speak TLS \(https\); correct the port") as caught:
        asyncio.run(work())
    assert "\n" not in str(caught.value)
