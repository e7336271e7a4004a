"""A listening socket in front of the service: HTTP/1.1 on a free loopback port, one thread a connection."""

import contextlib
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.github.http.messages import Answer, Request
from tests.fakes.github.http.service import Lost

Serve = Callable[[Request], Answer]

SECONDS_BETWEEN_LOOKS_FOR_THE_END = 0.02


class Server(ThreadingHTTPServer):
    """Answers from the moment it is made until `stop`."""

    daemon_threads = False  # so that closing waits for every connection's thread
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.serve: Serve | None = None
        self.prefix = ""
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(
            target=self.serve_forever, args=(SECONDS_BETWEEN_LOOKS_FOR_THE_END,), name="fake-github", daemon=True
        )

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def read(self, method: str, address: str, headers: Mapping[str, str], content: bytes) -> Request | None:
        """Return a request to an address of this server, None when it lies outside the API."""
        parts = urlsplit(address)
        if not parts.path.startswith(f"{self.prefix}/"):
            return None
        lowered = {name.lower(): value for name, value in headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return Request(method, parts.path.removeprefix(self.prefix), query, lowered, content)

    def start(self, serve: Serve, prefix: str) -> None:
        self.serve, self.prefix = serve, prefix
        self._thread.start()

    def stop(self) -> None:
        """End the open connections, wait for their threads and free the port."""
        self.stopping.set()
        self.shutdown()
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self._thread.join()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Keep coverage out of the thread: it would slow the fake down to measure nothing of lpcac."""
        sys.settrace(None)
        super().process_request_thread(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a client go that went; anything else is a mistake in the fake and must be seen."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    """One client's connection, kept open between its requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def _serve_request(self) -> None:
        request = self._read()
        if request is None:
            self._send(Answer(404, {"message": "Not Found"}))
            return
        assert self.server.serve is not None
        try:
            self._send(self.server.serve(request))
        except Lost as lost:
            if lost.silently:
                self.server.stopping.wait()
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve_request  # noqa: N815 - the inherited names

    def _read(self) -> Request | None:
        """Return the request, None when it lies outside the API."""
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return self.server.read(self.command, self.path, self.headers, content)

    def _send(self, answer: Answer) -> None:
        """Write the answer at once: in two parts, the second would wait for the client's acknowledgement."""
        content = answer.content
        lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, '')}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        length = len(content) if answer.announced is None else answer.announced
        lines.append(f"Content-Length: {length}")
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + content)
        if length != len(content):
            self._hang_up()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the inherited name
        """Keep the terminal clean: the service has a log."""
